"""Write oracle.json, the derivatives of programs.py as JAX computes them: `python -m tests.rules.make_oracle`."""

import json
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .programs import PROGRAMS, start

jax.config.update("jax_enable_x64", True)


def numbers(x: Any) -> Any:
    """Every digit of a float64."""
    return np.asarray(x, np.float64).tolist()


def derivatives(name: str) -> dict[str, Any]:
    """The value of a program, its gradient, and its Hessian times a direction."""
    program, n = PROGRAMS[name]
    x, direction = map(jnp.asarray, start(n))
    value, grad = jax.value_and_grad(lambda x: program(jnp, x))(x)
    hvp = jax.jvp(jax.grad(lambda x: program(jnp, x)), (x,), (direction,))[1]
    return {"value": numbers(value), "gradient": numbers(grad), "hessian_times_direction": numbers(hvp)}


if __name__ == "__main__":
    made = {
        "by": f"JAX {jax.__version__}, float64, CPU, jax.value_and_grad and jax.jvp of jax.grad",
        "again": "python -m tests.rules.make_oracle, in an environment with jax",
        "programs": {name: derivatives(name) for name in PROGRAMS},
    }
    Path(__file__).with_name("oracle.json").write_text(json.dumps(made, indent=1) + "\n")

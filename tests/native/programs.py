"""Gradients of random programs, one to a line: `python tests/native/programs.py 200 1`.

test_parity.py compares what Python alone computes with what the C part does.
"""

import json
import random
import sys
from typing import Any

import numpy as np

import structgrad as sg
from tests.fuzz.functions import FAMILIES
from tests.fuzz.programs import Program, drawn, quiet


def numbers(program: Program, form: int) -> Any:
    """Those of the value and of the gradient, real and imaginary parts; or the class of what is raised.

    form: 0 with a second result, 1 the loss alone, 2 the same as an op of the parameters.
    """

    def loss(params: Any) -> Any:
        return program.run(params)[0]

    try:
        if form == 0:
            value, gradient = sg.backprop(program.run, has_aux=True)(program.params)[:2]
        else:
            value, gradient = sg.backprop(loss if form == 1 else sg.op(sg.vjp(loss)))(program.params)
    except Exception as error:  # noqa: BLE001  # both must raise it
        return type(error).__name__
    leaves = [np.asarray(leaf) for leaf in sg.tree.leaves(gradient)]
    return [float(value), *(part for leaf in leaves for z in leaf.flat for part in (z.real.item(), z.imag.item()))]


def gradients(n: int, seed: int) -> list[Any]:
    """Those of n programs, of all families in turn."""
    families = list(FAMILIES)
    with quiet(), np.errstate(all="ignore"):
        return [numbers(drawn(random.Random(f"{seed} {i}"), families[i % len(families)]), i % 3) for i in range(n)]


if __name__ == "__main__":
    print(json.dumps(gradients(int(sys.argv[1]), int(sys.argv[2]))))

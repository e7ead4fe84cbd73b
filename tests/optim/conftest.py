"""What methods are held against: the same steps on the same leaves, made by torch.optim and by optax."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim

STEPS = 50


@dataclass(frozen=True)
class Layer:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Model:
    layer: Layer
    shift: sg.Array
    gain: float
    size: int = 3
    name: str = "model"


def model(dtype: Any = float) -> Model:
    rng = np.random.default_rng(7)

    def drawn(*shape: int) -> Any:
        x = rng.normal(size=shape)
        return (x + 1j * rng.normal(size=shape) if np.dtype(dtype).kind == "c" else x).astype(dtype)

    return Model(Layer(drawn(3, 2), drawn(2)), drawn(4), 0.75)


def slope(leaves: list[Any], n: int) -> list[Any]:
    """A gradient that is noise and depends on where the params are, so that a wrong step shows in all later ones."""
    rng = np.random.default_rng(n)

    def of(x: Any) -> Any:
        noise = rng.normal(size=np.shape(x)) * (1 + 1j if np.iscomplexobj(x) else 1)
        g = 0.5 * np.sin(x) + noise
        return float(g) if isinstance(x, float) else g.astype(x.dtype)

    return [of(x) for x in leaves]


def smooth(params: Any) -> list[Any]:
    return [leaf for leaf in sg.tree.leaves(params) if not isinstance(leaf, int | str)]


def grad(params: Any, n: int) -> Any:
    leaves = iter(slope(smooth(params), n))
    return sg.tree.map(lambda p: next(leaves), params)


def by_us(opt: optim.Optimizer, params: Any, steps: int = STEPS, *, inplace: bool = False) -> tuple[Any, Any]:
    """The params after so many steps, and the state."""
    params = sg.tree.map(lambda p: p.copy() if isinstance(p, np.ndarray) else p, params)
    state = opt.init(params)
    for n in range(steps):
        params, state = opt.step(params, grad(params, n), state, inplace=inplace)
    return params, state


def by_torch(
    make: Callable[..., Any], params: Any, steps: int = STEPS, *, rate: Callable[[int], float] | None = None
) -> list[Any]:
    """The leaves after steps of an optimizer of torch, at the rates of a schedule if there is one."""
    import torch

    tensors = [torch.from_numpy(np.array(leaf)) for leaf in smooth(params)]
    opt = make(tensors)
    for n in range(steps):
        for tensor, g in zip(tensors, slope([tensor.numpy() for tensor in tensors], n), strict=True):
            tensor.grad = torch.tensor(g, dtype=tensor.dtype)
        if rate:
            for group in opt.param_groups:
                group["lr"] = rate(n)
        opt.step()
    return [tensor.numpy() for tensor in tensors]


def compiled(f: Callable[..., Any]) -> Any:
    """A function of JAX, compiled quickly: that is most of what optax costs here, and small steps need no fast code."""
    import jax

    return jax.jit(f, compiler_options={"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True})


def by_optax(opt: Any, params: Any, steps: int = STEPS, *, apart: bool = False) -> list[Any]:
    """The leaves after steps of a transformation of optax in float64: as one vector, or apart where that matters."""
    import jax

    leaves, ends = smooth(params), np.cumsum([np.size(leaf) for leaf in smooth(params)])[:-1]

    def packed(xs: list[Any]) -> list[Any]:
        return [np.asarray(x) for x in xs] if apart else [np.concatenate([np.ravel(x) for x in xs])]

    with jax.enable_x64(True):
        state, update = opt.init(packed(leaves)), compiled(opt.update)
        for n in range(steps):
            step, state = update(packed(slope(leaves, n)), state, packed(leaves))
            made = step if apart else np.split(np.asarray(step[0]), ends)
            leaves = [leaf + like(np.asarray(x), leaf) for leaf, x in zip(leaves, made, strict=True)]
    return leaves


def like(x: Any, leaf: Any) -> Any:
    x = x.reshape(np.shape(leaf))
    return x if np.iscomplexobj(leaf) else float(x.real) if isinstance(leaf, float) else x.real


def agree(mine: Any, theirs: list[Any], tol: float = 1e-12) -> None:
    """By default to 1e-12: fifty steps, each rounded at 1e-16 in some ten operations, carried on by the gradients."""
    leaves = smooth(mine)
    assert len(leaves) == len(theirs)
    for leaf, other in zip(leaves, theirs, strict=True):
        np.testing.assert_allclose(leaf, other, rtol=tol, atol=tol)


@pytest.fixture(scope="session")
def held() -> Any:
    """The functions above; a test module cannot import them."""
    return SimpleNamespace(
        model=model,
        grad=grad,
        slope=slope,
        smooth=smooth,
        compiled=compiled,
        by_us=by_us,
        by_torch=by_torch,
        by_optax=by_optax,
        agree=agree,
        steps=STEPS,
    )

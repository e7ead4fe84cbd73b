"""What does a step cost? A hundred mixed elementwise steps on ten numbers, and on one float."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.steps import back, by_hand, simplified_back, steps
from benchmarks.timing import CONTROL, HAND, US, Budget, Contestant, arguments, peer, show, target

A, B = np.linspace(0.8, 1.2, 10), np.linspace(-0.3, 0.4, 10)


def vectors() -> list[Contestant]:
    """Give the contestants on a vector of ten."""
    x = np.linspace(-1.0, 1.0, 10)

    def loss(x: sg.Array, xp: Any = np, a: Any = A, b: Any = B) -> sg.Scalar:  # Any: every library's
        return xp.sum(steps(xp, x, a, b))

    def hand(back: Callable[..., Any]) -> tuple[Any, Any]:
        y, g = by_hand(np, x, A, B, np.ones(10), back)
        return np.sum(y), g

    ours = sg.backprop(loss)
    found = [
        Contestant(CONTROL, lambda: (loss(x), None)),
        Contestant(HAND, lambda: hand(back)),
        Contestant(HAND + ", simplified", lambda: hand(simplified_back)),
        Contestant(US, lambda: ours(x)),
    ]
    if autograd := peer("autograd"):
        theirs, anp = autograd.value_and_grad(loss), peer("autograd.numpy")
        found.append(Contestant("autograd", lambda: theirs(x, anp)))
    if torch := peer("torch"):
        tx, ta, tb = (torch.tensor(v, requires_grad=v is x) for v in (x, A, B))

        def in_torch() -> tuple[Any, Any]:
            value: Any = loss(tx, torch, ta, tb)
            return value.detach(), torch.autograd.grad(value, tx)[0]

        found.append(Contestant("PyTorch eager", in_torch))
    if jax := peer("jax"):
        jnp = jax.numpy
        jx, ja, jb = (jnp.asarray(v) for v in (x, A, B))
        eager = jax.value_and_grad(lambda x, a, b: loss(x, jnp, a, b))
        jitted = jax.jit(eager)
        found.append(Contestant("JAX, no jit", lambda: jax.block_until_ready(eager(jx, ja, jb))))
        found.append(Contestant("JAX jit", lambda: jax.block_until_ready(jitted(jx, ja, jb))))
    return found


def floats() -> list[Contestant]:
    """Give the contestants on a Python float; by hand one would take `math`."""

    def loss(x: float, xp: Any = np) -> sg.Scalar:
        return steps(xp, x, 0.9, 0.1)

    ours = sg.backprop(loss)
    found = [
        Contestant(CONTROL, lambda: (loss(0.3), None)),
        Contestant(HAND, lambda: by_hand(math, 0.3, 0.9, 0.1, 1.0)),
        Contestant(US, lambda: ours(0.3)),
    ]
    if autograd := peer("autograd"):
        theirs, anp = autograd.value_and_grad(loss), peer("autograd.numpy")
        found.append(Contestant("autograd", lambda: theirs(0.3, anp)))
    return found


def report(title: str, contestants: list[Contestant], limits: dict[str, float], budget: Budget) -> None:
    """Print one race and its targets."""
    timings = show(title, contestants, budget)
    for other, limit in limits.items():
        if other in timings:
            print(target(f"structgrad's time over that of {other}", timings[US].over(timings[other]), limit))
    print()


if __name__ == "__main__":
    budget = arguments()
    limits = {"autograd": 1 / 5, "PyTorch eager": 1 / 3, HAND: 2.5}
    report("100 steps on a vector of 10", vectors(), limits, budget)
    report("100 steps on a float", floats(), {"autograd": 1 / 5}, budget)

"""What does a step cost? A hundred mixed elementwise steps on ten numbers, and on one float."""

import math
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.timing import CONTROL, HAND, US, Budget, Contestant, arguments, peer, show, target

BLOCKS = 5
A, B = np.linspace(0.8, 1.2, 10), np.linspace(-0.3, 0.4, 10)


def block(xp: Any, x: Any, a: Any, b: Any) -> Any:  # Any: the same text for every library
    """Take twenty steps, some of whose results are used twice."""
    t1 = x * a
    t2 = xp.tanh(t1)
    t3 = t2 + b
    t4 = t3 * 0.5
    t5 = xp.exp(t4)
    t6 = t5 - t2
    t7 = t6 * t6
    t8 = t7 + 1.0
    t9 = xp.sqrt(t8)
    t10 = t3 / t9
    t11 = xp.sin(t10)
    t12 = t11 * t5
    t13 = 2.0 - t12
    t14 = t13 / a
    t15 = xp.tanh(t14)
    t16 = t15**2
    t17 = xp.log1p(t16)
    t18 = t17 - b
    t19 = t18 * t11
    return t19 + x


def block_by_hand(xp: Any, x: Any, a: Any, b: Any) -> tuple[Any, tuple[Any, ...]]:
    """Take the same steps, and keep what `block_back` needs."""
    t2 = xp.tanh(x * a)
    t3 = t2 + b
    t5 = xp.exp(t3 * 0.5)
    t6 = t5 - t2
    t9 = xp.sqrt(t6 * t6 + 1.0)
    t10 = t3 / t9
    t11 = xp.sin(t10)
    t15 = xp.tanh((2.0 - t11 * t5) / a)
    t16 = t15**2
    t18 = xp.log1p(t16) - b
    return t18 * t11 + x, (t2, t5, t6, t9, t10, t11, t15, t16, t18)


def block_back(xp: Any, g: Any, kept: tuple[Any, ...], a: Any) -> Any:
    """Bring the cotangent of a block's result to its x, as one would derive it on paper."""
    t2, t5, t6, t9, t10, t11, t15, t16, t18 = kept
    g14 = g * t11 / (1.0 + t16) * (2.0 * t15) * (1.0 - t16)
    g12 = -g14 / a
    g10 = (g * t18 + g12 * t5) * xp.cos(t10)
    g3 = g10 / t9
    g6 = -g3 * t10 * t6 / t9
    g4 = (g12 * t11 + g6) * t5
    g3 = g3 + g4 * 0.5
    g1 = (g3 - g6) * (1.0 - t2 * t2)
    return g + g1 * a


def steps(xp: Any, x: Any, a: Any, b: Any) -> Any:
    """Take a hundred steps."""
    for _ in range(BLOCKS):
        x = block(xp, x, a, b)
    return x


def steps_by_hand(xp: Any, x: Any, a: Any, b: Any, one: Any) -> tuple[Any, Any]:
    """Give the result of the hundred steps and its gradient for the cotangent `one`."""
    blocks = []
    for _ in range(BLOCKS):
        x, kept = block_by_hand(xp, x, a, b)
        blocks.append(kept)
    g = one
    for kept in reversed(blocks):
        g = block_back(xp, g, kept, a)
    return x, g


def vectors() -> list[Contestant]:
    """Give the contestants on a vector of ten."""
    x = np.linspace(-1.0, 1.0, 10)

    def loss(x: Any, xp: Any = np, a: Any = A, b: Any = B) -> Any:
        return xp.sum(steps(xp, x, a, b))

    def by_hand() -> tuple[Any, Any]:
        y, g = steps_by_hand(np, x, A, B, np.ones(10))
        return np.sum(y), g

    ours = sg.backprop(loss)
    forward = Contestant(CONTROL, lambda: (loss(x), None))
    found = [forward, Contestant(HAND, by_hand), Contestant(US, lambda: ours(x))]
    if autograd := peer("autograd"):
        theirs, anp = autograd.value_and_grad(loss), peer("autograd.numpy")
        found.append(Contestant("autograd", lambda: theirs(x, anp)))
    if torch := peer("torch"):
        tx, ta, tb = (torch.tensor(v, requires_grad=v is x) for v in (x, A, B))

        def in_torch() -> tuple[Any, Any]:
            value = loss(tx, torch, ta, tb)
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
    ours = sg.backprop(lambda x: steps(np, x, 0.9, 0.1))
    found = [
        Contestant(CONTROL, lambda: (steps(np, 0.3, 0.9, 0.1), None)),
        Contestant(HAND, lambda: steps_by_hand(math, 0.3, 0.9, 0.1, 1.0)),
        Contestant(US, lambda: ours(0.3)),
    ]
    if autograd := peer("autograd"):
        anp = peer("autograd.numpy")
        theirs = autograd.value_and_grad(lambda x: steps(anp, x, 0.9, 0.1))
        found.append(Contestant("autograd", lambda: theirs(0.3)))
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

"""x · y + z over a record, twice: differentiated by structgrad, and with a derivative by hand.

`sg.op` takes a function that returns its value and its pullback: what turns the cotangent of the
value into one of the argument, here a `Triple` from a number. Inside a larger function both ways
mix freely and agree.

Prints:
    at (5, 7, 2): Triple(x=7.0, y=5.0, z=1.0)
    by hand:      Triple(x=7.0, y=5.0, z=1.0)
    under -sqrt:  -0.57539646 -0.41099747 -0.08219949
    by hand:      -0.57539646 -0.41099747 -0.08219949
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Triple:
    x: float
    y: float
    z: float


def plain(t: Triple) -> sg.Scalar:
    return t.x * t.y + t.z


@sg.op
def by_hand(t: Triple) -> tuple[float, Callable[[float], Triple]]:
    def pullback(g: float) -> Triple:
        return Triple(g * t.y, g * t.x, g)

    return t.x * t.y + t.z, pullback


def negative_root(t: Triple, f: Callable[[Triple], sg.Scalar]) -> sg.Scalar:
    return -np.sqrt(f(t))


at = Triple(5.0, 7.0, 2.0)
assert plain(at) == by_hand(at) == 37.0

slopes = sg.grad_bp(plain, at), sg.grad_bp(by_hand, at)
roots = sg.grad_bp(negative_root)(at, plain), sg.grad_bp(negative_root)(at, by_hand)

for slope in slopes:
    assert slope == Triple(7.0, 5.0, 1.0)
for root in roots:
    assert np.allclose(sg.tree.leaves(root), [-0.57539646, -0.41099747, -0.08219949], rtol=0, atol=5e-9)

print(f"at (5, 7, 2): {slopes[0]}\nby hand:      {slopes[1]}")
for name, root in zip(("under -sqrt: ", "by hand:     "), roots, strict=True):
    print(name, *(f"{leaf:.8f}" for leaf in sg.tree.leaves(root)))

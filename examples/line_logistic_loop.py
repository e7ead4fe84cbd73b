"""A line fitted as a struct, a logistic function with its own derivative, and a loop of n rounds.

The logistic 1 / (1 + exp(−x)) overflows in exp far below zero, so it is written with exp of what is
negative; its derivative, s(1 − s), comes as an op, one for numbers and one for arrays. A loop is a
loop: each call records what it does, so n may change from one call to the next.

Prints:
    the loss falls from ... to ...
    logistic at 0: 0.5, slope 0.25; at -800: 0.0, slope 0.0
    loops of 1, 3, 1, 2: slopes [2.0, 8.0, 2.0, 4.0]
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: float


@sg.op
def logistic_of_number(x: float) -> tuple[float, Callable[[float], float]]:
    s = 1.0 / (1.0 + math.exp(-x)) if x > 0.0 else math.exp(x) / (1.0 + math.exp(x))
    return s, lambda g: g * s * (1.0 - s)


@sg.op
def logistic_of_array(x: sg.Array) -> tuple[sg.Array, Callable[[sg.Array], sg.Array]]:
    e = np.exp(-np.abs(x))
    s = np.where(x > 0.0, 1.0, e) / (1.0 + e)
    return s, lambda g: g * s * (1.0 - s)


def logistic(x: sg.Scalar) -> sg.Scalar:
    return logistic_of_array(x) if isinstance(x, np.ndarray) else logistic_of_number(x)


def loss(line: Linear, x: sg.Array, label: sg.Array) -> sg.Scalar:
    return np.mean((logistic(x @ line.w + line.b) - label) ** 2)


def doubled(x: float, n: int) -> float:
    for _ in range(n):
        x = 2.0 * x
    return x


rng = np.random.default_rng(0)
x = rng.normal(size=(100, 2))
label = np.where(x @ np.array([2.0, -1.0]) > 0.5, 1.0, 0.0)

line = Linear(np.zeros(2), 0.0)
start = loss(line, x, label)
for _ in range(200):
    slope = sg.grad_bp(loss)(line, x, label)
    line = sg.tree.map(lambda weight, g: weight - 2.0 * g, line, slope)
end = loss(line, x, label)
assert end < start / 5
print(f"the loss falls from {start:.3f} to {end:.3f}")

at_zero, at_left = sg.backprop(logistic, 0.0), sg.backprop(logistic, -800.0)
assert (at_zero, at_left) == ((0.5, 0.25), (0.0, 0.0))
print(f"logistic at 0: {at_zero[0]}, slope {at_zero[1]}; at -800: {at_left[0]}, slope {at_left[1]}")

slopes = [sg.grad_bp(doubled)(1.0, n) for n in (1, 3, 1, 2)]
assert slopes == [2.0, 8.0, 2.0, 4.0]
print(f"loops of 1, 3, 1, 2: slopes {slopes}")

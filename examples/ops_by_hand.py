"""Seven functions with the derivative written by hand, each checked against central differences.

An op returns its value and its pullback, and the pullback says what a cotangent of the value means
for each argument. `check_op` compares it with differences in random directions; the last op forgets
a factor, and is caught.

Prints:
    right: square, sine, sum_elements, add, multiply, dot, mat_vec
    wrong: forgetful_square: the slope by argument 0 is 2..., central differences give 4...
"""

from collections.abc import Callable

import numpy as np

import structgrad as sg
from structgrad.testing import check_op


@sg.op
def square(x: float) -> tuple[float, Callable[[float], float]]:
    return x * x, lambda g: 2.0 * x * g


@sg.op
def sine(x: float) -> tuple[float, Callable[[float], float]]:
    return float(np.sin(x)), lambda g: float(np.cos(x)) * g


@sg.op
def sum_elements(v: list[float]) -> tuple[float, Callable[[float], list[float]]]:
    return sum(v), lambda g: [g] * len(v)


@sg.op
def add(x: float, y: float) -> tuple[float, Callable[[float], tuple[float, float]]]:
    return x + y, lambda g: (g, g)


@sg.op
def multiply(x: float, y: float) -> tuple[float, Callable[[float], tuple[float, float]]]:
    return x * y, lambda g: (g * y, g * x)


@sg.op
def dot(v: sg.Array, w: sg.Array) -> tuple[float, Callable[[float], tuple[sg.Array, sg.Array]]]:
    return float(v @ w), lambda g: (g * w, g * v)


@sg.op
def mat_vec(m: sg.Array, v: sg.Array) -> tuple[sg.Array, Callable[[sg.Array], tuple[sg.Array, sg.Array]]]:
    return m @ v, lambda g: (np.outer(g, v), m.T @ g)


@sg.op
def forgetful_square(x: float) -> tuple[float, Callable[[float], float]]:
    return x * x, lambda g: x * g


rng = np.random.default_rng(0)
m, v, w = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3)

check_op(square, 1.5)
check_op(sine, 0.5)
check_op(sum_elements, [1.0, 6.0, 2.0])
check_op(add, 1.5, -2.0)
check_op(multiply, 1.5, -2.0)
check_op(dot, v, w)
check_op(mat_vec, m, v)
print("right: square, sine, sum_elements, add, multiply, dot, mat_vec")

try:
    check_op(forgetful_square, 1.5)
except sg.StructgradError as error:
    print(f"wrong: {error}")
else:
    raise AssertionError("a forgotten factor was not seen")

"""Linear regression, on two arrays and on a struct: the same numbers either way.

The data come from known weights and a little noise. A hundred epochs of descent bring the loss down
by more than ten times, and the weights to within 0.1 of the truth.

Prints:
    on arrays: loss ... -> 0.0..., W off by at most 0.0..., b by 0.0...
    as a struct: the same
"""

from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: sg.Array


def loss(w: sg.Array, b: sg.Array, x: sg.Array, y: sg.Array) -> sg.Scalar:
    return np.mean((x @ w.T + b - y) ** 2)


def struct_loss(line: Linear, x: sg.Array, y: sg.Array) -> sg.Scalar:
    return loss(line.w, line.b, x, y)


rng = np.random.default_rng(0)
truth = Linear(rng.normal(size=(3, 5)), rng.normal(size=3))
x = rng.normal(size=(200, 5))
y = x @ truth.w.T + truth.b + 0.1 * rng.normal(size=(200, 3))

w, b = np.zeros((3, 5)), np.zeros(3)
gradient = sg.grad_bp(loss, argnums=(0, 1))
for _ in range(100):
    dw, db = gradient(w, b, x, y)
    w, b = w - 0.2 * dw, b - 0.2 * db

line = Linear(np.zeros((3, 5)), np.zeros(3))
struct_gradient = sg.grad_bp(struct_loss)
for _ in range(100):
    slope = struct_gradient(line, x, y)
    line = sg.tree.map(lambda weight, g: weight - 0.2 * g, line, slope)

start, end = loss(np.zeros((3, 5)), np.zeros(3), x, y), loss(w, b, x, y)
w_error, b_error = np.max(np.abs(w - truth.w)), np.max(np.abs(b - truth.b))

assert end < start / 10
assert w_error < 0.1
assert b_error < 0.1
assert np.array_equal(line.w, w)
assert np.array_equal(line.b, b)

print(f"on arrays: loss {start:.3f} -> {end:.3f}, W off by at most {w_error:.3f}, b by {b_error:.3f}")
print("as a struct: the same")

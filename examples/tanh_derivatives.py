"""tanh and its first four derivatives, by differentiating the derivative, again and again.

Each derivative of tanh is a polynomial in tanh: if f = P(tanh x), then f' = P'(tanh x) (1 − tanh²
x). That gives the answers independently, and the nested gradients match them everywhere to 1e-8.
Where matplotlib is installed, the five curves are drawn as well.

Prints:
        x     tanh      1st      2nd      3rd      4th
     -1.0  -0.7616   0.4200   0.6397   0.6216  -0.6651
      0.0   0.0000   1.0000   0.0000  -2.0000   0.0000
      0.5   0.4621   0.7864  -0.7269  -0.5652   3.9522
    worst difference from the closed form: ...e-...
"""

import importlib
import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.polynomial import Polynomial

import structgrad as sg

Curve = Callable[[sg.Array], sg.Array]


def derivative(f: Curve) -> Curve:
    """The derivative of an elementwise function: the sum's gradient has the slope at x in the place of x."""
    return lambda x: sg.grad_bp(lambda v: np.sum(f(v)), x)


def draw(x: sg.Array, curves: list[Curve]) -> None:
    if importlib.util.find_spec("matplotlib"):
        figure = importlib.import_module("matplotlib.figure").Figure()
        figure.subplots().plot(x, np.stack([f(x) for f in curves], axis=1))
        path = Path(tempfile.mkdtemp()) / "tanh_derivatives.png"
        figure.savefig(path)
        print(f"drawn to {path}")


curves: list[Curve] = [np.tanh]
for _ in range(4):
    curves.append(derivative(curves[-1]))

print("    x     tanh      1st      2nd      3rd      4th")
points = np.array([-1.0, 0.0, 0.5])
for x, *row in np.stack([points, *(f(points) + 0.0 for f in curves)], axis=1):  # + 0.0 turns -0.0 into 0.0
    print(f"{x:5.1f}", *(f"{y:8.4f}" for y in row))

x = np.linspace(-7.0, 7.0, 200)
closed, worst = Polynomial([0.0, 1.0]), 0.0
for f in curves:
    worst = max(worst, float(np.max(np.abs(f(x) - closed(np.tanh(x))))))
    closed = closed.deriv() * Polynomial([1.0, 0.0, -1.0])

assert worst < 1e-8
print(f"worst difference from the closed form: {worst:.0e}")
draw(x, curves)

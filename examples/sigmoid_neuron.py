"""Three small formulas, the last one a neuron: from a product to the chain rule over five inputs.

1. x₁ x₂ + x₁ + 5 at (1.5, 2): the slopes are x₂ + 1 and x₁.
2. x y + sin x at (0.5, 4.2): the slopes are y + cos x and x.
3. σ(a x + b y + c), a neuron with the weights a, b, c: every slope is σ(1 − σ) times that of what
   is in the brackets.

Prints:
    9.5 by (3.0, 1.5)
    2.5794255 by (5.0775826, 0.5000000)
    0.8807970780
    Neuron(a=-0.1049936, b=0.3149808, c=0.1049936) and (0.1049936, 0.2099872)
"""

from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Neuron:
    a: float
    b: float
    c: float

    def __call__(self, x: float, y: float) -> sg.Scalar:
        return 1.0 / (1.0 + np.exp(-(self.a * x + self.b * y + self.c)))


def polynomial(x1: float, x2: float) -> sg.Scalar:
    return x1 * x2 + x1 + 5.0


def wave(x: float, y: float) -> sg.Scalar:
    return x * y + np.sin(x)


def fire(neuron: Neuron, point: tuple[float, float]) -> sg.Scalar:
    return neuron(*point)


value, slopes = sg.backprop(polynomial, argnums=(0, 1))(1.5, 2.0)
assert (value, slopes) == (9.5, (3.0, 1.5))
print(f"{value} by {slopes}")

value, (by_x, by_y) = sg.backprop(wave, argnums=(0, 1))(0.5, 4.2)
assert np.allclose([value, by_x, by_y], [2.5794255, 5.0775826, 0.5], rtol=0, atol=5e-8)
print(f"{value:.7f} by ({by_x:.7f}, {by_y:.7f})")

value, (weights, point) = sg.backprop(fire, argnums=(0, 1))(Neuron(1.0, 2.0, -3.0), (-1.0, 3.0))
assert abs(value - 0.8807970780) < 5e-11
assert np.allclose(
    [weights.a, weights.b, weights.c, *point],
    [-0.1049936, 0.3149808, 0.1049936, 0.1049936, 0.2099872],
    rtol=0,
    atol=5e-8,
)
print(f"{value:.10f}")
print(f"{sg.tree.map(lambda g: round(g, 7), weights)} and ({point[0]:.7f}, {point[1]:.7f})")

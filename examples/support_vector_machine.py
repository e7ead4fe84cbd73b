"""A line between six points: a linear support vector machine, trained one point at a time.

The loss of a point is what it lacks to a margin of one (the hinge), plus a pull of the weights
towards zero. The machine is a struct of three Python floats, and so is each gradient.

Prints:
    accuracy 0.83 before, 1.00 after 2000 steps
"""

from dataclasses import dataclass

import numpy as np

import structgrad as sg

POINTS = [(1.4, 0.6), (-0.4, -0.8), (2.2, -0.9), (-1.1, 1.2), (1.0, 2.1), (-1.5, -1.7)]
LABELS = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]


@dataclass(frozen=True)
class Line:
    a: float
    b: float
    c: float

    def score(self, point: tuple[float, float]) -> sg.Scalar:
        return self.a * point[0] + self.b * point[1] + self.c


def loss(line: Line, point: tuple[float, float], label: float) -> sg.Scalar:
    hinge = np.maximum(0.0, 1.0 - label * line.score(point))
    return hinge + 0.01 * (line.a**2 + line.b**2)


def accuracy(line: Line) -> float:
    right = [line.score(point) * label > 0.0 for point, label in zip(POINTS, LABELS, strict=True)]
    return right.count(True) / len(right)


rng = np.random.default_rng(1)
line = Line(*rng.normal(size=3).tolist())
before = accuracy(line)

for _ in range(2000):
    i = int(rng.integers(6))
    slope = sg.grad_bp(loss)(line, POINTS[i], LABELS[i])
    line = sg.tree.map(lambda weight, g: weight - 0.02 * g, line, slope)

assert type(line.a) is float
assert before < accuracy(line) == 1.0
print(f"accuracy {before:.2f} before, {accuracy(line):.2f} after 2000 steps")

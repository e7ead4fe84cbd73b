"""Squared cross-entropy of a softmax: step by step in NumPy, as one operation by hand, and by structgrad.nn.

The gradient of the cross-entropy by the scores is p - target, three numbers in one line; the plain program goes back
through exp, sum, division and logarithm and finds the same. At scores of 1,000 only the last is still finite.

Prints:
    plain:   -0.73147421 0.34746547 0.38400874
    by hand: -0.73147421 0.34746547 0.38400874
    nn:      -0.73147421 0.34746547 0.38400874
    nn at 1000 times the scores: 0.0
"""

from collections.abc import Callable

import numpy as np

import structgrad as sg
from structgrad import nn

target = np.array([1.0, 0.0, 0.0])


def plain(scores: sg.Array) -> sg.Scalar:
    p = np.exp(scores) / np.sum(np.exp(scores))
    return -np.sum(target * np.log(p))


@sg.op
def fused(scores: sg.Array) -> tuple[float, Callable[[float], sg.Array]]:
    e = np.exp(scores - np.max(scores))
    p = e / np.sum(e)
    return -float(np.log(target @ p)), lambda g: g * (p - target)


def by_nn(scores: sg.Array) -> sg.Scalar:
    return nn.soft_cross_entropy(scores, target)


scores = np.array([0.9, 0.2, 0.3])
gradients = {
    "plain:  ": sg.grad_bp(lambda s: plain(s) ** 2, scores),
    "by hand:": sg.grad_bp(lambda s: fused(s) ** 2, scores),
    "nn:     ": sg.grad_bp(lambda s: by_nn(s) ** 2, scores),
}
for name, gradient in gradients.items():
    assert np.allclose(gradient, gradients["plain:  "], rtol=1e-14)
    print(name, " ".join(f"{g:.8f}" for g in gradient))

print("nn at 1000 times the scores:", by_nn(1000.0 * scores))

"""The network of the benchmark of Haskell's backprop, plain, by hand, and with a pullback per layer."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

import structgrad as sg

T = TypeVar("T")
Pullback = Callable[[Any], T]


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Net:
    first: Linear
    second: Linear
    out: Linear


def logistic(x: Any, xp: Any = np) -> Any:  # Any: the same text for every library
    """Squash to (0, 1)."""
    return 1.0 / (1.0 + xp.exp(-x))


def softmax(z: Any, xp: Any = np) -> Any:
    """Turn each row into probabilities."""
    e = xp.exp(z)
    return e / xp.sum(e, axis=1, keepdims=True)


def cross_entropy(p: Any, y: Any, xp: Any = np) -> Any:
    """Give the mean over rows of minus the log-probability of the right class."""
    return -xp.sum(y * xp.log(p)) / len(y)


def loss(net: Net, x: Any, y: Any, xp: Any = np) -> sg.Scalar:
    """Give the loss of a batch x: (n, 784) with one-hot classes y: (n, 10)."""
    h1 = logistic(x @ net.first.w + net.first.b, xp)
    h2 = logistic(h1 @ net.second.w + net.second.b, xp)
    return cross_entropy(softmax(h2 @ net.out.w + net.out.b, xp), y, xp)


def by_hand(net: Net, x: sg.Array, y: sg.Array) -> tuple[Any, Net]:
    """Give value and gradient as one would derive them on paper."""
    h1 = logistic(x @ net.first.w + net.first.b)
    h2 = logistic(h1 @ net.second.w + net.second.b)
    p = softmax(h2 @ net.out.w + net.out.b)
    g3 = (p - y) / len(y)
    g2 = g3 @ net.out.w.T * h2 * (1.0 - h2)
    g1 = g2 @ net.second.w.T * h1 * (1.0 - h1)
    steps = [Linear(x.T @ g, np.add.reduce(g, 0)) for x, g in ((x, g1), (h1, g2), (h2, g3))]
    return cross_entropy(p, y), Net(*steps)


@sg.op
def first_layer(layer: Linear, x: sg.Array) -> tuple[sg.Array, Pullback[Linear]]:
    """Give a logistic layer of data, to which no cotangent is owed."""
    y = logistic(x @ layer.w + layer.b)

    def pullback(g: sg.Array) -> Linear:
        g = g * y * (1.0 - y)
        return Linear(x.T @ g, np.add.reduce(g, 0))

    return y, pullback


@sg.op
def hidden_layer(layer: Linear, x: sg.Array) -> tuple[sg.Array, Pullback[tuple[Linear, sg.Array]]]:
    """Give a logistic layer of another layer's result."""
    y = logistic(x @ layer.w + layer.b)

    def pullback(g: sg.Array) -> tuple[Linear, sg.Array]:
        g = g * y * (1.0 - y)
        return Linear(x.T @ g, np.add.reduce(g, 0)), g @ layer.w.T

    return y, pullback


@sg.op
def last_layer(layer: Linear, x: sg.Array, y: sg.Array) -> tuple[Any, Pullback[tuple[Linear, sg.Array]]]:
    """Give the cross-entropy of a softmax layer."""
    p = softmax(x @ layer.w + layer.b)

    def pullback(g: Any) -> tuple[Linear, sg.Array]:
        d = (p - y) * (g / len(y))
        return Linear(x.T @ d, np.add.reduce(d, 0)), d @ layer.w.T

    return cross_entropy(p, y), pullback


def hybrid_loss(net: Net, x: sg.Array, y: sg.Array) -> sg.Scalar:
    """Give the same loss, each layer with its own pullback."""
    return last_layer(net.out, hidden_layer(net.second, first_layer(net.first, x)), y)


def problem(n: int, convert: Callable[[sg.Array], Any] = np.asarray) -> tuple[Net, Any, Any]:
    """Give network, inputs and one-hot classes, the same numbers for every library."""
    rng = np.random.default_rng(0)
    sizes = [784, 300, 100, 10]
    layers = [
        Linear(convert(rng.normal(0.0, a**-0.5, (a, b))), convert(rng.normal(0.0, 0.1, b))) for a, b in pairwise(sizes)
    ]
    return Net(*layers), convert(rng.uniform(0.0, 1.0, (n, 784))), convert(np.eye(10)[rng.integers(0, 10, n)])

"""A network of any depth, as a recursive type: a layer, or a layer followed by a network.

Nothing is written for a particular depth. `build` makes networks without hidden layers, with two of
300 and 100 units, and with ten of 16; the same `run` and the same line of descent train all three
to tell three clusters apart.

Prints:
    no hidden layer: loss 1... -> 0...
    300, 100: loss 1... -> 0...
    16, 16, 16, 16, 16, 16, 16, 16, 16, 16: loss 1... -> 0...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Output:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Hidden:
    w: sg.Array
    b: sg.Array
    rest: Hidden | Output


def build(sizes: Sequence[int], rng: np.random.Generator) -> Hidden | Output:
    inputs, outputs, *more = sizes
    w, b = rng.normal(size=(inputs, outputs)) / np.sqrt(inputs), np.zeros(outputs)
    return Hidden(w, b, build(sizes[1:], rng)) if more else Output(w, b)


def run(net: Hidden | Output, x: sg.Array) -> sg.Array:
    while isinstance(net, Hidden):
        x = np.tanh(x @ net.w + net.b)
        net = net.rest
    return x @ net.w + net.b


def cross_entropy(net: Hidden | Output, x: sg.Array, label: sg.Array) -> sg.Scalar:
    scores = run(net, x)
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - np.sum(scores * label, axis=1))


rng = np.random.default_rng(0)
label = np.eye(3)[np.arange(30) % 3]  # (30, 3): one 1 in each row
x = label @ (2.0 * rng.normal(size=(3, 4))) + 0.5 * rng.normal(size=(30, 4))

for hidden in [], [300, 100], [16] * 10:
    net = build([4, *hidden, 3], rng)
    start = cross_entropy(net, x, label)
    for _ in range(60):
        slope = sg.grad_bp(cross_entropy)(net, x, label)
        assert type(slope) is type(net)
        net = sg.tree.map(lambda weight, g: weight - 0.1 * g, net, slope)
    end = cross_entropy(net, x, label)

    assert end < start / 2
    print(f"{', '.join(map(str, hidden)) or 'no hidden layer'}: loss {start:.3f} -> {end:.3f}")

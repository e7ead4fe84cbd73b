"""One step of gradient descent for a network of 100 inputs, 20 hidden units and 5 outputs.

The network is a dataclass of dataclasses. Its gradient is a value of the same class, so a step of
descent is one expression over two structs: every weight minus a little of its slope. The
activation, a function, is carried along.

Prints:
    the gradient is a Net; its hidden weights have shape (20, 100)
    the squared error falls from ... to ...
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Dense:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Net:
    hidden: Dense
    out: Dense
    act: Callable[[sg.Array], sg.Array] = np.tanh


def run(net: Net, x: sg.Array) -> sg.Array:
    h = net.act(net.hidden.w @ x + net.hidden.b)
    return net.out.w @ h + net.out.b


def squared_error(net: Net, x: sg.Array, target: sg.Array) -> sg.Scalar:
    return np.sum((run(net, x) - target) ** 2)


rng = np.random.default_rng(0)
net = Net(
    hidden=Dense(rng.normal(size=(20, 100)) / 10.0, np.zeros(20)),
    out=Dense(rng.normal(size=(5, 20)) / 4.0, np.zeros(5)),
)
x, target = rng.normal(size=100), rng.normal(size=5)

before, gradient = sg.backprop(squared_error)(net, x, target)
stepped = sg.tree.map(lambda weight, slope: weight - 0.001 * slope, net, gradient)
after = squared_error(stepped, x, target)  # without a gradient: a plain call

assert type(gradient) is Net
assert gradient.hidden.w.shape == net.hidden.w.shape
assert stepped.act is np.tanh
assert after < before

print(f"the gradient is a {type(gradient).__name__}; its hidden weights have shape {gradient.hidden.w.shape}")
print(f"the squared error falls from {before:.3f} to {after:.3f}")

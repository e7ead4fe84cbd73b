"""Train a network on scikit-learn's 1,797 handwritten digits: 8×8 grey values in, ten classes out.

The network is a dataclass of dataclasses, and so is its gradient. An optimizer takes any struct: `optim.descend` hands
out where it stands after each step, its network a `Net`. 360 random images are held out. Needs the extra `examples`.

Prints:
    training loss: 0.0...
    held-out accuracy: 9... %
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import structgrad as sg
from structgrad import nn, optim

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Dense:
    w: sg.Array  # (inputs, outputs)
    b: sg.Array  # (outputs,)

    def __call__(self, x: sg.Array) -> sg.Array:
        return x @ self.w + self.b


@dataclass(frozen=True)
class Net:
    hidden: list[Dense]
    out: Dense
    act: Callable[[sg.Array], sg.Array] = np.tanh

    def __call__(self, x: sg.Array) -> sg.Array:
        for layer in self.hidden:
            x = self.act(layer(x))
        return self.out(x)


def loss(net: Net, x: sg.Array, label: Labels) -> sg.Scalar:
    return np.mean(nn.cross_entropy(net(x), label))


def dense(inputs: int, outputs: int, rng: np.random.Generator) -> Dense:
    return Dense(rng.normal(size=(inputs, outputs)) / np.sqrt(inputs), np.zeros(outputs))


rng = np.random.default_rng(0)
images, label = load_digits(return_X_y=True)
x = images / 16.0  # grey values from 0 to 1
training, held_out = np.split(rng.permutation(len(images)), [-360])

net = Net([dense(64, 64, rng)], dense(64, 10, rng))
batches = optim.batches(x[training], label[training], size=32, seed=rng, epochs=10)
for now in optim.descend(loss, net, batches, optim.momentum(optim.cosine(0.2, len(batches)))):
    net = now.params
accuracy = np.mean(np.argmax(net(x[held_out]), axis=1) == label[held_out])

assert accuracy >= 0.95
print(f"training loss: {loss(net, x[training], label[training]):.4f}")
print(f"held-out accuracy: {100.0 * accuracy:.1f} %")

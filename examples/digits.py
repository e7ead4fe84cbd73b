"""Train a network on scikit-learn's 1,797 handwritten digits: 8×8 grey values in, ten classes out.

The network is a dataclass of dataclasses, the loss plain NumPy, the gradient a `Net` again, so that
momentum is two lines. 360 random images are held out. Needs the extra `examples`.

Prints:
    training loss: 0.0...
    held-out accuracy: 9... %
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from tqdm import tqdm

import structgrad as sg

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
    scores = net(x)  # cross-entropy of their softmax, averaged over the images
    scores = scores - np.max(scores, axis=1, keepdims=True)
    right = scores[np.arange(len(label)), label]
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - right)


def dense(inputs: int, outputs: int, rng: np.random.Generator) -> Dense:
    return Dense(rng.normal(size=(inputs, outputs)) / np.sqrt(inputs), np.zeros(outputs))


def train(net: Net, x: sg.Array, label: Labels, rng: np.random.Generator, epochs: int = 30) -> Net:
    velocity, value_and_gradient = sg.zero(net), sg.backprop(loss)
    progress = tqdm(range(epochs), desc="training", unit="epoch", disable=None)  # quiet without a terminal
    for _ in progress:
        total = 0.0
        for batch in np.array_split(rng.permutation(len(x)), len(x) // 32):
            value, gradient = value_and_gradient(net, x[batch], label[batch])
            velocity = sg.tree.map(lambda v, g: 0.9 * v - 0.05 * g, velocity, gradient)
            net = sg.add(net, velocity)
            total += value * len(batch)
        progress.set_postfix(loss=f"{total / len(x):.4f}")
    return net


rng = np.random.default_rng(0)
images, label = load_digits(return_X_y=True)
x = images / 16.0  # grey values from 0 to 1
training, held_out = np.split(rng.permutation(len(images)), [-360])

net = train(Net([dense(64, 64, rng)], dense(64, 10, rng)), x[training], label[training], rng)
accuracy = np.mean(np.argmax(net(x[held_out]), axis=1) == label[held_out])

assert accuracy >= 0.95
print(f"training loss: {loss(net, x[training], label[training]):.4f}")
print(f"held-out accuracy: {100.0 * accuracy:.1f} %")

"""Two networks that read handwritten digits, stopped early, saved on the way, and taken up again from the file.

Of scikit-learn's 1,797 images 1,077 are for training. The loss of 360 others is asked once an epoch, and says when to
stop: after three answers without a lower one. The best params so far are kept; the last 360 images are for their score.
Where a descent stands is a struct, so `sg.save` takes it, and what goes on from the file is what goes on without it,
to the bit. To the loop a perceptron and a convolutional network are the same: structs that can be called.

Prints:
    Perceptron: stopped after ... steps, 9... % right
    ConvNet: stopped after ... steps, 9... % right
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import structgrad as sg
from structgrad import nn, optim

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Perceptron:
    w: sg.Array  # (64, 64)
    out: sg.Array  # (64, 10)

    def __call__(self, x: sg.Array) -> sg.Array:
        return np.tanh(x.reshape(-1, 64) @ self.w) @ self.out


@dataclass(frozen=True)
class ConvNet:
    kernels: list[sg.Array]  # (16, 1, 3, 3), (32, 16, 3, 3)
    out: sg.Array  # (128, 10)

    def __call__(self, x: sg.Array) -> sg.Array:
        for kernel in self.kernels:
            x = nn.relu(nn.max_pool2d(nn.conv2d(x, kernel, padding="same"), 2))  # from 8 × 8 to 4 × 4, 2 × 2
        return x.reshape(-1, 128) @ self.out


Net = Perceptron | ConvNet


def loss(net: Net, x: sg.Array, label: Labels) -> sg.Scalar:
    return np.mean(nn.cross_entropy(net(x), label))


def descent(net: Net, path: str | None = None) -> Iterator[optim.Descent[Net]]:
    batches, opt = optim.batches(*training, size=32, epochs=100), optim.adam(0.003)
    return optim.descend(loss, net, batches, opt, held_out=lambda net: loss(net, *judging), patience=3, start=path)


rng = np.random.default_rng(0)
images, labels = load_digits(return_X_y=True)
parts = np.split(rng.permutation(len(images)), [1077, 1437])
training, judging, (x, label) = ((images[part].reshape(-1, 1, 8, 8) / 16.0, labels[part]) for part in parts)

perceptron = Perceptron(np.zeros((64, 64)), np.zeros((64, 10)))
conv_net = ConvNet([np.zeros((16, 1, 3, 3)), np.zeros((32, 16, 3, 3))], np.zeros((128, 10)))

for net, least in (perceptron, 0.94), (conv_net, 0.97):
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/descent.safetensors"
        best, steps = net, 0
        for now in descent(nn.glorot(net, rng)):
            if now.step == 100:
                sg.save(path, now)
            best, steps = now.best, now.step
        again = optim.last(descent(net, path)).best
    accuracy = np.mean(np.argmax(best(x), axis=1) == label)
    assert np.array_equal(again(x), best(x))
    assert accuracy >= least
    print(f"{type(net).__name__}: stopped after {steps} steps, {100.0 * accuracy:.1f} % right")

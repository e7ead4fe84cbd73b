"""Dropout on handwritten digits: half of the hidden numbers fall out while the network learns, none when it is scored.

Nothing draws in secret: `nn.dropout` takes NumPy's generator, and a network that is not given one drops nothing. Here
each step has a generator of its own, made of a seed and the number of the step. So the same seed gives the same network
to the bit, also where it stops halfway and is taken up again. 360 images are held out. Needs the extra `examples`.

Prints:
    held-out accuracy: 9... %
    the same seed, in two goes of 270 steps: the same network
    another seed: another network, 9... %
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import structgrad as sg
from structgrad import nn, optim

EPOCHS = 12
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Net:
    hidden: sg.Array  # (64, 128)
    out: sg.Array  # (128, 10)

    def __call__(self, x: sg.Array, rng: np.random.Generator | None = None) -> sg.Array:
        x = nn.relu(x @ self.hidden)
        if rng is not None:
            x = nn.dropout(x, 0.5, rng)
        return x @ self.out


def loss(net: Net, x: sg.Array, label: Labels, rng: np.random.Generator) -> sg.Scalar:
    return np.mean(nn.cross_entropy(net(x, rng), label))


def batches(seed: int) -> Iterator[tuple[sg.Array, Labels, np.random.Generator]]:
    data = optim.batches(x[training], labels[training], size=32, seed=seed, epochs=EPOCHS)
    for step, (image, label) in enumerate(data):
        yield image, label, np.random.default_rng([seed, step])


def train(seed: int, steps: int | None = None, start: optim.Descent[Net] | None = None) -> optim.Descent[Net]:
    """Where the descent stands after so many steps, or in the end."""
    data = itertools.islice(batches(seed), steps)
    return optim.last(optim.descend(loss, blank, data, optim.adam(0.002), start=start))


def accuracy(net: Net) -> float:
    return float(np.mean(np.argmax(net(x[held_out]), axis=1) == labels[held_out]))


rng = np.random.default_rng(0)
images, labels = load_digits(return_X_y=True)
x = images / 16.0  # grey values from 0 to 1
training, held_out = np.split(rng.permutation(len(images)), [-360])
blank = nn.glorot(Net(np.zeros((64, 128)), np.zeros((128, 10))), rng)

net, other = train(1).params, train(2).params
halfway = train(1, steps=270)
resumed = train(1, start=halfway).params

assert accuracy(net) >= 0.96
assert np.array_equal(resumed.hidden, net.hidden)
assert np.array_equal(resumed.out, net.out)
assert not np.array_equal(other.hidden, net.hidden)
print(f"held-out accuracy: {100.0 * accuracy(net):.1f} %")
print(f"the same seed, in two goes of {halfway.step} steps: the same network")
print(f"another seed: another network, {100.0 * accuracy(other):.1f} %")

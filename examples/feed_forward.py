"""A feed-forward network of 64, 32 and 10 neurons, trained with Adam to read handwritten digits.

An optimizer is a pair of functions: `init` gives the state before the first step, `step` the params and the state
after the next. Both are data: nothing that you hold is changed, and the loop is yours. The state is a struct as well,
its slots shaped like the network. 360 of scikit-learn's 1,797 images are held out.

Prints:
    900 steps, held-out accuracy: 9... %
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import structgrad as sg
from structgrad import nn, optim

Labels = NDArray[np.int64]


class Net(NamedTuple):
    w1: sg.Array
    b1: sg.Array
    w2: sg.Array
    b2: sg.Array

    def __call__(self, x: sg.Array) -> sg.Array:
        return nn.sigmoid(x @ self.w1 + self.b1) @ self.w2 + self.b2


def loss(net: Net, x: sg.Array, label: Labels) -> sg.Scalar:
    return np.mean(nn.cross_entropy(net(x), label))


rng = np.random.default_rng(0)
images, label = load_digits(return_X_y=True)
training, held_out = np.split(rng.permutation(len(images)), [-360])
x = images / 16.0  # grey values from 0 to 1

net = nn.glorot(Net(np.empty((64, 32)), np.empty(32), np.empty((32, 10)), np.empty(10)), rng)
adam = optim.adam(0.01)
state = adam.init(net)
for batch in optim.batches(x[training], label[training], size=32, seed=rng, epochs=20):
    value, gradient = sg.backprop(loss)(net, *batch)
    net, state = adam.step(net, gradient, state)

accuracy = np.mean(np.argmax(net(x[held_out]), axis=1) == label[held_out])
assert type(state.slots["m"]) is Net
assert accuracy >= 0.94
print(f"{state.count} steps, held-out accuracy: {100.0 * accuracy:.1f} %")

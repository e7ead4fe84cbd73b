"""A network that writes: two LSTMs, one on the other, read Python's own manual and learn which character comes next.

The manual is the one that `help()` shows. Each step reads 32 pieces of 48 characters, from anywhere in it. In the end
the network goes on from "The " by itself: each character is drawn by the odds that it gives, and read in turn. Pieces
and single characters are read by one function, which takes the states of the layers and returns them.

Prints:
    loss: 4... -> ...
    The ...
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pydoc_data.topics import topics

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn, optim

Ids = NDArray[np.int64]
States = Sequence[tuple[sg.Array, sg.Array] | None]


@dataclass(frozen=True)
class Writer:
    table: sg.Array  # (characters, width): what stands for each character
    layers: list[nn.Gates]
    out: sg.Array  # (width, characters)

    def __call__(self, ids: Ids, states: States) -> tuple[sg.Array, States]:
        """Scores of the next character after each of ids (t, ...), and the states of the layers."""
        x, after = nn.embedding(self.table, ids), []
        for layer, state in zip(self.layers, states, strict=True):
            x, new = nn.lstm(layer, x, state)
            after.append(new)
        return x @ self.out, after


def loss(writer: Writer, ids: Ids) -> sg.Scalar:
    scores, _ = writer(ids[:-1], [None] * len(writer.layers))
    return np.mean(nn.cross_entropy(scores, ids[1:]))


def text_by(writer: Writer, text: str, length: int, rng: np.random.Generator) -> str:
    ids = [characters.index(character) for character in text]
    scores, states = writer(np.array(ids), [None] * len(writer.layers))
    while len(ids) < length:
        ids.append(rng.choice(len(characters), p=nn.softmax(scores[-1])))
        scores, states = writer(np.array(ids[-1:]), states)
    return "".join(characters[i] for i in ids)


rng = np.random.default_rng(0)
manual = "\n".join(topics.values())
characters = sorted(set(manual))
number = {character: i for i, character in enumerate(characters)}
pieces = np.lib.stride_tricks.sliding_window_view(np.array([number[c] for c in manual]), 49)

width, steps = 64, 400
layers = [nn.lstm_params(width, width, rng) for _ in range(2)]
start = Writer(rng.normal(size=(len(characters), width)), layers, np.zeros((width, len(characters))))
start = sg.tree.map(np.float32, start)  # half the time

batches = (pieces[rng.integers(len(pieces), size=32)].T for _ in range(steps))
opt = optim.chain(optim.clip_norm(1.0), optim.adam(optim.cosine(0.02, steps)))
losses, writer = [], start
for now in optim.descend(loss, start, batches, opt):
    losses.append(now.value)
    writer = now.params

before, after = losses[0], np.mean(losses[-20:])
assert after < before / 2
print(f"loss: {before:.1f} -> {after:.2f}")
print(text_by(writer, "The ", 300, rng))

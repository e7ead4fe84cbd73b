"""Word vectors from Python's own manual: skip-gram with negative sampling (Mikolov et al. 2013, eq. 4).

A vector is to tell the two neighbours of its word on either side from words drawn at random. Nothing is known of `int`
and `float` but where they stand, and they come out side by side. The text is what `help("class")` and its like print:
64,000 words, 1,300 of them five times or more. Two tables, and gradients that have the rows that a batch read.

Prints:
    loss: 4.2 before, 2... after
    nearest to int: ...float...
    nearest to false: ...true...
    nearest to two: ...three...
    nearest to keyword: ...positional...
"""

import re
from collections import Counter
from dataclasses import dataclass
from pydoc_data.topics import topics

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn, optim

SIZE, DRAWN = 24, 5.0  # numbers of a vector; words drawn at random for each neighbour
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Vectors:
    word: sg.Array  # (words, SIZE)
    neighbour: sg.Array  # (words, SIZE)


def loss(vectors: Vectors, word: Ids, neighbour: Ids, drawn: Ids) -> sg.Scalar:
    """-log σ(word · neighbour) and -log σ(-word · drawn), where a batch shares the words that are drawn."""
    v = vectors.word[word]
    together = np.sum(v * vectors.neighbour[neighbour], axis=1)
    apart = v @ vectors.neighbour[drawn].T
    return np.mean(nn.softplus(-together)) + DRAWN * np.mean(nn.softplus(apart))


rng = np.random.default_rng(0)
text = re.findall("[a-z]+", " ".join(topics.values()).lower())
words = [word for word, count in Counter(text).most_common() if count >= 5]
number = {word: i for i, word in enumerate(words)}
ids = np.array([number[word] for word in text if word in number])
share = np.bincount(ids) / len(ids)
ids = ids[rng.random(len(ids)) < np.sqrt(1e-3 / share[ids])]  # leaves out most of `the` and `a` (eq. 5)

ahead = [(ids[:-k], ids[k:]) for k in (1, 2)]
pairs = np.concatenate([*ahead, *((b, a) for a, b in ahead)], axis=1)
batches = optim.batches(*pairs, size=512, epochs=4)
drawn_with = share**0.75 / np.sum(share**0.75)

vectors = Vectors(0.1 * rng.normal(size=(len(words), SIZE)), np.zeros((len(words), SIZE)))
opt = optim.adam(optim.linear(0.02, 0.0, len(batches)))
state, value_and_gradient = opt.init(vectors), opt.backprop(loss, sparse=True)
values: list[float] = []
for word, neighbour in batches:
    drawn = rng.choice(len(words), 64, p=drawn_with)
    value, gradient = value_and_gradient(vectors, word, neighbour, drawn)
    vectors, state = opt.step(vectors, gradient, state, inplace=True)
    values.append(value)

directions = vectors.word / np.linalg.norm(vectors.word, axis=1, keepdims=True)


def nearest(word: str) -> list[str]:
    order = np.argsort(-directions @ directions[number[word]])
    return [words[i] for i in order[1:6]]


assert np.mean(values[-100:]) < 0.75 * values[0]
print(f"loss: {values[0]:.1f} before, {np.mean(values[-100:]):.1f} after")
for word, expected in [("int", "float"), ("false", "true"), ("two", "three"), ("keyword", "positional")]:
    assert expected in nearest(word)
    print(f"nearest to {word}: {', '.join(nearest(word))}")

"""What is watched next: a recurrent network over sessions, and two tables of films that learn by rows.

The sessions are made up, in the manner of film ratings: 1,000 films in 50 genres, few of them popular; after a film
comes its sequel, another of its genre, or one of the next genre, by odds that are known. In a batch the film that was
watched is to score above 200 that are drawn at random (after Hidasi et al. 2016, §3.1.2), and a step writes the rows of
these films alone. Of 2,000 sessions held out, how often is the last film among the five of the highest scores?

Prints:
    by popularity: 4... %
    by the network: 6... %
    by the odds themselves: 7... %
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn, optim

FILMS, SIZE = 1000, 32
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Recommender:
    seen: sg.Array  # (films, SIZE): what a film tells
    unit: nn.Gates
    next: sg.Array  # (films, SIZE): what it is foretold by

    def __call__(self, films: Ids) -> sg.Array:
        """What each session comes to after each of its films (t, sessions)."""
        states: sg.Array = nn.gru(self.unit, nn.embedding(self.seen, films))[0]
        return states


def loss(model: Recommender, films: Ids, drawn: Ids) -> sg.Scalar:
    states = model(films[:-1])
    watched = np.sum(states * nn.embedding(model.next, films[1:]), axis=-1, keepdims=True)
    scores = np.concatenate((watched, states @ nn.embedding(model.next, drawn).T), axis=-1)
    return np.mean(nn.cross_entropy(scores, np.zeros(films[1:].shape, int)))


def batches(sessions: Ids) -> Iterator[tuple[Ids, Ids]]:
    for (rows,) in optim.batches(sessions, size=100, epochs=5):
        yield rows.T, rng.choice(FILMS, 200)


def hits(scores: sg.Array, watched: Ids) -> float:
    """How many percent of the films watched are among the five of the highest scores (sessions, films)."""
    return 100.0 * float(np.mean(np.any(np.argsort(-scores, axis=1)[:, :5] == watched[:, None], axis=1)))


rng = np.random.default_rng(0)
genre = np.arange(FILMS) // 20
popular = np.tile(1.0 / np.arange(1.0, 21.0), 50) * rng.exponential(size=50)[genre]
within, after = (popular * (genre == (genre[:, None] + k) % 50) for k in (0, 1))
odds = 0.5 * np.roll(np.eye(FILMS), 1, axis=1)  # of the film in the column after that in the row
odds += 0.4 * within / np.sum(within, axis=1, keepdims=True) + 0.1 * after / np.sum(after, axis=1, keepdims=True)

bounds = np.cumsum(odds, axis=1)
films = [rng.choice(FILMS, 8000, p=popular / np.sum(popular))]
while len(films) < 10:
    films.append(np.argmax(bounds[films[-1]] > rng.random((8000, 1)), axis=1))
sessions = np.stack(films, axis=1)
training, held_out, last = sessions[:6000], sessions[6000:, :-1], sessions[6000:, -1]

start = Recommender(rng.normal(size=(FILMS, SIZE)), nn.gru_params(SIZE, SIZE, rng), np.zeros((FILMS, SIZE)))
model = optim.last(optim.descend(loss, start, batches(training), optim.adam(0.01), sparse=True, inplace=True)).params

percent = {
    "by popularity": hits(np.tile(np.bincount(training.ravel(), minlength=FILMS).astype(float), (2000, 1)), last),
    "by the network": hits(model(held_out.T)[-1] @ model.next.T, last),
    "by the odds themselves": hits(odds[held_out[:, -1]], last),
}
assert 10.0 * percent["by popularity"] < percent["by the network"] < percent["by the odds themselves"]
for name, each in percent.items():
    print(f"{name}: {each:.1f} %")

"""Batches of arrays, in an order that depends on the seed and the epoch alone: nothing has to be kept to go on."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar, TypeVarTuple

import numpy as np
from attrs import frozen

from structgrad.struct.leaf import class_space
from structgrad.struct.walk import Nodes, build, flatten, leaf_paths

Ts = TypeVarTuple("Ts")
X = TypeVar("X")


@frozen(eq=False, repr=False)
class Batches(Generic[*Ts]):
    """What `batches` gives: an iterable of tuples, which begins anew with each `iter`.

    leaves, nodes: the data. rows: the length of the first axes. shuffle: False where rows keep their order.
    """

    leaves: list[Any]
    nodes: Nodes
    rows: int
    size: int
    seed: int
    shuffle: bool
    epochs: int | None
    drop_last: bool

    @property
    def in_epoch(self) -> int:
        """The number of batches of an epoch."""
        return self.rows // self.size if self.drop_last else -(-self.rows // self.size)

    def after(self, n: int) -> Iterator[tuple[*Ts]]:
        """The batches that follow the first n, which are not made. ValueError if there are not so many."""
        if self.epochs is not None and n > len(self):
            raise ValueError(f"there are no {n} batches to pass over: {self.epochs} epochs have {len(self)}")
        return self._after(*divmod(n, self.in_epoch))

    def map(self, f: Callable[[*Ts, np.random.Generator], X], /) -> "Mapped[X]":
        """The batches with something made or drawn beside them: f(*batch, rng) in place of each.

        f: what it returns, a plain tuple as a rule, is what the loss gets. rng: for noise, dropout or augmentation; a
        generator of each batch's own, which depends on the seed, the epoch and the number of the batch alone. So a
        descent goes on to the bit from here as well. TypeError for an f that cannot be called.

        >>> import numpy as np
        >>> from structgrad import optim
        >>> data = optim.batches(np.arange(4.0), size=2).map(lambda x, rng: (x, rng.normal(size=x.shape)))
        >>> len(data), [x.shape == noise.shape for x, noise in data]
        (2, [True, True])
        """
        if not callable(f):
            raise TypeError(f"map takes a function of a batch and a generator, and got {f!r:.60}")
        return Mapped(self, f)

    def _after(self, epoch: int, first: int) -> Iterator[tuple[*Ts]]:
        for e in itertools.count(epoch) if self.epochs is None else range(epoch, self.epochs):
            order = np.random.default_rng([self.seed, e]).permutation(self.rows) if self.shuffle else None
            for start in range(first * self.size, self.in_epoch * self.size, self.size):
                part = slice(start, start + self.size)
                yield self._rows(part if order is None else order[part])
            first = 0

    def _rows(self, index: Any) -> tuple[*Ts]:
        batch: tuple[*Ts] = build(self.nodes, [leaf[index] if _has_rows(leaf) else leaf for leaf in self.leaves])
        return batch

    def __iter__(self) -> Iterator[tuple[*Ts]]:
        return self.after(0)

    def __len__(self) -> int:
        if self.epochs is None:
            raise TypeError("batches with epochs=None have no end, and no length")
        return self.epochs * self.in_epoch

    def __repr__(self) -> str:
        order = f"seed {self.seed}" if self.shuffle else "in order"
        return f"batches of {self.size} of {self.rows} rows, {order}" + ", drop_last" * self.drop_last


@frozen(eq=False, repr=False)
class Mapped(Generic[X]):
    """What `Batches.map` gives: an iterable of f(*batch, rng), which begins anew with each `iter`."""

    batches: Batches[*tuple[Any, ...]]
    f: Callable[..., X]

    @property
    def in_epoch(self) -> int:
        """The number of batches of an epoch."""
        return self.batches.in_epoch

    def after(self, n: int) -> Iterator[X]:
        """What is made of the batches that follow the first n. ValueError if there are not so many."""
        return (self.f(*batch, self._rng(i)) for i, batch in enumerate(self.batches.after(n), n))

    def _rng(self, i: int) -> np.random.Generator:
        epoch, k = divmod(i, self.in_epoch)
        # From 1: NumPy's seeds are filled up with zeros, and [seed, epoch] alone is that of the order.
        return np.random.default_rng([self.batches.seed, epoch, k + 1])

    def __iter__(self) -> Iterator[X]:
        return self.after(0)

    def __len__(self) -> int:
        return len(self.batches)

    def __repr__(self) -> str:
        seed = "" if self.batches.shuffle else f" with seed {self.batches.seed}"
        return f"{self.batches}, mapped by {getattr(self.f, '__name__', type(self.f).__name__)}{seed}"


def batches(
    *data: *Ts,
    size: int,
    seed: int | np.random.Generator = 0,
    shuffle: bool = True,
    epochs: int | None = 1,
    drop_last: bool = False,
) -> Batches[*Ts]:
    """Tuples of `size` rows of each array, epoch after epoch.

    data: arrays (n, ...) with the same n, or structs of them, whose texts and functions are carried along. size: from
    1. shuffle: each epoch has an order of its own, which depends on the seed and the number of the epoch alone; else
    rows come as they stand, as views. seed: from 0; a generator is asked for one, once. epochs: None for no end.
    drop_last: leave out the last batch of an epoch where it is smaller than `size`.

    ValueError if lengths differ, with the paths, or there is no batch; TypeError for data without rows.

    >>> import numpy as np
    >>> from structgrad import optim
    >>> for x, y in optim.batches(np.arange(5), np.arange(5) * 10, size=2, seed=1):
    ...     print(x, y)
    [4 0] [40  0]
    [1 2] [10 20]
    [3] [30]
    """
    if size < 1 or (epochs is not None and epochs < 1):
        raise ValueError(f"size and epochs must be at least 1, and are {size} and {epochs}")
    leaves, nodes = flatten(data)
    rows = _length(data, leaves)
    if rows < (size if drop_last else 1):
        raise ValueError(f"{rows} rows make no batch of {size}" + " with drop_last" * drop_last)
    return Batches(leaves, nodes, rows, size, _seed(seed), shuffle, epochs, drop_last)


def _seed(seed: int | np.random.Generator) -> int:
    if isinstance(seed, np.random.Generator):
        return int(seed.integers(2**63))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:  # pyright: ignore[reportUnnecessaryIsInstance]  # where no checker ran
        raise ValueError(f"the seed must be a whole number from 0, or a generator, and is {seed!r}")
    return int(seed)


def _has_rows(leaf: Any) -> bool:
    """Whether a leaf is cut into rows: arrays are, and all that has a shape and rows, as SciPy's sparse arrays."""
    return bool(getattr(leaf, "shape", ()))


def _length(data: Any, leaves: list[Any]) -> int:
    """The length of the first axes. An error names the first leaf that has another, or none."""
    paths = leaf_paths(data)
    known: tuple[str, int] | None = None
    for path, leaf in zip(paths, leaves, strict=True):
        if _has_rows(leaf):
            known = known or (path, leaf.shape[0])
            if leaf.shape[0] != known[1]:
                raise ValueError(
                    f"batches need as many rows of each array: data{known[0]} has {known[1]}, and data{path} has "
                    f"{leaf.shape[0]}"
                )
        elif (space := class_space(type(leaf))) is None or space.role != "static" or isinstance(leaf, np.ndarray):
            raise TypeError(f"batches need arrays: data{path} is {leaf!r:.40}, which has no rows; use np.asarray")
    if known is None:
        raise ValueError("batches need an array")
    return known[1]

"""Batches of arrays, in an order that depends on the seed and the epoch alone: nothing has to be kept to go on."""

import itertools
from collections.abc import Iterator
from typing import Any, Generic, TypeVarTuple

import numpy as np
from attrs import frozen

from structgrad.struct.leaf import class_space
from structgrad.struct.walk import Nodes, build, flatten, leaf_paths

Ts = TypeVarTuple("Ts")


@frozen(eq=False, repr=False)
class Batches(Generic[*Ts]):
    """What `batches` gives: an iterable of tuples, which begins anew with each `iter`.

    leaves, nodes: the data. rows: the length of the first axes. seed: None where rows keep their order.
    """

    leaves: list[Any]
    nodes: Nodes
    rows: int
    size: int
    seed: int | None
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

    def _after(self, epoch: int, first: int) -> Iterator[tuple[*Ts]]:
        for e in itertools.count(epoch) if self.epochs is None else range(epoch, self.epochs):
            order = None if self.seed is None else np.random.default_rng([self.seed, e]).permutation(self.rows)
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
        order = "in order" if self.seed is None else f"seed {self.seed}"
        return f"batches of {self.size} of {self.rows} rows, {order}" + ", drop_last" * self.drop_last


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
    return Batches(leaves, nodes, rows, size, _seed(seed) if shuffle else None, epochs, drop_last)


def _seed(seed: int | np.random.Generator) -> int:
    if isinstance(seed, np.random.Generator):
        return int(seed.integers(2**63))
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
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

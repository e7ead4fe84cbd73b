"""Reading sorted samples at ranks, and its adjoint, which spreads cotangents over the numbers of a rank.

A sample is a row of a matrix. Numbers that tie have their ranks in common: each counts as the mean of them all.
"""

from typing import Any

import numpy as np

from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


class _Sorted:
    """The order of samples, and where the runs of equal numbers begin in it."""

    def __init__(self, a: Any) -> None:
        self.order = np.argsort(a, axis=1)
        x = np.take_along_axis(a, self.order, 1)
        self.first = np.ones(x.shape, bool)
        self.first[:, 1:] = (x[:, 1:] != x[:, :-1]) & ~np.isnan(x[:, :-1])

    def shared(self, x: Any) -> Any:
        """Means over the runs of what lies in this order."""
        if self.first.all():
            return x
        at = np.flatnonzero(self.first)
        lengths = np.diff(at, append=x.size)
        return np.repeat(np.add.reduceat(x.ravel(), at) / lengths, lengths).reshape(x.shape)


def _between(rank: Any) -> tuple[Any, Any, Any]:
    """The two whole ranks that one lies between, and how far from the first."""
    low = np.floor(rank)
    return low.astype(np.intp), np.ceil(rank).astype(np.intp), rank - low


@primitive
def at_ranks(x: Any, a: Any, rank: Any, m: Any) -> Any:
    """x in the order of the samples a, read at ranks between 0 and m − 1, linearly between two whole ones."""
    low, high, t = _between(rank)
    ranked = _Sorted(a)
    x = ranked.shared(np.take_along_axis(x, ranked.order, 1))
    below, above = np.take_along_axis(x, low, 1), np.take_along_axis(x, high, 1)
    with np.errstate(invalid="ignore"):  # infinity has no place between two numbers, but one of its own
        return np.where(t == 0, below, below * (1 - t) + above * t)


@primitive
def from_ranks(x: Any, a: Any, rank: Any, m: Any) -> Any:
    """x, which was at ranks, put where in the samples a these are read from."""
    low, high, t = _between(rank)
    ranked = _Sorted(a)
    row = np.arange(len(a))[:, None]
    sums = np.zeros(a.shape, np.result_type(x, t))
    np.add.at(sums, (row, low), x * (1 - t))
    np.add.at(sums, (row, high), x * t)
    whole = np.empty_like(sums)
    np.put_along_axis(whole, ranked.order, ranked.shared(sums), 1)
    return whole


def slope_at(x: Any, a: Any, rank: Any, m: Any) -> Any:
    """The slope of at_ranks by the rank: at a whole one the mean of both sides, at the ends that of the inner one."""
    low, high = np.maximum(np.ceil(rank) - 1, 0), np.minimum(np.floor(rank) + 1, m - 1)
    return (at_ranks(x, a, high, m) - at_ranks(x, a, low, m)) / np.maximum(high - low, 1)


rule(
    at_ranks,
    params="x a rank m",
    flat_in="a",
    linear="x",
    x=lambda g, a, rank, m: from_ranks(g, a, rank, m),
    rank=lambda g, x, a, rank, m: g * slope_at(x, a, rank, m),
)
rule(
    from_ranks,
    params="x a rank m",
    flat_in="a",
    linear="x",
    x=lambda g, a, rank, m: at_ranks(g, a, rank, m),
    rank=lambda g, x, a, rank, m: x * slope_at(g, a, rank, m),
)


@primitive
def stepped(q: Any, m: Any, method: Any) -> Any:
    """The ranks that a method without slopes takes for q among m numbers: NumPy tells, asked for quantiles of ranks."""
    counts = np.ravel(m)
    found = np.empty((counts.size, q.size))
    for n in np.unique(counts):
        found[counts == n] = np.quantile(np.arange(float(n)), np.ravel(q), method=method)
    return found


rule(stepped, params="q m method", flat_in="q m")

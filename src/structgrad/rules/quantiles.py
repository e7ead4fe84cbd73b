"""Medians, percentiles and quantiles: what a sorted sample has at a rank that need not be whole; ties share equally.

The methods are those of Hyndman and Fan, Sample quantiles in statistical packages, The American Statistician 50, 1996,
and four of NumPy's own.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import array_of
from structgrad.rules.ranks import from_ranks, slope_at, stepped
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule

# The methods that interpolate: α and β, by which the rank of q among m numbers, from 0, is m q + α + q (1 − α − β) − 1.
_SMOOTH = {
    "interpolated_inverted_cdf": (0, 1),
    "hazen": (1 / 2, 1 / 2),
    "weibull": (0, 0),
    "linear": (1, 1),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


class How(NamedTuple):
    """The function and how it was called. whole: the q of the largest number, 1 or 100; skips: whether it skips NaN."""

    function: Any
    axis: Any
    keepdims: bool
    method: str
    whole: int
    skips: bool


@primitive
def quantile(a: Any, q: Any, weights: Any, how: How) -> Any:
    """The function itself. q: None for a median."""
    if q is None:
        return how.function(a, how.axis, keepdims=how.keepdims)
    return how.function(a, q, how.axis, method=how.method, keepdims=how.keepdims, weights=weights)


def _order(shape: tuple[int, ...], axis: Any) -> tuple[list[int], list[int]]:
    """The axes that stay, and those that the samples lie along."""
    axes = range(len(shape)) if axis is None else normalize_axis_tuple(axis, len(shape))
    return [i for i in range(len(shape)) if i not in axes], list(axes)


def _samples(a: Any, axis: Any) -> Any:
    """A matrix that has a sample in each row."""
    shape = shape_of(a)
    kept, axes = _order(shape, axis)
    sizes = [math.prod(shape[i] for i in side) for side in (kept, axes)]
    return np.reshape(np.transpose(a, kept + axes), sizes)


def _columns(y: Any, q: Any, samples: Any) -> Any:
    """What is shaped like the result, with a row for each sample and a column for each q."""
    return np.reshape(y, (math.prod(shape_of(q)), samples.shape[0])).T


def _weighted(samples: Any, shape: tuple[int, ...], weights: Any, axis: Any) -> Any:
    """The samples with NaN in the place of what weighs nothing, so that it takes no part in a tie."""
    kept, axes = _order(shape, axis)
    if weights.shape != shape:
        weights = np.transpose(weights, np.argsort(axes)).reshape([1 if i in kept else n for i, n in enumerate(shape)])
    return np.where(_samples(np.broadcast_to(weights, shape) > 0, axis), samples, np.nan)


def _rank(q: Any, m: Any, how: How) -> tuple[Any, Any]:
    """The rank of q among m numbers, and its slope by q."""
    if q is None:
        return (m - 1) / 2, 0
    q = np.reshape(q, (1, -1)) / how.whole
    if how.method not in _SMOOTH:
        return stepped(q, m, how.method), 0
    alpha, beta = _SMOOTH[how.method]
    rank = m * q + (alpha + q * (1 - alpha - beta)) - 1
    return np.clip(rank, 0, m - 1), (m + 1 - alpha - beta) * ((rank >= 0) & (rank <= m - 1)) / how.whole


def _read(a: Any, q: Any, y: Any, weights: Any, how: How) -> tuple[Any, Any, Any, Any]:
    """The samples, how many numbers each has, the ranks at which they are read, and the slopes of these by q."""
    samples = _samples(a, how.axis)
    n = samples.shape[1]
    count = np.sum(~np.isnan(samples), axis=1, keepdims=True)
    m = np.maximum(count, 1) if how.skips else n
    if weights is None:
        rank, slope = _rank(q, m, how)
    else:
        samples = _weighted(samples, shape_of(a), weights, how.axis)
        rank = np.sum(samples[:, None] < _columns(y, q, samples)[..., None], axis=2)
        slope = 0
    # A NaN, which is sorted to the end, is the answer for a whole sample.
    return samples, m, rank if how.skips else np.where(count < n, n - 1, rank), slope


def _by_a(g: Any, y: Any, a: Any, q: Any, weights: Any, how: How) -> Any:
    samples, m, rank, _ = _read(a, q, y, weights, how)
    dx = from_ranks(_columns(g, q, samples), samples, rank, m)
    shape = shape_of(a)
    kept, axes = _order(shape, how.axis)
    order = kept + axes
    return np.transpose(np.reshape(dx, [shape[i] for i in order]), np.argsort(order))


def _by_q(g: Any, y: Any, a: Any, q: Any, weights: Any, how: How) -> Any:
    if how.method not in _SMOOTH:
        return None
    samples, m, rank, slope = _read(a, q, y, weights, how)
    dq = _columns(g, q, samples) * slope_at(samples, samples, rank, m) * slope
    return np.reshape(np.sum(dq, axis=0), shape_of(q))


rule(quantile, params="a q weights how", flat_in="weights", selects=True, a=_by_a, q=_by_q)


def _median(function: Any, skips: bool) -> Any:
    def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: bool = False) -> Any:
        """That the input may be overwritten is no reason to do so: it is a value of the run."""
        if out is not None:
            refuse_out(function.__name__)
        return quantile(array_of(a), None, None, How(function, axis, bool(keepdims), "linear", 1, skips))

    return median


def _quantile(function: Any, whole: int, skips: bool) -> Any:
    def of_sample(
        a: Any,
        q: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: Any = None,
    ) -> Any:
        if out is not None:
            refuse_out(function.__name__)
        q = array_of(q)
        if skips and len(shape_of(q)) > 1:
            raise MissingRuleError(
                f"no derivative for {function.__name__} with a matrix for its q{users_line()}, as NumPy mixes up the "
                f"axes of the result. Pass np.ravel(q), and reshape what comes."
            )
        return quantile(array_of(a), q, array_of(weights), How(function, axis, bool(keepdims), method, whole, skips))

    return of_sample


derive(np.median, _median(np.median, skips=False))
derive(np.nanmedian, _median(np.nanmedian, skips=True))
derive(np.quantile, _quantile(np.quantile, 1, skips=False))
derive(np.nanquantile, _quantile(np.nanquantile, 1, skips=True))
derive(np.percentile, _quantile(np.percentile, 100, skips=False))
derive(np.nanpercentile, _quantile(np.nanpercentile, 100, skips=True))

"""Histograms: a count does not move with what is counted; it is linear in the weights."""

import math
from typing import Any

import numpy as np

from structgrad.errors import LostGradientError, users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import innermost, on_values, primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

rule(np.bincount, params="x weights minlength", linear="weights", weights=lambda g, x: g[x])


def _refuse_moving_edges(name: str, sample: Any, bins: Any, ends: Any) -> None:
    """Raise where the edges of the bins, which are part of the result, depend on a traced value."""
    given = ends is not None or (not isinstance(bins, str) and np.ndim(bins) > 0)
    if innermost((bins, ends)) is not None or (is_traced(sample) and not given):
        raise LostGradientError(
            f"{name} on a traced value{users_line()}: its counts have no slope, but its edges have. Take "
            f"np.{name}(stop_gradient(v)), or give it bins or a range that do not depend on v."
        )


def _bin(x: Any, edges: Any) -> Any:
    """The bin of each number, from 1; below it 0, above it one more than there are. The last one has both its edges."""
    return np.searchsorted(edges, x, "right") - (x == edges[-1])


def _by_weights(g: Any, weights_shape: tuple[int, ...], a: Any, bins: Any, range: Any) -> Any:
    a = plain(a)
    i = _bin(a, np.histogram_bin_edges(a, bins, range))
    inside = (i > 0) & (i <= len(g))
    return np.where(inside, g[np.where(inside, i - 1, 0)], 0).reshape(weights_shape)


@primitive
def _weighed(weights: Any, a: Any, bins: Any, range: Any) -> Any:
    return np.histogram(a, bins, range, weights=weights)[0]


rule(_weighed, params="weights a bins range", flat_in="a", linear="weights", weights=_by_weights)


def _edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    _refuse_moving_edges("histogram_bin_edges", array_of(a), bins, range)
    return on_values(np.histogram_bin_edges, (a, bins, range, weights), {})


def _histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    a, weights = array_of(a), array_of(weights)
    _refuse_moving_edges("histogram", a, bins, range)
    if not is_traced(weights):
        return on_values(np.histogram, (a, bins, range, density, weights), {})
    n = _weighed(weights, a, bins, range)
    edges = np.histogram_bin_edges(plain(a), bins, range)
    return (n / np.diff(edges).astype(float) / np.sum(n) if density else n), edges


def _histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None, name: str = "histogramdd"
) -> Any:
    columns = list(sample.T if getattr(sample, "ndim", None) == 2 else np.atleast_2d(array_of(sample)))
    n = len(columns)
    of_each = list(bins) if isinstance(bins, list | tuple) or np.ndim(bins) else [bins] * n
    for column, own, ends in zip(columns, of_each, range or [None] * n, strict=True):
        _refuse_moving_edges(name, column, own, ends)
    columns, weights = [plain(column) for column in columns], array_of(weights)
    if not is_traced(weights):
        return np.histogramdd(columns, bins, range, density, weights)
    _, edges = np.histogramdd(columns, bins, range)
    hist = _in_boxes(columns, edges, weights)
    if density:
        total = np.sum(hist)
        for i, own in enumerate(edges):
            hist = hist / np.diff(own).reshape((-1,) + (1,) * (n - 1 - i))
        hist = hist / total
    return hist, edges


def _in_boxes(columns: Any, edges: Any, weights: Any) -> Any:
    """The weights in each box; those outside of all are counted in boxes around them, which are cut off."""
    shape = [len(own) + 1 for own in edges]
    boxes = np.ravel_multi_index([_bin(x, own) for x, own in zip(columns, edges, strict=True)], shape)
    counts = np.bincount(boxes, weights, math.prod(shape))
    return counts.reshape(shape)[(slice(1, -1),) * len(shape)]


def _histogram2d(x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    if np.ndim(bins) == 1 and len(bins) not in (1, 2):
        bins = [np.asarray(bins)] * 2
    hist, edges = _histogramdd([array_of(x), array_of(y)], bins, range, density, weights, "histogram2d")
    return hist, *edges


derive(np.histogram_bin_edges, _edges)
derive(np.histogram, _histogram)
derive(np.histogramdd, _histogramdd)
derive(np.histogram2d, _histogram2d)

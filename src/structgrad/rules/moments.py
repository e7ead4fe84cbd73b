"""Variance, standard deviation, weighted average."""

import math
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj, is_complex
from structgrad.rules.joining import array_of
from structgrad.rules.reductions import count, only, opened, over
from structgrad.tape.rule import derive, rule


def spread(g: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any) -> Any:
    """The pullback of a variance, 2 (a − mean) g / (n − ddof).

    That the mean moves with a has no effect, for the deviations sum to 0; a mean that is given has a slope of its own.
    If it is complex and a is real, NumPy takes the squares of the differences, not those of their sizes.
    """
    shape = shape_of(a)
    if mean is None:
        mean = np.mean(a, axis, keepdims=True, **only(where))
    free = count(shape, axis, where, ddof if correction is None else correction)
    dx = (a - mean if is_complex(a) else conj(a - mean)) * (2 * opened(g, shape, axis, keepdims) / free)
    return dx if where is None else np.where(where, dx, 0)


def deviation(
    g: Any, y: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any
) -> Any:
    """The pullback of a standard deviation: 0 where it is 0."""
    g = over(g / 2, conj(y))
    if mean is None:
        # Equal numbers may deviate by 1e-17, by rounding of their mean; their slope is 0 all the same.
        top = np.maximum.reduce(a if where is None else np.where(where, a, -np.inf), axis=axis, keepdims=True)
        g = g * np.logical_or.reduce(a != top, axis=axis, keepdims=bool(keepdims), **only(where))
    return spread(g, a, axis, ddof, keepdims, where, mean, correction)


def _spread_mean(g: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any) -> Any:
    return -spread(g, a, axis, ddof, keepdims, where, mean, correction)


def _deviation_mean(
    g: Any, y: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any
) -> Any:
    return -deviation(g, y, a, axis, ddof, keepdims, where, mean, correction)


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    a, w = array_of(a), array_of(weights)
    if w is None:
        y = np.mean(a, axis, keepdims=keepdims)
        total: Any = y.dtype.type(math.prod(a.shape) / math.prod(y.shape))
    else:
        w = _laid(w, a.shape, axis)
        total = np.sum(w, axis, np.result_type(a.dtype, w.dtype), keepdims=keepdims)
        if np.any(total == 0):
            raise ZeroDivisionError("the weights of np.average sum to zero")
        y = np.sum(a * w, axis, keepdims=keepdims) / total
    return (y, np.broadcast_to(total, y.shape)) if returned else y


def _laid(w: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """Weights of some axes only, brought to the rank of what they weigh."""
    if w.shape == shape:
        return w
    if axis is None:
        raise TypeError(f"np.average needs an axis for weights of shape {w.shape} on values of shape {shape}")
    axes = [i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))]
    if w.shape != tuple(shape[i] for i in axes):
        raise ValueError(f"np.average got weights of shape {w.shape} for axes {axes} of values of shape {shape}")
    order = sorted(range(len(axes)), key=axes.__getitem__)
    return np.reshape(np.transpose(w, order), [n if i in axes else 1 for i, n in enumerate(shape)])


rule(np.var, a=spread, mean=_spread_mean)
rule(np.std, a=deviation, mean=_deviation_mean)
derive(np.average, _average)

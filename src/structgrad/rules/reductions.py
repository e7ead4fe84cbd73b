"""Reductions: sum, mean, max and min along axes. A pullback puts the reduced axes back and spreads over them."""

import math
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.native import native
from structgrad.rules.elementwise import masked, nonzero
from structgrad.rules.joining import is_traced
from structgrad.tape.rule import rule


def opened(g: Any, shape: tuple[int, ...], axis: Any, keepdims: Any) -> Any:
    """g with the axes of `shape` that were reduced away put back, of length 1. What is () stays ()."""
    if axis is None or keepdims or not g.shape:
        return g
    kept = list(shape)
    for i in axis if isinstance(axis, tuple) else (axis,):
        kept[i] = 1
    return g.reshape(kept)


def stretched(g: Any, shape: tuple[int, ...]) -> Any:
    """np.broadcast_to, in a tenth of its time for the cotangent of a sum of everything."""
    if native is not None and (type(g) is np.ndarray or type(g) is np.float64):
        return native.stretched(g, shape)
    if type(g) is np.float64 or type(g) is np.float32:
        return np.ndarray(shape, g.dtype, g, 0, (0,) * len(shape))
    return np.broadcast_to(g, shape)


def over(g: Any, y: Any) -> Any:
    """g / y, and 0 where y is 0."""
    return g / nonzero(y) * (y != 0)


def only(where: Any) -> dict[str, Any]:
    """The keyword `where` if it is given: NumPy tells None from nothing."""
    return {} if where is None else {"where": where}


def count(shape: tuple[int, ...], axis: Any, where: Any, less: Any = 0) -> Any:
    """How many items go into each item of the result, reduced axes kept, or `less` fewer; never below 0."""
    if where is not None:
        return np.maximum(np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True) - less, 0)
    if axis is None or not shape:
        return max(math.prod(shape) - less, 0)
    return max(math.prod(shape[i] for i in (axis if isinstance(axis, tuple) else (axis,))) - less, 0)


def summed(g: Any, a_shape: tuple[int, ...], axis: Any, keepdims: Any, where: Any) -> Any:
    """The pullback of a sum."""
    if axis is None is where and native is not None and type(g) is np.float64:  # the usual case
        return native.stretched(g, a_shape)
    g = stretched(opened(g, a_shape, axis, keepdims), a_shape)
    return g if where is None else np.where(where, g, 0)


def meant(g: Any, a_shape: tuple[int, ...], axis: Any, keepdims: Any, where: Any) -> Any:
    """The pullback of a mean."""
    n = count(a_shape, axis, where)
    if where is None:
        return stretched(opened(g, a_shape, axis, keepdims) / (n or 1), a_shape)
    return summed(opened(g, a_shape, axis, keepdims) / (n + (n == 0)), a_shape, axis, True, where)


def _alike(a: Any, y: Any) -> Any:
    """Equality for which NaN equals NaN, as it does for max and min."""
    unknown = np.isnan(y)
    return (a == y) | (np.isnan(a) & unknown) if np.count_nonzero(unknown) else a == y


def _shares(g: Any, y: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> tuple[Any, Any, Any]:
    """Which items are extreme, what each of them gets of g, and the extreme; reduced axes kept."""
    shape = shape_of(a)
    y = opened(y, shape, axis, keepdims)
    equal = _alike(a, y) if where is None else _alike(a, y) & where
    g = opened(g, shape, axis, keepdims)
    if initial is None and where is None and np.count_nonzero(equal) == np.size(y):
        return equal, g, y  # as many as there are extremes: no ties
    n = np.add.reduce(equal, axis=axis, keepdims=True) + (0 if initial is None else _alike(initial, y))
    return equal, g / (n + (n == 0)), y


def extreme(g: Any, y: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    """The pullback of max and min: ties share equally."""
    equal, share, _ = _shares(g, y, a, axis, keepdims, initial, where)
    if is_traced(share) or np.count_nonzero(equal) * 8 > np.size(equal):
        return masked(share, equal)
    dx = np.zeros(equal.shape, share.dtype)
    np.copyto(dx, share, where=equal)  # in runs: the fastest way for few
    return dx


def extreme_initial(g: Any, y: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    """The same by `initial`, which competes with the items."""
    _, share, y = _shares(g, y, a, axis, keepdims, initial, where)
    return np.where(_alike(initial, y), share, 0)


rule(
    np.sum,
    a=summed,
    initial=lambda g: g,
    forward={
        "a": lambda t, axis, keepdims, where: np.sum(t, axis, keepdims=bool(keepdims), **only(where)),
    },
)
rule(np.mean, linear="a", a=meant)
for _function in (np.max, np.amax, np.min, np.amin):
    rule(_function, selects=True, a=extreme, initial=extreme_initial)

"""accumulate of any ufunc: y[i] = f(y[i − 1], a[i]), whose adjoint is a recurrence from the other end."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.cumulative import recurrence
from structgrad.rules.folding import confirm
from structgrad.tape.call import primitive
from structgrad.tape.pieces import Scatter
from structgrad.tape.rule import RULES, rule
from structgrad.tape.value import plain


@primitive
def running(ufunc: np.ufunc, a: Any, axis: int) -> Any:
    """`ufunc.accumulate`."""
    y = ufunc.accumulate(a, axis)
    values, items = (np.moveaxis(plain(x), axis, -1) for x in (y, a))
    confirm(ufunc, "accumulate", ufunc(values[..., :-1], items[..., 1:]), values[..., 1:])
    return y


@primitive
def running_extreme(ufunc: np.ufunc, a: Any, axis: int) -> Any:
    """The same for maximum, minimum, fmax, fmin."""
    return ufunc.accumulate(a, axis)


def _slopes(ufunc: np.ufunc, a: Any, b: Any, y: Any) -> list[Any]:
    """The derivatives of y = f(a, b) by a and by b, as the rule of f has them; 0 where it says that there is none."""
    ones, values = np.ones_like(y), (a, b, y)
    slopes = [pull and pull.of(ones, *pull.keep(values)) for pull in RULES[ufunc].by_position]
    return [np.zeros_like(y) if slope is None else slope for slope in slopes]


def _from_the_end(m: Any, g: Any) -> Any:
    """t with t[i] = g[i] + m[i] t[i + 1] along the last axis, one m less than there are g."""
    return recurrence(m[..., ::-1], g[..., ::-1])[..., ::-1]


def _through_all(g: Any, y: Any, ufunc: np.ufunc, a: Any, axis: int) -> Any:
    if 0 in shape_of(a):
        return np.zeros(shape_of(a))
    g, y, a = (np.moveaxis(v, axis, -1) for v in (g, y, a))
    by_before, by_item = _slopes(ufunc, y[..., :-1], a[..., 1:], y[..., 1:])
    t = _from_the_end(by_before, g)
    return np.moveaxis(np.concatenate([t[..., :1], t[..., 1:] * by_item], -1), -1, axis)


def alike(a: Any, b: Any) -> Any:
    """Equality for which NaN equals NaN, as it does for extremes."""
    return (a == b) | (np.isnan(a) & np.isnan(b))


def _among_ties(g: Any, y: Any, a: Any, axis: int) -> Any:
    """Each cotangent is shared equally among the items up to its own that are as extreme as any of them.

    Such an item begins a stretch of the axis, within which all results tie with it and with as many items before it.
    """
    a, y = (np.moveaxis(plain(x), axis, -1) for x in (a, y))
    if 0 in a.shape:
        return np.zeros(shape_of(g))
    firsts = np.flatnonzero(alike(a, y))
    index = np.unravel_index(firsts, a.shape)
    again = (index[-1] > 0) & alike(y.ravel()[firsts], y.ravel()[firsts - 1])
    k = np.arange(len(firsts))
    ties = k - np.maximum.accumulate(np.where(again, 0, k)) + 1
    shares = np.add.reduceat(np.ravel(np.moveaxis(g, axis, -1)), firsts) / ties
    if again.any():
        shares = _from_the_end(again[1:] * 1.0, shares)
    return Scatter((*index[:axis], index[-1], *index[axis:-1]), shares)


rule(running, params="ufunc a axis", holomorphic=True, a=_through_all)
rule(running_extreme, params="ufunc a axis", selects=True, a=_among_ties)

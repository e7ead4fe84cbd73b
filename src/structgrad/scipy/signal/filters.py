"""Recursive filters.

y of lfilter solves the difference equation a ∗ y = b ∗ x + zi, cut off after N samples; what is left over beyond them
is the final state. So with e the cotangent of the right hand side, which is the all-pole filter run backwards on that
of y, and beyond the end the cotangent of the final state, all others are correlations with e.
"""

from typing import Any, Final

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def filtered(b: Any, a: Any, x: Any) -> Any:
    """x filtered along its last axis, from rest."""
    return scipy.signal.lfilter(b, a, x)


@primitive
def filtered_from(b: Any, a: Any, x: Any, zi: Any) -> Any:
    """x filtered from a state, and the state at the end."""
    return scipy.signal.lfilter(b, a, x, zi=zi)


def _backwards(b: Any, a: Any, x: Any) -> Any:
    return np.flip(filtered(conj(b), conj(a), np.flip(x, -1)), -1)


def _one(x: Any) -> Any:
    return np.ones(1, dtype_of(x))


def _source(g: Any, a: Any, end: Any) -> Any:
    """e, out of the cotangents of y and of the state at the end, for a[0] = 1."""
    # The state at the end contains −a ∗ y beyond the last sample.
    tail = _backwards(a, _one(a), np.concatenate([np.zeros_like(g), end], -1))[..., : shape_of(g)[-1]]
    return np.concatenate([_backwards(_one(a), a, g - tail), end], -1)


def _lags(e: Any, x: Any, count: int) -> Any:
    """Σ e[n + k] conj(x[n]) for each k, over all that is filtered."""
    windows = sliding_window_view(e, shape_of(x)[-1], -1)[..., :count, :]
    sums = np.einsum("...kn,...n->...k", windows, conj(x))
    return np.sum(sums, tuple(range(len(shape_of(sums)) - 1)))


def _by_b(e: Any, b: Any, a: Any, x: Any) -> Any:
    return _lags(e, x, shape_of(b)[0]) / conj(a[0])


def _by_a(e: Any, b: Any, a: Any, x: Any, y: Any) -> Any:
    """SciPy divides b and a by a[0] first."""
    by_b, by_a = _lags(e, x, shape_of(b)[0]), -_lags(e, y, shape_of(a)[0])
    first = (np.sum(by_b * conj(b)) + np.sum(by_a * conj(a))) / conj(a[0])
    return (by_a - first * (np.arange(shape_of(a)[0]) == 0)) / conj(a[0])


def _at_rest(g: Any, b: Any, a: Any) -> Any:
    states = max(shape_of(a)[0], shape_of(b)[0]) - 1
    return _source(g, a / a[0], np.zeros((*shape_of(g)[:-1], states), dtype_of(g)))


def _moving(g: Any, a: Any) -> Any:
    return _source(g[0], a / a[0], g[1])


rule(
    filtered,
    linear="b x",
    b=lambda g, b, a, x: _by_b(_at_rest(g, b, a), b, a, x),
    a=lambda g, y, b, a, x: _by_a(_at_rest(g, b, a), b, a, x, y),
    x=lambda g, b, a: _backwards(b, a, g),
)
rule(
    filtered_from,
    b=lambda g, b, a, x: _by_b(_moving(g, a), b, a, x),
    a=lambda g, y, b, a, x: _by_a(_moving(g, a), b, a, x, y[0]),
    x=lambda g, b, a: _backwards(b / a[0], _one(b), _moving(g, a))[..., : shape_of(g[0])[-1]],
    zi=lambda g, a: _moving(g, a)[..., : shape_of(g[1])[-1]],
)


def _lfilter(b: Any, a: Any, x: Any, axis: Any = -1, zi: Any = None) -> Any:
    b, a, x = np.atleast_1d(array(b)), np.atleast_1d(array(a)), np.moveaxis(array(x), axis, -1)
    if zi is None:
        return np.moveaxis(filtered(b, a, x), -1, axis)
    zi = np.moveaxis(array(zi), axis, -1)
    zi = np.broadcast_to(zi, (*shape_of(x)[:-1], shape_of(zi)[-1]))
    y, zf = filtered_from(b, a, x, zi)
    return np.moveaxis(y, -1, axis), np.moveaxis(zf, -1, axis)


lfilter: Final = mirrored(scipy.signal.lfilter, _lfilter)

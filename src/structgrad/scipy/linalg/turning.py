"""How eigenvectors turn with their matrix: what it is that a loss of values and vectors asks of it.

What is not determined, vectors of values that coincide and phases, is treated as for np.linalg.eigh: see
rules/coinciding.py.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.coinciding import (
    asked,
    close,
    is_asked,
    largest,
    others,
    over,
    refuse,
    require_constant,
    require_known,
    require_no_phase,
    shared,
)
from structgrad.rules.elementwise import conj
from structgrad.scipy.linalg.parts import adjoint
from structgrad.scipy.mirrored import constant


def opened(y: Any) -> Any:
    """Values and vectors, these with their mark."""
    w, v, mark = y
    return w, asked(v, mark)


class Turning(NamedTuple):
    """What a loss says of the turning of eigenvectors.

    w, v: those of the result. all_v: every eigenvector. m: Mᵢⱼ belongs to how eigenvector j turns towards i, 0 for
    itself. gw, gv: the cotangents of w and v.
    """

    w: Any
    v: Any
    every: Any
    all_v: Any
    m: Any
    gw: Any
    gv: Any


def turning(g: Any, y: Any, everything: Callable[[], Any], name: str) -> Turning:
    """Vectors j and i turn by what moves, divided by wⱼ − wᵢ."""
    gw, gv, mark = g
    w, v = opened(y)
    every, all_v = (w, v) if shape_of(v)[-1] == shape_of(v)[-2] else opened(everything())
    subset = shape_of(w) != shape_of(every)
    same = _places(w, every, "the vectors of values that coincide", name) if subset else close(every)
    if not is_asked(mark):
        if not subset:
            require_constant(gw, v, others(same), name)
            gw = shared(gw, same)
        return Turning(w, v, every, all_v, np.zeros_like(all_v @ gv), gw, gv)
    k = adjoint(all_v) @ gv
    size = largest(k)
    require_no_phase(np.sum(conj(v) * gv, -2), size, name)
    if not subset:
        require_known(k, size, gw, others(same), mark, name)
    return Turning(w, v, every, all_v, over(k, w[..., None, :] - every[..., :, None], same), gw, gv)


def _places(w: Any, every: Any, what: str, name: str) -> Any:
    """Where each value of a subset, which follow one another, stands among all. MissingRuleError if some coincide."""
    if np.any(others(close(every))):
        refuse(name, what)
    w, every = constant(w), constant(every)
    first = np.argmin(np.abs(every - w[..., :1]), -1) if w.shape[-1] else np.zeros(w.shape[:-1], int)
    return np.arange(every.shape[-1])[:, None] == first[..., None, None] + np.arange(w.shape[-1])


def turning_of_values(g: Any, y: Any, everything: Callable[[], Any], name: str) -> Turning:
    """The same where values alone were computed, and perhaps some of them."""
    every, v = opened(everything())
    if shape_of(y) != shape_of(every):
        g = np.sum(_places(y, every, "values that coincide", name) * g[..., None, :], -1)
    same = close(every)
    require_constant(g, v, others(same), name)
    return Turning(every, v, every, v, np.zeros_like(v), shared(g, same), np.zeros_like(v))


def back(t: Turning, x: Any, x1: Any) -> Any:
    """The cotangent of da in xᴴ da x."""
    return (x @ t.m + x1 * t.gw[..., None, :]) @ adjoint(x1)

"""Norms of vectors and matrices, with slope 0 where they are 0, and condition numbers."""

import math
from typing import Any, Final

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.rules.elementwise import nonzero
from structgrad.rules.reductions import opened
from structgrad.tape.call import primitive
from structgrad.tape.cotangent import is_finite
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

norm: Final = primitive(np.linalg.norm)
vector_norm: Final = primitive(np.linalg.vector_norm)


def _slope(g: Any, x: Any, y: Any, ord: Any, axis: Any, keepdims: Any) -> Any:
    """The pullback of (Σ|x|^p)^(1/p): the direction of x times (|x| / y)^(p − 1)."""
    shape = shape_of(x)
    g, y = opened(g, shape, axis, keepdims), opened(y, shape, axis, keepdims)
    if ord in (None, 2, "fro", "f"):
        return _direction(g, x, y)
    direction = np.sign(x)
    if ord == 1:
        return g * direction
    # What is 0 becomes 1, so that no power of 0 arises, here or in the next derivative; the direction is 0 there.
    return g * (y != 0) * direction * (nonzero(np.absolute(x)) / nonzero(y)) ** (ord - 1)


def _direction(g: Any, x: Any, y: Any) -> Any:
    """x g / y, and 0 where y is 0. In one pass over x, x / (y / g), if that quotient is neither 0 nor out of range."""
    with np.errstate(all="ignore"):
        quotient = plain(y) / plain(g)
        if is_finite(quotient) and is_finite(1.0 / quotient):
            return x / (quotient if type(y) is type(g) is np.ndarray else y / g)
    return x / nonzero(y) * (g * (y != 0))


rule(norm, params="x ord axis keepdims", x=_slope)
rule(vector_norm, params="x axis keepdims ord", x=_slope)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord is None:
        return norm(x, ord, axis, keepdims)
    n = len(shape_of(x)) if axis is None else len(axis) if isinstance(axis, tuple) else 1
    if n == 1 and ord in (math.inf, -math.inf, 0):
        return _counting(x, ord, axis, keepdims)
    if n == 2:
        return _of_matrix(x, ord, axis, keepdims)
    return norm(x, ord, axis, keepdims)


def _vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    if ord in (math.inf, -math.inf, 0):
        return _counting(x, ord, axis, keepdims)
    return vector_norm(x, axis=axis, keepdims=keepdims, ord=ord)


def _counting(x: Any, ord: Any, axis: Any, keepdims: Any) -> Any:
    """The orders without a power: the largest and the smallest size, and how many are not 0."""
    if ord == 0:
        return np.sum(x != 0, axis=axis, keepdims=keepdims, dtype=np.real(x).dtype)
    return (np.max if ord > 0 else np.min)(np.absolute(x), axis=axis, keepdims=keepdims)


def _of_matrix(x: Any, ord: Any, axis: Any, keepdims: bool) -> Any:
    reduce = _REDUCTIONS.get(ord)
    if reduce is None:
        return norm(x, ord, axis, keepdims)
    n = len(shape_of(x))
    along, across = (0, 1) if axis is None else (i % n for i in axis)
    if along == across:
        raise ValueError("Duplicate axes given.")
    if ord in (2, -2, "nuc"):
        y = reduce(np.linalg.svd(np.moveaxis(x, (along, across), (-2, -1)), compute_uv=False), axis=-1)
    else:
        if abs(ord) != 1:
            along, across = across, along
        y = reduce(np.sum(np.absolute(x), axis=along), axis=across - (across > along))
    return np.expand_dims(y, (along, across)) if keepdims else y


def _largest(x: Any, axis: int) -> Any:
    return np.max(x, axis=axis, initial=0)


_REDUCTIONS: dict[Any, Any] = {2: _largest, 1: _largest, math.inf: _largest, "nuc": np.sum} | dict.fromkeys(
    (-2, -1, -math.inf), np.min
)


def _matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    return _norm(x, ord, (-2, -1), keepdims)


def _cond(x: Any, p: Any = None) -> Any:
    if 0 in shape_of(x)[-2:]:
        raise np.linalg.LinAlgError("cond is not defined on empty arrays")
    if p in (None, 2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        if np.any(s[..., 0] == 0):
            raise np.linalg.LinAlgError(f"cond of a matrix of zeros{users_line()} has no derivative")
        with np.errstate(divide="ignore"):  # NumPy says nothing of a condition of infinity
            return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return np.linalg.norm(x, p, axis=(-2, -1)) * np.linalg.norm(np.linalg.inv(x), p, axis=(-2, -1))


derive(np.linalg.norm, _norm)
derive(np.linalg.vector_norm, _vector_norm)
derive(np.linalg.matrix_norm, _matrix_norm)
derive(np.linalg.cond, _cond)

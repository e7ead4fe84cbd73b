"""Products of vectors, and of matrices with vectors, along axes: vecdot, matvec, vecmat, cross."""

from typing import Any, Final

import numpy as np

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.elementwise import conj
from structgrad.rules.products import column, row, turned
from structgrad.rules.tensors import of_arrays
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

cross: Final = primitive(np.cross)
vecdot: Final = primitive(np.vecdot)


def _last(x: Any, axis: int | None) -> Any:
    return x if axis is None else np.moveaxis(x, axis, -1)


def _home(dx: Any, axis: int | None, shape: tuple[int, ...]) -> Any:
    """The last axis of dx back where it is in an array of `shape`, to whose left dx may have more axes."""
    if axis is None:
        return dx
    return np.moveaxis(dx, -1, axis - len(shape) if axis >= 0 else axis)


rule(
    vecdot,
    params="a b axis",
    linear="a b",
    a=lambda g, a_shape, b, axis: _home(column(conj(g)) * _last(b, axis), axis, a_shape),
    b=lambda g, a, b_shape, axis: _home(column(g) * _last(a, axis), axis, b_shape),
)
rule(
    cross,
    params="a b axisa axisb axisc",
    linear="a b",
    a=lambda g, a_shape, b, axisa, axisb, axisc: _home(
        np.cross(_last(conj(b), axisb), _last(g, axisc)), axisa, a_shape
    ),
    b=lambda g, a, b_shape, axisa, axisb, axisc: _home(
        np.cross(_last(g, axisc), _last(conj(a), axisa)), axisb, b_shape
    ),
)


def _vecdot(a: Any, b: Any, /, *, axis: int = -1, keepdims: bool = False) -> Any:
    # Given an axis, NumPy lays the result out in another way.
    y = vecdot(a, b) if axis == -1 else vecdot(a, b, axis=axis)
    return np.expand_dims(y, axis) if keepdims else y


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    if a.shape[axisa] != 3 or b.shape[axisb] != 3:
        raise MissingRuleError(
            f"np.cross of vectors of {a.shape[axisa]} and {b.shape[axisb]} numbers has no derivative{users_line()}, "
            f"only that of 3 and 3. In the plane write a[0] * b[1] - a[1] * b[0]."
        )
    return cross(a, b, axisa, axisb, axisc)


_vecdot_of_arrays = of_arrays(_vecdot)
derive(np.vecdot, _vecdot_of_arrays)
derive(np.cross, of_arrays(_cross))
derive(np.linalg.vecdot, lambda x1, x2, /, *, axis=-1: _vecdot_of_arrays(x1, x2, axis=axis))
derive(np.linalg.cross, lambda x1, x2, /, *, axis=-1: np.cross(x1, x2, axis=axis))

if hasattr(np, "matvec"):  # NumPy 2.2
    rule(
        np.matvec,
        linear="a b",
        a=lambda g, b: column(g) * row(conj(b)),
        b=lambda g, a: (turned(conj(a)) @ column(g))[..., 0],
    )
    rule(
        np.vecmat,
        linear="a b",
        a=lambda g, b: (b @ column(np.conjugate(g)))[..., 0],
        b=lambda g, a: column(a) * row(g),
    )

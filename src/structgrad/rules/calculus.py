"""Integrals and derivatives of sampled functions: np.trapezoid and np.gradient."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import on_values, primitive
from structgrad.tape.pullback import same
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y, x = array_of(y), array_of(x)
    rank = len(shape_of(y))
    axis = normalize_axis_index(axis, rank)
    if x is not None and len(shape_of(x)) == 1:
        dx = np.reshape(np.diff(x), (-1,) + (1,) * (rank - axis - 1))
    elif x is not None:
        dx = np.diff(x, axis=axis - rank)
    before = (slice(None),) * axis
    return np.sum(dx * (y[(*before, slice(1, None))] + y[(*before, slice(None, -1))]) / 2.0, axis)


derive(np.trapezoid, _trapezoid)


def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    f = array_of(f)
    rank = len(shape_of(f))
    axes = range(rank) if axis is None else normalize_axis_tuple(axis, rank)
    steps = [array_of(h) for h in (spacing or (1.0,))]
    if len(steps) == 1 and not shape_of(steps[0]):
        steps = steps * len(axes)
    if len(steps) != len(axes):
        raise TypeError(f"np.gradient takes one spacing, or one for each of the {len(axes)} axes, not {len(steps)}")
    if edge_order > 2:
        raise ValueError(f"np.gradient takes an edge_order of 1 or 2, not {edge_order}")
    slopes = [_along(f, h, i, edge_order) for i, h in zip(axes, steps, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _along(f: Any, h: Any, axis: int, order: int) -> Any:
    """The derivative along one axis. h: the distance between neighbours, or where each point lies."""
    x, shape = _inexact(np.moveaxis(f, axis, -1)), shape_of(f)
    dtype = x.dtype if x.dtype.kind in "fc" else np.dtype(float)
    if shape[axis] <= order:
        raise ValueError(f"np.gradient with edge_order={order} needs {order + 1} points along axis {axis}")
    if shape_of(h) not in ((), (shape[axis],)):
        raise ValueError(f"np.gradient takes a distance or {shape[axis]} places along axis {axis}, not {shape_of(h)}")
    y = _even(x, h, order) if not shape_of(h) else _at_places(x, h, order)
    return np.moveaxis(y if dtype_of(y) == dtype else np.astype(y, dtype), -1, axis)


def _inexact(x: Any) -> Any:
    """Whole numbers as floats, for differences of unsigned ones would wrap around."""
    return x.astype(float) if x.dtype.kind in "iu" else x


@primitive
def _rounded_as(y: Any, value: Any) -> Any:
    """`value`, which is y but for rounding."""
    return value


rule(_rounded_as, params="y value", flat_in="value", y=same)


def _at_places(f: Any, x: Any, order: int) -> Any:
    """Places at one distance are for NumPy that distance; yet each of them has a slope of its own."""
    h = np.diff(_inexact(x))
    distances = plain(h)
    if not (distances == distances[0]).all():
        return _uneven(f, h, order)
    if not is_traced(x):
        return _even(f, h[0], order)
    return _rounded_as(_uneven(f, h, order), on_values(np.gradient, (f, x), {"axis": -1, "edge_order": order}))


# The derivatives of the parabola through three neighbours (Fornberg 1988), of the line through two at the ends.
def _even(f: Any, h: Any, order: int) -> Any:
    inner = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
    if order == 1:
        return _with_lines(inner, f, h, h)
    first = _weighed(f[..., :3], -1.5 / h, 2.0 / h, -0.5 / h)
    last = _weighed(f[..., -3:], 0.5 / h, -2.0 / h, 1.5 / h)
    return np.concatenate([first, inner, last], -1)


def _uneven(f: Any, h: Any, order: int) -> Any:
    l, r = h[:-1], h[1:]
    inner = _weighed(f, -r / (l * (l + r)), (r - l) / (l * r), l / (r * (l + r)))
    if order == 1:
        return _with_lines(inner, f, h[0], h[-1])
    l, r = h[0], h[1]
    first = _weighed(f[..., :3], -(2.0 * l + r) / (l * (l + r)), (l + r) / (l * r), -l / (r * (l + r)))
    l, r = h[-2], h[-1]
    last = _weighed(f[..., -3:], r / (l * (l + r)), -(r + l) / (l * r), (2.0 * r + l) / (r * (l + r)))
    return np.concatenate([first, inner, last], -1)


def _weighed(f: Any, a: Any, b: Any, c: Any) -> Any:
    return a * f[..., :-2] + b * f[..., 1:-1] + c * f[..., 2:]


def _with_lines(inner: Any, f: Any, first: Any, last: Any) -> Any:
    ends = (f[..., 1:2] - f[..., :1]) / first, (f[..., -1:] - f[..., -2:-1]) / last
    return np.concatenate([ends[0], inner, ends[1]], -1)


derive(np.gradient, _gradient, own="K")

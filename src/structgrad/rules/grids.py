"""Grids: points spaced between two ends that may be traced, coordinates of a mesh, powers of a vector."""

from typing import Any, Final

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.joining import of_rank
from structgrad.tape.call import on_values, primitive
from structgrad.tape.rule import derive, rule


def _steps(g: Any, num: int, endpoint: bool, axis: int) -> Any:
    """Where the points lie between the ends, from 0 to 1, along the axis of g that numbers them."""
    steps = np.arange(num) / max(num - bool(endpoint), 1)
    shape = [1] * len(shape_of(g))
    shape[axis] = num
    return steps.reshape(shape)


def _start(g: Any, num: int, endpoint: bool, retstep: bool, axis: int) -> Any:
    g, of_step = _with_step(g, num, endpoint, retstep)
    return np.sum(g * (1 - _steps(g, num, endpoint, axis)), axis=axis) - of_step


def _stop(g: Any, num: int, endpoint: bool, retstep: bool, axis: int) -> Any:
    g, of_step = _with_step(g, num, endpoint, retstep)
    return np.sum(g * _steps(g, num, endpoint, axis), axis=axis) + of_step


def _with_step(g: Any, num: int, endpoint: bool, retstep: bool) -> tuple[Any, Any]:
    """The cotangents of the points and of stop - start through the step, which is NaN if there is none."""
    if not retstep:
        return g, 0.0
    count = num - bool(endpoint)
    return g[0], g[1] / count if count > 0 else 0.0


linspace: Final = primitive(np.linspace)
geomspace: Final = primitive(np.geomspace)
rule(linspace, params="start stop num endpoint retstep dtype axis", start=_start, stop=_stop)
rule(
    geomspace,
    params="start stop num endpoint dtype axis",
    holomorphic=True,
    start=lambda g, y, start, num, endpoint, axis: (
        np.sum(g * y * (1 - _steps(g, num, endpoint, axis)), axis=axis) / start
    ),
    stop=lambda g, y, stop, num, endpoint, axis: np.sum(g * y * _steps(g, num, endpoint, axis), axis=axis) / stop,
)


def _is_discrete(dtype: Any) -> bool:
    return dtype is not None and np.dtype(dtype).kind not in "fc"


def _linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    if _is_discrete(dtype):
        return on_values(np.linspace, (start, stop, num, endpoint, retstep, dtype, axis), {})
    return linspace(start, stop, num, endpoint, retstep, dtype, axis)


def _geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    if _is_discrete(dtype):
        return on_values(np.geomspace, (start, stop, num, endpoint, dtype, axis), {})
    return geomspace(start, stop, num, endpoint, dtype, axis)


def _logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    if _is_discrete(dtype):
        return on_values(np.logspace, (start, stop, num, endpoint, base, dtype, axis), {})
    if shape_of(base):
        rank = len(np.broadcast_shapes(*map(shape_of, (start, stop, base))))
        start, stop, base = (of_rank(rank, a) for a in (start, stop, base))
        base = np.expand_dims(base, axis)
    y = np.power(base, np.linspace(start, stop, num, endpoint, axis=axis))
    return y if dtype is None else np.astype(y, np.dtype(dtype))


def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    order = list(range(len(xi)))
    if indexing == "xy":
        order[:2] = order[1::-1]
    ones = (1,) * len(xi)
    axes = [np.reshape(x, (*ones[:i], -1, *ones[i + 1 :])) for i, x in zip(order, xi, strict=True)]
    grids = tuple(axes) if sparse else np.broadcast_arrays(*axes)
    return tuple(np.copy(grid, order="C") for grid in grids) if copy else grids


def _vander(g: Any, x: Any, increasing: bool) -> Any:
    n = shape_of(g)[1]
    g = g if increasing else np.flip(g, 1)
    if n < 2:
        return np.zeros(shape_of(x))
    return np.sum(g[:, 1:] * np.arange(1, n) * np.vander(x, n - 1, increasing=True), axis=1)


derive(np.linspace, _linspace)
derive(np.geomspace, _geomspace)
derive(np.logspace, _logspace)
derive(np.meshgrid, _meshgrid)
rule(np.vander, holomorphic=True, x=_vander)

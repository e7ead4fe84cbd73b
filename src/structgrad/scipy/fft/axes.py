"""Lengths and axes of a transform: what its arguments say, and signals cut or filled up to it."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.scipy.mirrored import array


def opposite(norm: Any) -> Any:
    """The norm with which a transform back is the adjoint."""
    return {"forward": "backward", "ortho": "ortho"}.get(norm, "forward")


def along(axis: int, factors: Any, x: Any) -> Any:
    """Factors laid along an axis of x, in its precision."""
    shape = [1] * len(shape_of(x))
    shape[axis] = -1
    return np.reshape(factors, shape).astype(dtype_of(x).char.lower())


def several(axes: Any) -> list[int]:
    """One number or several, as a list."""
    return list(axes) if isinstance(axes, Iterable) else [axes]


def prepared(x: Any, s: Any, axes: Any) -> tuple[Any, list[int] | None, list[int]]:
    """x as an array, the number of points for each axis if it is given, and the axes as numbers from 0 on."""
    x = array(x)
    shape = shape_of(x)
    s = None if s is None else several(s)
    if axes is None:
        axes = range(-len(shape if s is None else s), 0)
    axes = [range(len(shape))[axis] for axis in several(axes)]
    if s is not None:
        s = [shape[axis] if n == -1 else n for axis, n in zip(axes, s, strict=True)]
    return x, s, axes


def resized(x: Any, s: Sequence[int] | None, axes: Sequence[int]) -> Any:
    """x, cut or filled up with zeros along the axes."""
    for axis, n in zip(axes, s or (), strict=False):
        more = n - shape_of(x)[axis]
        if n < 1:
            raise ValueError(f"invalid number of data points ({n}) specified")
        if more < 0:
            x = x[(*(slice(None),) * axis, slice(n))]
        elif more:
            x = np.pad(x, [(0, more if i == axis else 0) for i in range(len(shape_of(x)))])
    return x

"""Functions of functions: apply_along_axis, apply_over_axes; and the open mesh of np.ix_."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.joining import array_of
from structgrad.tape.rule import derive


def _apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    arr = array_of(arr)
    axis = normalize_axis_index(axis, len(shape_of(arr)))
    rows = np.moveaxis(arr, axis, -1)
    lead = rows.shape[:-1]
    if 0 in lead:
        raise ValueError(f"np.apply_along_axis finds no row in an array of shape {shape_of(arr)}")
    results = [array_of(func1d(rows[i], *args, **kwargs)) for i in np.ndindex(lead)]
    whole, dtype = np.stack(results), dtype_of(results[0])
    if whole.dtype != dtype:  # the first result decides, as in NumPy
        whole = np.astype(whole, dtype)
    own = shape_of(results[0])
    whole = np.reshape(whole, lead + own)
    return np.moveaxis(whole, range(len(lead), len(lead) + len(own)), range(axis, axis + len(own)))


def _apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    y = array_of(a)
    rank = len(shape_of(y))
    for i in np.ravel(axes).tolist():
        axis = i + rank if i < 0 else i
        reduced = func(y, axis)
        y = np.expand_dims(reduced, axis) if len(shape_of(reduced)) == rank - 1 else reduced
        if len(shape_of(y)) != rank:
            raise ValueError(f"np.apply_over_axes: the function made {rank} axes into {len(shape_of(reduced))}")
    return y


def _ix(*args: Any) -> Any:
    n = len(args)
    return tuple(_across(array_of(x), k, n) for k, x in enumerate(args))


def _across(x: Any, k: int, n: int) -> Any:
    """A vector along axis k of n."""
    if len(shape_of(x)) != 1:
        raise ValueError(f"np.ix_ takes vectors, not an array of shape {shape_of(x)}")
    if dtype_of(x).kind == "b":
        (x,) = np.nonzero(x)
    return np.reshape(x, (1,) * k + (-1,) + (1,) * (n - k - 1))


derive(np.apply_along_axis, _apply_along_axis)
derive(np.apply_over_axes, _apply_over_axes)
derive(np.ix_, _ix)

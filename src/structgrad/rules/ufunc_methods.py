"""The methods of ufuncs: reduce and accumulate where NumPy has a function for them, outer for every two."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.tape.rule import derive, refuse


def _reduce(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, which reduces all axes unless told, with the defaults of `ufunc.reduce`: the first axis."""

    def reduce(array: Any, axis: Any = 0, dtype: Any = None, **kwargs: Any) -> Any:
        return function(array, axis=axis, **kwargs, **({} if dtype is None else {"dtype": dtype}))

    return reduce


for _ufunc, _function in (
    (np.add, np.sum),
    (np.multiply, np.prod),
    (np.maximum, np.max),
    (np.minimum, np.min),
    (np.logical_and, np.all),
    (np.logical_or, np.any),
):
    derive((_ufunc, "reduce"), _reduce(_function))
derive((np.add, "accumulate"), _reduce(np.cumsum))
derive((np.multiply, "accumulate"), _reduce(np.cumprod))


_AT = "it writes into an array, which does not change within a run. To add up by index take np.bincount(i, weights=v)."


def _outer(ufunc: np.ufunc) -> Callable[..., Any]:
    """ufunc.outer: every item of a with every item of b."""

    def outer(a: Any, b: Any, **kwargs: Any) -> Any:
        columns, rows = shape_of(a), (1,) * len(shape_of(b))
        return ufunc(np.reshape(a, columns + rows) if columns and rows else a, b, **kwargs)

    return outer


for _paired in (
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.power,
    np.float_power,
    np.remainder,
    np.fmod,
    np.maximum,
    np.minimum,
    np.fmax,
    np.fmin,
    np.hypot,
    np.arctan2,
    np.logaddexp,
    np.logaddexp2,
):
    derive((_paired, "outer"), _outer(_paired))
    refuse((_paired, "at"), _AT)

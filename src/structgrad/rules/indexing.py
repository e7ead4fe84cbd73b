"""Reading parts of an array by index. Each part of the cotangent goes back to where its value was read."""

import operator
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.tape.call import refuse_out
from structgrad.tape.pieces import Scatter
from structgrad.tape.rule import derive, rule

rule(operator.getitem, params="x index", linear="x", x=lambda g, index: Scatter(index, g))


def _take(a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise") -> Any:
    if out is not None:
        refuse_out("take")
    if axis is None:
        a, axis = np.ravel(a), 0
    axis = axis % len(shape_of(a))
    n = shape_of(a)[axis]
    ids = np.asarray(indices)
    if ids.dtype.kind == "b":
        ids = ids.astype(np.intp)  # not a mask: False and True are 0 and 1 here
    if mode == "wrap":
        ids = ids % n
    elif mode == "clip":
        ids = np.clip(ids, 0, n - 1)
    return a[(*(slice(None),) * axis, ids if ids.ndim else ids.item())]


def _take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    if axis is None:
        return np.ravel(arr)[indices]
    shape = shape_of(arr)
    if len(shape) != indices.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    index: list[Any] = list(np.ogrid[tuple(map(slice, shape))])
    index[axis] = indices
    return arr[tuple(index)]


derive(np.take, _take, own="C")
derive(np.take_along_axis, _take_along_axis)

"""Sliding windows, and their adjoint, which adds overlapping windows up."""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from structgrad.arrays import dtype_of, shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def overlap_add(windows: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """An array of a shape in which each item is the sum of its appearances in sliding windows of it."""
    sizes = np.ravel(window_shape).tolist()
    axes = range(len(shape)) if axis is None else np.ravel(axis) % len(shape)
    whole = np.zeros(shape, dtype_of(windows))
    counts = shape_of(windows)[: len(shape)]
    for offsets in np.ndindex(*sizes):
        begin = [0] * len(shape)
        for i, offset in zip(axes, offsets, strict=True):
            begin[i] += offset
        place = tuple(slice(first, first + n) for first, n in zip(begin, counts, strict=True))
        whole[place] += windows[(..., *offsets)]
    return whole


rule(
    sliding_window_view,
    linear="x",
    x=lambda g, x_shape, window_shape, axis: overlap_add(g, x_shape, window_shape, axis),
)
rule(
    overlap_add,
    linear="windows",
    windows=lambda g, window_shape, axis: sliding_window_view(g, window_shape, axis),
)

"""Splitting arrays. Parts are slices, so that those nobody uses cost nothing, and overlapping ones add up."""

import itertools
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.tape.rule import derive, rule


def _array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    n = shape_of(ary)[axis]
    if np.ndim(indices_or_sections):
        ends = [0, *indices_or_sections, n]
    else:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        size, longer = divmod(n, sections)
        ends = [i * size + min(i, longer) for i in range(sections + 1)]
    before = (slice(None),) * (axis % len(shape_of(ary)))
    return [ary[(*before, slice(start, end))] for start, end in itertools.pairwise(ends)]


def _split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    if not np.ndim(indices_or_sections) and shape_of(ary)[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return _array_split(ary, indices_or_sections, axis)


def _split_along(axis: int, name: str, least: int) -> Any:
    """A split function that names no axis, but the least rank it takes."""

    def split(ary: Any, indices_or_sections: Any) -> list[Any]:
        rank = len(shape_of(ary))
        if rank < least:
            raise ValueError(f"{name} only works on arrays of {least} or more dimensions")
        return _split(ary, indices_or_sections, min(axis, rank - 1))

    return split


derive(np.array_split, _array_split)
derive(np.split, _split)
derive(np.hsplit, _split_along(1, "hsplit", 1))
derive(np.vsplit, _split_along(0, "vsplit", 2))
derive(np.dsplit, _split_along(2, "dsplit", 3))

if hasattr(np, "unstack"):  # NumPy 2.1
    rule(np.unstack, linear="x", x=lambda g, axis: np.stack(g, axis=axis))

"""Joining arrays: all of it is `concatenate`, or `stack` where the parts get an axis of their own."""

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from structgrad.arrays import shape_of
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.lift import lifted
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import Traced, TracedArray

concatenate: Final = primitive(np.concatenate)
stack: Final = primitive(np.stack)


def _slices(g: Any, arrays_shape: Sequence[tuple[int, ...]], axis: int | None) -> list[Any]:
    """The part of the cotangent that belongs to each array."""
    if axis is None:
        sizes = [int(np.prod(shape)) for shape in arrays_shape]
        vectors = _slices(g, [(size,) for size in sizes], 0)
        return [np.reshape(part, shape) for part, shape in zip(vectors, arrays_shape, strict=True)]
    before = (slice(None),) * (axis % len(arrays_shape[0]))
    ends = [0, *itertools.accumulate(shape[axis] for shape in arrays_shape)]
    return [g[(*before, slice(start, end))] for start, end in itertools.pairwise(ends)]


rule(concatenate, params="arrays axis dtype casting", linear="arrays", arrays=_slices)
rule(
    stack,
    params="arrays axis dtype casting",
    linear="arrays",
    arrays=lambda g, axis: list(np.moveaxis(g, axis, 0) if axis else g),
)


def is_traced(x: Any) -> bool:
    """Whether x stands for a value of a run."""
    return type(x) is TracedArray or type(x) is Traced


def array_of(x: Any) -> Any:
    """Lists of lists, and object arrays of traced items, as one array, traced if an item is; anything else as it is.

    ValueError if they are not all of one length and depth.
    """
    if type(x) not in (list, tuple):
        return lifted(x)
    items, lengths = levels(x)
    if not any(map(is_traced, items)):
        return lifted(np.asarray(x))
    for counts in reversed(lengths):
        items = [stack(_parts(group), 0) for group in groups(items, counts)]
    return items[0]


def levels(nested: Any) -> tuple[list[Any], list[list[int]]]:
    """The items of lists of lists, in order, and the lengths of the lists at each depth, outermost first.

    ValueError if some items lie deeper than others.
    """
    items, lengths = [nested], []
    while any(type(item) in (list, tuple) for item in items):
        if not all(type(item) in (list, tuple) for item in items):
            raise ValueError("lists of different depth can't be put together. np.stack the inner ones.")
        lengths.append([len(item) for item in items])
        items = [inner for item in items for inner in item]
    return items, lengths


def groups(items: list[Any], counts: Sequence[int]) -> list[list[Any]]:
    """The items in groups of so many each."""
    rest = iter(items)
    return [list(itertools.islice(rest, count)) for count in counts]


def of_rank(n: int, a: Any) -> Any:
    """The array with axes of length 1 put in front, up to n axes."""
    missing = n - len(shape_of(a))
    return np.reshape(a, (1,) * missing + shape_of(a)) if missing > 0 else a


def _parts(arrays: Any) -> list[Any]:
    """What is joined, one by one: an array stands for its rows, a list in it for an array."""
    return [array_of(a) for a in arrays]


def _have_rank(n: int, arrays: list[Any]) -> bool:
    return all(len(shape_of(a)) == n for a in arrays)


def _concatenate(arrays: Any, axis: int | None = 0, out: Any = None, **dtype: Any) -> Any:
    if out is not None:
        refuse_out("concatenate")
    return concatenate(_parts(arrays), axis, **dtype)


def _stack(arrays: Any, axis: int = 0, out: Any = None, **dtype: Any) -> Any:
    if out is not None:
        refuse_out("stack")
    return stack(_parts(arrays), axis, **dtype)


def _hstack(tup: Any, **dtype: Any) -> Any:
    arrays = _parts(tup)
    if _have_rank(0, arrays):
        return stack(arrays, 0, **dtype)
    arrays = [np.atleast_1d(a) for a in arrays]
    return concatenate(arrays, 0 if len(shape_of(arrays[0])) == 1 else 1, **dtype)


def _vstack(tup: Any, **dtype: Any) -> Any:
    arrays = _parts(tup)
    if _have_rank(1, arrays):
        return stack(arrays, 0, **dtype)
    return concatenate([np.atleast_2d(a) for a in arrays], 0, **dtype)


def _dstack(tup: Any) -> Any:
    arrays = _parts(tup)
    return stack(arrays, 2) if _have_rank(2, arrays) else concatenate([np.atleast_3d(a) for a in arrays], 2)


def _column_stack(tup: Any) -> Any:
    arrays = _parts(tup)
    if _have_rank(1, arrays):
        return stack(arrays, 1)
    return concatenate([np.reshape(a, (-1, 1)) if len(shape_of(a)) < 2 else a for a in arrays], 1)


def _append(arr: Any, values: Any, axis: int | None = None) -> Any:
    parts = _parts((arr, values))
    return concatenate([np.ravel(part) for part in parts], 0) if axis is None else concatenate(parts, axis)


def _block(arrays: Any) -> Any:
    """The innermost lists are joined along the last axis, those around them along the one before; so on."""
    items, lengths = levels(arrays)
    if 0 in itertools.chain(*lengths):
        raise ValueError("np.block got an empty list")
    rank = max(len(lengths), *(len(shape_of(item)) for item in items))
    items = [of_rank(rank, item) for item in items]
    for axis, counts in enumerate(reversed(lengths), start=1):
        items = [concatenate(group, -axis) for group in groups(items, counts)]
    return items[0] if lengths else np.copy(items[0], order="C")


derive(np.concatenate, _concatenate)
derive(np.stack, _stack)
derive(np.hstack, _hstack)
derive(np.vstack, _vstack)
derive(np.dstack, _dstack)
derive(np.column_stack, _column_stack)
derive(np.append, _append)
derive(np.block, _block)

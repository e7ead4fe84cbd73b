"""Inserting, deleting, trimming, resizing: each chooses items by their ids, so `take` does the work."""

from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import LostGradientError, users_line
from structgrad.rules.joining import array_of, of_rank
from structgrad.tape.rule import derive
from structgrad.tape.value import plain


def _flattened(a: Any, axis: int | None) -> tuple[Any, int]:
    """The array and a positive axis; the array as a vector if there is no axis."""
    a = array_of(a)
    if axis is None:
        return np.ravel(a), 0
    return a, axis % len(shape_of(a))


def _insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    arr, axis = _flattened(arr, axis)
    shape = list(shape_of(arr))
    values = of_rank(len(shape), array_of(values))
    if np.ndim(obj) == 0 and not isinstance(obj, slice):
        values = np.moveaxis(values, 0, axis)  # NumPy's rule: with a[:, 0] = values in mind, not a[:, [0]]
    n = shape[axis]
    count = len(np.insert(np.arange(n), obj, 0)) - n
    if count == 1:
        count = shape_of(values)[axis]  # at one place any number of items
    shape[axis] = count
    both = np.concatenate([arr, np.broadcast_to(values, shape)], axis, dtype=dtype_of(arr), casting="unsafe")
    return np.take(both, np.insert(np.arange(n), obj, np.arange(n, n + count)), axis)


def _delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    arr, axis = _flattened(arr, axis)
    return np.take(arr, np.delete(np.arange(shape_of(arr)[axis]), obj), axis)


def _resize(a: Any, new_shape: Any) -> Any:
    size, wanted = int(np.prod(shape_of(a))), int(np.prod(new_shape))
    if not size or not wanted:
        return np.zeros(new_shape, dtype_of(a))
    return np.reshape(np.take(np.ravel(a), np.arange(wanted) % size), new_shape)


def _trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """What begins and ends with other items than zero. A zero at an end may move, and then be no more cut off."""
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    shape = shape_of(filt)
    axes = range(len(shape)) if axis is None else np.ravel(axis) % len(shape)
    found = np.nonzero(plain(filt))
    index = [slice(None)] * len(shape)
    for i in axes:
        first, last = (int(found[i].min()), int(found[i].max()) + 1) if found[i].size else (0, 0)
        front, back = "f" in trim or not last, "b" in trim or not last
        index[i] = slice(first if front else None, last if back else None)
    kept = filt[tuple(index)]
    if shape_of(kept) != shape:
        raise LostGradientError(
            f"np.trim_zeros would cut off zeros that are being differentiated{users_line()}, and their slope with "
            f"them. Take the part that you mean, v[i:j], or np.trim_zeros(stop_gradient(v))."
        )
    return kept


derive(np.insert, _insert, own="A")
derive(np.delete, _delete, own="A")
derive(np.resize, _resize)
derive(np.trim_zeros, _trim_zeros)

"""`like=`: what a traced value is asked to make. Plain arrays, but for what holds traced values."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from structgrad.rules.joining import array_of, is_traced, of_rank
from structgrad.tape.rule import derive, flat
from structgrad.tape.value import plain
from structgrad.tape.views import laid_out

flat(np.zeros, np.ones, np.empty, np.eye, np.identity, np.tri)
flat(np.fromfunction, np.fromiter, np.frombuffer, np.fromstring, np.fromfile, np.loadtxt, np.genfromtxt)


def _cast(x: Any, dtype: Any) -> Any:
    return x if dtype is None else np.astype(x, np.dtype(dtype), copy=False)


def _array(obj: Any, dtype: Any = None, *, ndmin: int = 0, **memory: Any) -> Any:
    """np.array and its kin: lists of traced values are stacked; of one traced array, a copy where one is asked for."""
    x = array_of(obj)
    if not is_traced(x):
        return np.array(obj, dtype, ndmin=ndmin, **memory)
    y = _cast(of_rank(ndmin, x), dtype)
    if type(obj) is list or type(obj) is tuple:
        return laid_out(y, "C")
    return np.copy(y) if memory.get("copy", True) and x is obj else y


def _asarray(a: Any, dtype: Any = None, order: Any = None, **memory: Any) -> Any:
    return _array(a, dtype, copy=None)


def _laid_out(order: Literal["C", "F"]) -> Callable[..., Any]:
    """The array itself where its memory has this order, else a copy."""

    def laid_out(a: Any, dtype: Any = None) -> Any:
        y = _array(a, dtype, ndmin=1, copy=None)
        return y if plain(y).flags[f"{order}_CONTIGUOUS"] else np.copy(y, order)

    return laid_out


def _full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None) -> Any:
    fill = array_of(fill_value)
    if is_traced(fill):
        return _cast(np.copy(np.broadcast_to(fill, shape), order=order), dtype)
    return np.full(shape, fill_value, dtype)


def _arange(*args: Any, dtype: Any = None, device: Any = None, **ends: Any) -> Any:
    """How many points there are is read from the values; where they are is start + i * step."""
    given = dict(zip(("stop",) if len(args) == 1 else ("start", "stop", "step"), args, strict=False)) | ends
    start, step = given.get("start", 0), given.get("step", 1)
    points = np.arange(plain(start), plain(given["stop"]), plain(step), dtype=dtype)
    if not (is_traced(start) or is_traced(step)) or points.dtype.kind not in "fc":
        return points
    return _cast(start + np.arange(len(points)) * step, points.dtype)


derive(np.array, _array)
derive(np.asarray, _asarray)
derive(np.asanyarray, _asarray)
derive(np.ascontiguousarray, _laid_out("C"))
derive(np.asfortranarray, _laid_out("F"))
derive(np.require, _asarray)
derive(np.full, _full)
derive(np.arange, _arange)

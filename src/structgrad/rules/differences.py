"""Differences of neighbours."""

from typing import Any, Final

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.joining import array_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

diff: Final = primitive(np.diff)


def _undone(g: Any, a_shape: tuple[int, ...], n: int, axis: int) -> Any:
    """Summed by parts: the differences of the cotangent, backwards, with zeros beyond its ends."""
    if 0 in shape_of(g):
        return np.zeros(a_shape)
    for _ in range(n):
        g = -np.diff(g, axis=axis, prepend=0, append=0)
    return g


rule(diff, params="a n axis", linear="a", a=_undone)


def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    if n == 0:
        return a
    a = array_of(a)
    parts = [_row(prepend, a, axis), a, _row(append, a, axis)]
    if prepend is not np._NoValue or append is not np._NoValue:
        a = np.concatenate([part for part in parts if part is not np._NoValue], axis)
    return diff(a, n, axis)


def _row(x: Any, a: Any, axis: int) -> Any:
    """What is put before or after a: a number fills a row."""
    if x is np._NoValue:
        return x
    x = array_of(x)
    if shape_of(x):
        return x
    shape = list(shape_of(a))
    shape[axis] = 1
    return np.broadcast_to(x, shape)


def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    ary, *ends = (None if x is None else np.ravel(array_of(x)) for x in (ary, to_begin, to_end))
    parts = [ends[0], np.diff(ary), ends[1]]
    return np.concatenate([part for part in parts if part is not None], dtype=dtype_of(ary))


derive(np.diff, _diff)
derive(np.ediff1d, _ediff1d)

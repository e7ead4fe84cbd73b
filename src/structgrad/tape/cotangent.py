"""Adding cotangents: alone, together, scattered by an index, or by parts of a tuple."""

import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from structgrad.arrays import FLOAT64, dtype_of, fit
from structgrad.native import native
from structgrad.struct.leaf import space_of
from structgrad.tape.call import primitive
from structgrad.tape.pieces import Parts, Scatter
from structgrad.tape.read import is_basic
from structgrad.tape.rule import rule
from structgrad.tape.tape import Home
from structgrad.tape.value import Traced, TracedArray

_SUMS = frozenset([np.ndarray, np.float64, float, Traced, TracedArray])


def settle(g: Any, home: Home) -> Any:
    """Bring what a pullback returned home to the value it is the cotangent of."""
    if type(g) is Scatter:
        g.home = home
        return g
    return g if type(g) is Parts else fit(g, *home)


def accumulate(a: Any, b: Any) -> Any:
    """The sum of two cotangents of one value, both at home. Pieces take the other in; arrays stay as they are."""
    t = type(a)
    if t is Parts:
        a.pieces += b.pieces
        return a
    if t is not Scatter and type(b) is Scatter:
        a, b, t = b, a, Scatter
    if t is Scatter:
        rest = b
        if type(b) is Scatter:
            a.pieces += b.pieces
            rest = b.rest
        if rest is not None:
            a.rest = rest if a.rest is None else a.rest + rest
        return a
    if t in _SUMS or isinstance(a, np.generic | np.ndarray):
        return a + b
    return space_of(a).add(a, b)


def dense(g: Any) -> Any:
    """Pieces put together: an array, or a list with one cotangent for each item of a tuple."""
    if type(g) is Scatter:
        rest, g.rest = g.rest, None
        if type(rest) is np.ndarray and sys.getrefcount(rest) <= _HELD_ONCE and _is_plain(rest, g.pieces):
            return _add_pieces(rest, g.pieces)
        whole = assemble([part for _, part in g.pieces], [index for index, _ in g.pieces], *g.home)
        return whole if rest is None else whole + rest
    if type(g) is not Parts:
        return g
    items: list[Any] = [None] * len(g.homes)
    for i, part in g.pieces:
        items[i] = part if items[i] is None else accumulate(items[i], part)
    return [
        dense(item) if item is not None or home[0] is None else np.zeros(home[0], home[1])
        for item, home in zip(items, g.homes, strict=True)
    ]


def conjugate(g: Any) -> Any:
    """The complex conjugate of a cotangent, be it in pieces or a list; itself where it is real."""
    if type(g) is Scatter:
        g.pieces = [(index, conjugate(part)) for index, part in g.pieces]
        return g
    if isinstance(g, list | tuple):
        return [conjugate(part) for part in g]
    return np.conjugate(g) if getattr(dtype_of(g), "kind", None) == "c" else g


def silence(g: Any, dx: Any) -> Any:
    """dx, but 0 where the cotangent it came from is 0: what is not asked for has no say, be its slope infinite."""
    if type(g) is np.float64:
        return dx if g else g
    if type(dx) is np.ndarray and is_finite(dx):
        return dx
    wild = (g == 0) & ~np.isfinite(dx)  # only these: a zero that moves keeps its slope of higher order
    return np.where(wild, 0, dx) if np.any(wild) else dx


def is_finite(x: Any) -> bool:
    """Whether one sum over an array shows that all of it is finite. Not, where it overflows by itself."""
    if native is not None and (known := native.is_finite(x)) is not None:
        return bool(known)
    # BLAS sums squares faster than NumPy sums.
    total = np.vdot(x, x) if x.dtype is FLOAT64 and x.flags.c_contiguous else np.add.reduce(x, axis=None)
    return bool(np.isfinite(total))


@primitive
def assemble(parts: list[Any], indices: list[Any], shape: tuple[int, ...], dtype: Any) -> Any:
    """An array of zeros with each part added at its index; repeated indices add up."""
    return _add_pieces(np.zeros(shape, dtype), zip(indices, parts, strict=True))


def _add_pieces(whole: Any, pieces: Iterable[tuple[Any, Any]]) -> Any:
    for index, g in pieces:
        if names_items_once(index):
            whole[index] += g
        elif native is None or not native.add_rows(whole, index, g):
            np.add.at(whole, index, g)
    return whole


def _is_plain(whole: Any, pieces: list[tuple[Any, Any]]) -> bool:
    """Whether pieces can be added in place: into memory of the array's own, by nothing that is traced."""
    owned = whole.base is None and whole.flags.writeable
    return owned and not any(type(g) is Traced or type(g) is TracedArray for _, g in pieces)


def _pieces(g: Any, indices: list[Any]) -> list[Any]:
    """What stands at each index; scalars are arrays of rank 0 here, for a traced one has no items."""
    scalar: Any = [g]
    whole = np.stack(scalar).reshape(()) if type(g) is Traced else g
    return [whole[index] for index in indices]


rule(assemble, parts=_pieces)


# How often an array is counted that one name holds, in the question itself.
_ONE = np.empty(1)
_HELD_ONCE = sys.getrefcount(_ONE)


def names_items_once(index: Any) -> bool:
    """Whether an index cannot name an item twice: slices, whole numbers, one boolean mask."""
    if is_basic(index) or isinstance(index, bool | np.integer):
        return True
    return isinstance(index, np.ndarray) and bool(index.dtype.kind == "b")

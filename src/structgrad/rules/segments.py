"""reduceat: the reductions of the segments of an axis. Segment i goes from index i to the next, or is one item."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from structgrad.arrays import shape_of
from structgrad.rules.folding import confirm
from structgrad.rules.running import alike
from structgrad.tape.call import on_values, primitive
from structgrad.tape.pieces import Scatter
from structgrad.tape.rule import rule
from structgrad.tape.value import plain

_PARAMS = "a indices axis dtype out"


def _ends(indices: Any, n: int) -> tuple[Any, Any]:
    """Where the segments begin and where they end. NumPy raises IndexError for an index beyond the axis."""
    np.add.reduceat(np.zeros(n), indices)
    starts = np.asarray(indices)
    return starts, np.maximum(np.append(starts[1:], n), starts + 1)


def _members(indices: Any, n: int) -> tuple[Any, Any, Any]:
    """All items of all segments, one segment after the other: whose each is, which it is, where segments begin."""
    starts, ends = _ends(indices, n)
    lengths = ends - starts
    firsts = np.cumsum(lengths) - lengths
    owners = np.repeat(np.arange(len(starts)), lengths)
    return owners, np.arange(len(owners)) - np.repeat(firsts - starts, lengths), firsts


def _to_sums(g: Any, a_shape: tuple[int, ...], indices: Any, axis: int | None) -> Scatter:
    """Each item has the cotangent of its segment; segments may overlap where the indices go back."""
    axis = normalize_axis_index(axis or 0, len(a_shape))
    owners, items, _ = _members(indices, a_shape[axis])
    if (items[1:] > items[:-1]).all():  # then they are one stretch to the end
        items = slice(a_shape[axis] - len(items), None)
    return Scatter((*(slice(None),) * axis, items), np.take(g, owners, axis))


def _to_extremes(g: Any, y: Any, a: Any, indices: Any, axis: int | None) -> Any:
    """Each segment shares its cotangent equally among the items that are as extreme as it is."""
    a, y = plain(a), plain(y)
    axis = normalize_axis_index(axis or 0, a.ndim)
    owners, items, firsts = _members(indices, a.shape[axis])
    if not len(firsts):
        return np.zeros(a.shape)
    tops = alike(np.take(a, items, axis), np.take(y, owners, axis))
    shares = np.take(g / np.add.reduceat(tops, firsts, axis, dtype=np.intp), owners, axis)
    return Scatter((*(slice(None),) * axis, items), np.where(tops, shares, 0))


def _whole(ufunc: np.ufunc, **rules: Any) -> Callable[..., Any]:
    """`reduceat` of a ufunc, with a rule."""
    function = primitive(ufunc.reduceat)
    rule(function, params=_PARAMS, **rules)
    return lambda array, indices, axis=0, dtype=None: function(array, indices, axis, dtype)


def one_by_one(ufunc: np.ufunc) -> Callable[..., Any]:
    """`reduceat` of a ufunc, segment after segment."""

    def reduceat(array: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
        a = array if dtype is None else np.astype(array, np.dtype(dtype))
        axis = normalize_axis_index(axis, len(shape_of(a)))
        parts = list(_parts(ufunc, a, indices, axis))
        y = np.stack(parts, axis) if parts else np.take(a, np.zeros(0, int), axis)
        confirm(ufunc, "reduceat", y, on_values(ufunc.reduceat, (a, indices, axis), {}))
        return y

    return reduceat


def _parts(ufunc: np.ufunc, a: Any, indices: Any, axis: int) -> Iterator[Any]:
    before = (slice(None),) * axis
    for start, end in zip(*_ends(indices, shape_of(a)[axis]), strict=True):
        single = end - start == 1
        yield a[(*before, int(start))] if single else ufunc.reduce(a[(*before, slice(start, end))], axis)


REDUCEATS: dict[Any, Callable[..., Any]] = {
    np.add: _whole(np.add, linear="a", a=_to_sums),
    **{f: _whole(f, selects=True, a=_to_extremes) for f in (np.maximum, np.minimum, np.fmax, np.fmin)},
}

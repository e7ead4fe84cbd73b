"""NumPy's functions and methods that write into an array: each is v[index] = w with an index of its own."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.joining import array_of
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.cotangent import names_items_once
from structgrad.tape.rule import RULES, derive, rule
from structgrad.tape.value import TracedArray, plain
from structgrad.tape.write import write


def _target(v: Any, name: str) -> tuple[int, ...]:
    """The shape of what is written into. LostGradientError for a plain array, which cannot carry a gradient."""
    if type(v) is not TracedArray:
        refuse_out(f"np.{name}")
    shape: tuple[int, ...] = v.shape
    return shape


def _put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    shape, ids = _target(a, "put"), np.ravel(ind)
    n = int(np.prod(shape))
    if mode == "raise":
        ids = np.arange(n)[ids]  # raises for an index out of bounds
    else:
        ids = ids % n if mode == "wrap" else np.clip(ids, 0, n - 1)
    write(a, np.unravel_index(ids, shape), _repeated(v, np.arange(ids.size)))


def _put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None = -1) -> None:
    shape = _target(arr, "put_along_axis")
    if axis is None:
        write(arr, np.unravel_index(indices, shape), values)
        return
    index: list[Any] = list(np.ogrid[tuple(map(slice, shape))])
    index[axis] = indices
    write(arr, tuple(index), values)


def _place(arr: Any, mask: Any, vals: Any) -> None:
    mask = np.reshape(np.asarray(plain(mask), bool), _target(arr, "place"))
    write(arr, mask, _repeated(vals, np.arange(np.count_nonzero(mask))))


def _putmask(a: Any, mask: Any, values: Any) -> None:
    mask = np.reshape(np.asarray(plain(mask), bool), _target(a, "putmask"))
    write(a, mask, _repeated(values, np.flatnonzero(mask)))


def _repeated(values: Any, ids: Any) -> Any:
    """The items of these numbers of an array that begins again at its end."""
    flat = np.reshape(array_of(values), (-1,))
    return flat[ids % shape_of(flat)[0]] if ids.size else np.zeros(0)


def _copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    shape = _target(dst, "copyto")
    if where is True:
        write(dst, ..., src)
        return
    mask = np.broadcast_to(plain(where), shape)
    write(dst, mask, np.broadcast_to(array_of(src), shape)[mask])


def _fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    shape = _target(a, "fill_diagonal")
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ValueError("np.fill_diagonal needs an array of two dimensions, or more of equal length")
    if len(shape) > 2:
        step, end = 1 + sum(int(np.prod(shape[:i])) for i in range(1, len(shape))), int(np.prod(shape))
    else:
        step, end = shape[1] + 1, int(np.prod(shape)) if wrap else min(shape[1] ** 2, int(np.prod(shape)))
    ids = np.arange(0, end, step)
    write(a, np.unravel_index(ids, shape), _repeated(val, np.arange(ids.size)))


@primitive
def added(a: Any, index: Any, b: Any) -> Any:
    """a with b added at an index that may name items twice."""
    y = np.copy(a)
    np.add.at(y, index, b)
    return y


rule(added, a=lambda g: g, b=lambda g, index: g[index])


def _at(ufunc: np.ufunc) -> Any:
    """ufunc.at: item by item where an index names one twice, in order, as NumPy does it; sums at once."""

    def at(a: Any, indices: Any, b: Any = None) -> None:
        shape = _target(a, f"{ufunc.__name__}.at")
        others = () if b is None else (array_of(b),)
        if names_items_once(indices):
            write(a, indices, ufunc(a[indices], *others))
            return
        ids = np.arange(np.prod(shape, dtype=np.intp)).reshape(shape)[indices]
        values = [np.broadcast_to(x, ids.shape) for x in others]
        if ufunc is np.add:
            write(a, ..., added(a, indices, values[0]))
            return
        for k, one in zip(np.ndindex(ids.shape), ids.ravel(), strict=True):
            index = tuple(map(int, np.unravel_index(one, shape)))
            write(a, index, ufunc(a[index], *[x[k] for x in values]))

    return at


derive(np.put, _put)
derive(np.put_along_axis, _put_along_axis)
derive(np.place, _place)
derive(np.putmask, _putmask)
derive(np.copyto, _copyto)
derive(np.fill_diagonal, _fill_diagonal)
_SMOOTH = [key for key, entry in RULES.items() if isinstance(key, np.ufunc) and entry.status in ("slope", "derived")]
for _ufunc in _SMOOTH:
    if _ufunc.nin <= 2 and _ufunc.nout == 1 and _ufunc.signature is None:
        derive((_ufunc, "at"), _at(_ufunc), replace=True)  # the other ufuncs' refuse it

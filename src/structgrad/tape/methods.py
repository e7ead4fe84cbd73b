"""Methods and attributes of ndarray on traced values: each is the NumPy function of the same meaning."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from structgrad.tape.call import dispatch
from structgrad.tape.value import Traced, TracedArray, plain
from structgrad.tape.views import as_now
from structgrad.tape.write import write

_SAME = (
    "all any argmax argmin argpartition argsort choose clip compress cumprod cumsum diagonal dot max mean min nonzero "
    "prod ptp ravel repeat round searchsorted squeeze std sum swapaxes take trace var"
).split()


def _method(function: Any) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            return function(self, *args, **kwargs)
        return dispatch(function, (self, *args), kwargs)

    return method


for _name in _SAME:
    setattr(Traced, _name, _method(getattr(np, _name)))


# What NumPy calls on the items of an object array: np.exp([a, b]) asks each item for its method exp.
_OF_ITEMS = (
    "arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt cos cosh deg2rad degrees exp exp2 expm1 fabs hypot log "
    "log10 log1p log2 logaddexp logaddexp2 rad2deg radians rint sin sinh sqrt tan tanh"
).split()
for _name in _OF_ITEMS:
    setattr(Traced, _name, _method(getattr(np, _name)))


def _sort(self: Any, axis: int = -1, **kwargs: Any) -> None:
    write(self, ..., dispatch(np.sort, (self, axis), kwargs))


def _partition(self: Any, kth: Any, axis: int = -1, **kwargs: Any) -> None:
    write(self, ..., dispatch(np.partition, (self, kth, axis), kwargs))


_WRITING: dict[str, Callable[..., Any]] = {
    "fill": lambda self, value: write(self, ..., value),
    "put": lambda self, ind, v, mode="raise": dispatch(np.put, (self, ind, v, mode), {}),
    "sort": _sort,
    "partition": _partition,
}
for _name, _function in _WRITING.items():
    setattr(TracedArray, _name, _function)


class Flat:
    """The items of a traced array in a row, as `v.flat` has them: to go through, to read and to write into."""

    def __init__(self, v: Any) -> None:
        self._v = v

    def __len__(self) -> int:
        return int(self._v.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(dispatch(np.ravel, (self._v,), {}))

    def __getitem__(self, index: Any) -> Any:
        return self._v[self._at(index)]

    def __setitem__(self, index: Any, value: Any) -> None:
        write(self._v, self._at(index), value)

    def _at(self, index: Any) -> Any:
        return np.unravel_index(np.arange(len(self))[index], self._v.shape)


def _shape(given: tuple[Any, ...]) -> Any:
    """The shape in v.reshape(2, 3) or v.reshape((2, 3))."""
    return given[0] if len(given) == 1 else given


def _reshape(self: Any, *shape: Any, **kwargs: Any) -> Any:
    return dispatch(np.reshape, (self, _shape(shape)) if shape else (self,), kwargs)


def _transpose(self: Any, *axes: Any) -> Any:
    return dispatch(np.transpose, (self, _shape(axes)) if axes else (self,), {})


def _astype(
    self: Any, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True, copy: bool = True
) -> Any:
    return dispatch(np.astype, (self, np.dtype(dtype)), {"copy": copy})


def _conjugate(self: Any) -> Any:
    """Of a real array, unlike np.conjugate, the array itself."""
    return dispatch(np.conjugate, (self,), {}) if self.dtype.kind == "c" else self


def _tolist(self: Any) -> Any:
    """Nested lists of traced scalars."""
    rows: list[Any] = [self]
    shape = self.shape
    if not shape:
        return self
    rows = list(self.ravel())
    for n in reversed(shape[1:]):
        rows = [rows[i : i + n] for i in range(0, len(rows), n)]
    return rows


def _copy(self: Any, order: Any = "C") -> Any:
    """A snapshot is a copy, for writes into either leave the other as it was; in another order memory is copied too."""
    if type(self) is not TracedArray or (order == "C" and plain(self).flags.c_contiguous):
        return as_now(self)
    return dispatch(np.copy, (self, order), {})


setattr(Traced, "conj", _conjugate)  # noqa: B010  # attached here, where dispatch is known
setattr(Traced, "conjugate", _conjugate)  # noqa: B010  # as above
setattr(Traced, "reshape", _reshape)  # noqa: B010  # attached here, where dispatch is known
setattr(Traced, "transpose", _transpose)  # noqa: B010  # as above
setattr(Traced, "astype", _astype)  # noqa: B010  # as above
setattr(Traced, "to_device", lambda self, device, /, *, stream=None: self)  # noqa: B010  # as above
setattr(Traced, "__array_namespace__", lambda self, /, *, api_version=None: np)  # noqa: B010  # as above
setattr(Traced, "tolist", _tolist)  # noqa: B010  # as above
# A copy: np.ravel alone may give a view.
setattr(Traced, "flatten", lambda self, order="C": as_now(dispatch(np.ravel, (self, order), {})))  # noqa: B010  # as above
setattr(Traced, "copy", _copy)  # noqa: B010  # as above

_PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "T": lambda self: dispatch(np.transpose, (self,), {}),
    "mT": lambda self: dispatch(np.matrix_transpose, (self,), {}),
    "real": lambda self: dispatch(np.real, (self,), {}),
    "imag": lambda self: dispatch(np.imag, (self,), {}),
    "ndim": lambda self: len(self.shape),
    "size": lambda self: int(np.prod(self.shape)),
    "device": lambda self: "cpu",
    "itemsize": lambda self: self.dtype.itemsize,
    "nbytes": lambda self: self.dtype.itemsize * int(np.prod(self.shape)),
    "strides": lambda self: self._value.strides,
    "flags": lambda self: self._value.flags,
}
_SETTERS: dict[str, Callable[[Any, Any], None]] = {
    "real": lambda self, x: write(self, ..., x + 1j * self.imag if self.dtype.kind == "c" else x),
    "imag": lambda self, x: write(self, ..., self.real + 1j * x),
    "flat": lambda self, x: Flat(self).__setitem__(slice(None), x),
}
for _name, _get in _PROPERTIES.items():
    setattr(Traced, _name, property(_get))
for _name, _set in _SETTERS.items():
    setattr(TracedArray, _name, property(_PROPERTIES.get(_name, Flat), _set))

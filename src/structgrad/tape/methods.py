"""Methods and attributes of ndarray on traced values: each is the NumPy function of the same meaning."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.tape.call import dispatch
from structgrad.tape.value import Traced

_SAME = (
    "all any argmax argmin argpartition argsort choose clip compress cumprod cumsum diagonal dot max mean min nonzero "
    "prod ptp ravel repeat round searchsorted squeeze std sum swapaxes take trace var"
).split()
_RENAMED = {"conj": np.conjugate, "conjugate": np.conjugate, "flatten": np.ravel}


def _method(function: Any) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        return dispatch(function, (self, *args), kwargs)

    return method


for _name in _SAME:
    setattr(Traced, _name, _method(getattr(np, _name)))
for _name, _ufunc in _RENAMED.items():
    setattr(Traced, _name, _method(_ufunc))


def _shape(given: tuple[Any, ...]) -> Any:
    """The shape in v.reshape(2, 3) or v.reshape((2, 3))."""
    return given[0] if len(given) == 1 else given


def _reshape(self: Any, *shape: Any, **kwargs: Any) -> Any:
    return dispatch(np.reshape, (self, _shape(shape)) if shape else (self,), kwargs)


def _transpose(self: Any, *axes: Any) -> Any:
    return dispatch(np.transpose, (self, _shape(axes)) if axes else (self,), {})


def _astype(self: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    return dispatch(np.astype, (self, np.dtype(dtype)), {})


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


setattr(Traced, "reshape", _reshape)  # noqa: B010  # attached here, where dispatch is known
setattr(Traced, "transpose", _transpose)  # noqa: B010  # as above
setattr(Traced, "astype", _astype)  # noqa: B010  # as above
setattr(Traced, "tolist", _tolist)  # noqa: B010  # as above
setattr(Traced, "copy", lambda self, order="C": self)  # noqa: B010  # values do not change, so none is made

_PROPERTIES: dict[str, Callable[[Any], Any]] = {
    "T": lambda self: dispatch(np.transpose, (self,), {}),
    "mT": lambda self: dispatch(np.matrix_transpose, (self,), {}),
    "real": lambda self: dispatch(np.real, (self,), {}),
    "imag": lambda self: dispatch(np.imag, (self,), {}),
    "flat": lambda self: iter(dispatch(np.ravel, (self,), {})),
    "ndim": lambda self: len(self.shape),
    "size": lambda self: int(np.prod(self.shape)),
    "itemsize": lambda self: self.dtype.itemsize,
    "nbytes": lambda self: self.dtype.itemsize * int(np.prod(self.shape)),
    "strides": lambda self: self._value.strides,
    "flags": lambda self: self._value.flags,
}
for _name, _get in _PROPERTIES.items():
    setattr(Traced, _name, property(_get))

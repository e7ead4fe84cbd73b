"""`interp1d`: a table along one axis."""

from typing import Any

import numpy as np
from scipy import interpolate

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.scipy.closure import as_it_is, lowered
from structgrad.scipy.definition import any_traced, by_definition, gathered
from structgrad.scipy.interpolate.cubic import CubicSpline
from structgrad.scipy.interpolate.linear import linear
from structgrad.scipy.parameters import refuse_traced


class interp1d(interpolate.interp1d):  # noqa: N801  # SciPy's name
    """SciPy's, differentiable in x, y and where it is called: linear, cubic, and the steps, which are flat in x."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One of SciPy's own, unless the table is being differentiated."""
        if not any_traced(args, kwargs):
            return super().__new__(cls)
        args, kwargs = as_it_is((args, kwargs))  # SciPy's copies what it is given, too
        return _Table(*args, **kwargs)

    def __init__(
        self,
        x: Any,
        y: Any,
        kind: Any = "linear",
        axis: int = -1,
        copy: Any = True,
        bounds_error: Any = None,
        fill_value: Any = np.nan,
        assume_sorted: Any = False,
    ) -> None:
        super().__init__(x, y, kind, axis, copy, bounds_error, fill_value, assume_sorted)
        self._options = (kind, axis, copy, bounds_error, fill_value, assume_sorted)

    def __call__(self, x: Any) -> Any:
        """The values at x."""
        return _Table(self.x, self.y, *self._options)(x) if any_traced(x) else super().__call__(x)


class _Table:
    """A table that is being differentiated, or is asked for values at points that are."""

    def __init__(
        self,
        x: Any,
        y: Any,
        kind: Any = "linear",
        axis: int = -1,
        copy: Any = True,
        bounds_error: Any = None,
        fill_value: Any = np.nan,
        assume_sorted: Any = False,
    ) -> None:
        refuse_traced("interp1d", {"fill_value": fill_value})
        self.x, self.y = gathered(x), gathered(y)
        self._options = (kind, axis, copy, bounds_error, fill_value, assume_sorted)
        self.axis = self._made(*lowered((self.x, self.y))).axis  # SciPy tells what is wrong with it
        kind = {0: "zero", 1: "linear", 3: "cubic"}.get(kind, kind)
        if kind not in _KINDS:
            raise MissingRuleError(f"interp1d of kind {kind!r} has no derivative{users_line()}. Use 'cubic'.")
        self._read = _KINDS[kind]
        self._below, self._above = (isinstance(fill_value, str) and kind != other for other in ("previous", "next"))

    def _made(self, x: Any, y: Any) -> Any:
        return interpolate.interp1d(x, y, *self._options)

    def __call__(self, x: Any) -> Any:
        def value(x: Any, y: Any, at: Any) -> Any:
            return self._made(x, y)(at)

        def definition(x: Any, y: Any, at: Any) -> Any:
            order = np.argsort(x, kind="stable")
            x, y = x[order], np.moveaxis(y, self.axis, 0)[order]
            flat, rank = np.reshape(at, (-1,)), len(shape_of(at))
            known = ((flat >= x[0]) | self._below) & ((flat <= x[-1]) | self._above)
            found = np.where(np.reshape(known, (-1, *(1,) * (len(shape_of(y)) - 1))), self._read(x, y, flat), 0.0)
            found = np.reshape(found, (*shape_of(at), *shape_of(y)[1:]))
            return np.moveaxis(found, range(rank), range(self.axis, self.axis + rank))

        return by_definition(value, definition, self.x, self.y, gathered(x))


def _steps(side: Any, before: int) -> Any:
    """The value of the knot on one side of each point."""

    def read(x: Any, y: Any, at: Any) -> Any:
        return y[np.clip(np.searchsorted(x, at, side) - before, 0, shape_of(x)[0] - 1)]

    return read


def _halfway(side: Any) -> Any:
    """The value of the nearest knot; halfway between two, side tells which."""
    return lambda x, y, at: y[np.searchsorted((x[1:] + x[:-1]) / 2, at, side)]


_KINDS = {
    "linear": lambda x, y, at: linear([x], y, at[:, None]),
    "slinear": lambda x, y, at: linear([x], y, at[:, None]),
    "cubic": lambda x, y, at: CubicSpline(x, y)(at),
    "zero": _steps("right", 1),
    "previous": _steps("right", 1),
    "next": _steps("left", 0),
    "nearest": _halfway("left"),
    "nearest-up": _halfway("right"),
}

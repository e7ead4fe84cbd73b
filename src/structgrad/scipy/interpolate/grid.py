"""`RegularGridInterpolator` and `interpn`: tables on a grid, read between its points."""

from typing import Any

import numpy as np
from scipy import interpolate

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.scipy.closure import lowered
from structgrad.scipy.definition import any_traced, as_scipys, by_definition, gathered
from structgrad.scipy.interpolate.linear import inside, linear, nearest
from structgrad.scipy.parameters import refuse_traced

_READ = {"linear": linear, "nearest": nearest}


class RegularGridInterpolator(interpolate.RegularGridInterpolator):
    """SciPy's, differentiable in the grid's points, the values and where it is called, by "linear" and "nearest"."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One of SciPy's own, unless the table is being differentiated."""
        return _Table(*args, **kwargs) if any_traced(args, kwargs) else super().__new__(cls)

    def __call__(self, xi: Any, method: Any = None, *, nu: Any = None) -> Any:
        """The values at points xi (..., d)."""
        if not any_traced(xi):
            return super().__call__(xi, method, nu=nu)
        table = _Table(self.grid, self.values, self.method, self.bounds_error, self.fill_value)
        return table(xi, method, nu=nu)


class _Table:
    """A table that is being differentiated, or is asked for values at points that are."""

    def __init__(
        self,
        points: Any,
        values: Any,
        method: Any = "linear",
        bounds_error: Any = True,
        fill_value: Any = np.nan,
        **solver: Any,
    ) -> None:
        refuse_traced("RegularGridInterpolator", {"fill_value": fill_value})
        self.grid, self.values = tuple(map(gathered, points)), gathered(values)
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value
        self._solver = solver
        self._made(*lowered((self.grid, self.values)))  # SciPy tells what is wrong with it

    def _made(self, grid: Any, values: Any) -> Any:
        return interpolate.RegularGridInterpolator(
            grid, values, self.method, self.bounds_error, self.fill_value, **self._solver
        )

    def __call__(self, xi: Any, method: Any = None, *, nu: Any = None) -> Any:
        method = self.method if method is None else method
        if method not in _READ or nu is not None:
            raise MissingRuleError(
                f"RegularGridInterpolator(method={method!r}) called with nu={nu} has no derivative{users_line()}. "
                f"Use method='linear' without nu=, or along one axis a CubicSpline."
            )

        def value(grid: Any, values: Any, xi: Any) -> Any:
            return self._made(grid, values)(xi, method)

        def definition(grid: Any, values: Any, xi: Any) -> Any:
            d = len(grid)
            down = tuple(k for k, points in enumerate(grid) if points[0] > points[-1])
            grid = [np.asarray(np.flip(points) if k in down else points) for k, points in enumerate(grid)]
            values, at = np.flip(values, down), np.reshape(xi, (-1, d))
            y = _READ[method](grid, values, at)
            if self.fill_value is not None:
                y = np.where(np.reshape(inside(grid, at), (-1, *(1,) * (len(shape_of(y)) - 1))), y, 0.0)
            lead = shape_of(xi)[:-1] if len(shape_of(xi)) > 1 else shape_of(at)[:-1]
            return np.reshape(y, (*lead, *shape_of(values)[d:]))

        return by_definition(value, definition, self.grid, self.values, _points(xi))


def _points(xi: Any) -> Any:
    """Points as one array, also where they come as one array for each coordinate."""
    return np.stack(np.broadcast_arrays(*map(gathered, xi)), -1) if isinstance(xi, tuple) else gathered(xi)


@as_scipys(interpolate.interpn)
def interpn(
    points: Any, values: Any, xi: Any, method: Any = "linear", bounds_error: Any = True, fill_value: Any = np.nan
) -> Any:
    """SciPy's `interpn`, differentiable in points, values and xi by "linear" and "nearest"."""
    if not any_traced(points, values, xi):
        return interpolate.interpn(points, values, xi, method, bounds_error, fill_value)
    return _Table(points, values, method, bounds_error, fill_value)(xi)

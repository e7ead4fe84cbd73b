"""Integrals of samples: the trapezoidal rule and Simpson's, which are sums of slices."""

from typing import Any

import numpy as np
import scipy.integrate

from structgrad.arrays import shape_of
from structgrad.rules.reductions import over
from structgrad.scipy.definition import as_scipys, by_definition, gathered

integrate: Any = scipy.integrate  # its overloads know nothing of traced values


@as_scipys(scipy.integrate.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """SciPy's `trapezoid`, differentiable in y, x and dx."""

    def value(y: Any, x: Any, dx: Any) -> Any:
        return integrate.trapezoid(y, x, dx, axis)

    def definition(y: Any, x: Any, dx: Any) -> Any:
        return np.sum(_trapezoids(y, x, dx, axis), axis=-1)

    return by_definition(value, definition, gathered(y), gathered(x), dx)


@as_scipys(scipy.integrate.cumulative_trapezoid)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """SciPy's `cumulative_trapezoid`, differentiable in y, x and dx."""

    def value(y: Any, x: Any, dx: Any) -> Any:
        return integrate.cumulative_trapezoid(y, x, dx, axis, initial)

    def definition(y: Any, x: Any, dx: Any) -> Any:
        sums = np.cumsum(_trapezoids(y, x, dx, axis), axis=-1)
        zero = [(0, 0)] * (len(shape_of(sums)) - 1) + [(int(initial is not None), 0)]
        return np.moveaxis(np.pad(sums, zero), -1, axis)

    return by_definition(value, definition, gathered(y), gathered(x), dx)


@as_scipys(scipy.integrate.simpson)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """SciPy's `simpson`, differentiable in y, x and dx."""

    def value(y: Any, x: Any, dx: Any) -> Any:
        return integrate.simpson(y, x, dx=dx, axis=axis)

    def definition(y: Any, x: Any, dx: Any) -> Any:
        y, widths = _samples(y, x, dx, axis)
        n = shape_of(y)[-1]
        if n == 2:
            return np.sum(widths * (y[..., :-1] + y[..., 1:]), axis=-1) / 2
        if n % 2:
            return _parabolas(y, widths)
        return _parabolas(y[..., :-1], widths[..., :-1]) + _last(y, widths)

    return by_definition(value, definition, gathered(y), gathered(x), dx)


def _samples(y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any]:
    """Samples along the last axis, and the distances between them."""
    y = np.moveaxis(y, axis, -1)
    if x is None:
        return y, np.ones(shape_of(y)[-1] - 1) * dx
    return y, np.diff(x if len(shape_of(x)) == 1 else np.moveaxis(x, axis, -1), axis=-1)


def _trapezoids(y: Any, x: Any, dx: Any, axis: int) -> Any:
    y, widths = _samples(y, x, dx, axis)
    return widths * (y[..., 1:] + y[..., :-1]) / 2


def _parabolas(y: Any, widths: Any) -> Any:
    """Simpson's rule for an odd number of samples at any distances: a parabola through each three."""
    h, k = widths[..., :-1:2], widths[..., 1::2]
    ratio = over(h, k)
    ends = y[..., :-2:2] * (2 - over(1.0, ratio)) + y[..., 2::2] * (2 - ratio)
    return np.sum((h + k) / 6 * (ends + y[..., 1:-1:2] * (h + k) * over(h + k, h * k)), axis=-1)


def _last(y: Any, widths: Any) -> Any:
    """The last interval of an even number of samples: the parabola through the last three.

    Cartwright, Simpson's Rule Cumulative Integration with MS Excel and Irregularly-spaced Data, 2017, eq. 8.
    """
    h, k = widths[..., -2], widths[..., -1]
    last = over(2 * k**2 + 3 * h * k, 6 * (h + k)) * y[..., -1]
    middle = over(k**2 + 3 * h * k, 6 * h) * y[..., -2]
    return last + middle - over(k**3, 6 * h * (h + k)) * y[..., -3]

"""Cubic interpolants: `CubicSpline`, `PchipInterpolator` and `CubicHermiteSpline`, by the slopes at their knots."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import interpolate

from structgrad.arrays import shape_of
from structgrad.rules.joining import is_traced
from structgrad.rules.reductions import over
from structgrad.scipy.closure import lowered
from structgrad.scipy.definition import any_traced, by_definition, gathered
from structgrad.scipy.interpolate.knots import spline_slopes
from structgrad.scipy.interpolate.pieces import PiecewisePolynomial, evaluate, integrate
from structgrad.scipy.parameters import refuse_traced


class _Differentiable:
    """In front of a class of SciPy's: an object that is differentiated is of our own class, all else is SciPy's."""

    _traced: Callable[..., Any]

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One of SciPy's own, unless the table is being differentiated."""
        return cls._traced(*args, **kwargs) if any_traced(args, kwargs) else super().__new__(cls)

    def __call__(self: Any, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The nu-th derivative at x."""
        at = gathered(x)
        if not is_traced(at):
            return super().__call__(x, nu, extrapolate)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # SciPy's class comes behind
        return evaluate(self.c, self.x, at, nu, self.extrapolate if extrapolate is None else extrapolate, self.axis)

    def integrate(self: Any, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b."""
        if not any_traced(a, b):
            return super().integrate(a, b, extrapolate)  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # as above
        return integrate(self.c, self.x, a, b, self.extrapolate if extrapolate is None else extrapolate)


class CubicSpline(_Differentiable, interpolate.CubicSpline):  # type: ignore[misc]  # it takes more than SciPy's
    """SciPy's, differentiable in x, y and where it is called. What else it has, `roots` say, is for plain tables."""

    @staticmethod
    def _traced(x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
        refuse_traced("CubicSpline", {"bc_type": bc_type})

        def slopes(x: Any, y: Any) -> Any:
            return spline_slopes(x, y, bc_type)

        return _polynomial(interpolate.CubicSpline, slopes, x, y, axis, bc_type=bc_type, extrapolate=extrapolate)


class PchipInterpolator(_Differentiable, interpolate.PchipInterpolator):  # type: ignore[misc]  # as above
    """SciPy's, differentiable in x, y and where it is called. What else it has, `roots` say, is for plain tables."""

    @staticmethod
    def _traced(x: Any, y: Any, axis: int = 0, extrapolate: Any = None) -> Any:
        return _polynomial(interpolate.PchipInterpolator, _monotone_slopes, x, y, axis, extrapolate=extrapolate)


class CubicHermiteSpline(_Differentiable, interpolate.CubicHermiteSpline):  # type: ignore[misc]  # as above
    """SciPy's, differentiable in x, y, dydx and where it is called. What else it has is for plain tables."""

    @staticmethod
    def _traced(x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> Any:
        x, y, dydx = gathered(x), gathered(y), gathered(dydx)
        scipys: Any = interpolate.CubicHermiteSpline  # its overloads know nothing of lists of arguments
        made = scipys(*lowered((x, y, dydx)), axis, extrapolate)

        def value(x: Any, y: Any, dydx: Any) -> Any:
            return interpolate.CubicHermiteSpline(x, y, dydx, axis, extrapolate).c

        def definition(x: Any, y: Any, dydx: Any) -> Any:
            return _coefficients(x, np.moveaxis(y, axis, 0), np.moveaxis(dydx, axis, 0))

        return PiecewisePolynomial(by_definition(value, definition, x, y, dydx), x, made.extrapolate, made.axis)


def _polynomial(scipys: Any, slopes: Callable[[Any, Any], Any], x: Any, y: Any, axis: int, **options: Any) -> Any:
    """The piecewise cubic through y with certain slopes at x."""
    x, y = gathered(x), gathered(y)
    made = scipys(*lowered((x, y)), axis, **options)

    def value(x: Any, y: Any) -> Any:
        return scipys(x, y, axis, **options).c

    def definition(x: Any, y: Any) -> Any:
        y = np.moveaxis(y, axis, 0)
        return _coefficients(x, y, np.reshape(slopes(x, np.reshape(y, (shape_of(y)[0], -1))), shape_of(y)))

    return PiecewisePolynomial(by_definition(value, definition, x, y), x, made.extrapolate, made.axis)


def _coefficients(x: Any, y: Any, s: Any) -> Any:
    """Those of the cubics through y with slopes s."""
    h = np.reshape(np.diff(x), (-1, *(1,) * (len(shape_of(y)) - 1)))
    m = np.diff(y, axis=0) / h
    t = (s[:-1] + s[1:] - 2 * m) / h
    return np.stack([t / h, (m - s[:-1]) / h - t, s[:-1], y[:-1]])


def _monotone_slopes(x: Any, y: Any) -> Any:
    """Fritsch and Butland (1984), A method for constructing local monotone piecewise cubic interpolants."""
    h = np.diff(x)[:, None]
    m = np.diff(y, axis=0) / h
    if shape_of(y)[0] == 2:
        return np.concatenate([m, m])
    w, v = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    same = m[1:] * m[:-1] > 0
    inner = np.where(same, (w + v) * over(1.0, w * over(1.0, m[:-1]) + v * over(1.0, m[1:])), 0.0)
    return np.concatenate([_end(h[:2], m[:2])[None], inner, _end(h[:-3:-1], m[:-3:-1])[None]])


def _end(h: Any, m: Any) -> Any:
    """The slope at an end, from the two pieces next to it. Moler, Numerical Computing with MATLAB, 2004, 3.6."""
    d = ((2 * h[0] + h[1]) * m[0] - h[0] * m[1]) / (h[0] + h[1])
    steep = (np.sign(m[0]) != np.sign(m[1])) & (np.abs(d) > 3 * np.abs(m[0]))
    return np.where(np.sign(d) != np.sign(m[0]), 0.0, np.where(steep, 3 * m[0], d))

"""`BSpline`: a spline by its knots and coefficients, evaluated by de Boor's recursion.

De Boor, A Practical Guide to Splines, 1978, chapter X.
"""

from typing import Any

import numpy as np
from scipy import interpolate

from structgrad.arrays import shape_of
from structgrad.rules.joining import is_traced
from structgrad.rules.reductions import over
from structgrad.scipy.closure import lowered
from structgrad.scipy.definition import any_traced, by_definition, gathered


class BSpline(interpolate.BSpline):
    """SciPy's, differentiable in the knots t, the coefficients c and where it is called."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """One of SciPy's own, unless knots or coefficients are being differentiated."""
        return _Spline(*args, **kwargs) if any_traced(args, kwargs) else super().__new__(cls)

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The nu-th derivative at x."""
        at = gathered(x)
        if not is_traced(at):
            return super().__call__(x, nu, extrapolate)
        c = np.moveaxis(self.c, 0, self.axis)
        return _Spline(self.t, c, self.k, self.extrapolate, self.axis)(at, nu, extrapolate)


class _Spline:
    """A spline that is being differentiated, or is asked for values at points that are."""

    def __init__(self, t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> None:
        self.t, self.c, self.k, self.extrapolate = gathered(t), gathered(c), k, extrapolate
        made: Any = interpolate.BSpline  # its overloads know nothing of lists of arguments
        self.axis = made(*lowered((self.t, self.c)), k, extrapolate, axis).axis

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        extrapolate = self.extrapolate if extrapolate is None else extrapolate

        def value(t: Any, c: Any, at: Any) -> Any:
            return interpolate.BSpline(t, c, self.k, axis=self.axis)(at, nu, extrapolate)

        def definition(t: Any, c: Any, at: Any) -> Any:
            c, rank = np.moveaxis(c, self.axis, 0), len(shape_of(at))
            y = _spline(t, c, self.k, np.reshape(at, (-1,)), nu, extrapolate)
            return np.moveaxis(
                np.reshape(y, (*shape_of(at), *shape_of(c)[1:])), range(rank), range(self.axis, self.axis + rank)
            )

        return by_definition(value, definition, self.t, self.c, gathered(x))


def _spline(t: Any, c: Any, k: int, at: Any, nu: int, extrapolate: Any) -> Any:
    """The nu-th derivative at points (N,) of Σ c[i] Bᵢ, in which Bᵢ has the knots t[i], …, t[i + k + 1]."""
    n, rest = shape_of(t)[0] - k - 1, (1,) * (len(shape_of(c)) - 1)
    first, last = t[k], t[n]
    if extrapolate == "periodic":
        at = first + (at - first) % (last - first)
    known = np.reshape((at >= first) & (at <= last), (-1, *rest))
    c = c[:n]
    for _ in range(nu):
        if k == 0:
            return np.zeros((shape_of(at)[0], *shape_of(c)[1:]))
        c = np.diff(c, axis=0) * np.reshape(over(float(k), t[k + 1 : n + k] - t[1:n]), (-1, *rest))
        t, k, n = t[1:-1], k - 1, n - 1
    i = np.clip(np.searchsorted(t, at, "right") - 1, k, n - 1)
    d = [c[i - k + j] for j in range(k + 1)]
    for r in range(1, k + 1):
        for j in range(k, r - 1, -1):
            low = t[i - k + j]
            near = np.reshape((at - low) / (t[i + 1 + j - r] - low), (-1, *rest))
            d[j] = (1 - near) * d[j - 1] + near * d[j]
    return d[k] if extrapolate else np.where(known, d[k], 0.0)

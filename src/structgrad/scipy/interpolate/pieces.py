"""Piecewise polynomials whose coefficients, breakpoints or points of evaluation are being differentiated."""

import math
from typing import Any

import numpy as np
import scipy.interpolate

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.scipy.definition import by_definition

interpolate: Any = scipy.interpolate  # its overloads know nothing of traced values


class PiecewisePolynomial:
    """What SciPy's PPoly is: Σ c[k − j] (x − x[i])ʲ on the piece [x[i], x[i + 1]), c of shape (k + 1, pieces, …)."""

    __slots__ = ("axis", "c", "extrapolate", "x")

    def __init__(self, c: Any, x: Any, extrapolate: Any, axis: int) -> None:
        self.c: Any = c
        self.x: Any = x
        self.extrapolate: Any = extrapolate
        self.axis: int = axis

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The nu-th derivative at x."""
        return evaluate(self.c, self.x, x, nu, self.extrapolate if extrapolate is None else extrapolate, self.axis)

    def derivative(self, nu: int = 1) -> "PiecewisePolynomial":
        """The nu-th derivative, itself a piecewise polynomial."""
        k = shape_of(self.c)[0]
        if nu >= k:
            c = 0 * self.c[:1]
        else:
            factors = np.array([math.perm(power, nu) for power in range(k - 1, nu - 1, -1)], dtype=float)
            c = self.c[: k - nu] * np.reshape(factors, (-1, *(1,) * (len(shape_of(self.c)) - 1)))
        return PiecewisePolynomial(c, self.x, self.extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from a to b."""
        return integrate(self.c, self.x, a, b, self.extrapolate if extrapolate is None else extrapolate)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(
            f"{name!r} is not known of a piecewise polynomial that is being differentiated{users_line()}. Take "
            f"stop_gradient of what it is made of."
        )


def evaluate(c: Any, x: Any, at: Any, nu: int, extrapolate: Any, axis: int) -> Any:
    """The nu-th derivative of a piecewise polynomial, as SciPy computes it."""

    def value(c: Any, x: Any, at: Any) -> Any:
        return interpolate.PPoly.construct_fast(np.ascontiguousarray(c), x, extrapolate, axis)(at, nu)

    def definition(c: Any, x: Any, at: Any) -> Any:
        flat = np.reshape(at, (-1,))
        if extrapolate == "periodic":
            flat = x[0] + (flat - x[0]) % (x[-1] - x[0])
        i = np.clip(np.searchsorted(x, flat, "right") - 1, 0, shape_of(x)[0] - 2)
        column = (-1, *(1,) * (len(shape_of(c)) - 2))
        s, pieces = np.reshape(flat - x[i], column), c[:, i]
        y: Any = 0 * pieces[0]
        for power in range(shape_of(c)[0] - 1, nu - 1, -1):
            y = y * s + math.perm(power, nu) * pieces[shape_of(c)[0] - 1 - power]
        if not extrapolate:
            y = np.where(np.reshape((x[0] <= flat) & (flat <= x[-1]), column), y, 0.0)
        y, rank = np.reshape(y, (*shape_of(at), *shape_of(c)[2:])), len(shape_of(at))
        return np.moveaxis(y, range(rank), range(axis, axis + rank))

    return by_definition(value, definition, c, x, at)


def integrate(c: Any, x: Any, a: Any, b: Any, extrapolate: Any) -> Any:
    """The integral of a piecewise polynomial from a to b, as SciPy computes it."""
    if extrapolate == "periodic":
        raise MissingRuleError(
            f"the integral of a periodic piecewise polynomial has no derivative{users_line()}. Integrate over one "
            f"period with extrapolate=True."
        )

    def value(c: Any, x: Any, a: Any, b: Any) -> Any:
        return interpolate.PPoly.construct_fast(np.ascontiguousarray(c), x, extrapolate).integrate(a, b)

    def definition(c: Any, x: Any, a: Any, b: Any) -> Any:
        knots = x[1:-1]
        lower, upper = np.concatenate([[-np.inf], knots]), np.concatenate([knots, [np.inf]])
        # On a knot both pieces tie, and share.
        first, last = (np.minimum(np.maximum(end, lower), upper) - x[:-1] for end in (a, b))
        column, k = (-1, *(1,) * (len(shape_of(c)) - 2)), shape_of(c)[0]
        parts = [c[k - n] / n * np.reshape(last**n - first**n, column) for n in range(1, k + 1)]
        return np.sum(np.stack(parts), axis=(0, 1))

    return by_definition(value, definition, c, x, a, b)

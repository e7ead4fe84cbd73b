"""Polynomials of several variables: of numpy.polynomial's functions NumPy lets others evaluate only these."""

from typing import Any

import numpy as np
from numpy.polynomial import polynomial

from structgrad.arrays import shape_of
from structgrad.rules.joining import array_of
from structgrad.tape.rule import derive


def _horner(x: Any, c: Any) -> Any:
    """Σ c[k] xᵏ over the first axis of c."""
    y = c[-1] + x * 0
    for i in range(2, len(c) + 1):
        y = c[-i] + y * x
    return y


def _over_all(x: Any, c: Any) -> Any:
    """The same at every x for every item of the other axes of c."""
    return _horner(x, np.reshape(c, shape_of(c) + (1,) * len(shape_of(x))))


def _polyvalnd(points: Any, c: Any) -> Any:
    first, *others = map(array_of, points)
    shapes = [shape_of(x) for x in (first, *others)]
    if len(set(shapes)) > 1:
        raise ValueError(f"the coordinates of the points are of shapes {shapes}, and must be of one")
    c = _over_all(first, np.atleast_1d(array_of(c)))
    for x in others:
        c = _horner(x, c)
    return c


def _polygrid2d(x: Any, y: Any, c: Any) -> Any:
    return _over_all(array_of(y), _over_all(array_of(x), np.atleast_1d(array_of(c))))


if hasattr(polynomial.polyval2d, "_implementation"):  # NumPy 2.4
    derive(polynomial.polyval2d, lambda x, y, c: _polyvalnd((x, y), c))
    derive(polynomial.polygrid2d, _polygrid2d)
if hasattr(polynomial, "polyvalnd"):  # NumPy 2.5
    derive(polynomial.polyvalnd, _polyvalnd)  # pyright: ignore[reportAttributeAccessIssue]  # it does not read hasattr

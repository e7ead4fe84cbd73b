"""polyval2d, polygrid2d and polyvalnd of numpy.polynomial."""

import numpy as np
import pytest
from numpy.polynomial import polynomial
from numpy.polynomial.polynomial import polygrid2d, polyval2d, polyval3d

import structgrad as sg
from structgrad.testing import check_gradient

C = np.random.default_rng(2).normal(size=(3, 2))
X, Y = np.array([0.3, -1.2, 0.7]), np.array([1.1, 0.4, -0.6])


def test_points_and_coefficients_agree_with_differences() -> None:
    check_gradient(polyval2d, X, Y, C, order=2)
    check_gradient(polygrid2d, X, Y[:2], C)
    check_gradient(polyval2d, 0.3, 0.4, C)
    check_gradient(lambda c: polygrid2d(X, 0.5, c), C[..., None] + 1j)
    check_gradient(lambda x: polyval3d(x, x, x, np.ones((2, 2, 2))), X)


def test_points_must_come_in_pairs() -> None:
    with pytest.raises(ValueError):
        sg.vjp(lambda x: polyval2d(x, Y[:2], C))(X)


def test_points_of_any_number_of_coordinates_where_numpy_has_them() -> None:
    if polyvalnd := getattr(polynomial, "polyvalnd", None):  # NumPy 2.5
        check_gradient(polyvalnd, np.stack([X, Y]), C)
        check_gradient(polyvalnd, (X, Y, X * Y), np.stack([C, C + 1.0], -1))

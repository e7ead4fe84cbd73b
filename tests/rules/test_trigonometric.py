"""Lengths and angles at every scale; tanh at every order."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg


@pytest.mark.feature(133)
@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1.0, 1e8, 1e200])
def test_length_and_angle_have_all_their_digits_at_every_scale(scale: float) -> None:
    a, b = 3.0 * scale, -4.0 * scale

    da, db = sg.vjp(lambda p: np.hypot(*p))((a, b))[1](2.5)
    ta, tb = sg.vjp(lambda p: np.arctan2(*p))((a, b))[1](2.5 * scale)

    assert (da, db) == pytest.approx((1.5, -2.0), rel=1e-12)
    # d atan2(a, b) = (b da - a db) / (a² + b²)
    assert (ta, tb) == pytest.approx((2.5 * -4 / 25, 2.5 * -3 / 25), rel=1e-12)


def slope(f: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of an elementwise function."""
    return sg.grad_bp(lambda v: np.sum(f(v)))


@pytest.mark.feature(25)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_tanh_is_right_up_to_its_fourth_derivative(order: int) -> None:
    x = np.linspace(-7, 7, 200)
    f: Callable[..., Any] = np.tanh
    for _ in range(order):
        f = slope(f)
    some = x[::23]
    with mpmath.workdps(60):
        exact = [float(mpmath.diff(mpmath.tanh, mpmath.mpf(t), order)) for t in some]

    # relative to the size of the terms that cancel, the lower slopes; 1e-12 where nothing cancels
    np.testing.assert_allclose(f(x)[::23], exact, rtol=1e-12 if order == 1 else 1e-10, atol=1e-15)


def test_tanh_saturates_without_a_warning() -> None:
    x = np.array([-1e300, -1000.0, 0.0, 400.0, np.inf])

    np.testing.assert_array_equal(sg.grad_bp(lambda v: np.sum(np.tanh(v)), x), [0.0, 0.0, 1.0, 0.0, 0.0])
    assert sg.grad_bp(np.tanh, np.float32(200.0)) == 0.0


@pytest.mark.feature(25)
@pytest.mark.parametrize("number", [float, np.float64, np.array], ids=["float", "float64", "array"])
def test_the_slope_of_tanh_has_its_digits_however_near_to_1_it_comes(number: Callable[[Any], Any]) -> None:
    # On both sides of 2.77, where the formula changes, and far out.
    x = np.array([0.0, -1e-300, 0.3, -2.5, 2.76, 2.77, -2.78, 3.0, 5.0, -6.5, 17.0, -300.0])
    with mpmath.workdps(60):
        exact = [float(mpmath.sech(mpmath.mpf(t)) ** 2) for t in x]

    found = (
        sg.grad_bp(lambda v: np.sum(np.tanh(v)), x) if number is np.array else [slope(np.tanh)(number(t)) for t in x]
    )

    np.testing.assert_allclose(found, exact, rtol=1e-13)


@pytest.mark.feature(25)
def test_the_slope_of_tanh_has_the_digits_of_float32() -> None:
    x = np.linspace(-4.0, 4.0, 41, dtype=np.float32)

    np.testing.assert_allclose(slope(np.tanh)(x), 1 / np.cosh(x.astype(float)) ** 2, rtol=1e-6)  # eight roundings


def test_the_slope_of_tanh_at_nan_is_nan_and_the_others_keep_theirs() -> None:
    grad = sg.grad_bp(lambda v: np.sum(np.tanh(v)), np.array([np.nan, 0.0, np.inf]))

    np.testing.assert_array_equal(grad, [np.nan, 1.0, 0.0])

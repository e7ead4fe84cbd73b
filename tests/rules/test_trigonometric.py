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

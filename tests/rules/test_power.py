"""Powers: constant exponents, variable ones, zero in either place, Python's own numbers."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

EXPONENTS = [-2, -1, 0, 1, 2, 3, 7, 0.0, 0.5, 1.0, 1.5, 2.0, -0.5, np.float64(2.5), np.int64(3)]


@pytest.mark.feature(134)
@pytest.mark.parametrize("p", EXPONENTS, ids=[f"{type(p).__name__} {p}" for p in EXPONENTS])
def test_a_constant_exponent_gives_the_slope_of_mpmath(p: Any) -> None:
    points = [1e-30, 0.3, 1.0, 2.0, 7.5, 1e20] + ([-3.0, -0.1] if p == int(p) else [])
    with mpmath.workdps(400):
        exact = [float(mpmath.diff(lambda t: t ** mpmath.mpf(float(p)), mpmath.mpf(x), relative=True)) for x in points]

    _, pullback = sg.vjp(lambda v: v**p)(np.array(points))

    np.testing.assert_allclose(pullback(np.full(len(points), -2.5)), -2.5 * np.array(exact), rtol=1e-12, atol=0)
    for x, slope in zip(points, exact, strict=True):
        assert sg.vjp(lambda v: v**p)(x)[1](-2.5) == pytest.approx(-2.5 * slope, rel=1e-12, abs=0)


@pytest.mark.feature(134)
@pytest.mark.parametrize("zero", [0.0, np.float64(0.0), np.zeros(()), np.zeros(2), -0.0])
@pytest.mark.parametrize(("p", "slope"), [(0, 0.0), (0.0, 0.0), (1, 1.0), (1.0, 1.0), (2, 0.0), (2.5, 0.0), (3, 0.0)])
def test_at_zero_a_constant_exponent_gives_no_nan(p: float, slope: float, zero: Any) -> None:
    grad = sg.grad_bp(lambda v: np.sum(v**p), zero)
    by_array = sg.grad_bp(lambda v: np.sum(v ** np.full(np.shape(zero), p)), zero)

    np.testing.assert_array_equal(grad, np.full(np.shape(zero), slope))
    np.testing.assert_array_equal(by_array, np.full(np.shape(zero), slope))


@pytest.mark.feature(134)
def test_at_zero_the_higher_slopes_are_right_too() -> None:
    def order(f: Callable[..., Any], n: int) -> Callable[..., Any]:
        for _ in range(n):
            f = sg.grad_bp(f)
        return f

    assert [order(lambda v: v**3, n)(0.0) for n in (1, 2, 3, 4)] == [0.0, 0.0, 6.0, 0.0]
    assert [order(lambda v: v**0.0, n)(0.0) for n in (1, 2)] == [0.0, 0.0]
    assert [order(lambda v: v**2, n)(0.0) for n in (1, 2, 3)] == [0.0, 2.0, 0.0]


@pytest.mark.feature(134)
def test_x_to_the_x() -> None:
    assert sg.grad_bp(lambda x: x**x, 2.0) == pytest.approx(4 * (1 + np.log(2)), rel=1e-14)
    check_gradient(lambda x: x**x, np.array([0.3, 1.0, 2.5]), order=2)


@pytest.mark.feature(134)
def test_a_variable_exponent_of_zero_has_no_slope() -> None:
    exponents = np.array([2.0, 0.5, 0.0])

    assert sg.grad_bp(lambda p: 0.0**p, 2.0) == 0.0
    np.testing.assert_array_equal(sg.grad_bp(lambda p: np.sum(np.zeros(3) ** p), exponents), np.zeros(3))
    np.testing.assert_array_equal(sg.grad_bp(lambda p: np.sum(0**p), exponents), np.zeros(3))


@pytest.mark.feature(134, 144)
def test_a_variable_exponent_of_a_negative_number_is_nan_as_its_logarithm() -> None:
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(sg.grad_bp(lambda p: np.float64(-2.0) ** p, 3.0))


@pytest.mark.feature(134)
def test_a_constant_exponent_takes_no_logarithm() -> None:
    x = np.array([-2.0, -0.5, 3.0])  # would warn, and warnings are errors here

    check_gradient(lambda v: v ** np.array([3.0, -2.0, 1.0]) + np.float_power(v, 3), x, order=2)


def test_python_makes_complex_roots_of_negative_numbers_and_so_do_the_slopes() -> None:
    root = sg.vjp(lambda x: (x ** (1 / 3)).real * 2.0 + (x ** (1 / 3)).imag)

    slope = root(-8.0)[1](3.0)

    # x = -8: the root is 2 e^{iπ/3}, its slope that / (3 x)
    expected = 2 * np.exp(1j * np.pi / 3) / (3 * -8.0)
    assert slope == pytest.approx(3 * (2 * expected.real + expected.imag), rel=1e-12)


@pytest.mark.feature(145)
def test_powers_of_float32_stay_float32() -> None:
    x = np.array([0.5, 2.0], np.float32)

    for f in (lambda v: v**2, lambda v: v**2.5, lambda v: 2.0**v, lambda v: v**v, np.sqrt, np.cbrt, np.square):
        assert f(x).dtype == np.float32
        check_gradient(f, x)


def test_a_truth_value_is_an_exponent_too() -> None:
    check_gradient(lambda v: v**True + v**False, 1.7)

"""Elementary functions of one argument against mpmath, over the whole of their domains."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

Function = Callable[..., Any]
FAR = [-355.0, -20.0, -3.0, -1e-9, 0.0, 1e-300, 0.7, 19.5, 300.0]
INSIDE = [-1 + 1e-10, -0.99, -0.3, 0.0, 1e-12, 0.6, 1 - 1e-9]
POSITIVE = [1e-300, 1e-9, 0.3, 1.0, 7.0, 1e12, 1e300]
ANGLES = [-1e5, -3.0, -1e-9, 0.0, 0.7, 1.5, 1.5707963, 3.1, 21.0]
WIDE = [-1e200, -1e8, -2.0, 0.0, 1e-200, 0.3, 1.0, 5e17, 1e160]
ELEMENTARY: list[tuple[Function, Function, list[float]]] = [
    (np.exp, mpmath.exp, [-700.0, -3.0, 0.0, 1e-9, 2.0, 700.0]),
    (np.exp2, lambda x: mpmath.power(2, x), [-1000.0, -3.0, 0.0, 1e-9, 2.0, 1000.0]),
    (np.expm1, mpmath.expm1, [-700.0, -40.0, -1e-12, 0.0, 2.0, 700.0]),
    (np.log, mpmath.log, POSITIVE),
    (np.log2, lambda x: mpmath.log(x, 2), POSITIVE),
    (np.log10, mpmath.log10, POSITIVE),
    (np.log1p, mpmath.log1p, [-1 + 1e-10, -0.5, 0.0, 1e-300, 3.0, 1e300]),
    (np.sin, mpmath.sin, ANGLES),
    (np.cos, mpmath.cos, ANGLES),
    (np.tan, mpmath.tan, ANGLES),
    (np.arcsin, mpmath.asin, INSIDE),
    (np.arccos, mpmath.acos, INSIDE),
    (np.arctan, mpmath.atan, [-1e150, -1e8, -2.0, 0.0, 1e-200, 0.3, 1.0, 5e17, 1e153]),
    (np.sinh, mpmath.sinh, [-700.0, -2.0, 0.0, 1e-12, 5.0, 700.0]),
    (np.cosh, mpmath.cosh, [-700.0, -2.0, -1e-12, 1e-12, 5.0, 700.0]),
    (np.tanh, mpmath.tanh, FAR),
    (np.arcsinh, mpmath.asinh, WIDE),
    (np.arccosh, mpmath.acosh, [1 + 1e-10, 1.5, 3.0, 1e8, 1e160, 1e300]),
    (np.arctanh, mpmath.atanh, INSIDE),
    (np.square, lambda x: x * x, WIDE[1:-1]),
    (np.sqrt, mpmath.sqrt, POSITIVE),
    (np.cbrt, mpmath.cbrt, POSITIVE),
    (np.reciprocal, lambda x: 1 / x, [-1e150, -3.0, -1e-100, 1e-150, 0.5, 1e100]),
    (np.absolute, abs, [-1e300, -2.0, -1e-300, 1e-300, 0.5, 7.0]),
    (np.fabs, abs, [-1e300, -2.0, -1e-300, 1e-300, 0.5, 7.0]),
    (np.degrees, mpmath.degrees, WIDE),
    (np.rad2deg, mpmath.degrees, WIDE),
    (np.radians, mpmath.radians, WIDE),
    (np.deg2rad, mpmath.radians, WIDE),
    (np.sinc, mpmath.sincpi, [-7.3, -1.5, -1e-3, 1e-9, 0.2, 0.31, 0.32, 1.0, 12.25]),
    (np.i0, lambda x: mpmath.besseli(0, x), [-30.0, -1e-3, 1e-9, 0.5, 8.0, 100.0, 700.0]),
]
NAMES = [row[0].__name__ for row in ELEMENTARY]


def slope(f: Function, x: float) -> float:
    """The derivative by mpmath's f: a central difference with 400 digits, good to 40 and more."""
    with mpmath.workdps(400):
        at = mpmath.mpf(x)
        h = (abs(at) or mpmath.mpf(1)) * mpmath.mpf(10) ** -30
        return float((f(at + h) - f(at - h)) / (2 * h))


@pytest.mark.feature(133)
@pytest.mark.parametrize(("f", "exact", "points"), ELEMENTARY, ids=NAMES)
def test_slopes_are_those_of_mpmath_to_twelve_digits(f: Function, exact: Function, points: list[float]) -> None:
    g = np.linspace(-2.5, 3.0, len(points))
    expected = [c * slope(exact, x) for c, x in zip(g, points, strict=True)]

    _, pullback = sg.vjp(f)(np.array(points))

    np.testing.assert_allclose(pullback(g), expected, rtol=1e-12, atol=0)
    for x in points:  # as Python floats
        np.testing.assert_allclose(sg.vjp(f)(x)[1](-2.5), -2.5 * slope(exact, x), rtol=1e-12, atol=0)


def test_a_slope_wrong_in_the_twelfth_digit_is_seen() -> None:
    wrong = 1 - np.tanh(10.0) ** 2  # the textbook formula, in which seven digits cancel

    assert abs(wrong / slope(mpmath.tanh, 10.0) - 1) > 1e-12


@pytest.mark.parametrize(("f", "exact", "points"), ELEMENTARY, ids=NAMES)
@pytest.mark.feature(133, 145, 174)
def test_every_kind_of_real_argument_works(f: Function, exact: Function, points: list[float]) -> None:
    low, high = (0.2, 0.8) if f is not np.arccosh else (1.2, 2.5)
    x = np.random.default_rng(0).uniform(low, high, (3, 4))

    for v in (
        x,
        x.T[::-1, ::2],
        x[0, 0],
        float(x[0, 1]),
        np.array(x[0, 2]),
        np.zeros((0, 3)),
        x.astype(np.float32),
    ):
        check_gradient(f, v)
    check_gradient(f, x[0], order=2)
    assert sg.grad_bp(lambda v: f(v)[1], x[0].astype(np.float32)).dtype == np.float32
    assert type(sg.grad_bp(f, np.float32(0.5 + low))) is np.float32

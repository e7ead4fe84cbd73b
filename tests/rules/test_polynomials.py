"""Polynomials: np.polyval and its kin, np.poly1d on top of them, and what numpy.polynomial makes of traced values."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Polynomial, chebyshev, hermite, laguerre, legendre, polynomial

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.testing import check_gradient

rng = np.random.default_rng(8)
P, Q = rng.normal(size=5), rng.normal(size=3)
X = rng.normal(size=(2, 3))


@pytest.mark.parametrize("p", [P, P[:1], P[::-2], P + 1j * P[::-1], P.astype(np.float32)], ids=str)
@pytest.mark.parametrize("x", [X, X - 0.3j, 1.3, np.zeros((0, 2))], ids=str)
def test_values_agree_with_differences(p: Any, x: Any) -> None:
    check_gradient(np.polyval, p, x, order=2)


def test_values_of_constant_polynomials_and_at_constant_points() -> None:
    check_gradient(lambda x: np.polyval([1, 2, 3], x), X)
    check_gradient(lambda p: np.polyval(p, 2), P)
    check_gradient(lambda a, b: np.polyval([a, 1.0, b], [b, 2.0]), 0.3, 1.2)
    check_gradient(np.polyval, X, X[0])  # coefficients of several columns, as Horner's rule has them
    line: Any = np.poly1d([1.0, 2.0])
    composed: Any = np.polyval
    check_gradient(lambda p: composed(p, line).coeffs, P)
    assert sg.grad_bp(lambda x: np.sum(np.polyval([], x)), X).tolist() == np.zeros((2, 3)).tolist()


def test_the_slope_of_a_polynomial_is_its_derivative_far_out_and_near_0() -> None:
    p = np.array([2.0, -3.0, 0.0, 5.0])
    for x in (0.0, 1e-150, 1e100):
        assert sg.grad_bp(lambda x: np.polyval(p, x), x) == (6.0 * x - 6.0) * x
    assert sg.grad_bp(lambda p: np.polyval(p, 2.0**300), p).tolist() == [2.0**900, 2.0**600, 2.0**300, 1.0]


@pytest.mark.parametrize("f", [np.polyadd, np.polysub, np.polymul])
def test_arithmetic_agrees_with_differences(f: Callable[..., Any]) -> None:
    check_gradient(f, P, Q, order=2)
    check_gradient(f, Q, P + 1j)
    check_gradient(f, P[:3].astype(np.float32), 1.3)
    check_gradient(lambda p: f([1, 2], p), P[::-1])


@pytest.mark.parametrize(("u", "v"), [(P, Q), (Q, P), (P, P + 1.0), (P + 1j * P[::-1], Q), (P, 1.3)])
def test_quotients_and_remainders_agree_with_differences(u: Any, v: Any) -> None:
    check_gradient(np.polydiv, u, v, order=2, rtol=1e-5)  # Q divides P with differences of large numbers


def test_a_remainder_that_is_cut_off_is_not_asked_for_its_slope() -> None:
    def exact(p: Any, q: Any) -> Any:
        return np.polydiv(np.polymul(p, q), q)

    grad = sg.grad_bp(lambda p: np.sum(exact(p, np.array([1.0, 2.0, 3.0]))[0]), P)
    np.testing.assert_allclose(grad, np.ones(5), rtol=1e-13)  # rounding of the division
    with pytest.raises(MissingRuleError, match="polydiv cuts off leading coefficients"):
        sg.grad_bp(lambda p: np.sum(exact(p, np.array([1.0, 2.0, 3.0]))[1]), P)


def test_forward_a_remainder_that_is_cut_off_has_no_number_for_a_slope() -> None:
    q = np.array([1.0, 2.0, 3.0])
    _, (quotient, rest) = sg.jvp(lambda p: np.polydiv(np.polymul(p, q), q))(P, np.ones(5))

    np.testing.assert_allclose(quotient, np.ones(5), rtol=1e-13)  # rounding of the division
    assert np.isnan(rest).all()


def test_a_leading_coefficient_that_polymul_would_cut_off_is_refused() -> None:
    p = np.array([0.0, 1.0, 2.0])
    with pytest.raises(MissingRuleError, match=r"np\.convolve"):
        sg.grad_bp(lambda p: np.sum(np.polymul(p, Q)), p)
    check_gradient(lambda q: np.polymul(p, q), Q)
    check_gradient(lambda p: np.convolve(p, Q), p)


def test_derivatives_and_integrals_agree_with_differences() -> None:
    for m in (0, 1, 2, 5):
        check_gradient(lambda p, m=m: np.polyder(p, m), P, order=2)
    check_gradient(lambda p: np.polyder(p), P[:2].astype(np.float32))
    check_gradient(np.polyint, P, order=2)
    check_gradient(lambda p, k: np.polyint(p, 2, k), P, np.array([0.3, 0.4, 0.5]))
    check_gradient(lambda p, k: np.polyint(p, 3, k), P + 1j, 0.4)
    check_gradient(lambda p, k: np.polyint(p, k=[k]), P[::-1], 0.4)


@pytest.mark.parametrize(
    "f", [lambda p: np.polyder(p, -1), lambda p: np.polyint(p, -1), lambda p: np.polyint(p, 3, [1.0, 2.0])]
)
def test_what_numpy_refuses_is_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(ValueError):
        f(P)
    with pytest.raises(ValueError):
        sg.vjp(f)(P)


def test_polynomial_objects_carry_traced_coefficients() -> None:
    check_gradient(lambda p: np.poly1d(p)(X), P)
    check_gradient(lambda x: np.poly1d(P)(x), X)
    check_gradient(lambda p, q: (np.poly1d(p) * np.poly1d(q) + 2.0 * np.poly1d(q) - np.poly1d(p)).coeffs, P, Q)
    check_gradient(lambda p, k: np.poly1d(p).deriv().integ(k=k).coeffs, P, 0.3)
    check_gradient(lambda q: (np.poly1d(q) ** 3).coeffs, Q)
    check_gradient(lambda p: np.polymul(np.poly1d([1.0, 2.0]), p).coeffs, P)
    check_gradient(lambda p: np.polydiv(p, np.poly1d(Q))[0].coeffs, P)
    check_gradient(lambda p: np.polyder(np.polyint(np.poly1d(p))).coeffs, P)


@pytest.mark.parametrize(
    "f", [polynomial.polyval, chebyshev.chebval, legendre.legval, hermite.hermval, laguerre.lagval]
)
def test_the_polynomials_of_numpy_polynomial_are_plain_arithmetic(f: Callable[..., Any]) -> None:
    check_gradient(lambda x: f(x, P), X, order=2)
    check_gradient(f, X, P)


def test_polynomial_series_are_computed_item_by_item() -> None:
    check_gradient(lambda x: Polynomial(P)(x), X)
    check_gradient(lambda c: Polynomial(c)(X), P)
    check_gradient(lambda p, q: (Polynomial(p) * Polynomial(q)).deriv().coef, P, Q)


@pytest.mark.parametrize(
    "f", [polynomial.polyroots, lambda p: (np.poly1d(p) / np.poly1d(Q))[0].coeffs, chebyshev.chebroots]
)
def test_where_numpy_fills_a_plain_array_the_gradient_is_not_lost_in_silence(f: Callable[..., Any]) -> None:
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda p: np.abs(np.sum(f(p))), P)

"""Logarithms of sums: far apart, close by, and where both are empty."""

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.rules.exponential import logistic
from structgrad.testing import check_gradient

A = np.array([0.0, 0.0, 700.0, -700.0, 1e6 + 0.5, -3.0, 1e-12])
B = np.array([0.0, 30.0, 0.0, 0.0, 1e6, 1e9, 0.0])


@pytest.mark.feature(133)
@pytest.mark.parametrize(("f", "base"), [(np.logaddexp, mpmath.e), (np.logaddexp2, 2)])
def test_log_of_a_sum_has_all_its_digits_however_far_apart_the_terms(f: np.ufunc, base: object) -> None:
    with mpmath.workdps(400):
        b = mpmath.mpf(base)
        share = [float(1 / (1 + b ** (mpmath.mpf(v) - mpmath.mpf(u)))) for u, v in zip(A, B, strict=True)]
        other = [float(1 / (1 + b ** (mpmath.mpf(u) - mpmath.mpf(v)))) for u, v in zip(A, B, strict=True)]

    da, db = sg.vjp(lambda p: f(*p))((A, B))[1](np.full(7, 3.0))

    np.testing.assert_allclose(da, 3.0 * np.array(share), rtol=1e-12, atol=0)
    np.testing.assert_allclose(db, 3.0 * np.array(other), rtol=1e-12, atol=0)


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
def test_equal_terms_share_at_every_order(f: np.ufunc) -> None:
    check_gradient(f, np.array([0.0, 2.0]), np.array([0.0, 2.0]), order=2)
    check_gradient(f, 1.5, np.array([1.5, -4.0]), order=2)


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2])
@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (-np.inf, -np.inf, (0.5, 0.5)),
        (np.inf, np.inf, (0.5, 0.5)),
        (-np.inf, 3.0, (0.0, 1.0)),
        (np.inf, 3.0, (1.0, 0.0)),
    ],
)
def test_infinite_terms_share_as_ties_do(f: np.ufunc, a: float, b: float, expected: tuple[float, float]) -> None:
    assert sg.grad_bp(lambda p: f(*p), (a, b)) == expected

    da, db = sg.grad_bp(lambda p: np.sum(f(*p)), (np.array([a, 0.0]), np.array([b, 0.0])))  # without a warning

    assert (da.tolist(), db.tolist()) == ([expected[0], 0.5], [expected[1], 0.5])


def test_logistic_keeps_its_digits_at_both_ends_and_at_every_order() -> None:
    x = np.array([-700.0, -30.0, -1e-9, 0.0, 2.0, 40.0, 700.0])
    with mpmath.workdps(400):
        exact = [float(mpmath.exp(-mpmath.mpf(t)) / (1 + mpmath.exp(-mpmath.mpf(t))) ** 2) for t in x]

    np.testing.assert_allclose(sg.vjp(logistic)(x)[1](np.full(7, 2.0)), 2 * np.array(exact), rtol=1e-12, atol=0)
    check_gradient(logistic, x[2:5], order=3)

"""The numerical conventions of docs/design.md, row by row; and where other libraries decide otherwise."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

inf = np.inf
HALF = np.array([0.5, 0.5])
ZERO = np.zeros(2)

# (what, f, where, gradient), as in the table
KINKS: list[tuple[str, Callable[..., Any], Any, Any]] = [
    ("abs at 0", np.abs, 0.0, 0.0),
    ("builtin abs at 0", abs, 0.0, 0.0),
    ("abs at -0", np.abs, -0.0, 0.0),
    ("fabs at 0", np.fabs, 0.0, 0.0),
    ("copysign at 0", lambda x: np.copysign(x, -2.0), 0.0, 0.0),
    ("complex abs at 0", np.abs, 0j, 0j),
    ("maximum of equals", lambda p: np.maximum(p[0], p[1]), (2.0, 2.0), (0.5, 0.5)),
    ("minimum of equals", lambda p: np.minimum(p[0], p[1]), (2.0, 2.0), (0.5, 0.5)),
    ("fmax of equals", lambda p: np.fmax(p[0], p[1]), (2.0, 2.0), (0.5, 0.5)),
    ("fmin of equals", lambda p: np.fmin(p[0], p[1]), (2.0, 2.0), (0.5, 0.5)),
    ("relu at 0", lambda x: np.maximum(x, 0), 0.0, 0.5),
    ("max with ties", np.max, np.array([3.0, 1.0, 3.0]), np.array([0.5, 0.0, 0.5])),
    ("min with ties", np.min, np.array([3.0, 1.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 1.0]) / 3),
    ("median with ties", np.median, np.array([1.0, 2.0, 2.0, 2.0, 5.0]), np.array([0.0, 1.0, 1.0, 1.0, 0.0]) / 3),
    ("quantile by q at a rank", lambda q: np.quantile(np.array([0.0, 1.0, 4.0]), q), 0.5, (2.0 + 6.0) / 2),
    ("quantile by q at an end", lambda q: np.quantile(np.array([0.0, 1.0, 4.0]), q), 1.0, 6.0),
    ("clip at its lower edge", lambda x: np.clip(x, 1.0, 2.0), 1.0, 1.0),
    ("clip at its upper edge", lambda x: np.clip(x, 1.0, 2.0), 2.0, 1.0),
    ("clip beyond", lambda x: np.clip(x, 1.0, 2.0), 2.5, 0.0),
    ("norm of zeros", np.linalg.norm, ZERO, ZERO),
    ("std of equals", np.std, np.array([2.0, 2.0]), ZERO),
    ("where and sqrt at 0", lambda x: np.where(x > 0, np.sqrt(x), 0.0), 0.0, 0.0),
    ("where and sqrt, array", lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)), np.array([0.0, 4.0]), [0.0, 0.25]),
    ("where and log at 0", lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)), np.array([0.0, 4.0]), [0.0, 0.25]),
    ("where and 1/x at 0", lambda x: np.sum(np.where(x == 0, 7.0, 1 / x)), np.array([0.0, 2.0]), [0.0, -0.25]),
    ("where and NaN", lambda x: np.sum(np.where(x > 1, np.sqrt(x - 1), 3 * x)), np.array([0.0, 5.0]), [3.0, 0.25]),
    ("x ** 0.0 at 0", lambda x: x**0.0, 0.0, 0.0),
    ("x ** 0 at 0", lambda x: x**0, 0.0, 0.0),
    ("x ** 2 at 0", lambda x: x**2, 0.0, 0.0),
    ("0 ** p", lambda p: 0.0**p, 1.5, 0.0),
    ("prod with one zero", np.prod, np.array([2.0, 0.0, 3.0]), np.array([0.0, 6.0, 0.0])),
    ("prod with two zeros", np.prod, np.array([0.0, 2.0, 0.0]), np.zeros(3)),
    ("cumprod with a zero", lambda x: np.sum(np.cumprod(x)), np.array([2.0, 0.0, 3.0]), np.array([1.0, 8.0, 0.0])),
    ("sinc at 0", np.sinc, 0.0, 0.0),
    ("hypot of zeros", lambda p: np.hypot(p[0], p[1]), (0.0, 0.0), (0.0, 0.0)),
    ("arctan2 of zeros", lambda p: np.arctan2(p[0], p[1]), (0.0, 0.0), (0.0, 0.0)),
    ("angle of 0", np.angle, 0j, 0j),
    ("logaddexp of two empty sums", lambda p: np.logaddexp(p[0], p[1]), (-inf, -inf), (0.5, 0.5)),
    ("logaddexp2 of two empty sums", lambda p: np.logaddexp2(p[0], p[1]), (-inf, -inf), (0.5, 0.5)),
    ("round", lambda x: np.round(x) + np.floor(x) + np.ceil(x) + np.trunc(x) + np.rint(x), 1.3, 0.0),
    ("comparison", lambda x: (x > 1.0) * 1.0, 1.3, 0.0),
    ("sign", np.sign, 1.3, 0.0),
    ("sign at 0", np.sign, 0.0, 0.0),
    ("heaviside at 0", lambda x: np.heaviside(x, 0.5), 0.0, 0.0),
    ("remainder at a jump", lambda p: np.remainder(p[0], p[1]), (6.0, 3.0), (1.0, -2.0)),
]


@pytest.mark.feature(121, 132, 134, 135)
@pytest.mark.parametrize(("f", "x", "expected"), [row[1:] for row in KINKS], ids=[row[0] for row in KINKS])
def test_the_table_of_conventions(f: Callable[..., Any], x: Any, expected: Any) -> None:
    with np.errstate(all="ignore"):  # log(0) within where warns as NumPy does
        grad = sg.grad_bp(f, x)

    if isinstance(expected, tuple):
        assert grad == expected
    else:
        np.testing.assert_array_equal(grad, expected)
    assert type(grad) is type(x)


@pytest.mark.parametrize("cotangent", [-2.5, 3.0])
def test_a_kink_scales_with_the_cotangent(cotangent: float) -> None:
    assert sg.vjp(lambda p: np.maximum(p[0], p[1]))((2.0, 2.0))[1](cotangent) == (cotangent / 2, cotangent / 2)
    assert sg.vjp(lambda x: np.clip(x, 0, 1))(1.0)[1](cotangent) == cotangent


NOT_TAKEN: list[Callable[..., Any]] = [
    lambda x: np.where(x > 1.0, np.log(x - 1.0), 0.0),
    lambda x: np.where(x > 1.0, 1 / (x - 1.0), x),
    lambda x: np.where(x > 1.0, (x - 1.0) ** 0.5, -x),
    lambda x: np.where(x > 1.0, np.arccosh(x), np.sin(x)),
    lambda x: np.select([x > 1.0], [np.log(x - 1.0)], 2.0 * x),
    lambda x: np.maximum(x, 1.5) * np.where(x > 1.0, np.sqrt(x - 1.0), 1.0),
]


@pytest.mark.feature(135)
@pytest.mark.parametrize("f", NOT_TAKEN)
def test_where_is_finite_wherever_the_branch_taken_is(f: Callable[..., Any]) -> None:
    x = np.array([1.0, 0.5, 2.0, 1.0])
    away = np.array([0.9, 0.5, 2.0, 0.9])

    with np.errstate(all="ignore"):  # the branch not taken
        grad = sg.grad_bp(lambda v: np.sum(f(v)), x)
        second = sg.grad_bp(lambda v: np.sum(sg.grad_bp(lambda w: np.sum(f(w)), v)), x)
        check_gradient(f, away)

    assert np.all(np.isfinite(grad))
    assert np.all(np.isfinite(second))


@pytest.mark.feature(144)
def test_no_epsilon_is_added_where_the_branch_taken_is_infinite() -> None:
    with np.errstate(all="ignore"):
        grad = sg.grad_bp(lambda x: np.sum(np.where(x >= 0, np.sqrt(x), 0.0)), np.array([0.0, 4.0]))

    np.testing.assert_array_equal(grad, [inf, 0.25])


@pytest.mark.feature(46, 143)
def test_the_gradient_by_a_complex_number_descends() -> None:
    def loss(z: Any) -> Any:
        return np.abs(z * z - (1 + 2j)) ** 2

    z = 0.7 - 0.4j
    h = 1e-6
    numeric = (loss(z + h) - loss(z - h)) / (2 * h) + 1j * (loss(z + 1j * h) - loss(z - 1j * h)) / (2 * h)

    grad = sg.grad_bp(loss, z)

    assert grad == pytest.approx(numeric, rel=1e-8)  # h² of the differences, and rounding over h
    assert loss(z - 1e-3 * grad) < loss(z)

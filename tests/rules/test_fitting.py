"""np.polyfit with weights, several columns, covariance, and all that full=True gives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

X = np.array([-1.0, -0.4, 0.3, 0.9, 1.7, 2.2])
Y = np.cos(2.0 * X) + 0.3 * X
W = np.array([0.7, 1.3, 0.9, 1.1, 0.6, 1.4])
COLUMNS = np.stack([Y, Y * Y], 1)


def test_coefficients_agree_with_differences_by_places_values_and_weights() -> None:
    check_gradient(lambda x, y, w: np.polyfit(x, y, 2, w=w), X, Y, W, order=2)
    check_gradient(lambda x, y, w: np.polyfit(x, y, 3, w=w), X, COLUMNS, W)
    check_gradient(lambda y: np.polyfit(X.tolist(), y, 1), Y[::-1])
    check_gradient(lambda x, y: np.polyfit(x, y, 5), X, Y)


def test_complex_and_narrow_values_keep_their_kind() -> None:
    check_gradient(lambda y: np.polyfit(X, y, 2), Y + 1j * Y[::-1])
    check_gradient(lambda x, y: np.polyfit(x, y, 1), X.astype(np.float32), Y.astype(np.float32))


@pytest.mark.parametrize("y", [Y, COLUMNS, COLUMNS[:, :1]], ids=["vector", "columns", "column"])
@pytest.mark.parametrize("cov", [True, "unscaled"])
def test_covariances_agree_with_differences(y: Any, cov: Any) -> None:
    check_gradient(lambda x, y, w: np.polyfit(x, y, 2, w=w, cov=cov), X, y, W)


def test_everything_else_that_the_fit_tells_agrees_with_differences() -> None:
    check_gradient(lambda x, y, w: np.polyfit(x, y, 2, w=w, full=True)[:2], X, Y, W)
    check_gradient(lambda x, w: np.polyfit(x, Y, 2, w=w, full=True)[3], X, W)
    rank, rcond = sg.vjp(lambda y: (np.polyfit(X, y, 2, full=True)[2:5:2], y))(Y)[0][0]
    assert (rank, rcond) == (3, len(X) * np.finfo(float).eps)


def test_a_fit_is_linear_in_its_values() -> None:
    _, pullback = sg.vjp(lambda y: np.polyfit(X, y, 2))(Y)
    slopes = np.array([pullback(g) for g in np.eye(3)])

    np.testing.assert_allclose(slopes, np.linalg.pinv(np.vander(X, 3)), atol=1e-14)  # another order of operations


def test_too_few_places_warn_as_in_numpy() -> None:
    with pytest.warns(np.exceptions.RankWarning, match="poorly conditioned"):
        value, pullback = sg.vjp(lambda y: np.polyfit(X[:2], y, 3))(Y[:2])
    with pytest.warns(np.exceptions.RankWarning):
        np.testing.assert_array_equal(value, np.polyfit(X[:2], Y[:2], 3))
    assert np.isfinite(pullback(np.ones(4))).all()


def test_places_that_determine_too_little_have_no_slope() -> None:
    with pytest.raises(MissingRuleError, match="they determine 1 coefficients only, not 3"):
        sg.grad_bp(lambda x: np.sum(np.polyfit(x, Y, 2)), np.ones(6))


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda y: np.polyfit(X[:4], y, 2), TypeError, r"as many values, not \(4,\) and \(6,\)"),
        (lambda y: np.polyfit(COLUMNS, y, 2), TypeError, r"a vector of places"),
        (lambda y: np.polyfit(X[:3], y[:3], 2, cov=True), ValueError, "more than 3 points"),
    ],
)
def test_what_numpy_refuses_is_refused(f: Callable[..., Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error):
        f(Y)
    with pytest.raises(error, match=text):
        sg.vjp(f)(Y)

"""Functions of functions: apply_along_axis, apply_over_axes, vectorize, frompyfunc; and np.ix_."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

X = np.random.default_rng(6).normal(size=(3, 4, 2))


@pytest.mark.parametrize(
    "f",
    [
        lambda row: np.sum(row * row),
        lambda row: np.cumsum(row),
        lambda row: np.outer(row, row)[:2],
        lambda row: [row[0] * row[1], 3.0],
        lambda row: row[1],
        lambda row: np.argmax(row) * row[0],
    ],
)
@pytest.mark.parametrize("axis", [0, 1, -2])
def test_a_function_applied_along_an_axis_agrees_with_differences(f: Callable[..., Any], axis: int) -> None:
    check_gradient(lambda v: np.apply_along_axis(f, axis, v), X)
    check_gradient(lambda v: np.apply_along_axis(f, axis, v), X[:2, ::-2, 0], order=2)


def test_more_arguments_and_dtypes_are_passed_on() -> None:
    check_gradient(lambda v: np.apply_along_axis(lambda row, k, p: k * row**p, 0, v, 3.0, p=2), X[..., 0])
    check_gradient(lambda v: np.apply_along_axis(lambda row: row @ row, 0, v), X[0].astype(np.float32))
    check_gradient(lambda v: np.apply_along_axis(lambda row: row * row, 0, v), X[0, 0] + 1j)


def test_the_dtype_is_that_of_the_first_result() -> None:
    def narrow_first(row: Any) -> Any:
        return np.sum(row, dtype=np.float32 if row[0] == X[0, 0, 0] else np.float64)

    value, pullback = sg.vjp(lambda v: np.apply_along_axis(narrow_first, 1, v))(X[..., 0])

    assert value.dtype == np.float32
    assert pullback(value).dtype == np.float64
    np.testing.assert_array_equal(value, np.apply_along_axis(narrow_first, 1, X[..., 0]))


def test_a_flat_function_along_an_axis_is_flat() -> None:
    grad = sg.grad_bp(lambda v: np.sum(v * np.apply_along_axis(np.argmax, 1, v)[:, None]), X[..., 0])  # pyright: ignore[reportArgumentType, reportCallIssue]  # NumPy types argmax by overloads

    np.testing.assert_array_equal(grad, np.broadcast_to(np.argmax(X[..., 0], 1)[:, None], (3, 4)))


def test_no_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no row in an array of shape \(0, 3\)"):
        sg.vjp(lambda v: np.apply_along_axis(np.sum, 1, v))(np.zeros((0, 3)))  # pyright: ignore[reportArgumentType, reportCallIssue]  # likewise


def test_a_function_applied_over_axes_agrees_with_differences() -> None:
    check_gradient(lambda v: np.apply_over_axes(np.sum, v * v, [0, -1]), X)
    check_gradient(lambda v: np.apply_over_axes(np.prod, v, 1), X[:2, :2, 0], order=2)
    check_gradient(lambda v: np.apply_over_axes(lambda a, i: np.cumsum(a, i), v, (0, 1)), X)
    with pytest.raises(ValueError, match="made 3 axes into 0"):
        sg.vjp(lambda v: np.apply_over_axes(lambda a, i: np.sum(a), v, 0))(X)


def test_an_open_mesh_keeps_its_values() -> None:
    check_gradient(lambda v, w: [a * a for a in np.ix_(v, w, [1, 2])[:2]], X[0, 0], X[0, :, 1])
    assert sg.vjp(lambda v: np.ix_(v, [True, False])[1] * v[0])(X[0, 0])[0].shape == (1, 1)
    with pytest.raises(ValueError, match="vectors"):
        sg.vjp(lambda v: np.ix_(v))(X)


@pytest.mark.feature(110, 146)
def test_a_vectorized_function_agrees_with_differences() -> None:
    check_gradient(lambda v: np.vectorize(lambda a: np.sin(a) * a if a > 0 else a * a)(v), X[0])
    check_gradient(lambda v, w: np.vectorize(lambda a, b: a * b)(v, w), X[0], 2.0)
    check_gradient(lambda v: np.vectorize(lambda row: row * np.sum(row), signature="(n)->(n)")(v), X[0])

    grad = sg.grad_bp(lambda v: np.sum(np.vectorize(lambda a: 1.0 / (1.0 + np.exp(-a)))(v)), X[0])
    s = 1.0 / (1.0 + np.exp(-X[0]))
    np.testing.assert_allclose(grad, s * (1.0 - s), rtol=1e-13)  # another order of operations


def test_a_dtype_that_would_lose_the_gradient_is_refused() -> None:
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda v: np.sum(np.vectorize(lambda a: a * a, otypes=[float])(v)), X[0])


def test_a_ufunc_from_python_computes_item_by_item() -> None:
    squared = np.frompyfunc(lambda a: a * a, 1, 1)
    product = np.frompyfunc(lambda a, b: a * b + 1.0, 2, 1)

    check_gradient(lambda v: np.max(squared(v)), X[0], order=2)
    check_gradient(lambda v: np.max(product(v, 2.0)) * np.min(product(v[0], v)), X[0])

"""var, std and average."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

V = np.array([0.7, -1.3, 2.1, 0.4])
M = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])
T = np.sin(1.0 + 1.7 * np.arange(24.0)).reshape(2, 3, 4)
MASK = M > -1.0

CALLS: list[tuple[str, Callable[..., Any], Any]] = [
    ("everything", lambda f, v: f(v), M),
    ("axis", lambda f, v: f(v, axis=-1), M),
    ("axes, kept", lambda f, v: f(v, axis=(0, -1), keepdims=True), T),
    ("ddof", lambda f, v: f(v, axis=0, ddof=1), M),
    ("half a degree", lambda f, v: f(v, ddof=0.5), V),
    ("correction", lambda f, v: f(v, axis=1, correction=1), M),
    ("where", lambda f, v: f(v, axis=1, where=MASK), M),
    ("where, kept", lambda f, v: f(v, where=MASK, keepdims=True, ddof=1), M),
    ("dtype", lambda f, v: f(v, axis=0, dtype=np.float64), M),
    ("by position", lambda f, v: f(v, 0, None, None, 1, True), M),
    ("method", lambda f, v: getattr(v, f.__name__)(axis=0), M),
    ("its own mean", lambda f, v: f(v, axis=1, mean=np.mean(v, axis=1, keepdims=True)), M),
    ("another mean", lambda f, v: f(v, axis=0, mean=np.array([[0.5, 0.1, -3.0, 2.0]])), M),
    ("moving mean", lambda f, v: f(v, axis=1, mean=v[:, :1] * 2.0), M),
    ("transposed", lambda f, v: f(v.T[::-1], axis=0), M),
    ("float32", lambda f, v: f(v, axis=0), M.astype(np.float32)),
]


@pytest.mark.feature(132)
@pytest.mark.parametrize("f", [np.var, np.std])
@pytest.mark.parametrize(("call", "x"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_var_and_std_agree_with_differences(f: Callable[..., Any], call: Callable[..., Any], x: Any) -> None:
    check_gradient(lambda v: call(f, v), x, order=1 if x is T else 2)


@pytest.mark.parametrize("f", [np.var, np.std])
def test_var_and_std_of_complex_numbers(f: Callable[..., Any]) -> None:
    check_gradient(lambda z: f(z, axis=0, ddof=1), M + 1j * M[::-1], order=2)


@pytest.mark.feature(132)
@pytest.mark.parametrize("x", [[2.0, 2.0], [0.1, 0.1, 0.1], [0.0, 0.0], [1e300, 1e300], [7.0]])
@pytest.mark.parametrize("f", [np.var, np.std])
def test_equal_numbers_have_slope_0(f: Callable[..., Any], x: list[float]) -> None:
    slope = sg.grad_bp(f, np.array(x))

    assert slope.tolist() == pytest.approx([0.0] * len(x), abs=1e-16 * max(x) if f is np.var else 0.0)  # of rounding
    assert sg.grad_bp(np.std, np.array(x) * (1 + 2j)).tolist() == [0.0] * len(x)


def test_rows_of_equal_numbers_leave_the_others_alone() -> None:
    x = np.array([[0.1, 0.1, 0.1], [0.3, -1.0, 2.0], [5.0, 0.7, 0.7]])
    mask = np.array([[True, True, True], [True, True, True], [False, True, True]])

    grad = sg.grad_bp(lambda v: np.sum(np.std(v, axis=1, where=mask) * 3.0), x)

    np.testing.assert_array_equal(grad[[0, 2]], 0.0)
    np.testing.assert_array_equal(grad[1], sg.grad_bp(lambda v: 3.0 * np.std(v), x[1]))
    again = sg.grad_bp(lambda v: np.sum(sg.grad_bp(np.std, v) * [1.0, 2.0, 3.0]), x[0])
    np.testing.assert_array_equal(again, 0.0)


def test_nested_derivatives() -> None:
    for f in (np.var, np.std):
        check_gradient(lambda v, f=f: sg.grad_bp(lambda w: f(w**3), v), V, order=2)


WEIGHTS = np.array([[0.3, 1.2, 0.5, 2.0], [1.4, 0.1, 0.6, 0.5], [0.8, 0.9, 0.5, 1.1]])


@pytest.mark.parametrize(
    "f",
    [
        lambda v, w: np.average(v**2) * np.sum(w),
        lambda v, w: np.average(v**2, axis=0, keepdims=True) * np.sum(w),
        lambda v, w: np.average(v, weights=w),
        lambda v, w: np.average(v, axis=1, weights=w),
        lambda v, w: np.average(v, axis=-1, weights=w[0]),
        lambda v, w: np.average(v, axis=(1, 0), weights=w.T, keepdims=True),
        lambda v, w: np.average(v, axis=0, weights=[w[0, 0], w[1, 1], 0.5]),
        lambda v, w: np.average(v, axis=0, weights=[1, 2, 3]) * np.sum(w),
        lambda v, w: np.average(v, axis=0, weights=w, returned=True),
        lambda v, w: np.average(v, axis=1, weights=w[0], returned=True),
        lambda v, w: np.average(M, axis=0, weights=w) * np.sum(v),
    ],
)
def test_average(f: Callable[..., Any]) -> None:
    check_gradient(f, M, WEIGHTS, order=2)


def test_average_refuses_what_numpy_refuses() -> None:
    check_gradient(lambda v: np.average(v, axis=1, weights=[1, 2, 3, 4]), M.astype(np.float32))
    with pytest.raises(ZeroDivisionError):
        sg.grad_bp(lambda v: np.average(v, weights=[1.0, -1.0]), V[:2])
    with pytest.raises(TypeError, match="axis"):
        sg.grad_bp(lambda v: np.average(v, weights=V), M)
    with pytest.raises(ValueError, match="weights of shape"):
        sg.grad_bp(lambda v: np.average(v, axis=0, weights=V), M)

"""The nan-functions: NaN takes no part, and gets nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

M = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])
HOLES = np.zeros((3, 4), dtype=bool)
HOLES[[0, 1, 1], [1, 0, 3]] = True
FUNCTIONS = [np.nansum, np.nanmean, np.nanprod, np.nanvar, np.nanstd, np.nanmax, np.nanmin]
FULL = {f: getattr(np, f.__name__.removeprefix("nan")) for f in (*FUNCTIONS, np.nancumsum, np.nancumprod)}


def holed(v: Any) -> Any:
    """v with NaN in three places, whatever v has there."""
    return np.where(HOLES, np.nan, v)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_nan_functions_agree_with_differences(f: Callable[..., Any]) -> None:
    check_gradient(lambda v: f(holed(v)), M, order=2)
    check_gradient(lambda v: f(holed(v), axis=-1), M, order=2)
    check_gradient(lambda v: f(holed(v), axis=(0, 1), keepdims=True), M)
    check_gradient(lambda v: f(v, axis=0), M.astype(np.float32))


@pytest.mark.parametrize("f", [np.nancumsum, np.nancumprod])
def test_running_nan_functions_agree_with_differences(f: Callable[..., Any]) -> None:
    check_gradient(lambda v: f(holed(v)), M, order=2)
    check_gradient(lambda v: f(holed(v), axis=0), M, order=2)


@pytest.mark.parametrize("f", list(FULL), ids=lambda f: f.__name__)
def test_without_nan_they_are_the_functions_of_the_same_name(f: Callable[..., Any]) -> None:
    g = np.array([2.0, -1.0, 0.5, 3.0]) if "cum" not in f.__name__ else np.cos(M)

    grad = sg.vjp(lambda v: f(v, axis=0))(M)[1](g)

    np.testing.assert_allclose(grad, sg.vjp(lambda v: FULL[f](v, axis=0))(M)[1](g), rtol=1e-15)


@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.nansum(holed(v) ** 2, axis=0, where=M > 0, initial=2.0),
        lambda v: np.nanprod(holed(v), axis=1, where=M > 0, initial=2.0),
        lambda v: np.nanmean(holed(v) ** 2, axis=0, where=M > -1.0),
        lambda v: np.nanvar(holed(v), axis=1, ddof=1, where=M > -1.0),
        lambda v: np.nanmax(holed(v), axis=0, where=M > 0, initial=0.2),
    ],
)
def test_where_and_initial(f: Callable[..., Any]) -> None:
    check_gradient(f, M)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_nothing_reaches_nan_nor_comes_back_from_it(f: Callable[..., Any]) -> None:
    grad = sg.grad_bp(lambda v: f(np.sqrt(v)), np.array([np.nan, 4.0, 9.0]))

    assert grad[0] == 0.0
    assert np.all(np.isfinite(grad))


def test_infinite_slopes_of_what_is_nan_are_not_asked_for() -> None:
    with np.errstate(invalid="ignore"):
        grad = sg.grad_bp(lambda v: np.nansum(np.sqrt(v)), np.array([-1.0, 4.0]))

    assert grad.tolist() == [0.0, 0.25]


@pytest.mark.parametrize("f", [np.nanprod, np.nansum])
def test_initial_is_differentiated(f: Callable[..., Any]) -> None:
    check_gradient(lambda v, i: f(holed(v), axis=0, initial=i), M, 1.7)

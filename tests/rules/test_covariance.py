"""Covariance and correlation, real and complex, with weights of both kinds."""

import warnings
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

RNG = np.random.default_rng(4)
X = RNG.normal(size=(3, 5))
Z = X + 1j * RNG.normal(size=(3, 5))
Y = RNG.normal(size=(2, 5))
TIMES = np.array([1, 3, 2, 0, 2])
WEIGHTS = RNG.uniform(0.5, 2.0, 5)
OPTIONS: list[dict[str, Any]] = [
    {},
    {"bias": True},
    {"ddof": 0},
    {"ddof": 2},
    {"fweights": TIMES},
    {"fweights": TIMES, "ddof": 0},
    {"aweights": WEIGHTS},
    {"aweights": WEIGHTS, "bias": True},
    {"fweights": TIMES, "aweights": WEIGHTS, "ddof": 2},
]


@pytest.mark.parametrize("options", OPTIONS)
def test_covariances_agree_with_differences_to_second_order(options: dict[str, Any]) -> None:
    check_gradient(lambda m: np.cov(m, **options), X, order=2)
    check_gradient(lambda m: np.cov(m, **options), Z[0], order=2)
    check_gradient(lambda m, y: np.cov(m, y, **options), Z[:2], Y[0])
    check_gradient(lambda m, y: np.cov(m, y, rowvar=False, **options), X[:1].T, Z[1:].T)
    check_gradient(lambda y: np.cov(X, y, **options), Y)
    check_gradient(lambda y: np.cov(X.T, y, rowvar=False, **options), Y[0])


def test_weights_have_slopes_of_their_own() -> None:
    check_gradient(lambda m, w: np.cov(m, aweights=w), X[:2], WEIGHTS, order=2)
    check_gradient(lambda m, w: np.cov(m, aweights=w, bias=True), Z[:2], WEIGHTS)
    check_gradient(lambda w: np.cov(X, aweights=w, fweights=TIMES, ddof=2), WEIGHTS)


@pytest.mark.parametrize("x", [X, Z, X[:, ::-2]])
def test_correlations_agree_with_differences(x: Any) -> None:
    check_gradient(np.corrcoef, x[:2], order=2)
    check_gradient(lambda m: np.corrcoef(m, rowvar=False), x.T)
    check_gradient(np.corrcoef, x, x[0] ** 2 + Y[0, : x.shape[1]])
    check_gradient(np.corrcoef, x[0])


def test_a_correlation_that_is_perfect_has_no_slope() -> None:
    x = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 9.0]])

    grad = sg.grad_bp(lambda m: np.corrcoef(m)[0, 1], x)

    np.testing.assert_allclose(grad, 0.0, atol=1e-15)  # some ten roundings


def test_the_covariance_of_many_is_their_product_over_n() -> None:
    x = X - X.mean(axis=1, keepdims=True)

    grad = sg.grad_bp(lambda m: np.trace(np.cov(m)), X)

    np.testing.assert_allclose(grad, 2 * x / 4, rtol=1e-13)  # the gradient of Σ x² / (n − 1)


@pytest.mark.parametrize("f", [np.cov, np.corrcoef, lambda m, dtype: np.cov(m, aweights=WEIGHTS, dtype=dtype)])
def test_the_dtype_is_that_of_numpy_and_that_of_the_gradient_the_arguments(f: Any) -> None:
    check_gradient(lambda m: f(m, dtype=np.float32), X.astype(np.float32))
    check_gradient(lambda m: f(m, dtype=None), X.astype(np.float32))


def test_one_row_one_column_and_one_number() -> None:
    for x in (X[:1], X[:, :1]):
        check_gradient(lambda m: np.cov(m, rowvar=False, ddof=0), x)
        check_gradient(lambda m: np.cov(m, ddof=0), x)
    check_gradient(lambda x: np.cov(x, ddof=0) + x, 1.5)
    assert sg.vjp(np.cov)(np.zeros((0, 3)))[0].shape == (0, 0)


def test_too_few_observations_warn_as_in_numpy() -> None:
    for f in (np.cov, sg.vjp(lambda m, **kw: np.cov(m, **kw))):
        with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="Degrees of freedom <= 0") as warned:
            f(X, ddof=5)

        assert warned[0].filename == __file__


WRONG: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"ddof": 0.5}, ValueError),
    ({"fweights": TIMES + 0.5}, TypeError),
    ({"fweights": -TIMES}, ValueError),
    ({"aweights": -WEIGHTS}, ValueError),
    ({"aweights": np.zeros(5)}, ZeroDivisionError),
    ({"aweights": WEIGHTS[:4]}, RuntimeError),
    ({"fweights": TIMES[None]}, RuntimeError),
    ({"y": np.zeros((1, 1, 5))}, ValueError),
]


@pytest.mark.parametrize(("options", "error"), WRONG)
def test_what_numpy_refuses_is_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for f in (np.cov, sg.vjp(lambda m, **kw: np.cov(m, **kw))):
            with pytest.raises(error):
                f(X, **options)


def test_frequencies_are_whole_numbers_and_so_have_no_slope() -> None:
    with pytest.raises(MissingRuleError, match=r"fweights.*aweights"):
        sg.grad_bp(lambda w: np.sum(np.cov(X, fweights=w)), TIMES.astype(float))

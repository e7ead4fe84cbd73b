"""Medians, percentiles and quantiles: every method, NaN, weights, ties, and the slope by q."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.testing import check_gradient

SMOOTH = ["interpolated_inverted_cdf", "hazen", "weibull", "linear", "median_unbiased", "normal_unbiased"]
STEPS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "lower", "higher", "midpoint", "nearest"
]  # fmt: skip
RNG = np.random.default_rng(2)
X = RNG.normal(size=(2, 5, 2))
HOLES = np.ones_like(X)
HOLES[[0, 1, 1], [1, 3, 2], [1, 0, 0]] = np.nan  # some samples have two, some none
WEIGHTS = RNG.integers(0, 4, X.shape).astype(float)
SPARSE = np.array([[0.0, 3.0], [2.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 2.0]])
# Away from the jumps of all methods, for samples of 2 to 20 numbers.
QS: list[Any] = [0.31, [0.07, 0.57], np.array([[0.07, 0.31], [0.57, 0.93]])]


@pytest.mark.parametrize("axis", [None, 1, -1, (0, 2), [2, 1], (0, 1, 2), ()])
@pytest.mark.parametrize("keepdims", [False, True])
def test_medians_and_quantiles_along_axes_agree_with_differences(axis: Any, keepdims: bool) -> None:
    check_gradient(lambda v: np.median(v, axis, keepdims=keepdims), X[:, :3], order=2)
    for q in QS[1:]:
        check_gradient(lambda v, q=q: np.quantile(v, q, axis, keepdims=keepdims), X)
    if axis != ():
        check_gradient(lambda v: np.nanmedian(v * HOLES, axis, keepdims=keepdims), X)
        check_gradient(lambda v: np.nanquantile(v * HOLES, QS[1], axis, keepdims=keepdims), X)


@pytest.mark.parametrize("method", SMOOTH + STEPS)
def test_every_method_agrees_with_differences_by_the_sample_and_by_q(method: Any) -> None:
    q = np.array(QS[1])
    check_gradient(lambda v, q: np.quantile(v, q, 1, method=method) ** 2, X[:, :, 0], q, order=2)
    check_gradient(lambda v, q: np.percentile(v, 100 * q, method=method), X, QS[2])
    check_gradient(lambda v, q: np.nanquantile(v * HOLES[1], q, 0, method=method), X[1], q)
    check_gradient(lambda v, q: np.nanpercentile(v * HOLES[1], 100 * q, (0, 1), method=method), X[1], q)


@pytest.mark.parametrize("method", SMOOTH)
def test_a_q_beyond_the_ranks_of_a_method_has_no_slope(method: Any) -> None:
    check_gradient(lambda v, q: np.quantile(v, q, method=method), X[0, :, 0], np.array([0.004, 0.996]), order=2)


def test_weights_choose_and_have_no_slope() -> None:
    options: dict[str, Any] = {"method": "inverted_cdf"}
    for q in QS[::2]:
        check_gradient(lambda v, q=q: np.quantile(v, q, 1, weights=WEIGHTS, **options), X)
        check_gradient(lambda v, q=q: np.quantile(v, q, (2, -2), weights=SPARSE.T, **options), X)
        check_gradient(lambda v, q=q: np.percentile(v, q, weights=WEIGHTS, **options), X)
    for q in QS[:2]:
        check_gradient(lambda v, q=q: np.nanquantile(v * HOLES, q, 1, weights=WEIGHTS, **options), X)
    by_weights = sg.grad_bp(lambda p: np.quantile(*p, weights=p[0] ** 2, **options))((X[0, :, 0], 0.3))
    assert by_weights[1] == 0.0
    assert sorted(by_weights[0]) == [0.0] * 4 + [1.0]


def test_a_number_that_weighs_nothing_takes_no_part_in_a_tie() -> None:
    x, w = np.array([1.0, 2.0, 2.0, 2.0, 3.0]), np.array([1.0, 2.0, 0.0, 2.0, 1.0])

    grad = sg.grad_bp(lambda v: np.quantile(v, 0.5, weights=w, method="inverted_cdf"), x)

    assert grad.tolist() == [0.0, 0.5, 0.0, 0.5, 0.0]


TIES: list[tuple[Any, list[float], list[float]]] = [
    (np.median, [2.0, 1.0, 2.0, 2.0], [1 / 3, 0.0, 1 / 3, 1 / 3]),
    (np.median, [2.0, 1.0, 3.0, 2.0, 3.0], [0.5, 0.0, 0.0, 0.5, 0.0]),
    (np.median, [1.0, 1.0, 3.0, 4.0], [0.25, 0.25, 0.5, 0.0]),
    (lambda v: np.quantile(v, 1.0), [3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
    (lambda v: np.percentile(v, 0.0, method="lower"), [1.0, 1.0, 3.0], [0.5, 0.5, 0.0]),
    (lambda v: np.nanmedian(v), [2.0, np.nan, 2.0, 1.0], [0.5, 0.0, 0.5, 0.0]),
    (lambda v: np.median(v), [2.0, np.nan, np.nan, 1.0], [0.0, 0.5, 0.5, 0.0]),
    (lambda v: np.median(v), [np.inf, np.inf, 1.0], [0.5, 0.5, 0.0]),
]


@pytest.mark.parametrize(("f", "x", "expected"), TIES)
def test_ties_share_equally_as_those_of_max_do(f: Any, x: list[float], expected: list[float]) -> None:
    assert sg.grad_bp(f, np.array(x)).tolist() == pytest.approx(expected)


def test_a_q_at_a_rank_has_the_mean_of_both_slopes_and_at_an_end_the_inner_one() -> None:
    x = np.array([0.0, 1.0, 3.0, 7.0])

    slopes = [sg.grad_bp(lambda q: np.quantile(x, q), q) for q in (0.0, 1 / 3, 0.5, 1.0)]

    assert slopes == pytest.approx([3.0, 4.5, 6.0, 12.0])
    assert sg.grad_bp(lambda q: np.percentile(x.astype(int), q), 50.0) == pytest.approx(0.06)


def test_infinite_slopes_of_what_is_not_chosen_are_not_asked_for() -> None:
    assert sg.grad_bp(lambda v: np.median(np.sqrt(v)), np.array([0.0, 1.0, 4.0])).tolist() == [0.0, 0.5, 0.0]


def test_the_median_of_complex_numbers_is_that_of_their_order() -> None:
    z = X[0] + 1j * X[1]
    check_gradient(lambda v: np.median(v, 0), z, order=2)
    check_gradient(lambda v: np.nanmedian(v), z)


def test_float32_stays_float32() -> None:
    x = X[0].astype(np.float32)
    for f in (np.median, lambda v: np.quantile(v, 0.3, 0), lambda v: np.nanpercentile(v, [20, 30], method="lower")):
        check_gradient(f, x)
    check_gradient(lambda v, q: np.quantile(v, q), x, np.float32(0.3))


def test_scalars_views_and_arrays_of_no_items() -> None:
    check_gradient(np.median, 1.5)
    check_gradient(lambda v: np.quantile(v, 0.3), np.float64(1.5))
    check_gradient(lambda v: np.quantile(v, 0.3, axis=1), X[:, ::-2].T)
    for shape, axis in (((0, 3), 1), ((3, 0, 2), 0)):
        y, pullback = sg.vjp(lambda v, axis=axis: np.quantile(v, [0.3, 0.4], axis=axis))(np.zeros(shape))
        assert pullback(np.ones(y.shape)).shape == shape


def test_the_input_is_not_overwritten() -> None:
    x = X[0, :, 0].copy()

    sg.grad_bp(lambda v: np.median(v, overwrite_input=True) + np.quantile(v, 0.3, overwrite_input=True), x)

    np.testing.assert_array_equal(x, X[0, :, 0])


@pytest.mark.parametrize("f", [np.median, np.nanmedian])
def test_out_is_refused(f: Any) -> None:
    quantile = {np.median: np.quantile, np.nanmedian: np.nanpercentile}[f]
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda v: f(v, out=np.empty(())), X)
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda v: quantile(v, 0.3, out=np.empty(())), X)


@pytest.mark.parametrize("f", [np.nanquantile, np.nanpercentile])
def test_a_matrix_of_q_is_refused_where_numpy_mixes_up_its_axes(f: Any) -> None:
    with pytest.raises(MissingRuleError, match=r"matrix for its q .*test_quantiles.* np\.ravel"):
        sg.grad_bp(lambda v: np.sum(f(v, QS[2], axis=(0, 2))), X)


def test_what_numpy_refuses_is_refused() -> None:
    wrong: list[tuple[float, dict[str, Any]]] = [
        (1.5, {}),
        (0.5, {"method": "best"}),
        (0.5, {"axis": 3}),
        (0.5, {"weights": WEIGHTS}),
    ]
    for q, options in wrong:
        with pytest.raises(ValueError):
            sg.vjp(np.quantile)(X, q, **options)
    with pytest.raises(TypeError, match="real"):
        sg.grad_bp(lambda v: np.quantile(v, 0.5), 1j * X[0])

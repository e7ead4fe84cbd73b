"""gaussian_kde and sem of structgrad.scipy.stats."""

from typing import Any

import numpy as np
import pytest
import scipy.stats

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import stats
from structgrad.testing import check_gradient

DATA = np.array([[1.2, 0.3, -0.4, 0.5], [0.2, 0.9, 0.5, -0.3]])
POINTS = np.array([[0.3, 0.2], [0.1, -0.4]])
WEIGHTS = np.array([0.3, 0.5, 0.9, 0.2])


@pytest.mark.parametrize("method", ["pdf", "logpdf"])
def test_the_density_moves_with_points_samples_weights_and_bandwidth(method: str) -> None:
    def density(points: Any, data: Any, *rest: Any) -> Any:
        return getattr(stats.gaussian_kde(data, *rest), method)(points)

    check_gradient(lambda points: density(points, DATA), POINTS[:, :1], order=2)
    check_gradient(lambda points, width: density(points, DATA, width), POINTS, 0.7)
    check_gradient(lambda data, weights: density(POINTS, data, 0.7, weights), DATA[:, 1:], WEIGHTS[1:])
    check_gradient(lambda x, data, weights: density(x, data, None, weights), 0.2, DATA[0], WEIGHTS)


def test_the_bandwidths_of_scott_and_of_silverman() -> None:
    for rule in (None, "scott", "silverman"):
        check_gradient(lambda data, rule=rule: stats.gaussian_kde(data, rule).logpdf(0.3), DATA[0, :3])
    check_gradient(lambda x: stats.gaussian_kde(DATA[0], lambda kde: kde.neff**-0.3)(x), POINTS[0])
    check_gradient(lambda x: stats.gaussian_kde(DATA[0]).evaluate(x), POINTS[0])


def test_a_density_twice_differentiated_by_its_samples() -> None:
    check_gradient(lambda data: stats.gaussian_kde(data).logpdf(0.4)[0], DATA[0, :3], order=2)
    check_gradient(lambda v, w: stats.gaussian_kde([v, w, 0.3]).pdf([0.4])[0], 0.1, 1.2)


def test_far_from_all_samples_the_logarithm_moves_on() -> None:
    slope = sg.grad_bp(lambda x: stats.gaussian_kde(DATA[0], 0.1).logpdf(x)[0], 100.0)
    spread = float(stats.gaussian_kde(DATA[0], 0.1).covariance[0, 0])

    assert slope == pytest.approx((1.2 - 100.0) / spread, rel=1e-12)  # the nearest sample alone


def test_integrals_of_a_density() -> None:
    check_gradient(
        lambda low, high, data, w: stats.gaussian_kde(data, weights=w).integrate_box_1d(low, high),
        *(-0.3, 0.4, DATA[0], WEIGHTS),
    )
    check_gradient(
        lambda mean, root, data: stats.gaussian_kde(data).integrate_gaussian(mean, root @ root.T),
        *(POINTS[:, 0], POINTS, DATA),
    )
    check_gradient(lambda mean: stats.gaussian_kde(DATA[0]).integrate_gaussian(mean, 0.4), 0.3)


def test_a_bandwidth_that_is_set_later_counts() -> None:
    kde = stats.gaussian_kde(DATA[0])
    before = sg.grad_bp(lambda x: kde(x)[0], 0.3)
    kde.set_bandwidth(0.2)

    assert kde.factor == 0.2
    assert sg.grad_bp(lambda x: kde(x)[0], 0.3) == sg.grad_bp(lambda x: stats.gaussian_kde(DATA[0], 0.2)(x)[0], 0.3)
    assert sg.grad_bp(lambda x: kde(x)[0], 0.3) != before


def test_float32_points_have_gradients_of_float32() -> None:
    g = sg.grad_bp(lambda x: np.sum(stats.gaussian_kde(DATA).pdf(x)), POINTS.astype(np.float32))
    h = sg.grad_bp(lambda d: np.sum(stats.gaussian_kde(d).pdf(POINTS)), DATA.astype(np.float32))

    assert [np.float32, np.float32] == [g.dtype, h.dtype]


def test_what_a_density_of_samples_refuses() -> None:
    with pytest.raises(MissingRuleError, match=r"gaussian_kde\.resample has no derivative .*its parameters"):
        sg.grad_bp(lambda data: stats.gaussian_kde(data).resample(3), DATA)
    with pytest.raises(MissingRuleError, match="a function as bw_method"):
        sg.grad_bp(lambda data: stats.gaussian_kde(data, lambda kde: 0.3).pdf(0.2), DATA[0])
    with pytest.raises(MissingRuleError, match=r"gaussian_kde\.integrate_box has no derivative .*its arguments"):
        sg.grad_bp(lambda low: stats.gaussian_kde(DATA).integrate_box(low, [1.0, 1.0]), POINTS[:, 0])


def test_a_density_of_samples_is_scipys() -> None:
    kde = stats.gaussian_kde(DATA, "silverman", WEIGHTS)
    scipys = scipy.stats.gaussian_kde(DATA, "silverman", WEIGHTS)

    assert isinstance(kde, scipy.stats.gaussian_kde)
    assert isinstance(kde, stats.gaussian_kde)
    np.testing.assert_array_equal(kde.evaluate(POINTS), scipys.evaluate(POINTS))
    np.testing.assert_array_equal(kde.covariance, scipys.covariance)
    assert kde.integrate_kde(kde) == scipys.integrate_kde(scipys)
    assert kde.marginal(0).n == 4


@pytest.mark.parametrize(
    "options",
    [{}, {"axis": 1}, {"axis": None}, {"axis": None, "keepdims": True}, {"axis": -1, "ddof": 0, "keepdims": True}],
)
def test_the_error_of_the_mean(options: dict[str, Any]) -> None:
    check_gradient(lambda a: stats.sem(a, **options), DATA, order=2)
    check_gradient(lambda a: stats.sem(a, **options), DATA[:, ::-3].astype(np.float32))


@pytest.mark.parametrize("options", [{"nan_policy": "omit"}, {"axis": (0, 1)}])
def test_what_the_error_of_the_mean_refuses(options: dict[str, Any]) -> None:
    with pytest.raises(MissingRuleError, match=r"stats\.sem with"):
        sg.grad_bp(lambda a: stats.sem(a, **options), DATA)
    assert stats.sem([1.0, np.nan, 2.0], nan_policy="omit") == scipy.stats.sem([1.0, 2.0])

"""multivariate_normal, dirichlet and multinomial of structgrad.scipy.stats."""

from typing import Any

import numpy as np
import pytest
import scipy.stats

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import stats
from structgrad.testing import check_gradient

ROOT = np.array([[1.2, 0.3, -0.4], [0.2, 0.9, 0.5], [-0.1, 0.4, 1.5]])
MEAN = np.array([0.1, -0.4, 0.3])
X = np.sin(np.arange(12.0)).reshape(2, 2, 3)
SCORES = np.array([[0.3, -0.6, 0.8], [0.8, 0.4, -0.2], [1.1, 0.2, 0.5], [-0.3, 0.6, 0.1]])
ALPHA = np.array([1.3, 2.1, 0.8])
DIAGONAL = stats.Covariance.from_diagonal([1.0, 2.0, 3.0])
COUNTS = np.array([[1, 2, 0], [0, 1, 2], [3, 0, 0], [1, 1, 1]])


def shares(scores: Any) -> Any:
    """Numbers above 0 that sum to 1 along the last axis."""
    return np.exp(scores) / np.sum(np.exp(scores), axis=-1, keepdims=True)


@pytest.mark.feature(137)
@pytest.mark.parametrize("method", ["logpdf", "pdf"])
def test_the_multivariate_normal_density_agrees_with_differences(method: str) -> None:
    f = getattr(stats.multivariate_normal, method)

    check_gradient(lambda x, mean, root: f(x, mean, root @ root.T), X[:, 0], MEAN, ROOT, order=2)
    check_gradient(lambda x, mean, root: f(x, mean=mean, cov=root @ root.T), X, MEAN, ROOT)
    check_gradient(lambda x, mean, root: f(x, mean, root @ root.T), X[0, 0], MEAN, ROOT)
    check_gradient(lambda x, mean, root: f(x[::-1], mean[::-1], root.T @ root), X[:, 1], MEAN, ROOT)


@pytest.mark.parametrize("method", ["logpdf", "pdf"])
def test_the_short_forms_of_mean_and_covariance(method: str) -> None:
    f = getattr(stats.multivariate_normal, method)

    check_gradient(lambda x, mean, std: f(x, mean, std**2), X[0, 0], 0.3, 1.3, order=2)  # numbers, of one dimension
    check_gradient(lambda x, mean, std: f(x, mean, std**2), X[0, 0], MEAN, 1.3)
    check_gradient(lambda x, mean, std: f(x, mean, std**2), X[0], MEAN, MEAN + 1)
    check_gradient(lambda x: f(x), 0.3)
    check_gradient(lambda root: f(X[0], None, root @ root.T), ROOT)
    check_gradient(lambda v, w: f([v, w], [w, 0.0], [[2.0, 0.3], [0.3, 1.0]]), 0.3, 0.4)


def test_a_frozen_multivariate_normal() -> None:
    check_gradient(lambda x, root: stats.multivariate_normal(MEAN, cov=root @ root.T).logpdf(x), X, ROOT)
    check_gradient(lambda x: stats.multivariate_normal(MEAN, ROOT @ ROOT.T).pdf(x), X)
    check_gradient(lambda root: stats.multivariate_normal(cov=root @ root.T).entropy(), ROOT, order=2)
    check_gradient(lambda root: stats.multivariate_normal.entropy(MEAN, root @ root.T), ROOT)


def test_only_the_lower_triangle_of_a_covariance_counts() -> None:
    cov = ROOT @ ROOT.T
    cov[0, 1] = 7.0

    check_gradient(lambda cov: stats.multivariate_normal.logpdf(X[0], MEAN, cov), cov, order=2)
    check_gradient(lambda cov: stats.multivariate_normal.entropy(MEAN, cov), cov)
    g = sg.grad_bp(lambda cov: np.sum(stats.multivariate_normal.logpdf(X[0], MEAN, cov)), cov.astype(np.float32))
    assert g.dtype == np.float32
    assert g[0, 1] == 0.0


@pytest.mark.parametrize(
    ("message", "f"),
    [
        ("stats.multivariate_normal.cdf has no derivative", lambda x: stats.multivariate_normal.cdf(x, MEAN, ROOT)),
        ("a singular cov", lambda x: stats.multivariate_normal.logpdf(x, MEAN, np.ones((3, 3)), allow_singular=True)),
        ("a singular cov", lambda x: stats.multivariate_normal.logpdf(x, MEAN, [1, 1, 1e-11], allow_singular=True)),
        ("a Covariance object", lambda x: stats.multivariate_normal.pdf(x, MEAN, DIAGONAL)),
        ("multivariate_normal.rvs has no derivative", lambda x: stats.multivariate_normal(x).rvs()),
    ],
)
def test_what_the_multivariate_normal_refuses(message: str, f: Any) -> None:
    with pytest.raises(MissingRuleError, match=message):
        sg.grad_bp(f, MEAN)


@pytest.mark.parametrize(
    "args", [(MEAN, np.ones((3, 3))), (ROOT, 1.0), (MEAN, [1.0, 2.0]), (MEAN, ROOT[:2]), (MEAN[:2], np.eye(2))]
)
def test_what_scipy_refuses_stays_refused(args: Any) -> None:
    for wanted in (scipy.stats.multivariate_normal.logpdf, lambda x, *rest: sg.grad_bp(_density(*rest), x)):
        with pytest.raises((ValueError, np.linalg.LinAlgError)):
            wanted(MEAN, *args)


def _density(*args: Any) -> Any:
    return lambda x: stats.multivariate_normal.logpdf(x, *args)


@pytest.mark.parametrize("method", ["logpdf", "pdf"])
def test_the_dirichlet_density_agrees_with_differences(method: str) -> None:
    f = getattr(stats.dirichlet, method)

    check_gradient(lambda scores, alpha: f(shares(scores), alpha), SCORES[0], ALPHA, order=2)
    check_gradient(lambda scores, alpha: f(shares(scores).T, alpha), SCORES, ALPHA)
    check_gradient(lambda x, alpha: f(x, alpha), shares(SCORES[0])[:2], ALPHA, order=2)  # the last share left away
    check_gradient(lambda x, alpha: getattr(stats.dirichlet(alpha), method)(x), shares(SCORES).T[:2], ALPHA)


def test_a_share_of_zero_that_weighs_nothing() -> None:
    x, alpha = np.array([0.0, 0.4, 0.6]), np.array([1.0, 2.0, 3.0])

    np.testing.assert_allclose(sg.grad_bp(lambda x: stats.dirichlet.logpdf(x, alpha), x), [0.0, 1 / 0.4, 2 / 0.6])


@pytest.mark.parametrize("method", ["mean", "var", "entropy"])
def test_summaries_of_the_dirichlet_distribution(method: str) -> None:
    check_gradient(lambda alpha: getattr(stats.dirichlet, method)(alpha), ALPHA, order=2)
    check_gradient(lambda alpha: getattr(stats.dirichlet(alpha), method)(), ALPHA)


@pytest.mark.parametrize("method", ["logpmf", "pmf"])
def test_the_multinomial_probability_agrees_with_differences(method: str) -> None:
    f = getattr(stats.multinomial, method)

    check_gradient(lambda scores: f(COUNTS, 3, shares(scores)), SCORES[0], order=2)
    check_gradient(lambda scores: f(COUNTS, 3, shares(scores)), SCORES)
    check_gradient(lambda scores: f(COUNTS[:, None], [3, 2], shares(scores[:2]))[:, 0], SCORES)
    check_gradient(lambda scores: getattr(stats.multinomial(3, shares(scores)), method)(COUNTS), SCORES)


def test_counts_of_another_number_have_no_slope() -> None:
    p = shares(SCORES[0])

    np.testing.assert_array_equal(sg.grad_bp(lambda p: stats.multinomial.logpmf([1, 1, 0], 3, p), p), [0.0] * 3)
    np.testing.assert_array_equal(sg.grad_bp(lambda p: stats.multinomial.pmf([1, 1, 0], 3, p), p), [0.0] * 3)


def test_what_the_multinomial_distribution_refuses() -> None:
    with pytest.raises(ValueError, match="must sum to 1"):
        sg.grad_bp(lambda p: stats.multinomial.logpmf([1, 1, 1], 3, p), MEAN + 1)
    for argument, f in [
        ("x", lambda v: stats.multinomial.logpmf(v, 3, shares(SCORES[0]))),
        ("n", lambda v: stats.multinomial.logpmf([1, 1, 1], v[0], shares(SCORES[0]))),
    ]:
        with pytest.raises(
            MissingRuleError, match=rf"multinomial\.logpmf has no derivative by its argument {argument} "
        ):
            sg.grad_bp(f, np.array([3.0, 0.0, 0.0]))


def test_plain_values_are_scipys_own() -> None:
    p = shares(SCORES[0])
    for found, expected in [
        (stats.multivariate_normal.pdf(X, MEAN), scipy.stats.multivariate_normal.pdf(X, MEAN)),
        (stats.multivariate_normal.cdf(MEAN), scipy.stats.multivariate_normal.cdf(MEAN)),
        (stats.multivariate_normal.entropy(MEAN), scipy.stats.multivariate_normal.entropy(MEAN)),
        (stats.dirichlet.pdf(p, ALPHA), scipy.stats.dirichlet.pdf(p, ALPHA)),
        (stats.dirichlet(ALPHA).cov(), scipy.stats.dirichlet(ALPHA).cov()),
        (stats.multinomial.pmf(COUNTS, 3, p), scipy.stats.multinomial.pmf(COUNTS, 3, p)),
    ]:
        np.testing.assert_array_equal(found, expected)

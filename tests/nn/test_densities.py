"""Normal log-densities of numbers and of vectors: both modes, two orders, the errors, SciPy and PyTorch."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from scipy import stats
from torch.distributions import MultivariateNormal, Normal

import structgrad as sg
from structgrad import nn
from structgrad.testing import check_gradient

X = np.sin(1.0 + 1.7 * np.arange(12.0)).reshape(4, 3) * 2.0
MEAN = np.array([0.3, -0.4, 1.1])
ROOT = np.array([[1.2, 0.0, 0.0], [0.4, 0.7, 0.0], [-0.5, 0.2, 2.0]])
COVARIANCE = ROOT @ ROOT.T
COVARIANCES = COVARIANCE * np.array([1.0, 2.0, 0.5, 1.5])[:, None, None]


@pytest.mark.feature(137)
def test_numbers_agree_with_differences_in_both_modes_and_two_orders() -> None:
    std = np.array([0.5, 1.0, 2.0])
    check_gradient(nn.normal_logpdf, X, MEAN, std, order=3)
    check_gradient(nn.normal_logpdf, X, 0.3, 1.2, order=2)
    check_gradient(nn.normal_logpdf, 0.7, order=2)
    check_gradient(nn.normal_logpdf, X[:, :1], MEAN[0], std[:, None, None], order=2)
    check_gradient(nn.normal_logpdf, np.zeros((0, 2)), 0.0, 1.0)


@pytest.mark.feature(137)
@pytest.mark.parametrize("scale", [1.0, 1e4, 1e-4])
def test_the_density_of_numbers_is_pytorchs(scale: float) -> None:
    given = X * scale, MEAN, np.array([0.5, 1.0, 2.0]) / scale
    x, mean, std = (torch.tensor(v, requires_grad=True) for v in given)
    y = Normal(mean, std).log_prob(x)
    (y * torch.arange(3.0)).sum().backward()

    grads = sg.grad_bp(lambda p: np.sum(nn.normal_logpdf(*p) * np.arange(3.0)))(given)

    np.testing.assert_allclose(nn.normal_logpdf(*given), y.detach().numpy(), rtol=1e-12)  # roundings
    for grad, peer in zip(grads, (x, mean, std), strict=True):
        np.testing.assert_allclose(grad, peer.grad.numpy(), rtol=1e-12, atol=1e-13)  # where a sum cancels


@pytest.mark.feature(137)
def test_the_slopes_of_the_density_itself() -> None:
    def density(p: Any) -> Any:
        x, mean, variance = p
        return np.exp(nn.normal_logpdf(x, mean, np.sqrt(variance)))

    by_x, by_mean, by_variance = sg.grad_bp(density)((0.0, 1.0, 1.0))

    phi = float(mp.npdf(1))  # 0.2420
    np.testing.assert_allclose([by_x, by_mean], [phi, -phi], rtol=1e-14)
    np.testing.assert_allclose(by_variance, 0.0, atol=1e-16)  # where z² − 1 changes sign; a rounding


@pytest.mark.feature(137)
def test_vectors_agree_with_differences_in_both_modes_and_two_orders() -> None:
    logpdf = nn.multivariate_normal_logpdf
    check_gradient(logpdf, X, MEAN, COVARIANCE, order=2)
    check_gradient(logpdf, X[0], X, COVARIANCE, order=2)
    check_gradient(logpdf, X[0], MEAN, COVARIANCES, order=2)
    check_gradient(logpdf, X[:2, None], MEAN, COVARIANCES)
    check_gradient(lambda x, m, l: logpdf(x, m, scale_tril=l), X, MEAN, ROOT, order=2)
    check_gradient(lambda x, m, l: logpdf(x, m, scale_tril=l), X[:, None], MEAN, np.stack([ROOT, ROOT * 2]), order=2)
    check_gradient(logpdf, X[:, :1], MEAN[:1], COVARIANCE[:1, :1], order=2)
    check_gradient(logpdf, np.zeros((0, 3)), MEAN, COVARIANCE)


@pytest.mark.feature(137)
@pytest.mark.parametrize("name", ["covariance", "scale_tril"])
@pytest.mark.parametrize("batch", [False, True])
def test_the_density_of_vectors_is_pytorchs(name: str, batch: bool) -> None:
    spread = {"covariance": COVARIANCES, "scale_tril": np.linalg.cholesky(COVARIANCES)}[name][
        slice(None) if batch else 0
    ]
    x, mean, s = (torch.tensor(v, requires_grad=True) for v in (X, MEAN, spread))
    y = MultivariateNormal(mean, **{name.replace("covariance", "covariance_matrix"): s}).log_prob(x)
    (y * torch.arange(4.0)).sum().backward()

    def loss(p: Any) -> Any:
        return np.sum(nn.multivariate_normal_logpdf(p[0], p[1], **{name: p[2]}) * np.arange(4.0))

    value, grads = sg.backprop(loss)((X, MEAN, spread))

    # Roundings, times the condition of the covariance, about 30.
    np.testing.assert_allclose(value, (y * torch.arange(4.0)).sum().item(), rtol=1e-12)
    for grad, peer in zip(grads, (x, mean, s), strict=True):
        np.testing.assert_allclose(grad, peer.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.feature(137)
def test_the_density_of_vectors_is_scipys_far_out_and_nearly_singular() -> None:
    for scale in (1.0, 1e4):
        expected = stats.multivariate_normal.logpdf(X * scale, MEAN, COVARIANCE)
        np.testing.assert_allclose(nn.multivariate_normal_logpdf(X * scale, MEAN, COVARIANCE), expected, rtol=1e-12)
    nearly = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-8]])
    expected = stats.multivariate_normal.logpdf(X[:, :2] * 1e-4, None, nearly, allow_singular=False)
    # Its condition, 4e8, times a rounding.
    np.testing.assert_allclose(nn.multivariate_normal_logpdf(X[:, :2] * 1e-4, np.zeros(2), nearly), expected, rtol=1e-7)


def test_the_slope_by_a_covariance_is_symmetric_and_of_a_factor_its_triangle() -> None:
    by_covariance = sg.grad_bp(lambda c: nn.multivariate_normal_logpdf(X[0], MEAN, c))(COVARIANCE)
    by_factor = sg.grad_bp(lambda l: nn.multivariate_normal_logpdf(X[0], MEAN, scale_tril=l))(ROOT + np.triu(X[:3], 1))

    np.testing.assert_array_equal(by_covariance, by_covariance.T)
    assert not np.triu(by_factor, 1).any()
    assert by_factor[2, 0] != 0


def test_float32_stays() -> None:
    x, mean, covariance, root = (v.astype(np.float32) for v in (X, MEAN, COVARIANCE, ROOT))

    check_gradient(nn.normal_logpdf, x[0], mean, np.array([0.5, 1.0, 2.0], np.float32))
    check_gradient(nn.multivariate_normal_logpdf, x, mean, covariance)
    assert nn.normal_logpdf(x).dtype == nn.normal_logpdf(x, 1.0, 2.0).dtype == np.float32
    assert nn.multivariate_normal_logpdf(x, mean, covariance).dtype == np.float32
    assert nn.multivariate_normal_logpdf(x, mean, scale_tril=root).dtype == np.float32


@pytest.mark.parametrize(
    "covariance",
    [
        np.ones((3, 3)),
        np.zeros((3, 3)),
        np.diag([1.0, 0.0, 1.0]),
        -np.eye(3),
        np.outer(MEAN, MEAN),  # of rank 1, but for rounding
        np.stack([np.eye(3), np.cov(X[:3].T)]),  # three points span a plane
    ],
)
def test_a_singular_covariance_is_refused(covariance: Any) -> None:
    message = r"the covariance is not positive definite \(test_densities.py:\d+\).*scale_tril"
    with pytest.raises(np.linalg.LinAlgError, match=message):
        nn.multivariate_normal_logpdf(X[0], MEAN, covariance)
    with pytest.raises(np.linalg.LinAlgError, match=message):
        sg.grad_bp(lambda c: np.sum(nn.multivariate_normal_logpdf(X[0], MEAN, c)))(covariance)


def test_what_does_not_fit_is_refused() -> None:
    for std in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match=r"needs a std > 0, and has one that is not \(test_densities.py:\d+\)"):
            nn.normal_logpdf(X, MEAN, std)
    with pytest.raises(TypeError, match="either covariance or scale_tril"):
        nn.multivariate_normal_logpdf(X, MEAN)
    with pytest.raises(TypeError, match="either covariance or scale_tril"):
        nn.multivariate_normal_logpdf(X, MEAN, COVARIANCE, scale_tril=ROOT)
    for x, mean, covariance in (
        (X, MEAN[:2], COVARIANCE),
        (X, 0.0, COVARIANCE),
        (X[0, 0], MEAN, COVARIANCE),
        (X, MEAN, MEAN),
    ):
        with pytest.raises(ValueError, match=r"they have to end in \(d\), \(d\) and \(d, d\)"):
            nn.multivariate_normal_logpdf(x, mean, covariance)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    for root in (-ROOT, np.diag([1.0, 0.0, 1.0])):
        with pytest.raises(ValueError, match="scale_tril needs a diagonal > 0"):
            nn.multivariate_normal_logpdf(X, MEAN, scale_tril=root)
    with pytest.raises(TypeError, match="x is made of complex128"):
        nn.normal_logpdf(1j)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]  # what is refused

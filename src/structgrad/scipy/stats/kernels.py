"""The density of samples, each with a Gaussian around it: gaussian_kde."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special, stats

from structgrad.arrays import shape_of
from structgrad.scipy.definition import by_definition
from structgrad.scipy.linalg.cholesky_factors import cholesky
from structgrad.scipy.linalg.solves import solve_triangular
from structgrad.scipy.mirrored import array, constant, refuse_option
from structgrad.scipy.stats.stand_in import StandIn, any_traced

# A mixture of Gaussians: their centres (d, n), their weights (n,), which sum to 1, and the covariance (d, d) of each.
Mixture = tuple[Any, Any, Any]


def _mixture(dataset: Any, bandwidth: Any, weights: Any) -> Mixture:
    """By the rules of Scott and of Silverman, or with a bandwidth that is given."""
    centres = np.atleast_2d(array(dataset))
    d, n = shape_of(centres)
    w = np.ones(n) if weights is None else np.atleast_1d(array(weights))
    w = w / np.sum(w)
    off = centres - np.sum(centres * w, axis=1, keepdims=True)
    covariance = (off * w) @ off.T / (1 - np.sum(w * w))
    if isinstance(bandwidth, str | None):
        size = 1 / np.sum(w * w) * (1 if bandwidth != "silverman" else (d + 2) / 4)
        bandwidth = size ** (-1 / (d + 4))
    return centres, w, covariance * bandwidth**2


def _log_density(points: Any, mixture: Mixture) -> Any:
    """log Σᵢ wᵢ N(point; xᵢ, C), the largest term taken out of the sum. points (d, m) -> (m,)."""
    centres, w, covariance = mixture
    points = _columns(points, shape_of(centres)[0])
    root = cholesky(covariance, lower=True)
    x, y = (solve_triangular(root, z, lower=True) for z in (centres, points))
    energies = np.sum(np.square(y[:, :, None] - x[:, None, :]), axis=0) / 2
    least = constant(np.min(energies, axis=1, keepdims=True))
    logs = np.log(np.sum(w * np.exp(least - energies), axis=1)) - least[:, 0]
    return logs - np.sum(np.log(np.diagonal(root))) - shape_of(centres)[0] / 2 * math.log(2 * math.pi)


def _columns(points: Any, d: int) -> Any:
    """Points as columns (d, m); a single one may come as a row."""
    points = np.atleast_2d(array(points))
    return np.reshape(points, (d, 1)) if shape_of(points) == (1, d) else points


class gaussian_kde(StandIn):  # noqa: N801  # SciPy's name
    """SciPy's estimate of a density, differentiable in points, dataset, weights and a bandwidth that is a number."""

    title: str = "gaussian_kde"  # pyright: ignore[reportIncompatibleMethodOverride]  # read there, as here

    def __init__(self, dataset: Any, bw_method: Any = None, weights: Any = None) -> None:
        self.given: tuple[Any, Any, Any] = (dataset, bw_method, weights)
        traced = any_traced(self.given, {})
        if traced and callable(bw_method):
            refuse_option("gaussian_kde", "a function as bw_method", "Give the number that it computes.")
        self.scipy: Any = None if traced else stats.gaussian_kde(*self.given)

    def __reduce__(self) -> Any:
        return gaussian_kde, self.given

    def evaluate(self, points: Any) -> Any:
        """The density at points (d, m)."""
        return self._by_definition("evaluate", lambda x, of: np.exp(_log_density(x, of)), points)

    pdf = evaluate

    def __call__(self, points: Any) -> Any:
        """The density at points (d, m)."""
        return self.evaluate(points)

    def logpdf(self, x: Any) -> Any:
        """The logarithm of the density at points (d, m)."""
        return self._by_definition("logpdf", _log_density, x)

    def integrate_gaussian(self, mean: Any, cov: Any) -> Any:
        """The integral of the density times that of a normal distribution."""

        def definition(mean: Any, cov: Any, of: Mixture) -> Any:
            centres, w, covariance = of
            point = np.reshape(mean, (-1, 1))
            return np.exp(_log_density(point, (centres, w, covariance + np.atleast_2d(cov))))[0]

        return self._by_definition("integrate_gaussian", definition, mean, cov)

    def integrate_box_1d(self, low: Any, high: Any) -> Any:
        """The probability between two bounds."""

        def definition(low: Any, high: Any, of: Mixture) -> Any:
            centres, w, covariance = of
            below = [special.ndtr((end - centres[0]) / np.sqrt(covariance[0, 0])) for end in (low, high)]
            return np.sum(w * (below[1] - below[0]))

        return self._by_definition("integrate_box_1d", definition, low, high)

    def _by_definition(self, method: str, definition: Callable[..., Any], *args: Any) -> Any:
        """SciPy's method, which differentiates as a definition does: a function of the arguments and the mixture."""
        kde = self.scipy
        made = self.given if kde is None else (kde.dataset, kde.weights, kde.covariance)

        def value(made: Any, *args: Any) -> Any:
            return getattr(stats.gaussian_kde(*made) if kde is None else kde, method)(*args)

        def moving(made: Any, *args: Any) -> Any:
            return definition(*args, _mixture(*made) if kde is None else made)

        return by_definition(value, moving, made, *map(array, args))

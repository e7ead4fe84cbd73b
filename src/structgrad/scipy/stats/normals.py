"""The multivariate normal distribution."""

import math
from typing import Any, Final

import numpy as np
from scipy import stats

from structgrad.arrays import shape_of
from structgrad.scipy.linalg.parts import read
from structgrad.scipy.linalg.solves import inv
from structgrad.scipy.mirrored import array, constant, refuse_option
from structgrad.scipy.stats.frozen import Distribution
from structgrad.scipy.stats.parameters import double
from structgrad.scipy.stats.stand_in import any_traced
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

# SciPy takes eigenvalues for 0 that are smaller than the largest by this factor.
_NEGLIGIBLE = 1e6 * float(np.finfo(np.float64).eps)


@primitive
def log_density(x: Any, mean: Any, cov: Any) -> Any:
    """SciPy's logarithm of the density at points x, an axis of coordinates last."""
    return stats.multivariate_normal.logpdf(x, mean, cov)


def _pulled(g: Any, x: Any, mean: Any, cov: Any) -> tuple[Any, Any, Any]:
    """The cotangent of each point, with an axis for coordinates; Σ⁻¹; and Σ⁻¹ (x − μ)."""
    precision = inv(cov)
    return np.reshape(g, (*shape_of(x)[:-1], 1)), precision, (x - mean) @ precision


def _by_x(g: Any, x: Any, mean: Any, cov: Any) -> Any:
    g, _, pull = _pulled(g, x, mean, cov)
    return -g * pull


def _by_cov(g: Any, x: Any, mean: Any, cov: Any) -> Any:
    """½ Σ⁻¹ (x − μ)(x − μ)ᵀ Σ⁻¹ − ½ Σ⁻¹."""
    g, precision, pull = _pulled(g, x, mean, cov)
    pull, g = np.reshape(pull, (-1, shape_of(pull)[-1])), np.reshape(g, (-1, 1))
    return ((pull * g).T @ pull - np.sum(g) * precision) / 2


log_density.__name__ = "multivariate_normal.logpdf"
rule(log_density, params="x mean cov", x=_by_x, mean=lambda g, x, mean, cov: -_by_x(g, x, mean, cov), cov=_by_cov)


@primitive
def entropy(cov: Any) -> Any:
    """SciPy's entropy."""
    return stats.multivariate_normal.entropy(None, cov)


entropy.__name__ = "multivariate_normal.entropy"
rule(entropy, params="cov", cov=lambda g, cov: g / 2 * inv(cov))


class MultivariateNormal(Distribution):
    """A normal distribution of vectors, differentiable in x, mean and cov, which must not be singular.

    SciPy reads the lower triangle of cov alone, so the upper one has the slope 0.
    """

    __slots__ = ()
    scipy = stats.multivariate_normal
    title: str = "multivariate_normal"  # pyright: ignore[reportIncompatibleMethodOverride]  # read there, as here

    def logpdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The logarithm of the density at points x."""
        if not any_traced((x, mean, cov), {}):
            return self.scipy.logpdf(x, mean, cov, allow_singular)
        mean, cov = _full(mean, cov, allow_singular)
        x = double(array(x))
        if len(shape_of(x)) < 2:
            x = np.reshape(x, (-1, 1) if shape_of(mean) == (1,) else (1, -1))
        return log_density(x, mean, cov)

    def pdf(self, x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The density at points x."""
        if not any_traced((x, mean, cov), {}):
            return self.scipy.pdf(x, mean, cov, allow_singular)
        return np.exp(self.logpdf(x, mean, cov, allow_singular))

    def entropy(self, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
        """The entropy, which the mean does not change."""
        if not any_traced((mean, cov), {}):
            return self.scipy.entropy(mean, cov)
        return entropy(_full(mean, cov, True)[1])


def _full(mean: Any, cov: Any, allow_singular: bool) -> tuple[Any, Any]:
    """The mean as a vector and the covariance as a symmetric matrix, out of all that SciPy takes for them."""
    if isinstance(cov, stats.Covariance):
        refuse_option("multivariate_normal", "a Covariance object", "Pass it as an array, cov.covariance.")
    cov = double(array(1.0 if cov is None else cov))
    if mean is None:
        mean = np.zeros(shape_of(cov)[0] if len(shape_of(cov)) == 2 else 1)
    mean = double(array(mean))
    n = math.prod(shape_of(mean))
    if n == 1:
        mean, cov = np.reshape(mean, 1), np.reshape(cov, (1, 1))
    if len(shape_of(cov)) < 2:
        cov = np.diag(cov) if shape_of(cov) else cov * np.eye(n)
    if allow_singular and np.linalg.matrix_rank(constant(cov), rtol=_NEGLIGIBLE, hermitian=True) < shape_of(cov)[0]:
        refuse_option("multivariate_normal", "a singular cov", "Give it a variance in every direction.")
    return mean, read(cov, "symmetric", True)


multivariate_normal: Final = MultivariateNormal()

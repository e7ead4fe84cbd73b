"""Logarithms of normal densities, of numbers and of vectors."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real, require_all
from structgrad.nn.kinds import Float, Real
from structgrad.rules.products import turned
from structgrad.rules.triangular import lower_inverse
from structgrad.tape.value import plain

_LOG_2PI = math.log(2 * math.pi)


def normal_logpdf(x: Real, mean: Real | float = 0.0, std: Real | float = 1.0) -> Real:
    """Logarithm of the density of the normal distribution: −½ ((x − mean) / std)² − log(std √2π).

    x, mean, std: real arrays that broadcast to one shape (…); std > 0, the root of the variance. Returns (…).
    Differentiable in all three. ValueError for a std that is not > 0.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> round(sg.grad_bp(lambda x: np.exp(nn.normal_logpdf(x, 1.0, 1.0)))(0.0), 4)
    0.242
    """
    std = real(std, "std")
    require_all(plain(std) > 0, "normal_logpdf needs a std > 0, and has one that is not")
    z = (real(x, "x") - real(mean, "mean")) / std
    log_std = math.log(std) if type(std) is float else np.log(std)  # a Python float leaves float32 what it is
    logs: Real = -0.5 * np.square(z) - (log_std + 0.5 * _LOG_2PI)
    return logs


def multivariate_normal_logpdf(
    x: NDArray[Float],
    mean: NDArray[Float],
    covariance: NDArray[Float] | None = None,
    *,
    scale_tril: NDArray[Float] | None = None,
) -> NDArray[Float]:
    """Logarithm of the density of the normal distribution of vectors.

    x: real array (…, d), points. mean: (d) or (…, d). covariance: (d, d) or (…, d, d), symmetric and positive definite;
    of an asymmetric one the symmetric part counts. scale_tril: in its place the lower triangular L with covariance
    L Lᵀ, its diagonal > 0; what stands above is not read. Returns (…), all batches broadcast. Differentiable in all.
    numpy.linalg.LinAlgError for a covariance that is not positive definite; TypeError unless one of the two is given;
    ValueError for shapes that do not fit, or another diagonal. (Bishop 2006, Pattern recognition and machine learning,
    eq. 2.43.)

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> x, mean = np.array([1.0, 2.0]), np.zeros(2)
    >>> sg.grad_bp(lambda m: nn.multivariate_normal_logpdf(x, m, np.diag([1.0, 4.0])))(mean)
    array([1. , 0.5])
    """
    x, mean = real(x, "x"), real(mean, "mean")
    if (covariance is None) == (scale_tril is None):
        raise TypeError(f"multivariate_normal_logpdf takes either covariance or scale_tril{users_line()}")
    d = shape_of(mean)[-1] if shape_of(mean) else 0
    spread = real(scale_tril if covariance is None else covariance, "covariance")
    if not d or shape_of(x)[-1:] != (d,) or shape_of(spread)[-2:] != (d, d):
        raise ValueError(
            f"multivariate_normal_logpdf got x {shape_of(x)}, mean {shape_of(mean)} and covariance or scale_tril "
            f"{shape_of(spread)}{users_line()}; they have to end in (d), (d) and (d, d), with d ≥ 1"
        )
    factor = _positive(np.tril(spread)) if covariance is None else _factor((spread + turned(spread)) / 2)
    z = _whitened(x - mean, factor)
    log_volume = np.sum(np.log(_diagonal(factor)), axis=-1)
    logs: NDArray[Float] = -0.5 * np.vecdot(z, z) - (log_volume + 0.5 * d * _LOG_2PI)
    return logs


def _factor(covariance: Any) -> Any:
    """The Cholesky factor L. L²ᵢᵢ is the variance of i once those before it are known: rounding alone is refused."""
    try:
        l = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        l = None
    if l is None or np.any(_diagonal(plain(l)) ** 2 <= _rounding(plain(covariance))):
        raise np.linalg.LinAlgError(
            f"the covariance is not positive definite{users_line()}. Drop the directions without variance, or add a "
            f"small one to the diagonal; or parametrise by scale_tril, which stays positive definite."
        )
    return l


def _diagonal(x: Any) -> Any:
    return np.diagonal(x, axis1=-2, axis2=-1)


def _rounding(covariance: Any) -> Any:
    """What d roundings may make of a variance 0."""
    return covariance.shape[-1] * np.finfo(covariance.dtype).eps * _diagonal(covariance)


def _positive(l: Any) -> Any:
    require_all(_diagonal(plain(l)) > 0, "scale_tril needs a diagonal > 0")
    return l


def _whitened(error: Any, factor: Any) -> Any:
    """L⁻¹ (x − μ) for each point."""
    inverse = lower_inverse(factor)
    if len(shape_of(inverse)) == 2:
        return error @ inverse.T
    return (inverse @ error[..., None])[..., 0]

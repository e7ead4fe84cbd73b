"""Distributions on the whole line."""

import math
from typing import Any, Final

import numpy as np
from scipy import special, stats

from structgrad.rules.elementwise import nonzero
from structgrad.rules.exponential import logistic as expit
from structgrad.rules.scipy_special.densities import beta_density, gamma_density
from structgrad.rules.scipy_special.shapes import betainc_by_a, gammainc_by_a
from structgrad.scipy.stats.continuous import Continuous
from structgrad.scipy.stats.digits import half_step, log_excess
from structgrad.scipy.stats.standard import Standard

_MILLS, _SQRT_2PI = math.sqrt(2 / math.pi), np.sqrt(2 * np.pi)

norm: Final = Continuous(
    Standard(
        stats.norm,
        score={"x": lambda x: -x},
        lower=lambda x: _MILLS / special.erfcx(-x / math.sqrt(2)),
        upper=lambda x: _MILLS / special.erfcx(x / math.sqrt(2)),
        value={
            "pdf": lambda x: np.exp(-(x**2) / 2.0) / _SQRT_2PI,
            "logpdf": lambda x: -(x**2) / 2.0 - np.log(_SQRT_2PI),
            "cdf": special.ndtr,
            "sf": lambda x: special.ndtr(-x),
            "logcdf": special.log_ndtr,
            "logsf": lambda x: special.log_ndtr(-x),
            "ppf": special.ndtri,
            "isf": lambda q: -special.ndtri(q),
        },
    )
)


def _pull(x: Any, df: Any = 1.0) -> Any:
    """(1 + 1/ν) x / (1 + x²/ν), also where x² overflows or ν is infinite."""
    h = np.hypot(1.0, x / np.sqrt(df))
    return (1 + 1 / df) * x / h / h


cauchy: Final = Continuous(Standard(stats.cauchy, score={"x": lambda x: -_pull(x)}))


def _laplace_upper(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x > 0, 1.0, e / (2 - e))


laplace: Final = Continuous(
    Standard(
        stats.laplace,
        score={"x": lambda x: -np.sign(x)},
        lower=lambda x: _laplace_upper(-x),
        upper=_laplace_upper,
    )
)
logistic: Final = Continuous(
    Standard(
        stats.logistic,
        score={"x": lambda x: -np.tanh(x / 2)},
        lower=lambda x: expit(-x),
        upper=expit,
    )
)


def _gumbel_upper(x: Any) -> Any:
    """u / (exp(u) − 1) for u = exp(−x); 1 where u is 0."""
    u = np.exp(-x)
    return nonzero(u) / np.expm1(nonzero(u))


gumbel_r: Final = Continuous(
    Standard(
        stats.gumbel_r,
        score={"x": lambda x: np.expm1(-x)},
        lower=lambda x: np.exp(-x),
        upper=_gumbel_upper,
    )
)
gumbel_l: Final = Continuous(
    Standard(
        stats.gumbel_l,
        score={"x": lambda x: -np.expm1(x)},
        lower=lambda x: _gumbel_upper(-x),
        upper=np.exp,
    )
)


def _t_by_df(x: Any, df: Any) -> Any:
    """½ [ψ((ν + 1)/2) − ψ(ν/2) − 1/ν − log(1 + u) + (1 + 1/ν) u/(1 + u)] for u = x²/ν, of the order of 1/ν²."""
    u = np.square(x / np.sqrt(df))
    return (half_step(df / 2) - log_excess(u) + u / (1 + u) / df) / 2


def _t_below(x: Any, df: Any) -> Any:
    """Of 1 − F = ½ I(½ν, ½, r) with r = ν/(ν + x²), for x > 0; the two terms nearly cancel where ν is large."""
    d = df + x * x
    r, rest = df / d, x * x / d
    below = betainc_by_a(df / 2, 0.5, r, rest) / 2 + beta_density(df / 2, 0.5, r, rest) * rest / d
    return -np.sign(x) / 2 * below


t: Final = Continuous(
    Standard(
        stats.t,
        score={"x": lambda x, df: -_pull(x, df), "df": _t_by_df},
        below={"df": _t_below},
    )
)


def _gennorm_by_beta(x: Any, beta: Any) -> Any:
    r = nonzero(np.abs(x))
    return special.digamma(1 + 1 / beta) / beta**2 - (x != 0) * r**beta * np.log(r)


def _gennorm_below(x: Any, beta: Any) -> Any:
    """Of F = ½ + ½ sign(x) P(1/β, |x|ᵝ), with the regularized incomplete gamma function P."""
    size = nonzero(np.abs(x))
    r = size**beta
    by_size = gamma_density(1 / beta, r) * r * np.log(size)
    return np.sign(x) / 2 * (by_size - gammainc_by_a(1 / beta, r) / beta**2)


gennorm: Final = Continuous(
    Standard(
        stats.gennorm,
        score={
            "x": lambda x, beta: -beta * np.sign(x) * nonzero(np.abs(x)) ** (beta - 1),
            "beta": _gennorm_by_beta,
        },
        below={"beta": _gennorm_below},
    )
)

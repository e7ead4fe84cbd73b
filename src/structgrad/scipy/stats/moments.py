"""Means, variances and entropies that have a short closed form, of distributions at loc 0 and scale 1."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import special

Formula = Callable[..., Any]


class Moments(NamedTuple):
    """Functions of the shapes; None where the formula is long, or does not hold for all shapes."""

    mean: Formula | None = None
    var: Formula | None = None
    entropy: Formula | None = None


def _gamma_entropy(a: Any) -> Any:
    return a + special.gammaln(a) + (1 - a) * special.psi(a)


def _beta_entropy(a: Any, b: Any) -> Any:
    inner = (a - 1) * special.psi(a) + (b - 1) * special.psi(b) - (a + b - 2) * special.psi(a + b)
    return special.betaln(a, b) - inner


def _t_entropy(df: Any) -> Any:
    half = (df + 1) / 2
    return half * (special.psi(half) - special.psi(df / 2)) + np.log(df) / 2 + special.betaln(df / 2, 0.5)


def _vonmises_entropy(kappa: Any) -> Any:
    return np.log(2 * math.pi * special.i0e(kappa)) + kappa - kappa * special.i1e(kappa) / special.i0e(kappa)


def _xlogx(p: Any) -> Any:
    return -special.entr(p)


_EULER = float(np.euler_gamma)
_GUMBEL = math.pi**2 / 6, 1 + _EULER

MOMENTS = {
    "norm": Moments(lambda: 0.0, lambda: 1.0, lambda: math.log(2 * math.pi * math.e) / 2),
    "cauchy": Moments(entropy=lambda: math.log(4 * math.pi)),
    "laplace": Moments(lambda: 0.0, lambda: 2.0, lambda: 1 + math.log(2)),
    "logistic": Moments(lambda: 0.0, lambda: math.pi**2 / 3, lambda: 2.0),
    "gumbel_r": Moments(lambda: _EULER, lambda: _GUMBEL[0], lambda: _GUMBEL[1]),
    "gumbel_l": Moments(lambda: -_EULER, lambda: _GUMBEL[0], lambda: _GUMBEL[1]),
    "t": Moments(entropy=_t_entropy),
    "gennorm": Moments(
        lambda beta: 0.0,
        lambda beta: np.exp(special.gammaln(3 / beta) - special.gammaln(1 / beta)),
        lambda beta: 1 / beta - np.log(beta / 2) + special.gammaln(1 / beta),
    ),
    "expon": Moments(lambda: 1.0, lambda: 1.0, lambda: 1.0),
    "gamma": Moments(lambda a: a, lambda a: a, _gamma_entropy),
    "chi2": Moments(lambda df: df, lambda df: 2 * df, lambda df: math.log(2) + _gamma_entropy(df / 2)),
    "pareto": Moments(entropy=lambda b: 1 + 1 / b - np.log(b)),
    "uniform": Moments(lambda: 0.5, lambda: 1 / 12, lambda: 0.0),
    "beta": Moments(
        lambda a, b: a / (a + b),
        lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)),
        _beta_entropy,
    ),
    "vonmises": Moments(entropy=_vonmises_entropy),
    "wrapcauchy": Moments(entropy=lambda c: np.log(2 * math.pi * (1 - c * c))),
    "bernoulli": Moments(lambda p: p, lambda p: p * (1 - p), lambda p: -_xlogx(p) - _xlogx(1 - p)),
    "binom": Moments(lambda n, p: n * p, lambda n, p: n * p * (1 - p)),
    "geom": Moments(
        lambda p: 1 / p,
        lambda p: (1 - p) / p**2,
        lambda p: -(_xlogx(p) + _xlogx(1 - p)) / p,
    ),
    "nbinom": Moments(lambda n, p: n * (1 - p) / p, lambda n, p: n * (1 - p) / p**2),
    "poisson": Moments(lambda mu: mu, lambda mu: mu),
    "betabinom": Moments(
        lambda n, a, b: n * a / (a + b),
        lambda n, a, b: n * a * b * (a + b + n) / ((a + b) ** 2 * (a + b + 1)),
    ),
}

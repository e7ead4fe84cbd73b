"""The densities of the gamma, beta and t distributions, with all digits also for large parameters.

x^a exp(−x) / Γ(a) by its logarithm would lose the digits of a log a. Here the powers go into the deviance, which is
small wherever the density is not: Loader, Fast and accurate computation of binomial probabilities, 2000.
"""

import math
from typing import Any

import numpy as np

from structgrad.rules.scipy_special.gammas import BERNOULLI
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import SQRT_2PI, parted


def _excess(u: Any, ratio: Any) -> Any:
    """u − log(1 + u): by log(1 + u) = 2 artanh(u / (2 + u)) where the two are near each other. ratio: 1 + u."""
    near = np.absolute(u) < 0.2
    return np.where(near, _excess_near(np.where(near, u, 0.0)), u - np.log(np.where(near, 1.0, ratio)))


def _excess_near(u: Any) -> Any:
    v = u / (2 + u)
    s: Any = 0.0
    for k in range(19, 1, -2):
        s = s * (v * v) + 1 / k
    return v * (u - 2 * v * v * s)


def gamma_star(a: Any) -> Any:
    """Γ(a) over Stirling's √2π a^(a − ½) exp(−a), which goes to 1 (Temme, Special functions, 1996, section 3.6)."""
    return parted(
        a < 10,
        a,
        lambda s: special.gamma(s) * np.exp(s) * np.power(s, 0.5 - s) / SQRT_2PI,
        lambda s: np.exp(_stirling(s)),
        (1.0, 10.0),
    )


def _stirling(a: Any) -> Any:
    s: Any = 0.0
    for k, b in reversed(list(enumerate(BERNOULLI[:8], start=1))):
        s = s / (a * a) + b / (2 * k * (2 * k - 1))
    return s / a


def gamma_density(a: Any, x: Any) -> Any:
    """x^(a − 1) exp(−x) / Γ(a), the slope of gammainc."""
    edge = x == 0
    t = np.where(edge, a, x)
    inside = np.sqrt(a) * np.exp(-a * _excess((t - a) / a, t / a)) / (SQRT_2PI * gamma_star(a) * t)
    at, p = np.where(edge, x, 1.0), np.where(edge, a, 1.0)
    return np.where(edge, np.power(at, p - 1) * np.exp(-at) * special.rgamma(p), inside)


def beta_density(a: Any, b: Any, x: Any, rest: Any) -> Any:
    """x^(a − 1) (1 − x)^(b − 1) / B(a, b), the slope of betainc. rest: 1 − x, as exact as it is known."""
    n = a + b
    edge = (x == 0) | (rest == 0)
    t, s = np.where(edge, 0.5, x), np.where(edge, 0.5, rest)
    d = t * b - s * a
    deviance = a * _excess(d / a, t * (n / a)) + b * _excess(-d / b, s * (n / b))
    root = np.sqrt(a) * np.sqrt(b) / np.sqrt(n)
    inside = root * gamma_star(n) / (gamma_star(a) * gamma_star(b)) * np.exp(-deviance) / (SQRT_2PI * t * s)
    t, s = np.where(edge, x, 0.5), np.where(edge, rest, 0.5)
    p, q = np.where(edge, a, 1.0), np.where(edge, b, 1.0)
    return np.where(edge, np.power(t, p - 1) * np.power(s, q - 1) / special.beta(p, q), inside)


def t_density(df: Any, t: Any) -> Any:
    """The density of Student's t; the normal one for infinitely many degrees of freedom."""
    b = np.where(np.isinf(df), 1.0, 0.5 * df)
    ratio = np.exp(b * np.log1p(0.5 / b) - 0.5) * gamma_star(b + 0.5) / gamma_star(b)
    student = ratio * np.exp(-(b + 0.5) * np.log1p(t * t / (2 * b)))
    return np.where(np.isinf(df), np.exp(-0.5 * t * t), student) / math.sqrt(2 * math.pi)

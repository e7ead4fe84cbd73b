"""The noncentral χ² and F distributions, by the argument and the noncentrality; the distributions of Kolmogorov."""

import math
from typing import Any

import numpy as np

from structgrad.rules.scipy_special.densities import beta_density
from structgrad.rules.scipy_special.gamma_distributions import chi_density
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import SQRT_2PI, parted
from structgrad.tape.rule import refuse, rule


def _chi(x: Any, df: Any, nc: Any) -> Any:
    """The density of noncentral χ² (Johnson, Kotz and Balakrishnan, chapter 29): with I scaled, unless nc is near 0.

    Its slope by nc is that of the distribution function with two degrees of freedom more, and a minus.
    """
    small = x * nc < 1
    order = 0.5 * df - 1
    near = chi_density(df, x) * np.exp(-0.5 * nc) * special.hyp0f1(0.5 * df, np.where(small, 0.25 * x * nc, 0.0))
    r, s = np.sqrt(np.where(small, 1.0, x)), np.sqrt(np.where(small, 1.0, nc))
    far = 0.5 * np.exp(-0.5 * (r - s) * (r - s)) * np.power(r / s, order) * special.ive(order, r * s)
    return np.where(small, near, far)


rule(
    special.chndtr,
    params="x df nc",
    x=lambda g, x, df, nc: g * _chi(x, df, nc),
    nc=lambda g, x, df, nc: -g * _chi(x, df + 2, nc),
)
rule(
    special.chndtrix,
    params="p df nc",
    p=lambda g, df, nc, y: g / _chi(y, df, nc),
    nc=lambda g, df, nc, y: g * _chi(y, df + 2, nc) / _chi(y, df, nc),
)
rule(
    special.chndtrinc,
    params="x df p",
    x=lambda g, x, df, y: g * _chi(x, df, y) / _chi(x, df + 2, y),
    p=lambda g, x, df, y: -g / _chi(x, df + 2, y),
)


def _f(dfn: Any, dfd: Any, nc: Any, f: Any) -> Any:
    """The density of noncentral F: the sum over Poisson's weights is a confluent hypergeometric function."""
    a, b, d = 0.5 * dfn, 0.5 * dfd, dfd + dfn * f
    u, rest = dfn * f / d, dfd / d
    series = np.exp(-0.5 * nc) * special.hyp1f1(a + b, a, 0.5 * nc * u)
    return series * beta_density(a, b, u, rest) * (dfn / d) * rest


def _f_by_nc(dfn: Any, dfd: Any, nc: Any, f: Any) -> Any:
    """The slope by nc: each term of that sum is a difference of two neighbours, which is a density."""
    a, b, d = 0.5 * dfn, 0.5 * dfd, dfd + dfn * f
    u, rest = dfn * f / d, dfd / d
    series = np.exp(-0.5 * nc) * special.hyp1f1(a + b, a + 1, 0.5 * nc * u)
    return -0.5 / a * series * beta_density(a, b, u, rest) * u * rest


rule(
    special.ncfdtr,
    params="dfn dfd nc f",
    nc=lambda g, dfn, dfd, nc, f: g * _f_by_nc(dfn, dfd, nc, f),
    f=lambda g, dfn, dfd, nc, f: g * _f(dfn, dfd, nc, f),
)
rule(
    special.ncfdtri,
    params="dfn dfd nc p",
    nc=lambda g, dfn, dfd, nc, y: -g * _f_by_nc(dfn, dfd, nc, y) / _f(dfn, dfd, nc, y),
    p=lambda g, dfn, dfd, nc, y: g / _f(dfn, dfd, nc, y),
)
rule(
    special.ncfdtrinc,
    params="dfn dfd p f",
    p=lambda g, dfn, dfd, f, y: g / _f_by_nc(dfn, dfd, y, f),
    f=lambda g, dfn, dfd, f, y: -g * _f(dfn, dfd, y, f) / _f_by_nc(dfn, dfd, y, f),
)


def _kolmogorov(x: Any) -> Any:
    """The slope of Kolmogorov's distribution: of Σ 2(−1)^(k−1) exp(−2k²x²), or by theta's other series for small x."""
    return parted(x < 1, x, _kolmogorov_small, _kolmogorov_large, (0.5, 2.0))


def _kolmogorov_large(x: Any) -> Any:
    total: Any = 0.0
    for k in range(1, 6):
        total = total + (-1) ** k * 8 * k * k * x * np.exp(-2 * k * k * x * x)
    return total


def _kolmogorov_small(x: Any) -> Any:
    x = np.maximum(x, 0.02)  # where all is 0, in place of 0 / 0
    total: Any = 0.0
    for k in (1, 3, 5, 7):
        c = (k * math.pi) ** 2 / 8 / (x * x)
        total = total + np.exp(-c) * (1 - 2 * c)
    return SQRT_2PI * total / (x * x)


rule(special.kolmogorov, x=lambda g, x: g * _kolmogorov(x))
rule(special.kolmogi, p=lambda g, y: g / _kolmogorov(y))
# The finite sums of Smirnov's distribution; SciPy has their slope, n is whole.
_smirnovp = special._ufuncs._smirnovp
rule(special.smirnov, params="n d", d=lambda g, n, d: g * _smirnovp(n, d))
rule(special.smirnovi, params="n p", p=lambda g, n, y: g / _smirnovp(n, y))
refuse(_smirnovp, "Smirnov's distribution has no second derivative here. Write its sum in NumPy if you need one.")

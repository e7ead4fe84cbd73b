"""Distribution functions made of the incomplete beta function: binomial, negative binomial, F and t, and inverses.

Counts are rounded down by SciPy: by k these are staircases, and n has no derivative. Only the inverses by a count are
continuous in it.
"""

from typing import Any

import numpy as np

from structgrad.rules.scipy_special.densities import beta_density, t_density
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.shapes import betainc_by_a
from structgrad.tape.rule import rule

# At most k of n: I(n − k, k + 1, 1 − p).


def _binomial(k: Any, n: Any, p: Any) -> Any:
    """Minus the slope by p: 0 where k is so small or so large that the sum is empty or full."""
    some = (k >= 0) & (k < n)
    k, n = np.where(some, k // 1, 0), np.where(some, n, 1)
    return beta_density(n - k, k + 1, 1 - p, p) * some


def _binomial_by_k(k: Any, n: Any, p: Any) -> Any:
    """−∂I/∂a + ∂I/∂b, both negative as they stand."""
    return -betainc_by_a(n - k, k + 1, 1 - p, p) - betainc_by_a(k + 1, n - k, p, 1 - p)


def _binomial_by_n(k: Any, n: Any, p: Any) -> Any:
    return betainc_by_a(n - k, k + 1, 1 - p, p)


rule(special.bdtr, params="k n p", flat_in="k", p=lambda g, k, n, p: -g * _binomial(k, n, p))
rule(special.bdtrc, params="k n p", flat_in="k", p=lambda g, k, n, p: g * _binomial(k, n, p))
rule(special.bdtri, params="k n p", flat_in="k", p=lambda g, k, n, y: -g / _binomial(k, n, y))
rule(
    special.bdtrik,
    q=lambda g, n, p, y: g / _binomial_by_k(y, n, p),
    n=lambda g, n, p, y: -g * _binomial_by_n(y, n, p) / _binomial_by_k(y, n, p),
    p=lambda g, n, p, y: g * beta_density(n - y, y + 1, 1 - p, p) / _binomial_by_k(y, n, p),
)
rule(
    special.bdtrin,
    k=lambda g, k, p, y: -g * _binomial_by_k(k, y, p) / _binomial_by_n(k, y, p),
    q=lambda g, k, p, y: g / _binomial_by_n(k, y, p),
    p=lambda g, k, p, y: g * beta_density(y - k, k + 1, 1 - p, p) / _binomial_by_n(k, y, p),
)

# At most k failures before n successes: I(n, k + 1, p).


def _negative(k: Any, n: Any, p: Any) -> Any:
    return beta_density(n, k + 1, p, 1 - p)


def _negative_by_k(k: Any, n: Any, p: Any) -> Any:
    return -betainc_by_a(k + 1, n, 1 - p, p)


def _negative_by_n(k: Any, n: Any, p: Any) -> Any:
    return betainc_by_a(n, k + 1, p, 1 - p)


rule(special.nbdtr, params="k n p", p=lambda g, k, n, p: g * _negative(k // 1, n // 1, p))
rule(special.nbdtrc, params="k n p", p=lambda g, k, n, p: -g * _negative(k // 1, n // 1, p))
rule(special.nbdtri, params="k n p", p=lambda g, k, n, y: g / _negative(k // 1, n // 1, y))
rule(
    special.nbdtrik,
    q=lambda g, n, p, y: g / _negative_by_k(y, n, p),
    n=lambda g, n, p, y: -g * _negative_by_n(y, n, p) / _negative_by_k(y, n, p),
    p=lambda g, n, p, y: -g * _negative(y, n, p) / _negative_by_k(y, n, p),
)
rule(
    special.nbdtrin,
    k=lambda g, k, p, y: -g * _negative_by_k(k, y, p) / _negative_by_n(k, y, p),
    q=lambda g, k, p, y: g / _negative_by_n(k, y, p),
    p=lambda g, k, p, y: -g * _negative(k, y, p) / _negative_by_n(k, y, p),
)

# Fisher's F with m and n degrees of freedom: I(m/2, n/2, mx / (n + mx)).


def _bump(a: Any, b: Any, u: Any, rest: Any) -> Any:
    """u^a (1 − u)^b / B(a, b), which is 0 at both ends: by the density of the shapes a + 1 and b + 1."""
    return beta_density(a + 1, b + 1, u, rest) * (a / (a + b)) * (b / (a + b + 1))


def _f_by_x(m: Any, n: Any, x: Any) -> Any:
    d = n + m * x
    return beta_density(0.5 * m, 0.5 * n, m * x / d, n / d) * (m / d) * (n / d)


def _f_by_m(m: Any, n: Any, x: Any) -> Any:
    d = n + m * x
    u, rest = m * x / d, n / d
    return 0.5 * betainc_by_a(0.5 * m, 0.5 * n, u, rest) + _bump(0.5 * m, 0.5 * n, u, rest) / m


def _f_by_n(m: Any, n: Any, x: Any) -> Any:
    d = n + m * x
    u, rest = m * x / d, n / d
    return -0.5 * betainc_by_a(0.5 * n, 0.5 * m, rest, u) - _bump(0.5 * m, 0.5 * n, u, rest) / n


rule(
    special.fdtr,
    dfn=lambda g, dfn, dfd, x: g * _f_by_m(dfn, dfd, x),
    dfd=lambda g, dfn, dfd, x: g * _f_by_n(dfn, dfd, x),
    x=lambda g, dfn, dfd, x: g * _f_by_x(dfn, dfd, x),
)
rule(
    special.fdtrc,
    dfn=lambda g, dfn, dfd, x: -g * _f_by_m(dfn, dfd, x),
    dfd=lambda g, dfn, dfd, x: -g * _f_by_n(dfn, dfd, x),
    x=lambda g, dfn, dfd, x: -g * _f_by_x(dfn, dfd, x),
)
rule(
    special.fdtri,
    dfn=lambda g, dfn, dfd, y: -g * _f_by_m(dfn, dfd, y) / _f_by_x(dfn, dfd, y),
    dfd=lambda g, dfn, dfd, y: -g * _f_by_n(dfn, dfd, y) / _f_by_x(dfn, dfd, y),
    p=lambda g, dfn, dfd, y: g / _f_by_x(dfn, dfd, y),
)
rule(
    special.fdtridfd,
    dfn=lambda g, dfn, x, y: -g * _f_by_m(dfn, y, x) / _f_by_n(dfn, y, x),
    p=lambda g, dfn, x, y: g / _f_by_n(dfn, y, x),
    x=lambda g, dfn, x, y: -g * _f_by_x(dfn, y, x) / _f_by_n(dfn, y, x),
)

# Student's t: one half, and half of an F with 1 and df degrees of freedom on the side of t.


def _t_by_df(df: Any, t: Any) -> Any:
    return 0.5 * np.sign(t) * _f_by_n(1.0, df, t * t)


rule(
    special.stdtr,
    df=lambda g, df, t: g * _t_by_df(df, t),
    t=lambda g, df, t: g * t_density(df, t),
)
rule(
    special.stdtrit,
    df=lambda g, df, y: -g * _t_by_df(df, y) / t_density(df, y),
    p=lambda g, df, y: g / t_density(df, y),
)
rule(
    special.stdtridf,
    p=lambda g, t, y: g / _t_by_df(y, t),
    t=lambda g, t, y: -g * t_density(y, t) / _t_by_df(y, t),
)

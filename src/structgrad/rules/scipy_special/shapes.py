"""How the incomplete gamma and beta integrals change with their shapes, a and b.

∂P(a, x)/∂a is the integral of (log t − ψ(a)) times the density over 0 < t < x, or minus that over t > x. Taken on the
side of x where the logarithm has one sign, nothing cancels. The variable is s, the distance of log t (of logit t) from
that of x: in it the density is log-concave, so that all of the integral lies before the s where it has fallen to e⁻⁴⁰,
and the one bend inside, where log t is 0, has the width 1. So the rule of Gauss and Legendre holds, over asinh of the
distance from that bend.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.rules.scipy_special.densities import beta_density, gamma_density
from structgrad.rules.scipy_special.gammas import digamma_gap
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import summed
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(100)


def _half_line(factor: Callable[[Any], Any], exponent: Callable[[Any], Any], width: Any, bend: Any) -> Any:
    """The integral of factor(s) · exp(exponent(s)) over s > 0, where the exponent is concave.

    width: where it has fallen by about 1, to some powers of ten. bend: the s where it turns.
    """
    end, step = width, 1e4
    while step > 1.1:
        end = np.where(exponent(end) > -40, end * step, end / step)
        step **= 0.5
    end = end * (step * step)
    centre = np.clip(bend, 0, end)
    low, high = -np.arcsinh(centre), np.arcsinh(end - centre)
    middle, half = 0.5 * (high + low), 0.5 * (high - low)

    def term(i: Any) -> Any:
        u = middle + _NODES[i] * half
        s = centre + np.sinh(u)
        return _WEIGHTS[i] * np.cosh(u) * factor(s) * np.exp(exponent(s))

    return half * summed(term, 100, half)


@primitive
def gammainc_by_a(a: Any, x: Any) -> Any:
    """∂P(a, x)/∂a."""
    t = np.where(x > 0, x, 1.0)
    gap = np.log(t) - special.psi(a)
    side = np.where(gap > 0, 1.0, -1.0)

    def exponent(s: Any) -> Any:
        return a * side * s - t * np.expm1(side * s)

    with np.errstate(all="ignore"):
        width = 1 / (np.absolute(a - t) + np.sqrt(t))
        mean = _half_line(lambda s: np.absolute(gap) + s, exponent, width, -side * np.log(t))
        return np.where(x > 0, -mean * t * gamma_density(a, t), 0.0)


@primitive
def betainc_by_a(a: Any, b: Any, x: Any, rest: Any) -> Any:
    """∂I(a, b, x)/∂a. rest: 1 − x."""
    inner = (x > 0) & (rest > 0)
    t, r = np.where(inner, x, 0.5), np.where(inner, rest, 0.5)
    gap = _log(t, r) + digamma_gap(a, b)
    side = np.where(gap > 0, 1.0, -1.0)

    def factor(s: Any) -> Any:
        return np.absolute(gap) + np.absolute(_log_ratio(r, t, -side * s))

    def exponent(s: Any) -> Any:
        return a * _log_ratio(r, t, -side * s) + b * _log_ratio(t, r, side * s)

    with np.errstate(all="ignore"):
        width = 1 / (np.absolute(a * r - b * t) + np.sqrt((a + b) * t * r))
        mean = _half_line(factor, exponent, width, side * (_log(r, t) - _log(t, r)))
        return np.where(inner, -mean * t * r * beta_density(a, b, t, r), 0.0)


def _log(x: Any, rest: Any) -> Any:
    """The logarithm of x, which is 1 − rest."""
    return np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), np.log(x))


def _log_ratio(x: Any, rest: Any, s: Any) -> Any:
    """−log(rest + x exp(s)), where x + rest = 1."""
    return -np.where(np.absolute(s) < 1, np.log1p(x * np.expm1(s)), np.logaddexp(_log(rest, x), _log(x, rest) + s))


# No derivative by a and b again. That by x is exact: the integrand at the end of the integral.
rule(
    gammainc_by_a,
    params="a x",
    elementwise=True,
    x=lambda g, a, x: g * gamma_density(a, x) * (np.log(x) - special.psi(a)),
)
rule(
    betainc_by_a,
    params="a b x rest",
    elementwise=True,
    flat_in="rest",
    x=lambda g, a, b, x, rest: g * beta_density(a, b, x, rest) * (_log(x, rest) + digamma_gap(a, b)),
)

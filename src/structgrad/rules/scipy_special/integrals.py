"""Functions that are integrals, whose slope is the integrand: Ei, Si, Fresnel's, Spence's, and those of Bessel's."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.error_functions import slope_of_erfcx
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import parted, sinch, weighed
from structgrad.tape.rule import rule

holomorphic(special.expi, x=lambda g, x: g * np.exp(x) / x)
holomorphic(special.exp1, z=lambda g, z: -g * np.exp(-z) / z)


def _expn(n: Any, x: Any) -> Any:
    """−E₍ₙ₋₁₎; E₀ is exp(−x) / x."""
    low = n == 0
    t = np.where(low, x, 1.0)
    return np.where(low, np.exp(-t) * (1 + t) / (t * t), special.expn(n - np.logical_not(low), x))


rule(special.expn, params="n x", x=lambda g, n, x: -g * _expn(n, x))


def _spence(z: Any) -> Any:
    """log z / (1 − z), by the series of log(1 + u) / u near 1."""
    u = z - 1
    return parted(np.absolute(u) < 0.125, u, _log1p_over, lambda w: -np.log1p(w) / w, (0.0, 1.0))


def _log1p_over(u: Any) -> Any:
    s: Any = 0.0
    for k in range(20, 0, -1):
        s = s * -u - 1 / k
    return s


holomorphic(special.spence, z=lambda g, z: g * _spence(z))


def _over(a: Any, x: Any) -> Any:
    """a / x, and infinity at 0 for the one output that is infinite there: the other may be what is used."""
    return np.where(x == 0, np.inf, a / np.where(x == 0, 1.0, x))


holomorphic(special.sici, x=lambda g, x: weighed(g, np.sinc(x / math.pi), _over(np.cos(x), x)))
holomorphic(special.shichi, x=lambda g, x: weighed(g, sinch(x), _over(np.cosh(x), x)))
holomorphic(
    special.fresnel,
    z=lambda g, z: weighed(g, np.sin(math.pi / 2 * z * z), np.cos(math.pi / 2 * z * z)),
)


# The integrals of exp(±it²) from x on, and these freed of their phase, which are erfcx(s) / 2 at s = exp(∓iπ/4) x.
def _modfresnel(g: Any, y: Any, x: Any, sign: float) -> Any:
    turn = complex(math.sqrt(0.5), -sign * math.sqrt(0.5))
    return weighed(g, -np.exp(sign * 1j * x * x), 0.5 * turn * slope_of_erfcx(turn * x, 2 * y[1]))


holomorphic(special.modfresnelp, x=lambda g, y, x: _modfresnel(g, y, x, 1.0))
holomorphic(special.modfresnelm, x=lambda g, y, x: _modfresnel(g, y, x, -1.0))


def _j0_gap(x: Any) -> Any:
    """(1 − J₀(x)) / x, whose numerator cancels near 0."""
    return parted(np.absolute(x) < 1, x, lambda s: _series(s, -1.0), lambda s: (1 - special.j0(s)) / s, (0.0, 2.0))


def _i0_gap(x: Any) -> Any:
    """(I₀(x) − 1) / x."""
    return parted(np.absolute(x) < 1, x, lambda s: _series(s, 1.0), lambda s: (special.i0(s) - 1) / s, (0.0, 2.0))


def _series(x: Any, sign: float) -> Any:
    """Σ sign^(k − 1) (x/2)^(2k) / k!² / x from k = 1."""
    t, s = 0.25 * sign * x * x, 0.0
    for k in range(12, 1, -1):
        s = (1 + s) * t / (k * k)
    return 0.25 * x * (1 + s)


rule(special.itj0y0, x=lambda g, x: weighed(g, special.j0(x), special.y0(x)))
rule(special.iti0k0, x=lambda g, x: weighed(g, special.i0(x), special.k0(x)))
rule(special.it2j0y0, x=lambda g, x: weighed(g, _j0_gap(x), -_over(special.y0(x), x)))
rule(special.it2i0k0, x=lambda g, x: weighed(g, _i0_gap(x), -_over(special.k0(x), x)))
rule(special.itstruve0, x=lambda g, x: g * special.struve(0, x))
rule(special.itmodstruve0, x=lambda g, x: g * special.modstruve(0, x))


def _struve_over(x: Any) -> Any:
    """H₀(x) / x."""
    return parted(np.absolute(x) < 1, x, _struve_series, lambda s: special.struve(0, s) / s, (0.0, 2.0))


def _struve_series(x: Any) -> Any:
    """2/π · Σ (−1)^k x^(2k) / (2k + 1)!!² (Abramowitz and Stegun, 12.1.4)."""
    s: Any = 0.0
    for k in range(12, 0, -1):
        s = -(1 + s) * x * x / (2 * k + 1) ** 2
    return 2 / math.pi * (1 + s)


rule(special.it2struve0, x=lambda g, x: -g * _struve_over(x))


def _itairy(g: Any, x: Any) -> Any:
    """The integrals of Ai and Bi from 0 to x, and of these at −t."""
    right, left = special.airy(x), special.airy(-x)
    return weighed(g, right[0], right[2], left[0], left[2])


rule(special.itairy, x=_itairy)

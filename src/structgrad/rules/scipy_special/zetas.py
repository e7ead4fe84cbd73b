"""The zeta functions of Riemann and Hurwitz, by either argument."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import is_complex
from structgrad.rules.scipy_special.gammas import BERNOULLI
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule


def _hurwitz(s: Any, q: Any) -> Any:
    """∂ζ(s, q)/∂s by the formula of Euler and Maclaurin, each of its terms differentiated by s.

    Source: Johansson, Rigorous high-precision computation of the Hurwitz zeta function, 2015, section 2.
    """
    n = 12 + int(np.max(np.ceil(np.absolute(np.imag(s))), initial=0)) if is_complex(s) else 12
    total: Any = 0.0
    for k in range(n):
        total = total - np.log(q + k) * np.power(q + k, -s)
    v = q + n
    log, power = np.log(v), np.power(v, -s)
    total = total - power * (v * (log / (s - 1) + 1 / ((s - 1) * (s - 1))) + log / 2)
    rising, slope = s, 1.0  # the product s (s + 1) … that belongs to the term, and its derivative
    for k, b in enumerate(BERNOULLI, start=1):
        power = power / v if k == 1 else power / (v * v)
        total = total + b / math.factorial(2 * k) * power * (slope - log * rising)
        for i in (2 * k - 1, 2 * k):
            rising, slope = rising * (s + i), slope * (s + i) + rising
    return total


def _riemann(s: Any) -> Any:
    """ζ′(s), on the left by ζ(s) = 2 (2π)^(s − 1) sin(πs/2) Γ(1 − s) ζ(1 − s)."""
    left = np.real(s) < -1
    right = _hurwitz(np.where(left, 1 - s, s), 1.0)
    t = np.where(left, s, -2.5)
    sine, cosine = np.sin(math.pi / 2 * t), np.cos(math.pi / 2 * t)
    zeta = special.zeta(1 - t)
    reflected = sine * (zeta * (math.log(2 * math.pi) - special.psi(1 - t)) - right) + math.pi / 2 * cosine * zeta
    return np.where(left, 2 * np.power(2 * math.pi, t - 1) * special.gamma(1 - t) * reflected, right)


def _by_q(g: Any, x: Any, q: Any) -> Any:
    """−x ζ(x + 1, q)."""
    return -g * x * _zeta(x + 1, q)


# scipy.special.zeta is a function in front of these two.
_zeta, _riemann_zeta = special._ufuncs._zeta, special._ufuncs._riemann_zeta
rule(_zeta, holomorphic=True, x=lambda g, x, q: g * _hurwitz(x, q), q=_by_q)
rule(_riemann_zeta, holomorphic=True, x=lambda g, x: g * _riemann(x))
rule(special.zetac, x=lambda g, x: g * _riemann(x))

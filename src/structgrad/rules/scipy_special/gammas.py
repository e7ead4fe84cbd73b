"""The gamma function, its logarithm, reciprocal and digamma, and what is made of gamma functions: beta, poch, binom."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic, is_complex
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import cospi, parted, sinpi
from structgrad.tape.rule import flat, rule

# B₂ₖ, the Bernoulli numbers (Abramowitz and Stegun, table 23.2).
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
_SHIFT = 12  # from here on the asymptotic series have all digits


def _reflected(w: Any) -> Any:
    """Γ(1 − w) d/dw (1/Γ(w)) / Γ(1 − w)², smooth where digamma(w) has its poles: cos πw − ψ(1 − w) sin πw / π."""
    return cospi(w) - special.psi(1 - w) * sinpi(w) / math.pi


def slope_of_rgamma(x: Any) -> Any:
    """The slope of 1/Γ, by 1/Γ(x) = Γ(1 − x) sin(πx) / π on the left, where ψ has poles."""
    return parted(
        np.real(x) < 0.5,
        x,
        lambda s: special.gamma(1 - s) * _reflected(s),
        lambda s: -special.psi(s) * special.rgamma(s),
        (0.0, 1.0),
    )


def _trigamma(x: Any) -> Any:
    """The slope of ψ: ζ(2, x), which SciPy has for real x."""
    if not is_complex(x):
        return special.zeta(2, x)
    left = np.real(x) < 0.5
    s = _trigamma_right(np.where(left, 1 - x, x))
    return np.where(left, _cosecant(np.where(left, x, 0.5)) - s, s)


def _trigamma_right(z: Any) -> Any:
    """ψ′ in the right half-plane: the recurrence, then the asymptotic series (Abramowitz and Stegun, 6.4.12)."""
    near: Any = 0.0
    for k in range(_SHIFT):
        near = near + 1 / ((z + k) * (z + k))
    v = 1 / (z + _SHIFT)
    s: Any = 0.0
    for b in reversed(BERNOULLI):
        s = (s + b) * v * v
    return near + v * (1 + v / 2 + s)


def _cosecant(z: Any) -> Any:
    """(π / sin πz)² for complex z, whose sine overflows far from the real line."""
    up = np.where(np.imag(z) < 0, -1.0, 1.0)
    z = 2j * math.pi * up * (z - np.rint(np.real(z)))
    d = np.expm1(z)
    return -4 * math.pi**2 * np.exp(z) / (d * d)


def digamma_gap(a: Any, m: Any) -> Any:
    """ψ(a + m) − ψ(a), with all digits also where m is small beside a.

    For positive a and a + m by the recurrence and the asymptotic series, each difference of two terms written as
    one; where both are negative, by reflection.
    """
    b = a + m
    right, left = (a > 0) & (b > 0), (a <= 0) & (b <= 0)
    gap = _gap_right(np.where(right, a, np.where(left, 1 - a, 1.0)), np.where(right, m, np.where(left, -m, 0.0)))
    if np.all(right):
        return gap
    rest = np.logical_not(right | left)
    turn = left & (np.rint(m) != m)  # cot has the period 1
    at, to = np.where(turn, a, 0.5), np.where(turn, b, 0.5)
    gap = gap - math.pi * (cospi(to) / sinpi(to) - cospi(at) / sinpi(at))
    return np.where(rest, special.psi(np.where(rest, b, 1.0)) - special.psi(np.where(rest, a, 1.0)), gap)


def _gap_right(a: Any, m: Any) -> Any:
    near: Any = 0.0
    for k in range(_SHIFT):
        near = near + m / ((a + k) * (a + k + m))
    a = a + _SHIFT
    log = np.log1p(m / a)
    s: Any = 0.0
    for k, b in reversed(list(enumerate(BERNOULLI[:8], start=1))):
        s = (s - b / (2 * k) * np.expm1(-2 * k * log)) / (a * a)
    return near + log + m / (2 * a * (a + m)) + s


def _beta_by(a: Any, b: Any, y: Any) -> Any:
    """y · (ψ(a) − ψ(a + b)); where a + b is a pole and y is 0, by the slope of 1/Γ(a + b)."""
    falling = a + b <= 0
    p, q = np.where(falling, a, 1.0), np.where(falling, b, 1.0)
    over = y * special.psi(p) + special.gamma(p) * special.gamma(q) * slope_of_rgamma(p + q)
    return np.where(falling, over, -y * digamma_gap(np.where(falling, 1.0, a), np.where(falling, 0.0, b)))


def _binom_falling(y: Any, n: Any, k: Any) -> Any:
    """y · ψ(n − k + 1), also where n − k + 1 is a pole of ψ and y is 0."""
    w = n - k + 1
    low = (w <= 0.5) & (n > -1)
    at = np.where(low, w, 0.5)
    pole = special.beta(np.where(low, n + 1, 1.0), np.where(low, k - n, 1.0)) * _reflected(at)
    return np.where(low, -pole, y * special.psi(np.where(low, 1.0, w)))


def binom_by_n(g: Any, n: Any, k: Any, y: Any) -> Any:
    """The pullback of the binomial coefficient y by n."""
    low = n - k + 1 <= 0.5
    gap = y * digamma_gap(np.where(low, 1.0, n - k + 1), np.where(low, 0.0, k))
    return g * np.where(low, y * special.psi(np.where(low, n + 1, 1.0)) - _binom_falling(y, n, k), gap)


def binom_by_k(g: Any, n: Any, k: Any, y: Any) -> Any:
    """The same by k."""
    low = n - k + 1 <= 0.5
    gap = y * digamma_gap(np.where(low, 1.0, k + 1), np.where(low, 0.0, n - 2 * k))
    return g * np.where(low, _binom_falling(y, n, k) - y * special.psi(np.where(low, k + 1, 1.0)), gap)


def poch_by_a(g: Any, a: Any, m: Any, y: Any) -> Any:
    """y · (ψ(a + m) − ψ(a)); where a is a pole and a + m is not, by the slope of 1/Γ(a)."""
    rising = (a <= 0) & (a + m > 0)
    at, to = np.where(rising, a, 0.0), np.where(rising, a + m, 1.0)
    over = y * special.psi(to) + special.gamma(to) * slope_of_rgamma(at)
    return g * np.where(rising, over, y * digamma_gap(np.where(rising, 1.0, a), np.where(rising, 0.0, m)))


holomorphic(special.gamma, x=lambda g, x, y: g * y * special.psi(x))
holomorphic(special.loggamma, z=lambda g, z: g * special.psi(z))
holomorphic(special.rgamma, z=lambda g, z: g * slope_of_rgamma(z))
holomorphic(special.psi, z=lambda g, z: g * _trigamma(z))
rule(special.gammaln, x=lambda g, x: g * special.psi(x))
flat(special.gammasgn)
rule(
    special.beta,
    a=lambda g, a, b, y: g * _beta_by(a, b, y),
    b=lambda g, a, b, y: g * _beta_by(b, a, y),
)
rule(
    special.betaln,
    a=lambda g, a, b: -g * digamma_gap(a, b),
    b=lambda g, a, b: -g * digamma_gap(b, a),
)
rule(special.poch, a=poch_by_a, m=lambda g, a, m, y: g * y * special.psi(a + m))
rule(special.binom, n=binom_by_n, k=binom_by_k)

"""A quotient and two differences that would lose their digits, or become NaN, as they stand."""

import math
from typing import Any

import numpy as np
from scipy import special

# log1p(u) − w = Σ wᵏ/k over k ≥ 2, for w = u / (1 + u). Enough terms for w < 1/9, and for derivatives of some orders.
_EXCESS = [1 / k for k in range(2, 22)]
# ψ(h + ½) − ψ(h) − 1/(2h) = Σ cₖ h⁻²ᵏ, from ψ(h + a) ~ log h − Σ (−1)ʲ Bⱼ(a) / (j hʲ) (the derivative of DLMF 5.11.8),
# where cₖ = (B₂ₖ − B₂ₖ(½)) / (2k); the odd terms beyond the first vanish. Good to rounding for h > 10.
_STEP = [1 / 8, -1 / 64, 1 / 128, -17 / 2048, 31 / 2048, -691 / 16384, 5461 / 32768, -929569 / 1048576]


def ratio(n: Any, x: Any) -> Any:
    """n / x, 0 where both are 0: the slope of n log x, which is 0 for n = 0."""
    return n / (x + ((x == 0) & (n == 0)))


def log_excess(u: Any) -> Any:
    """log(1 + u) − u / (1 + u) for u ≥ 0, about u²/2 where u is small."""
    near = u < 0.125
    w = np.where(near, u, 0.0)
    w = w / (1 + w)
    far = np.where(near, 1.0, u)
    return np.where(near, w * w * _horner(_EXCESS, w), np.log1p(far) - far / (1 + far))


def half_step(h: Any) -> Any:
    """ψ(h + ½) − ψ(h) − 1/(2h), about 1/(8h²) where h is large; 0 for infinite h."""
    large = h > 10
    r = np.square(1 / np.where(large, h, math.inf))
    near = np.where(large, 1.0, h)
    direct = special.digamma(near + 0.5) - special.digamma(near) - 0.5 / near
    return np.where(large, r * _horner(_STEP, r), direct)


def _horner(coefficients: list[float], x: Any) -> Any:
    y = x * 0
    for c in reversed(coefficients):
        y = y * x + c
    return y

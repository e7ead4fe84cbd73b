"""Carlson's symmetric elliptic integrals.

All are integrals of Π (t + zᵢ)^(−aᵢ) over t > 0, and so is every derivative of theirs, with one exponent larger by 1:
DLMF, 19.16 and 19.18.
"""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic, is_complex
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import summed
from structgrad.tape.call import primitive

_POINTS = 500


@primitive
def symmetric(a: Any, b: Any, c: Any, d: Any, powers: tuple[float, float, float, float]) -> Any:
    """The integral of Π (t + zᵢ)^(−aᵢ) over t > 0, where zᵢ are a, b, c and d, and aᵢ the powers.

    In u = log t the trapezoidal rule converges exponentially, for the integrand is analytic as far as π − |arg zᵢ| from
    the real line. NaN where the step is too wide for that, infinity where the integral diverges at 0.
    """
    pairs = [(np.asarray(w), q) for w, q in zip((a, b, c, d), powers, strict=True) if q]
    with np.errstate(all="ignore"):
        at_0 = sum(np.where(w == 0, q, 0.0) for w, q in pairs)
        logs = [np.log(np.absolute(w)) for w, _ in pairs]
        low = np.minimum.reduce(np.broadcast_arrays(*[np.where(np.isfinite(v), v, np.inf) for v in logs]))
        high = np.maximum.reduce(np.broadcast_arrays(*logs))
        low, high = low - 40 / (1 - np.minimum(at_0, 0.5)), high + 40 / (sum(powers) - 1)
        step = (high - low) / _POINTS

        def term(i: Any) -> Any:
            t = np.exp(low + i * step)
            return t / math.prod(np.power(t + w, q) for w, q in pairs)

        total = summed(term, _POINTS, step)
        strip = math.pi - np.maximum.reduce(np.broadcast_arrays(*[np.absolute(np.angle(w)) for w, _ in pairs]))
        total = np.where(step < 2 * math.pi * strip / 33, total * step, np.nan)
    return np.where(at_0 < 1, total, np.inf)


def _grown(powers: tuple[float, ...], i: int) -> tuple[float, ...]:
    return (*powers[:i], powers[i] + 1, *powers[i + 1 :])


holomorphic(
    symmetric,
    params="a b c d powers",
    elementwise=True,
    a=lambda g, a, b, c, d, powers: -g * powers[0] * symmetric(a, b, c, d, _grown(powers, 0)),
    b=lambda g, a, b, c, d, powers: -g * powers[1] * symmetric(a, b, c, d, _grown(powers, 1)),
    c=lambda g, a, b, c, d, powers: -g * powers[2] * symmetric(a, b, c, d, _grown(powers, 2)),
    d=lambda g, a, b, c, d, powers: -g * powers[3] * symmetric(a, b, c, d, _grown(powers, 3)),
)


def _rc_by_x(x: Any, y: Any, rc: Any) -> Any:
    """−R_D(y, y, x) / 6; the quotient for negative y, where R_C is a principal value and nothing cancels."""
    if is_complex(y):
        return -special.elliprd(y, y, x) / 6
    negative = y < 0
    s = np.where(negative, 1.0, y)
    quotient = (rc - 1 / np.sqrt(x)) / (2 * (np.where(negative, y, -1.0) - np.where(negative, x, 1.0)))
    return np.where(negative, quotient, -special.elliprd(s, s, np.where(negative, 1.0, x)) / 6)


def _rc_by_y(x: Any, y: Any, rc: Any) -> Any:
    """−R_D(x, y, y) / 3; for negative y from the degree, −1/2, of R_C."""
    if is_complex(y):
        return -special.elliprd(x, y, y) / 3
    negative = y < 0
    s = np.where(negative, 1.0, y)
    rest = -(0.5 * rc + x * _rc_by_x(x, y, rc)) / np.where(negative, y, -1.0)
    return np.where(negative, rest, -special.elliprd(np.where(negative, 1.0, x), s, s) / 3)


def _rg(x: Any, y: Any, z: Any) -> Any:
    """∂R_G/∂x = (R_F − x R_D(y, z, x) / 3) / 4."""
    none = x == 0
    r = np.where(none, 0, x * special.elliprd(y, z, np.where(none, 1.0, x)))
    return 0.25 * (special.elliprf(x, y, z) - r / 3)


holomorphic(
    special.elliprc,
    a=lambda g, a, b, y: g * _rc_by_x(a, b, y),
    b=lambda g, a, b, y: g * _rc_by_y(a, b, y),
)
holomorphic(
    special.elliprf,
    a=lambda g, a, b, c: -g / 6 * special.elliprd(b, c, a),
    b=lambda g, a, b, c: -g / 6 * special.elliprd(a, c, b),
    c=lambda g, a, b, c: -g / 6 * special.elliprd(a, b, c),
)
holomorphic(
    special.elliprg,
    a=lambda g, a, b, c: g * _rg(a, b, c),
    b=lambda g, a, b, c: g * _rg(b, a, c),
    c=lambda g, a, b, c: g * _rg(c, a, b),
)
# R_D is 3/2 of the integral with the exponents 1/2, 1/2, 3/2, and R_J with 1/2, 1/2, 1/2, 1.
holomorphic(
    special.elliprd,
    a=lambda g, a, b, c: -0.75 * g * symmetric(a, b, c, 1.0, (1.5, 0.5, 1.5, 0.0)),
    b=lambda g, a, b, c: -0.75 * g * symmetric(a, b, c, 1.0, (0.5, 1.5, 1.5, 0.0)),
    c=lambda g, a, b, c: -2.25 * g * symmetric(a, b, c, 1.0, (0.5, 0.5, 2.5, 0.0)),
)
holomorphic(
    special.elliprj,
    a=lambda g, a, b, c, d: -0.75 * g * symmetric(a, b, c, d, (1.5, 0.5, 0.5, 1.0)),
    b=lambda g, a, b, c, d: -0.75 * g * symmetric(a, b, c, d, (0.5, 1.5, 0.5, 1.0)),
    c=lambda g, a, b, c, d: -0.75 * g * symmetric(a, b, c, d, (0.5, 0.5, 1.5, 1.0)),
    d=lambda g, a, b, c, d: -1.5 * g * symmetric(a, b, c, d, (0.5, 0.5, 0.5, 2.0)),
)

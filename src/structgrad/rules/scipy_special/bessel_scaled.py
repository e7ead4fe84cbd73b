"""Bessel functions freed of their exponential: i0e, ive, k0e, kve, and jve, yve.

For real x, ive and kve fall like 1/√x, and their slopes are differences of numbers near each other: far out these are
taken from the asymptotic series (Abramowitz and Stegun, 9.7.1 and 9.7.2) instead.
"""

from typing import Any

import numpy as np

from structgrad.rules.elementwise import conj, holomorphic, is_complex
from structgrad.rules.scipy_special.bessel import falling, rising
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule

_TERMS = 7


def _settled(v: Any, x: Any, sign: float, y: Any, near: Any) -> Any:
    """`near`, or from 200 (1 + v²) on the slope of y by the series of y = c x^(−½) Σ cₖ (sign / x)ᵏ."""
    if is_complex(x):
        return near
    far = np.absolute(x) > 200 * (1 + v * v)
    r = np.where(far, np.absolute(x), 1000.0)
    order = np.where(far, v, 0.0)
    c, value, slope = 1.0, 1.0, 0.5
    for k in range(1, _TERMS):
        c = c * sign * (4 * order * order - (2 * k - 1) ** 2) / (8 * k * r)
        value, slope = value + c, slope + (k + 0.5) * c
    return np.where(far, -y * slope / (value * np.where(far, x, 1000.0)), near)


def _damped(g: Any, y: Any, size: Any, along: Any) -> Any:
    """The part of a cotangent that comes through exp(−|Re w|), where w moves as z · along, and `size` is Re w."""
    return -np.real(conj(g) * y) * np.sign(size) * conj(along)


def _ive(g: Any, v: Any, z: Any, y: Any) -> Any:
    slope = rising(special.ive, v, z)
    if is_complex(z):
        return g * conj(slope) + _damped(g, y, np.real(z), 1.0)
    return g * _settled(v, z, -1.0, y, slope - np.sign(z) * y)


def _oscillating(f: Any) -> Any:
    def pull(g: Any, v: Any, z: Any, y: Any) -> Any:
        slope = falling(f, v, z)
        return g * conj(slope) + _damped(g, y, np.imag(z), -1j) if is_complex(z) else g * slope

    return pull


rule(special.ive, params="v z", z=_ive)
rule(special.jve, params="v z", z=_oscillating(special.jve))
rule(special.yve, params="v z", z=_oscillating(special.yve))
holomorphic(special.kve, params="v z", z=lambda g, v, z, y: g * _settled(v, z, 1.0, y, y - rising(special.kve, v, z)))
rule(special.i0e, x=lambda g, x, y: g * _settled(0, x, -1.0, y, special.i1e(x) - np.sign(x) * y))
rule(
    special.i1e,
    x=lambda g, x, y: g * _settled(1, x, -1.0, y, 0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * y),
)
rule(special.k0e, x=lambda g, x, y: g * _settled(0, x, 1.0, y, y - special.k1e(x)))
rule(
    special.k1e,
    x=lambda g, x, y: g * _settled(1, x, 1.0, y, y - 0.5 * (special.k0e(x) + special.kve(2, x))),
)

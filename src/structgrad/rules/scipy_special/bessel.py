"""Bessel functions of every kind by their argument, the order held; Hankel's, Struve's and Wright's.

From C′ᵥ = (C₍ᵥ₋₁₎ − C₍ᵥ₊₁₎) / 2 and its kin (Abramowitz and Stegun, 9.1.27, 9.6.26, 12.1.11, 12.2.5).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import SQRT_PI, parted
from structgrad.tape.rule import rule


def falling(f: Callable[[Any, Any], Any], v: Any, z: Any) -> Any:
    """Half the difference of the neighbours in order."""
    return 0.5 * (f(v - 1, z) - f(v + 1, z))


def rising(f: Callable[[Any, Any], Any], v: Any, z: Any) -> Any:
    """Half the sum of the neighbours in order."""
    return 0.5 * (f(v - 1, z) + f(v + 1, z))


rule(special.j0, x=lambda g, x: -g * special.j1(x))
rule(special.j1, x=lambda g, x: g * 0.5 * (special.j0(x) - special.jv(2, x)))
rule(special.y0, x=lambda g, x: -g * special.y1(x))
rule(special.y1, x=lambda g, x: g * 0.5 * (special.y0(x) - special.yv(2, x)))
rule(special.i0, x=lambda g, x: g * special.i1(x))
rule(special.i1, x=lambda g, x: g * 0.5 * (special.i0(x) + special.iv(2, x)))
rule(special.k0, x=lambda g, x: -g * special.k1(x))
rule(special.k1, x=lambda g, x: -g * 0.5 * (special.k0(x) + special.kv(2, x)))
holomorphic(special.jv, params="v z", z=lambda g, v, z: g * falling(special.jv, v, z))
holomorphic(special.yv, params="v z", z=lambda g, v, z: g * falling(special.yv, v, z))
holomorphic(special.iv, params="v z", z=lambda g, v, z: g * rising(special.iv, v, z))
holomorphic(special.kv, params="v z", z=lambda g, v, z: -g * rising(special.kv, v, z))
rule(special.yn, params="n x", x=lambda g, n, x: g * falling(special.yv, n, x))
rule(special.kn, params="n x", x=lambda g, n, x: -g * rising(special.kv, n, x))

# Not elementwise: their values are complex also for a real z, and so the engine must look at each cotangent's dtype.
holomorphic(special.hankel1, params="v z", elementwise=False, z=lambda g, v, z: g * falling(special.hankel1, v, z))
holomorphic(special.hankel2, params="v z", elementwise=False, z=lambda g, v, z: g * falling(special.hankel2, v, z))
holomorphic(
    special.hankel1e,
    params="v z",
    elementwise=False,
    z=lambda g, v, z, y: g * (falling(special.hankel1e, v, z) - 1j * y),
)
holomorphic(
    special.hankel2e,
    params="v z",
    elementwise=False,
    z=lambda g, v, z, y: g * (falling(special.hankel2e, v, z) + 1j * y),
)


def _half_power(v: Any, x: Any) -> Any:
    """(x/2)^v / (√π Γ(v + 3/2)), what the recurrences of Struve's functions have beyond those of Bessel's."""
    return np.power(0.5 * x, v) * special.rgamma(v + 1.5) / SQRT_PI


def _struve(v: Any, x: Any) -> Any:
    """H′ᵥ by two recurrences: one divides by x, in the other all that is large cancels for large x."""
    return parted(
        np.absolute(x) < 1,
        x,
        lambda s: 0.5 * (special.struve(v - 1, s) - special.struve(v + 1, s) + _half_power(v, s)),
        lambda s: special.struve(v - 1, s) - v / s * special.struve(v, s),
        (0.5, 2.0),
    )


def _modstruve(v: Any, x: Any) -> Any:
    return 0.5 * (special.modstruve(v - 1, x) + special.modstruve(v + 1, x) + _half_power(v, x))


rule(special.struve, params="v x", x=lambda g, v, x: g * _struve(v, x))
rule(special.modstruve, params="v x", x=lambda g, v, x: g * _modstruve(v, x))
rule(special.wright_bessel, params="a b x", x=lambda g, a, b, x: g * special.wright_bessel(a, a + b, x))
rule(
    special.log_wright_bessel,
    params="a b x",
    x=lambda g, a, b, x, y: g * np.exp(special.log_wright_bessel(a, a + b, x) - y),
)
# ∫ t^λ Jᵥ(2at) dt over 0 < t < 1.
rule(
    special.besselpoly,
    params="a lmb nu",
    a=lambda g, a, lmb, nu: g * (special.besselpoly(a, lmb + 1, nu - 1) - special.besselpoly(a, lmb + 1, nu + 1)),
)

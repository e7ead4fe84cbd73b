"""Functions given together with their slope, whose second derivative their differential equation has.

Airy's, Kelvin's, the parabolic cylinder's, Mathieu's and the spheroidal wave functions, by their argument.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.rules.elementwise import conj, holomorphic, is_complex
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import weighed
from structgrad.tape.rule import rule

_DEGREE = math.pi / 180

# w″ = z w.
holomorphic(special.airy, z=lambda g, y, z: weighed(g, y[1], z * y[0], y[3], z * y[2]))


def _airye(g: Any, y: Any, z: Any) -> Any:
    """Ai exp(ζ) and Bi exp(−|Re ζ|) with ζ = 2/3 z√z, whose slope is √z; for negative z all ζ is imaginary."""
    if not is_complex(z):
        root = np.sqrt(np.maximum(z, 0.0))
        return weighed(g, y[1] + root * y[0], z * y[0] + root * y[1], y[3] - root * y[2], z * y[2] - root * y[3])
    root = np.sqrt(z)
    sign = np.sign(np.real(z * root))
    slopes = [y[1] + root * y[0], z * y[0] + root * y[1], y[3], z * y[2]]
    damped = sum(np.real(conj(bar) * out) for bar, out in zip(g[2:], y[2:], strict=True))
    return weighed(g, *map(conj, slopes)) - damped * sign * conj(root)


rule(special.airye, z=_airye)

# w″ = i w − w′/x for w = ber + i bei and for ker + i kei; at 0 the second derivative of bei is 1/2.


def _over(w: Any, x: Any, at_0: complex) -> Any:
    """w / x, and its limit at 0."""
    none = x == 0
    return np.where(none, at_0, np.divide(w, np.where(none, 1.0, x)))


rule(special.ber, x=lambda g, x: g * special.berp(x))
rule(special.bei, x=lambda g, x: g * special.beip(x))
rule(special.ker, x=lambda g, x: g * special.kerp(x))
rule(special.kei, x=lambda g, x: g * special.keip(x))
rule(special.berp, x=lambda g, x, y: g * (-special.bei(x) - _over(y, x, 0.0)))
rule(special.beip, x=lambda g, x, y: g * (special.ber(x) - _over(y, x, 0.5)))
rule(special.kerp, x=lambda g, x, y: g * (-special.kei(x) - np.divide(y, x)))
rule(special.keip, x=lambda g, x, y: g * (special.ker(x) - np.divide(y, x)))
holomorphic(
    special.kelvin,
    x=lambda g, x, y: weighed(g, y[2], y[3], 1j * y[0] - _over(y[2], x, 0.5j), 1j * y[1] - np.divide(y[3], x)),
)

# w″ = (x²/4 − v − 1/2) w, and w″ = (a − x²/4) w.
rule(special.pbdv, params="v x", x=lambda g, v, x, y: weighed(g, y[1], (0.25 * x * x - v - 0.5) * y[0]))
rule(special.pbvv, params="v x", x=lambda g, v, x, y: weighed(g, y[1], (0.25 * x * x - v - 0.5) * y[0]))
rule(special.pbwa, params="a x", x=lambda g, a, x, y: weighed(g, y[1], (a - 0.25 * x * x) * y[0]))


def _mathieu(function: Any, value: Callable[[Any, Any], Any]) -> None:
    """w″ = (2q cos 2x − a) w, with x in degrees and w′ by radians."""

    def pull(g: Any, m: Any, q: Any, x: Any, y: Any) -> Any:
        bend = (2 * q * np.cos(2 * _DEGREE * x) - value(m, q)) * y[0]
        return _DEGREE * weighed(g, y[1], bend)

    rule(function, params="m q x", x=pull)


def _modified_mathieu(function: Any, value: Callable[[Any, Any], Any]) -> None:
    """w″ = (a − 2q cosh 2x) w."""

    def pull(g: Any, m: Any, q: Any, x: Any, y: Any) -> Any:
        return weighed(g, y[1], (value(m, q) - 2 * q * np.cosh(2 * x)) * y[0])

    rule(function, params="m q x", x=pull)


_mathieu(special.mathieu_cem, special.mathieu_a)
_mathieu(special.mathieu_sem, special.mathieu_b)
_modified_mathieu(special.mathieu_modcem1, special.mathieu_a)
_modified_mathieu(special.mathieu_modcem2, special.mathieu_a)
_modified_mathieu(special.mathieu_modsem1, special.mathieu_b)
_modified_mathieu(special.mathieu_modsem2, special.mathieu_b)


def _spheroidal(function: Any, value: Callable[..., Any] | None, sign: float, side: float) -> None:
    """((1 − side x²) w′)′ = −side (λ − side sign c²x² − m²/(1 − side x²)) w.

    sign: 1 prolate, −1 oblate. side: −1 for the oblate radial functions, whose argument is imaginary. value: λ, None
    where it is an argument.
    """

    def bend(m: Any, c: Any, cv: Any, x: Any, y: Any) -> Any:
        d = 1 - side * x * x
        return side * (2 * x * y[1] - (cv - side * sign * c * c * x * x - m * m / d) * y[0]) / d

    if value is None:
        rule(function, params="m n c cv x", x=lambda g, m, c, cv, x, y: weighed(g, y[1], bend(m, c, cv, x, y)))
        return
    rule(
        function,
        params="m n c x",
        x=lambda g, m, n, c, x, y: weighed(g, y[1], bend(m, c, value(m, n, c), x, y)),
    )


_spheroidal(special.pro_ang1, special.pro_cv, 1.0, 1.0)
_spheroidal(special.pro_rad1, special.pro_cv, 1.0, 1.0)
_spheroidal(special.obl_ang1, special.obl_cv, -1.0, 1.0)
_spheroidal(special.obl_rad1, special.obl_cv, -1.0, -1.0)
_spheroidal(special.pro_ang1_cv, None, 1.0, 1.0)
_spheroidal(special.pro_rad1_cv, None, 1.0, 1.0)
_spheroidal(special.obl_ang1_cv, None, -1.0, 1.0)
_spheroidal(special.obl_rad1_cv, None, -1.0, -1.0)

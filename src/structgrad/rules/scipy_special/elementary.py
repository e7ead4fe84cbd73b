"""Elementary functions under SciPy's names: powers and logarithms, logistic functions, angles in degrees, means."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.exponential import LN2, LN10
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import parted
from structgrad.tape.rule import flat, rule

_DEGREE = math.pi / 180


def exprel_slope(t: Any) -> Any:
    """The slope of (eᵗ − 1) / t, which is ((t − 1) eᵗ + 1) / t²; near 0 its series."""
    return parted(np.absolute(t) < 1, t, _exprel_slope_near, _exprel_slope_far, (0.0, 2.0))


def _exprel_slope_near(t: Any) -> Any:
    s: Any = 0.0
    for k in range(20, -1, -1):
        s = s * t + (k + 1) / math.factorial(k + 2)
    return s


def _exprel_slope_far(t: Any) -> Any:
    return (np.exp(t) * (t - 1) + 1) / t / t


rule(special.cbrt, x=lambda g, y: g / (3 * y * y))
rule(special.exp2, x=lambda g, y: g * y * LN2)
rule(special.exp10, x=lambda g, y: g * y * LN10)
holomorphic(special.expm1, x=lambda g, x: g * np.exp(x))
holomorphic(special.log1p, x=lambda g, x: g / (1 + x))
rule(special.cosm1, x=lambda g, x: -g * np.sin(x))
rule(special.exprel, x=lambda g, x: g * exprel_slope(x))
rule(
    special.powm1,
    a=lambda g, a, b: g * (b * np.power(a, b - (b != 0))),
    b=lambda g, a, b: g * np.power(a, b) * np.log(a + (a == 0)),
)
flat(special.round)

rule(special.expit, x=lambda g, x, y: g * y * special.expit(-x))
rule(special.logit, p=lambda g, p: g / p / (1 - p))
rule(special.log_expit, x=lambda g, x: g * special.expit(-x))

rule(special.sindg, x=lambda g, x: g * _DEGREE * special.cosdg(x))
rule(special.cosdg, x=lambda g, x: -g * _DEGREE * special.sindg(x))
rule(special.tandg, x=lambda g, y: g * _DEGREE * (1 + y * y))
rule(special.cotdg, x=lambda g, y: -g * _DEGREE * (1 + y * y))
rule(
    special.radian,
    d=lambda g: g * _DEGREE,
    m=lambda g: g * (_DEGREE / 60),
    s=lambda g: g * (_DEGREE / 3600),
)


def _agm(g: Any, y: Any, a: Any, b: Any) -> Any:
    """M² 2a/3π · R_D(0, b², a²), from M = π/2 / R_F(0, a², b²) (Carlson); R_D is made free of scale."""
    m, q = y / a, b / a
    return g * (2 / (3 * math.pi)) * m * m * special.elliprd(0.0, q * q, 1.0)


rule(special.agm, a=lambda g, a, b, y: _agm(g, y, a, b), b=lambda g, a, b, y: _agm(g, y, b, a))

"""Hypergeometric functions by their argument, the parameters held (Abramowitz and Stegun, 13.4 and 15.2)."""

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule

holomorphic(special.hyp0f1, params="v z", z=lambda g, v, z: g / v * special.hyp0f1(v + 1, z))
holomorphic(special.hyp1f1, params="a b z", z=lambda g, a, b, z: g * np.divide(a, b) * special.hyp1f1(a + 1, b + 1, z))
holomorphic(
    special.hyp2f1,
    params="a b c z",
    z=lambda g, a, b, c, z: g * np.divide(a * b, c) * special.hyp2f1(a + 1, b + 1, c + 1, z),
)
rule(special.hyperu, params="a b x", x=lambda g, a, b, x: -g * a * special.hyperu(a + 1, b + 1, x))

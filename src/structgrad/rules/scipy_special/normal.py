"""The normal distribution: ndtr, its logarithm and inverses, Owen's T."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import SQRT_2PI, parted
from structgrad.tape.rule import rule


def normal_density(x: Any) -> Any:
    """exp(−x²/2) / √2π."""
    return np.exp(-0.5 * x * x) / SQRT_2PI


def _hazard(x: Any) -> Any:
    """normal_density(x) / ndtr(x), with all its digits far below 0, where both vanish."""
    return parted(
        np.real(x) < 0,
        x,
        lambda s: math.sqrt(2 / math.pi) / special.erfcx(-math.sqrt(0.5) * s),
        lambda s: normal_density(s) / special.ndtr(s),
        (-1.0, 1.0),
    )


holomorphic(special.ndtr, x=lambda g, x: g * normal_density(x))
holomorphic(special.log_ndtr, x=lambda g, x: g * _hazard(x))
rule(special.ndtri, p=lambda g, y: g / normal_density(y))
rule(special.ndtri_exp, log_p=lambda g, y: g / _hazard(y))
rule(
    special.owens_t,
    h=lambda g, h, a: g * (-0.5 * normal_density(h)) * special.erf(math.sqrt(0.5) * a * h),
    a=lambda g, h, a: g * np.exp(-0.5 * h * h * (1 + a * a)) / (2 * math.pi * (1 + a * a)),
)
# The mean and the deviation of a normal distribution that has the quantile x at p: z = ndtri(p), x = mean + std z.
rule(
    special.nrdtrimn,
    p=lambda g, p, std: -g * std / normal_density(special.ndtri(p)),
    std=lambda g, p: -g * special.ndtri(p),
    x=lambda g: g,
)
rule(
    special.nrdtrisd,
    mn=lambda g, p: -g / special.ndtri(p),
    p=lambda g, y, p: -g * y / (special.ndtri(p) * normal_density(special.ndtri(p))),
    x=lambda g, p: g / special.ndtri(p),
)

"""Powers and roots. A constant exponent never takes a logarithm, and x ** 0.0 is flat everywhere, at 0 too."""

from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic, is_complex
from structgrad.tape.rule import rule


def _by_base(g: Any, a: Any, b: Any) -> Any:
    if type(b) in (int, float) and b == 2:
        return 2 * g * a
    return g * (b * _raised(g, a, b - (b != 0)))  # 0 · a⁰, not 0 · a⁻¹, where b is 0


def _raised(g: Any, a: Any, b: Any) -> Any:
    """a ** b as NumPy has it for numbers, by the operator for values of the user's own class.

    Python raises ZeroDivisionError where NumPy gives infinity, and complex numbers for roots of negative ones:
    then the cotangent is complex.
    """
    if not isinstance(a, float | complex):
        return a**b
    return np.power(a + 0j if is_complex(g) and isinstance(a, float) else a, b)


def _by_exponent(g: Any, a: Any, b: Any, y: Any) -> Any:
    """Where the base is 0 the value stays 0 for all exponents above 0, so the slope is 0 and not 0 · log 0."""
    return g * y * _logarithm(a, (a == 0) & np.isfinite(y), is_complex(y))


def _logarithm(a: Any, none: Any, complex_: bool) -> Any:
    """log a, and 0 where there is none; complex also for real numbers, for these may be negative."""
    if is_complex(a):
        return np.log(a - -1 * none)  # a sum would lose the sign of −2 − 0j
    return np.log(a + none + 0j if complex_ else a + none)


holomorphic(np.power, a=_by_base, b=_by_exponent)
holomorphic(np.float_power, a=_by_base, b=_by_exponent)
holomorphic(np.square, x=lambda g, x: 2 * g * x)
holomorphic(np.reciprocal, x=lambda g, y: -g * y * y)
holomorphic(np.sqrt, x=lambda g, y: g / (2 * y))
rule(np.cbrt, x=lambda g, y: g / (3 * y * y))

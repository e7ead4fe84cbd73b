"""Circular and hyperbolic functions, and lengths and angles in the plane.

The forms are chosen for their digits: 1 − x·x loses them near 1, x·x overflows far out. And for the sides of cuts,
which an imaginary part of ±0 tells apart: it comes through x − −1 and −x − −1, but not through x + 1 and 1 − x.
"""

from typing import Any, Final

import numpy as np

from structgrad.arrays import FLOAT64, dtype_of
from structgrad.rules.elementwise import holomorphic, is_complex, nonzero
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

_FEW = 3000  # below so many numbers cosh costs less than to choose


def _sech2(x: Any, t: Any) -> Any:
    """1 / cosh(x)², the slope of t = tanh(x), with all its digits.

    As 1 − t² in a third of the time, but only above 1/64: there rounding costs two digits at most, and near 0 all.
    """
    if is_complex(x):  # its cosh would overflow into NaN
        e = np.exp(-2 * np.copysign(1, np.real(x)) * x)
        return 4 * e / (1 + e) ** 2
    if dtype_of(t) is not FLOAT64 or (type(t) is np.ndarray and t.size < _FEW):
        return _far_sech2(x)
    slope = t * t
    if type(slope) is not np.ndarray:
        slope = 1 - slope
        return slope if slope > 1 / 64 else _far_sech2(x)
    np.subtract(1, slope, out=slope)
    far = slope <= 1 / 64
    if np.count_nonzero(far):
        slope[far] = _far_sech2(x[far])
    return slope


def _far_sech2(x: Any) -> Any:
    c = np.cosh(x)  # it may overflow: the sweep knows that 1/∞ is the 0 that is meant
    return 1 / (c * c)


sech2: Final = primitive(_sech2)


def _tanh(g: Any, x: Any, y: Any) -> Any:
    if type(y) is np.ndarray or type(y) is np.float64:  # the same, without asking whether x is traced
        return g * (_far_sech2(x) if y.dtype is FLOAT64 and y.ndim and y.size < _FEW else _sech2(x, y))
    return g * sech2(x, y)


# As a function of x alone, which t is too.
holomorphic(sech2, params="x t", elementwise=True, flat_in="t", x=lambda g, t, y: -2 * g * y * t)


def _cathetus(x: Any) -> Any:
    """√(1 − x²)."""
    return np.sqrt(-x - -1) * np.sqrt(x - -1)


def _hypotenuse(x: Any) -> Any:
    """√(1 + x²)."""
    return np.sqrt(x * x - -1) if is_complex(x) else np.hypot(1, x)


def _turned(g: Any, side: Any, length: Any) -> Any:
    """g · side / length², for a square that may underflow near 0 and overflow far out."""
    return g * (side / length) / length


def _turning(g: Any, side: Any, a: Any, b: Any) -> Any:
    """g · side / (a² + b²), and 0 at (0, 0)."""
    square = a * a + b * b
    low, high = (np.min(square), np.max(square)) if np.size(square) else (1.0, 1.0)
    if low > 1e-290 and high < 1e290:  # no digits lost: three times as fast as by the length
        return g * side / square
    return _turned(g, side, nonzero(np.hypot(a, b)))


holomorphic(np.sin, x=lambda g, x: g * np.cos(x))
holomorphic(np.cos, x=lambda g, x: -g * np.sin(x))
holomorphic(np.tan, x=lambda g, y: g * (1 + y * y))
holomorphic(np.sinh, x=lambda g, x: g * np.cosh(x))
holomorphic(np.cosh, x=lambda g, x: g * np.sinh(x))
holomorphic(np.tanh, x=_tanh)

holomorphic(np.arcsin, x=lambda g, x: g / _cathetus(x))
holomorphic(np.arccos, x=lambda g, x: -g / _cathetus(x))
holomorphic(np.arctan, x=lambda g, x: _turned(g, 1, _hypotenuse(x)))
holomorphic(np.arcsinh, x=lambda g, x: g / _hypotenuse(x))
holomorphic(np.arccosh, x=lambda g, x: g / (np.sqrt(x - 1) * np.sqrt(x - -1)))
holomorphic(np.arctanh, x=lambda g, x: g / ((1 - x) * (1 + x)))

rule(np.hypot, a=lambda g, a, y: g * (a / nonzero(y)), b=lambda g, b, y: g * (b / nonzero(y)))
rule(
    np.arctan2,
    a=lambda g, a, b: _turning(g, b, a, b),
    b=lambda g, a, b: _turning(-g, a, a, b),
)

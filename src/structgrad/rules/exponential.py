"""Exponentials and logarithms."""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.tape.call import primitive
from structgrad.tape.cotangent import is_finite
from structgrad.tape.rule import rule

LN2, LN10 = math.log(2), math.log(10)


@primitive
def logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)) of real x, right to the last digit at both ends: an overflow gives the 0 that is meant."""
    if type(x) is not np.ndarray or not x.ndim or x.dtype.kind != "f":
        return 1 / (1 + np.exp(-x))
    e = np.negative(x)
    np.exp(e, e)  # the same, in the same memory
    e += 1
    return np.divide(1, e, e)


# logistic(-x) and not 1 - y, which has no digits left where y is near 1.
rule(logistic, params="x", elementwise=True, x=lambda g, x, y: g * y * logistic(-x))


def _gap(a: Any, b: Any) -> Any:
    """a − b, and 0 for two infinities of one sign: they tie, as equal numbers do."""
    if type(a) is np.ndarray and type(b) is np.ndarray:
        with np.errstate(invalid="ignore"):
            gap = a - b
            if is_finite(gap):  # the usual case, in half the time
                return gap
    same = (a == b) & np.isinf(a)
    if not np.any(same):
        return a - b
    return np.where(same, 0, a) - np.where(same, 0, b)


holomorphic(np.exp, x=lambda g, y: g * y)
holomorphic(np.exp2, x=lambda g, y: g * y * LN2)
holomorphic(np.expm1, x=lambda g, x: g * np.exp(x))  # not y + 1, which has no digits left where y is near -1
holomorphic(np.log, x=lambda g, x: g / x)
holomorphic(np.log2, x=lambda g, x: g / x / LN2)
holomorphic(np.log10, x=lambda g, x: g / x / LN10)
holomorphic(np.log1p, x=lambda g, x: g / (1 + x))
rule(
    np.logaddexp,
    a=lambda g, a, b: g * logistic(_gap(a, b)),
    b=lambda g, a, b: g * logistic(_gap(b, a)),
)
rule(
    np.logaddexp2,
    a=lambda g, a, b: g * logistic(LN2 * _gap(a, b)),
    b=lambda g, a, b: g * logistic(LN2 * _gap(b, a)),
)

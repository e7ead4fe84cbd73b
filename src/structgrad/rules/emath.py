"""np.emath: where the real numbers have no answer the argument becomes complex, for all items or for none."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of
from structgrad.rules.casts import cast
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import on_values
from structgrad.tape.rule import derive

Fix = Callable[[Any], Any]
# What becomes complex64; all else becomes complex128, long double too.
_NARROW = frozenset("fFbBhH")


def _array(x: Any) -> Any:
    """x as an array or a scalar of NumPy's, which tells its dtype to the result, as Python's numbers do not."""
    x = array_of(x)
    if not is_traced(x):
        return np.asarray(x)
    return cast(x, dtype_of(x)) if x.__class__ in (float, complex) else x


def _complex_if(test: Callable[[Any], Any]) -> Fix:
    """What makes an argument complex if one of its real numbers passes a test."""

    def fixed(x: Any) -> Any:
        x = _array(x)
        if not on_values(lambda x: np.any(np.isreal(x) & test(np.real(x))), (x,), {}):
            return x
        return cast(x, np.dtype(np.complex64 if dtype_of(x).char in _NARROW else np.complex128))

    return fixed


_unless_negative = _complex_if(lambda x: x < 0)
_within_one = _complex_if(lambda x: np.abs(x) > 1)


def _of_one(function: Any, fix: Fix) -> Fix:
    return lambda x: function(fix(x))


def _logn(n: Any, x: Any) -> Any:
    return np.log(_unless_negative(x)) / np.log(_unless_negative(n))


def _power(x: Any, p: Any) -> Any:
    """Whole numbers have no powers below 0, so such exponents are made real."""
    p = _array(p)
    return np.power(_unless_negative(x), p * 1.0 if p.dtype.kind in "iu" and np.any(p < 0) else p)


for _name in ("sqrt", "log", "log2", "log10"):
    derive(getattr(np.emath, _name), _of_one(getattr(np, _name), _unless_negative))
for _name in ("arccos", "arcsin", "arctanh"):
    derive(getattr(np.emath, _name), _of_one(getattr(np, _name), _within_one))
derive(np.emath.logn, _logn)
derive(np.emath.power, _power)

"""Norms, as SciPy computes them: by BLAS for vectors, by LAPACK for the largest sum of a column or row."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import nonzero
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def length(a: Any, finite: Any) -> Any:
    """The Euclidean norm of a vector."""
    return scipy.linalg.norm(a, check_finite=finite)


@primitive
def largest_sum(a: Any, ord: Any, finite: Any) -> Any:
    """The largest sum of sizes of a column (ord 1) or a row (ord inf)."""
    return scipy.linalg.norm(a, ord, check_finite=finite)


def _by_sum(g: Any, a: Any, ord: Any) -> Any:
    sums = np.sum(np.abs(a), 0 if ord == 1 else 1, keepdims=True)
    largest = sums == np.max(sums)
    return g * np.sign(a) * (largest / np.sum(largest))


rule(length, a=lambda g, y, a: a / nonzero(y) * (g * (y != 0)))
rule(largest_sum, selects=True, a=_by_sum)


def _norm(a: Any, ord: Any = None, axis: Any = None, keepdims: Any = False, check_finite: Any = True) -> Any:
    a = array(a)
    if axis is None and not keepdims and dtype_of(a).char in "fdFD":
        if len(shape_of(a)) == 1 and ord in (None, 2):
            return length(a, check_finite)
        if len(shape_of(a)) == 2 and ord in (1, np.inf):
            return largest_sum(a, ord, check_finite)
    if check_finite and not np.all(np.isfinite(a)):
        raise ValueError("array must not contain infs or NaNs")
    return np.linalg.norm(a, ord, axis, keepdims)


norm: Final = mirrored(scipy.linalg.norm, _norm)

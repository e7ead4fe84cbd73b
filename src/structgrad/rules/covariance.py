"""Covariances and correlations, step by step as NumPy computes them."""

import warnings
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.elementwise import conj, is_complex
from structgrad.rules.joining import array_of, is_traced, of_rank
from structgrad.tape.rule import derive

# From NumPy 2.2 on a matrix of one row is turned as any other where variables are columns.
_TURNS_ROWS = hasattr(np, "matvec")


def _in(x: Any, dtype: Any) -> Any:
    """x in the dtype of what NumPy writes it into."""
    return x if dtype_of(x) == dtype else np.astype(x, dtype)


def _variables(m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """A matrix with a row for each variable and a column for each observation."""
    arrays = [array_of(x) for x in (m, y) if x is not None]
    if any(len(shape_of(x)) > 2 for x in arrays):
        raise ValueError("a covariance is one of vectors or matrices, not of arrays of more than 2 dimensions")
    dtype = np.result_type(np.float64, *map(dtype_of, arrays)) if dtype is None else np.dtype(dtype)
    first, *second = (_in(of_rank(2, x), dtype) for x in arrays)
    if not rowvar and (len(shape_of(arrays[0])) != 1 if _TURNS_ROWS else shape_of(first)[0] != 1):
        first = first.T
    if not shape_of(first)[0]:
        return first
    return np.concatenate([first, *(x if rowvar or shape_of(x)[0] == 1 else x.T for x in second)])


def _weights(fweights: Any, aweights: Any, n: int) -> tuple[Any, Any]:
    """The weights of n observations, and that part of them which is no frequency."""
    given = {"fweights": array_of(fweights), "aweights": array_of(aweights)}
    for name, w in given.items():
        if w is None:
            continue
        if len(shape_of(w)) > 1:
            raise RuntimeError(f"cannot handle multidimensional {name}")
        if shape_of(w)[0] != n:
            raise RuntimeError(f"incompatible numbers of samples and {name}")
        if np.any(w < 0):
            raise ValueError(f"{name} cannot be negative")
    f, a = (None if w is None else _in(w, np.dtype(float)) for w in given.values())
    if f is None:
        return a, a
    if is_traced(f):
        raise MissingRuleError(
            f"np.cov has no derivative by fweights{users_line()}, for frequencies are whole numbers. Take aweights, "
            f"or stop_gradient(v) if a constant is meant."
        )
    if np.any(f != np.around(f)):
        raise TypeError("fweights must be integer")
    return f if a is None else f * a, a


def _cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    x = _variables(m, y, rowvar, dtype)
    if not shape_of(x)[0]:
        return np.zeros((0, 0))
    n = shape_of(x)[1]
    w, a = _weights(fweights, aweights, n)
    mean, total = np.average(x, 1, w, returned=True)
    free = _free(n, w, a, total[0], (0 if bias else 1) if ddof is None else ddof)
    if free <= 0:
        warnings.warn("Degrees of freedom <= 0 for slice", RuntimeWarning, stacklevel=4)
        free = 0.0
    x = _in(x - mean[:, None], dtype_of(x))
    c = np.dot(x, conj((x if w is None else x * w).T))
    return np.squeeze(_in(c * np.true_divide(1, free), dtype_of(c)))


def _free(n: int, w: Any, a: Any, total: Any, ddof: Any) -> Any:
    """How many observations there are, but for those that the mean takes up. total: the sum of the weights."""
    if w is None:
        return n - ddof
    return total - ddof * (1 if a is None else np.sum(w * a) / total) if ddof else total


def _corrcoef(
    x: Any, y: Any = None, rowvar: bool = True, bias: Any = None, ddof: Any = None, *, dtype: Any = None
) -> Any:
    """bias and ddof cancel, where NumPy still has them. Nothing but rounding leads beyond 1, where it is cut off."""
    c = np.cov(x, y, rowvar, dtype=dtype)
    if not shape_of(c):
        return c / c
    deviations = np.sqrt(np.real(np.diag(c)))
    c = c / deviations[:, None] / deviations
    if is_complex(c):
        return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)
    return np.clip(c, -1, 1)


derive(np.cov, _cov)
derive(np.corrcoef, _corrcoef)

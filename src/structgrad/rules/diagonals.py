"""Diagonals and triangles of matrices."""

from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule


@primitive
def diagonal_in(d: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of a shape but for d on a diagonal: what np.diagonal reads, put back."""
    whole = np.zeros(shape, dtype_of(d))
    place = np.diagonal(whole, offset, axis1, axis2)
    place.flags.writeable = True  # the array is our own
    place[...] = d
    return whole


rule(np.diagonal, linear="a", a=lambda g, a_shape, offset, axis1, axis2: diagonal_in(g, a_shape, offset, axis1, axis2))
rule(diagonal_in, linear="d", d=lambda g, offset, axis1, axis2: np.diagonal(g, offset, axis1, axis2))

# What lies outside of the triangle is not asked for: np.triu(np.sqrt(d), 1) may have zeros on d's diagonal.
rule(np.tril, linear="m", m=lambda g, k: np.tril(g, k), selects=True)
rule(np.triu, linear="m", m=lambda g, k: np.triu(g, k), selects=True)


def _diag(v: Any, k: int = 0) -> Any:
    shape = shape_of(v)
    if len(shape) == 1:
        n = shape[0] + abs(k)
        return diagonal_in(v, (n, n), k, 0, 1)
    if len(shape) == 2:
        return np.diagonal(v, k)
    raise ValueError("Input must be 1- or 2-d.")


derive(np.diag, _diag)
derive(np.diagflat, lambda v, k=0: _diag(np.ravel(v), k))

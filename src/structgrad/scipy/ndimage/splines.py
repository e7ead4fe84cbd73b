"""B-splines on the grid of an array's items: their weights between the items, and their coefficients.

Unser, Aldroubi and Eden, B-Spline Signal Processing, IEEE Transactions on Signal Processing 41, 1993.
"""

import math
from typing import Any

import numpy as np
import scipy.ndimage
from scipy import sparse
from scipy.sparse import linalg

from structgrad.arrays import shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

ndimage: Any = scipy.ndimage  # its overloads know nothing of traced values


def bump(x: Any, n: int) -> Any:
    """The B-spline of order n around 0: Σₖ (−1)ᵏ (n + 1 over k) max(x + (n + 1) / 2 − k, 0)ⁿ / n!."""
    y: Any = 0.0
    for k in range(n + 2):
        y = y + (-1) ** k * math.comb(n + 1, k) * np.maximum(x + ((n + 1) / 2 - k), 0.0) ** n
    return y / math.factorial(n)


def folded(i: Any, size: int, mode: str) -> Any:
    """The items of an array that stand for those beyond its edges: i as whole numbers within it."""
    if size == 1 or mode == "nearest":
        return np.clip(i, 0, size - 1)
    if mode == "grid-wrap":
        return i % size
    if mode == "reflect":
        i = i % (2 * size)
        return np.where(i < size, i, 2 * size - 1 - i)
    i = i % (2 * size - 2)
    return np.where(i < size, i, 2 * size - 2 - i)


@primitive
def coefficients(x: Any, order: int, mode: str) -> Any:
    """Those of the spline through the items of x, along the first axis."""
    return ndimage.spline_filter1d(x, order, 0, np.result_type(x, float), mode)


@primitive
def adjoint_coefficients(x: Any, order: int, mode: str) -> Any:
    """The transpose of that."""
    n, columns = len(x), x.reshape(len(x), -1)
    if n <= _SHORT:
        return (ndimage.spline_filter1d(np.eye(n), order, 0, mode=mode).T @ columns).reshape(x.shape)
    solve = linalg.splu(_items(n, order, mode).T).solve
    solved = solve(columns.real.copy())
    solved = solved + 1j * solve(columns.imag.copy()) if np.iscomplexobj(x) else solved
    return solved.reshape(x.shape)


# SciPy's start at an edge is exact but for pⁿ, p a pole of 0.43 at most: for n items and more that is nothing.
_SHORT = 64


def _items(n: int, order: int, mode: str) -> Any:
    """The sparse matrix that makes n items of as many coefficients."""
    edges = {"grid-wrap": "grid-wrap", "nearest": "reflect", "reflect": "reflect"}.get(mode, "mirror")
    items, reach = np.arange(n), order // 2
    offsets = np.arange(-reach, reach + 1)
    beside = np.concatenate([folded(items + k, n, edges) for k in offsets])
    weights = np.repeat(bump(offsets.astype(float), order), n)
    return sparse.csr_array((weights, (np.tile(items, len(offsets)), beside)), (n, n))


def _back(g: Any, order: int, mode: str) -> Any:
    return adjoint_coefficients(g, order, mode)


def _forth(g: Any, order: int, mode: str) -> Any:
    return coefficients(g, order, mode)


rule(coefficients, params="x order mode", linear="x", x=_back)
rule(adjoint_coefficients, params="x order mode", linear="x", x=_forth)


def spline_coefficients(x: Any, order: int, mode: str) -> Any:
    """Those of the spline through an array, along every axis."""
    for axis in range(len(shape_of(x))):
        x = np.moveaxis(coefficients(np.moveaxis(x, axis, 0), order, mode), 0, axis)
    return x

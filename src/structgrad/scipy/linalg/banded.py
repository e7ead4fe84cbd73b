"""Systems whose matrix is kept as its diagonals, or as the first column and row of a Toeplitz matrix."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.linalg.parts import adjoint, with_columns
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def _shifted(x: Any, k: int, axis: int) -> Any:
    """x moved by k towards the front of an axis, with zeros behind; by −k towards its end, with zeros before."""
    n = shape_of(x)[axis]
    kept = np.arange(n) + k
    mask = ((kept >= 0) & (kept < n)).reshape((n,) + (1,) * (-1 - axis))
    return np.roll(x, -k, axis) * mask


def _products(g: Any, x: Any, k: int) -> Any:
    """The k-th diagonal below the main one of −g xᴴ, laid out by columns."""
    return -np.sum(_shifted(g, k, -2) * conj(x), -1)


@primitive
def banded(ab: Any, b: Any, l: Any, u: Any, finite: Any = False) -> Any:
    """x of a x = b, for the l diagonals below and u above the main one of `a`, and a matrix b."""
    return scipy.linalg.solve_banded((l, u), ab, b, check_finite=finite)


def _banded_adjoint(ab: Any, l: int, u: int) -> Any:
    """The diagonals of aᴴ."""
    return np.stack([np.roll(conj(ab[..., u - k, :]), -k, -1) for k in range(-l, u + 1)], -2)


def _banded_back(g: Any, ab: Any, l: Any, u: Any) -> Any:
    # Row u − k of ab moves to row l + k, so the rows are asked for from −l on, which is the top of aᴴ.
    return banded(_banded_adjoint(ab, l, u), g, u, l)


def _by_diagonals(g: Any, y: Any, ab: Any, l: Any, u: Any) -> Any:
    g = _banded_back(g, ab, l, u)
    return np.stack([_products(g, y, k) for k in range(-u, l + 1)], -2)


rule(banded, linear="b", ab=_by_diagonals, b=_banded_back)


def _solve_banded(
    l_and_u: Any, ab: Any, b: Any, overwrite_ab: Any = False, overwrite_b: Any = False, check_finite: Any = True
) -> Any:
    l, u = l_and_u
    return with_columns(lambda b: banded(array(ab), b, l, u, check_finite), array(b))


@primitive
def banded_positive(ab: Any, b: Any, lower: Any, finite: Any = False) -> Any:
    """x of a x = b for the diagonals of one side of a positive definite matrix, and a matrix b."""
    return scipy.linalg.solveh_banded(ab, b, lower=lower, check_finite=finite)


def _by_half(g: Any, y: Any, ab: Any, lower: Any) -> Any:
    """Each entry stands for itself and its conjugate across the diagonal, whose own are real."""
    g, u = banded_positive(ab, g, lower), shape_of(ab)[-2] - 1
    diagonal = np.real(_products(g, y, 0))
    if lower:
        rows = [_products(g, y, k) + _products(y, g, k) for k in range(1, u + 1)]
        return np.stack([diagonal, *rows], -2)
    rows = [_products(g, y, -k) + _products(y, g, -k) for k in range(u, 0, -1)]
    return np.stack([*rows, diagonal], -2)


rule(
    banded_positive,
    linear="b",
    ab=_by_half,
    b=lambda g, ab, lower: banded_positive(ab, g, lower),
)


def _solveh_banded(
    ab: Any,
    b: Any,
    overwrite_ab: Any = False,
    overwrite_b: Any = False,
    lower: Any = False,
    check_finite: Any = True,
) -> Any:
    return with_columns(lambda b: banded_positive(array(ab), b, lower, check_finite), array(b))


@primitive
def levinson(c: Any, r: Any, b: Any, finite: Any = False) -> Any:
    """x of T x = b for the first column and row of a Toeplitz matrix, and a matrix b."""
    return scipy.linalg.solve_toeplitz((c, r), b, check_finite=finite)


def _levinson_back(g: Any, c: Any, r: Any) -> Any:
    """T⁻ᴴ g: the corner belongs to c."""
    column = np.where(np.arange(shape_of(r)[-1]) > 0, r, c)
    return levinson(conj(column), conj(c), g)


def _lagged(x: Any, ahead: bool) -> Any:
    """For each column of x the matrix of x[i − k], or of x[i + k], where it has such an item."""
    x = np.moveaxis(x, -1, 0)
    n = shape_of(x)[-1]
    ids = np.arange(n)[:, None] + np.arange(n) * (1 if ahead else -1)
    return x[..., ids % n] * ((ids >= 0) & (ids < n))


def _by_lags(g: Any, y: Any, c: Any, r: Any, ahead: bool) -> Any:
    g = np.moveaxis(_levinson_back(g, c, r), -1, 0)
    return -np.sum(adjoint(_lagged(y, ahead)) @ g[..., None], 0)[..., 0]


rule(
    levinson,
    linear="b",
    c=lambda g, y, c, r: _by_lags(g, y, c, r, False),
    r=lambda g, y, c, r: _by_lags(g, y, c, r, True) * (np.arange(shape_of(r)[-1]) > 0),
    b=_levinson_back,
)


def _solve_toeplitz(c_or_cr: Any, b: Any, check_finite: Any = True) -> Any:
    c, r = map(array, c_or_cr) if isinstance(c_or_cr, tuple) else (array(c_or_cr), conj(array(c_or_cr)))
    return with_columns(lambda b: levinson(c, r, b, check_finite), array(b))


solve_banded: Final = mirrored(scipy.linalg.solve_banded, _solve_banded)
solveh_banded: Final = mirrored(scipy.linalg.solveh_banded, _solveh_banded)
solve_toeplitz: Final = mirrored(scipy.linalg.solve_toeplitz, _solve_toeplitz)

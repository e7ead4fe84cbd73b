"""The pseudo-inverse and least squares, of matrices whose rank does not change."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.joining import array_of
from structgrad.rules.products import column
from structgrad.rules.singular import by_values
from structgrad.rules.triangular import adjoint
from structgrad.rules.triangular import hermitian as whole
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain


@primitive
def pseudo_inverse(a: Any, options: dict[str, Any]) -> Any:
    """np.linalg.pinv."""
    return np.linalg.pinv(a, **options)


def _by_matrix(g: Any, y: Any, a: Any) -> Any:
    """dY = −Y dA Y + Y Yᴴ dAᴴ (1 − A Y) + (1 − Y A) dAᴴ Yᴴ Y.

    (Golub and Pereyra 1973, The differentiation of pseudo-inverses and nonlinear least squares problems.)
    """
    yh, gh = adjoint(y), adjoint(g)
    left, right = gh @ y @ yh, yh @ y @ gh
    return -yh @ g @ yh + left - a @ (y @ left) + right - (right @ y) @ a


rule(pseudo_inverse, params="a options", a=_by_matrix)


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, **rtol: Any) -> Any:
    return pseudo_inverse(whole(a) if hermitian else a, {"rcond": rcond, "hermitian": hermitian, **rtol})


@primitive
def least_squares(ab: list[Any], rcond: Any) -> Any:
    """np.linalg.lstsq, differentiated by both arguments at once, for they share the pseudo-inverse."""
    a, b = ab
    return np.linalg.lstsq(a, b, rcond)


def _by_both(g: Any, y: Any, ab: list[Any]) -> list[Any]:
    """x = A⁺ b with Golub and Pereyra's dA⁺; the residual r is orthogonal to what A spans."""
    a, b = ab
    x, residuals, rank, s = y
    gx, gr, *_ = g
    vector = len(shape_of(b)) == 1
    if vector:
        b, x, gx = column(b), column(x), column(gx)
    p = np.linalg.pinv(a, _cutoff(plain(s), rank))
    h = adjoint(p) @ gx
    r = b - a @ x
    rest = gx - p @ (a @ gx)
    da = r @ adjoint(p @ h) - h @ adjoint(x) + adjoint(p) @ x @ adjoint(rest)
    db = h
    if shape_of(residuals) != (0,):
        dr = 2 * gr * r
        da, db = da - dr @ adjoint(x), db + dr
    return [da, db[..., 0] if vector else db]


def _cutoff(s: Any, rank: Any) -> Any:
    """What tells the singular values that count, so many as the rank says, from the others; relative to the largest."""
    if rank in (0, len(s)):
        return float(rank == 0)
    return np.sqrt(s[rank - 1] * s[rank]) / s[0]


rule(least_squares, params="ab rcond", ab=_by_both)


@primitive
def known_values(a: Any, s: Any) -> Any:
    """The singular values of `a`, which are s."""
    return s


rule(
    known_values,
    params="a s",
    flat_in="s",
    a=lambda g, a: by_values(g, *np.linalg.svd(a, full_matrices=False), "lstsq"),
)


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    a, b = array_of(a), array_of(b)
    x, residuals, rank, s = least_squares([a, b], rcond)
    return x, residuals, rank, known_values(a, s)


derive(np.linalg.pinv, _pinv)
derive(np.linalg.lstsq, _lstsq)

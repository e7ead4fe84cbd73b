"""LU factors, and systems solved by them. The permutation stays as it is while the matrix moves a little."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.products import turned
from structgrad.scipy.linalg.parts import adjoint, with_columns
from structgrad.scipy.linalg.solves import triangular
from structgrad.scipy.mirrored import array, constant, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def _left(l: Any, b: Any) -> Any:
    """L⁻ᴴ b, where L has ones on the diagonal."""
    return triangular(l, b, 2, True, True)


def _right(b: Any, u: Any) -> Any:
    """b U⁻ᴴ."""
    return adjoint(triangular(u, adjoint(b)))


def _unfactored(gl: Any, gu: Any, l: Any, u: Any) -> Any:
    """The cotangent of a = L U, square or not, from those of L and U.

    The square part is L⁻ᴴ (strict lower part of Lᴴ gL + upper part of gU Uᴴ) U⁻ᴴ; what L or U have beyond it is
    A₂ U⁻¹ below or L⁻¹ A₂ beside.
    """
    k = shape_of(u)[-2]
    l1, l2, u1, u2 = l[..., :k, :], l[..., k:, :], u[..., :k], u[..., k:]
    below, beside = _right(gl[..., k:, :], u1), _left(l1, gu[..., k:])
    gl1 = gl[..., :k, :] - beside @ adjoint(u2)
    gu1 = gu[..., :k] - adjoint(l2) @ below
    inner = np.tril(adjoint(l1) @ gl1, -1) + np.triu(gu1 @ adjoint(u1))
    square = _right(_left(l1, inner), u1)
    # One of the two is empty.
    return np.concatenate([square, below], -2) if shape_of(l2)[-2] else np.concatenate([square, beside], -1)


@primitive
def factors(a: Any, indices: Any, finite: Any = True) -> Any:
    """P, L and U, P as row indices or as a matrix."""
    return scipy.linalg.lu(a, p_indices=indices, check_finite=finite)


def _rows(p: Any) -> Any:
    """Row indices that put rows of L U where they are in a, out of these or of a permutation matrix."""
    return p if p.dtype.kind == "i" else np.argmax(p, -1)


def _by_matrix(g: Any, y: Any) -> Any:
    p, l, u = y
    da = _unfactored(g[1], g[2], l, u)
    return np.take_along_axis(da, _rows(constant(p))[..., None], -2)


rule(factors, a=_by_matrix)


def _lu(
    a: Any,
    permute_l: Any = False,
    overwrite_a: Any = False,
    check_finite: Any = True,
    p_indices: Any = False,
) -> Any:
    p, l, u = factors(array(a), bool(p_indices or permute_l), check_finite)
    if permute_l:
        return np.take_along_axis(l, p[..., None], -2), u
    return constant(p), l, u


@primitive
def packed(a: Any, finite: Any = True) -> Any:
    """L and U in one matrix, and the interchanges of rows."""
    return scipy.linalg.lu_factor(a, check_finite=finite)


def _parts(lu: Any) -> tuple[Any, Any]:
    m, n = shape_of(lu)[-2:]
    k = min(m, n)
    return np.tril(lu[..., :k], -1) + np.eye(m, k, dtype=lu.dtype), np.triu(lu[..., :k, :])


def _order(piv: Any, m: int) -> Any:
    """Where each row of L U is in a: the interchanges of LAPACK, carried out."""
    order = np.broadcast_to(np.arange(m), (*piv.shape[:-1], m)).copy()
    for at in np.ndindex(piv.shape[:-1]):
        for i, j in enumerate(piv[at]):
            order[at][[i, j]] = order[at][[j, i]]
    return np.argsort(order, -1)


def _by_packed(g: Any, y: Any) -> Any:
    lu, piv = y
    m, n = shape_of(lu)[-2:]
    k = min(m, n)
    da = _unfactored(np.tril(g[0][..., :k], -1), np.triu(g[0][..., :k, :]), *_parts(lu))
    return np.take_along_axis(da, _order(piv, m)[..., None], -2)


rule(packed, a=_by_packed)


@primitive
def solved_by(lu: Any, b: Any, piv: Any, trans: Any, finite: Any = False) -> Any:
    """x of a x = b, aᵀ x = b or aᴴ x = b (trans 0, 1, 2), for the LU factors of a and a matrix b."""
    return scipy.linalg.lu_solve((lu, piv), b, trans, check_finite=finite)


def _back(g: Any, lu: Any, piv: Any, trans: Any) -> Any:
    return solved_by(conj(lu), g, piv, 0) if trans == 1 else solved_by(lu, g, piv, 2 - trans)


def _by_factors(g: Any, y: Any, lu: Any, piv: Any, trans: Any) -> Any:
    g = -_back(g, lu, piv, trans)
    da = (g @ adjoint(y), conj(y) @ turned(g), y @ adjoint(g))[trans]
    l, u = _parts(lu)
    da = np.take_along_axis(da, np.argsort(_order(piv, shape_of(lu)[-2]), -1)[..., None], -2)
    return np.tril(da @ adjoint(u), -1) + np.triu(adjoint(l) @ da)


rule(
    solved_by,
    linear="b",
    lu=_by_factors,
    b=_back,
)


def _lu_solve(lu_and_piv: Any, b: Any, trans: Any = 0, overwrite_b: Any = False, check_finite: Any = True) -> Any:
    lu, piv = lu_and_piv
    return with_columns(lambda b: solved_by(array(lu), b, np.asarray(piv), trans, check_finite), array(b))


lu: Final = mirrored(scipy.linalg.lu, _lu)
lu_factor: Final = mirrored(
    scipy.linalg.lu_factor, lambda a, overwrite_a=False, check_finite=True: packed(array(a), check_finite)
)
lu_solve: Final = mirrored(scipy.linalg.lu_solve, _lu_solve)

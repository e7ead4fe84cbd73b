"""The pseudoinverse, and least squares by it.

Where the rank is not full, both jump when it changes; their derivative is that along matrices of the same rank.
"""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.least_squares import known_values
from structgrad.scipy.linalg.parts import adjoint
from structgrad.scipy.mirrored import array, constant, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def pseudoinverse(a: Any, atol: Any = None, rtol: Any = None, finite: Any = True) -> Any:
    """The pseudoinverse, and the rank."""
    return scipy.linalg.pinv(a, atol=atol, rtol=rtol, return_rank=True, check_finite=finite)


def _beyond(a: Any, p: Any) -> Any:
    """1 − a p, the projection onto what a does not reach."""
    return np.eye(shape_of(a)[-2], dtype=dtype_of(a)) - a @ p


def _whole(name: str, option: str, a: Any, p: Any) -> None:
    """Raise if p is the pseudoinverse of less than `a`: an option has cut singular values off that are not 0."""
    a, p = constant(a), constant(p)
    size = np.linalg.norm(a, axis=(-2, -1))
    if np.any(np.linalg.norm(a - a @ p @ a, axis=(-2, -1)) > np.finfo(p.dtype).eps ** 0.5 * size):
        refuse_option(name, f"{option} that cuts off singular values which are not 0", "Lower it, or take svd.")


def _by_matrix(g: Any, y: Any, a: Any) -> Any:
    """dP = −P da P + P Pᴴ daᴴ (1 − a P) + (1 − P a) daᴴ Pᴴ P.

    Source: Golub and Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose
    variables separate, 1973, equation 4.12.
    """
    g, p = g[0], y[0]
    _whole("pinv", "atol= or rtol=", a, p)
    h = adjoint(p)
    da = -h @ g @ h
    if shape_of(a)[-2] > shape_of(a)[-1] or _deficient(y[1], a):
        da = da + _beyond(a, p) @ adjoint(g) @ p @ h
    if shape_of(a)[-2] < shape_of(a)[-1] or _deficient(y[1], a):
        da = da + h @ p @ adjoint(g) @ _beyond(p, a)
    return da


def _deficient(rank: Any, a: Any) -> bool:
    return bool(np.any(rank < min(shape_of(a)[-2:])))


rule(pseudoinverse, a=_by_matrix)


def _pinv(a: Any, *, atol: Any = None, rtol: Any = None, return_rank: Any = False, check_finite: Any = True) -> Any:
    y = pseudoinverse(array(a), atol, rtol, check_finite)
    return y if return_rank else y[0]


@primitive
def least_squares(a: Any, b: Any, cond: Any, driver: Any, finite: Any = True) -> Any:
    """x, the sums of squares left, the rank and the singular values, for a matrix b."""
    return scipy.linalg.lstsq(a, b, cond, check_finite=finite, lapack_driver=driver)


def _residual(g: Any, y: Any, a: Any, b: Any, cond: Any) -> tuple[Any, Any, Any]:
    """P, the cotangent of b, and b − a x: the sum of squares moves by 2 Re rᴴ (db − da x), whatever x does."""
    cond = np.finfo(dtype_of(y[0])).eps if cond is None else cond
    p = pseudoinverse(a, None, cond, False)[0]
    _whole("lstsq", "cond=", a, p)
    r, db = b - a @ y[0], adjoint(p) @ g[0]
    return p, db + 2 * r * g[1][..., None, :] if shape_of(y[1])[-1] else db, r


def _by_system(g: Any, y: Any, a: Any, b: Any, cond: Any) -> Any:
    p, db, r = _residual(g, y, a, b, cond)
    gx, x, h = g[0], y[0], adjoint(p)
    return r @ adjoint(gx) @ p @ h + h @ x @ adjoint(gx - p @ (a @ gx)) - db @ adjoint(x)


rule(
    least_squares,
    a=_by_system,
    b=lambda g, y, a, b, cond: _residual(g, y, a, b, cond)[1],
)


def _lstsq(
    a: Any,
    b: Any,
    cond: Any = None,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = None,
) -> Any:
    a, b = array(a), array(b)
    vector = len(shape_of(b)) == 1
    x, rest, rank, s = y = least_squares(a, b[..., None] if vector else b, cond, lapack_driver, check_finite)
    if vector and shape_of(rest)[-1]:
        rest = rest[0] if len(shape_of(rest)) == 1 else rest[..., 0]
    s = constant(s)
    if s is not None and s.dtype.kind == "f":  # some drivers compute none
        s = known_values(a, s)
    return type(y)((x[..., 0] if vector else x, rest, rank, s))


pinv: Final = mirrored(scipy.linalg.pinv, _pinv)
lstsq: Final = mirrored(scipy.linalg.lstsq, _lstsq)

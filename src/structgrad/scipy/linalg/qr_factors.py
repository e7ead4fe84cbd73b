"""QR factors, of any shape, with and without pivoting."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.scipy.linalg.parts import adjoint, on_diagonal
from structgrad.scipy.linalg.solves import inverse as inverse_of
from structgrad.scipy.linalg.solves import triangular
from structgrad.scipy.mirrored import array, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def factors(a: Any, mode: Any, pivoting: Any, finite: Any = True) -> Any:
    """Q, R, and with pivoting the order of the columns."""
    return scipy.linalg.qr(a, mode=mode, pivoting=pivoting, check_finite=finite)


def turning(x: Any) -> Any:
    """What the cotangent x of Qᴴ dQ is to its strict lower part, and to the imaginary part of its diagonal."""
    lower = np.tril(x - adjoint(x), -1)
    return lower + 1j * on_diagonal(np.imag(x)) if is_complex(x) else lower


def _thin(gq: Any, gr: Any, q: Any, r: Any) -> Any:
    """The cotangent of a = Q R, R square: da R⁻¹ = dQ + Q dR R⁻¹, and dR R⁻¹ is upper triangular with a real diagonal.

    Source: Walter and Lehmann, Algorithmic differentiation of linear algebra functions, 2010, section 4.
    """
    rotated, scaled = adjoint(q) @ gq, gr @ adjoint(r)
    dz = gq + q @ (scaled - rotated + turning(rotated - scaled))
    return adjoint(triangular(r, adjoint(dz)))


def _to_thin(g: Any, q: Any, n: int) -> Any:
    """The cotangent of the first n columns of Q, out of that of all of them.

    Householder's Q = 1 − V T Vᴴ determines the columns beyond the n-th by those before: with W = Q₁ − 1 = −V T V₁ᴴ
    they are W Kᴴ + 1, where K = V₂ V₁⁻¹ = W₂ W₁⁻¹. (Ballard et al., Reconstructing Householder vectors from
    tall-skinny QR, 2014.)
    """
    w = q[..., :n] - np.eye(shape_of(q)[-1], n, dtype=q.dtype)
    g1, g2 = g[..., :n], g[..., n:]
    inverse = inverse_of(w[..., :n, :])
    k = w[..., n:, :] @ inverse
    by_k = adjoint(g2) @ w
    lower = by_k @ adjoint(inverse)
    return g1 + g2 @ k + np.concatenate([-adjoint(k) @ lower, lower], -2)


def _by_matrix(g: Any, y: Any, mode: Any) -> Any:
    gq, gr, *_ = g
    q, r, *order = y
    m, n = shape_of(q)[-2], shape_of(r)[-1]
    if m < n:  # the columns beyond the m-th are Qᴴ a
        beside, gr1 = q @ gr[..., m:], gr[..., :m]
        square = _thin(gq + q @ r[..., m:] @ adjoint(gr[..., m:]), gr1, q, r[..., :m])
        da = np.concatenate([square, beside], -1)
    elif mode == "economic" or m == n:
        da = _thin(gq, gr, q, r)
    else:
        da = _thin(_to_thin(gq, q, n), gr[..., :n, :], q[..., :n], r[..., :n, :])
    return np.take_along_axis(da, np.argsort(order[0], -1)[..., None, :], -1) if order else da


rule(factors, a=_by_matrix)


def _qr(
    a: Any,
    overwrite_a: Any = False,
    lwork: Any = None,
    mode: Any = "full",
    pivoting: Any = False,
    check_finite: Any = True,
) -> Any:
    if mode == "raw":
        refuse_option("qr", "mode='raw'", "Take mode='economic'.")
    y = factors(array(a), "full" if mode == "r" else mode, pivoting, check_finite)
    if mode != "r":
        return y
    return y[1] if type(y) is list and not pivoting else y[1:]  # SciPy gives lists for batches, but for one array


qr: Final = mirrored(scipy.linalg.qr, _qr)

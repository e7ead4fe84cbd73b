"""Triangular factors: Cholesky and QR."""

from typing import Any, Final

import numpy as np

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.singular import first
from structgrad.rules.triangular import adjoint, halved, lower_inverse, read
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

QRResult: Final = type(np.linalg.qr(np.eye(0)))


@primitive
def factor(a: Any, upper: bool) -> Any:
    """The Cholesky factor."""
    return np.linalg.cholesky(a, upper=upper)


def _by_product(g: Any, y: Any, upper: bool) -> Any:
    """L⁻ᴴ Φ(Lᴴ g) L⁻¹ (Murray 2016, Differentiation of the Cholesky decomposition)."""
    l, g = (adjoint(y), adjoint(g)) if upper else (y, g)
    inverse = lower_inverse(l)
    return read(adjoint(inverse) @ halved(adjoint(l) @ g) @ inverse, not upper)


rule(factor, params="a upper", selects=True, a=_by_product)


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return factor(a, upper)


@primitive
def orthogonal_and_upper(a: Any, mode: Any) -> Any:
    """Q and R."""
    return tuple(np.linalg.qr(a, mode))


def _by_q_and_r(g: Any, y: Any) -> Any:
    """(g_Q + Q (P + Pᴴ)) R⁻ᴴ with P = Φ(R g_Rᴴ − g_Qᴴ Q); LAPACK's R has a real diagonal.

    (Walter and Lehmann 2012, Algorithmic differentiation of linear algebra functions.) Columns beyond a square R are Q
    times those of R. LinAlgError where R is singular, for then Q jumps.
    """
    (gq, gr), (q, r) = g, y
    n = r.shape[-1]
    k = min(q.shape[-2], n)
    if q.shape[-1] > k:
        q, gq = q[..., :k], first(gq, q, k, "qr")
        r, gr = r[..., :k, :], gr[..., :k, :]
    r, r_rest, gr, gr_rest = r[..., :k], r[..., k:], gr[..., :k], gr[..., k:]
    if n > k:
        gq = gq + q @ r_rest @ adjoint(gr_rest)
    p = halved(r @ adjoint(gr) - adjoint(gq) @ q)
    x = (gq + q @ (p + adjoint(p))) @ lower_inverse(adjoint(r))
    return np.concatenate([x, q @ gr_rest], axis=-1) if n > k else x


rule(orthogonal_and_upper, params="a mode", a=_by_q_and_r)


def _qr(a: Any, mode: str = "reduced") -> Any:
    if mode == "r":
        return orthogonal_and_upper(a, "reduced")[1]
    if mode not in ("reduced", "complete"):
        raise MissingRuleError(
            f"linalg.qr with mode={mode!r} has no derivative{users_line()}. Take mode='reduced', 'complete' or 'r'."
        )
    return QRResult(*orthogonal_and_upper(a, mode))


derive(np.linalg.cholesky, _cholesky)
derive(np.linalg.qr, _qr)

"""Singular values and vectors, and what is read off the singular values."""

from typing import Any, Final

import numpy as np

from structgrad.rules.coinciding import (
    asked,
    close,
    is_asked,
    is_none,
    largest,
    others,
    over,
    refuse,
    require_constant,
    require_known,
    require_no_phase,
    require_none,
    rounding,
    shared,
)
from structgrad.rules.elementwise import is_complex
from structgrad.rules.triangular import adjoint
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, flat, rule
from structgrad.tape.value import plain

SVDResult: Final = type(np.linalg.svd(np.eye(0)))


@primitive
def decomposition(a: Any, full: bool) -> Any:
    """u, s, vᴴ, and the mark of u and vᴴ."""
    return (*np.linalg.svd(a, full), 0.0)


@primitive
def singular_values(a: Any) -> Any:
    """The singular values alone."""
    return np.linalg.svd(a, compute_uv=False)


def _opened(y: Any) -> Any:
    u, s, vh, mark = y
    return asked(u, mark), s, asked(vh, mark)


def zeros(s: Any) -> Any:
    """Which singular values are 0 but for rounding."""
    return plain(s) <= rounding(s)[..., 0]


def by_values(g: Any, u: Any, s: Any, vh: Any, name: str) -> Any:
    """The cotangent of a matrix from that of its singular values alone. At 0 these have a kink, as |x| has."""
    same, none = close(s), zeros(s)
    require_constant(g, u, others(same) | none[..., None], name)
    return u * np.where(none, 0, shared(g, same))[..., None, :] @ vh


def first(g: Any, v: Any, k: int, name: str) -> Any:
    """The cotangent of the first k of a basis's vectors, out of that of all: the others stay orthogonal to them.

    These others may be any basis of what is left; a loss that depends on which one is refused.
    """
    rest, g_rest = v[..., k:], g[..., k:]
    inner = adjoint(rest) @ g_rest
    if not np.all(is_none(inner - adjoint(inner), largest(g))):
        refuse(name, "which vectors complete a basis")
    return g[..., :k] - rest @ (adjoint(g_rest) @ v[..., :k])


def _by_parts(g: Any, y: Any) -> Any:
    """dU = U Ω, dV = V Θ with (Ω + Θ)ᵢⱼ (sⱼ − sᵢ) = pᵢⱼ + pⱼᵢ*, (Ω − Θ)ᵢⱼ (sⱼ + sᵢ) = pᵢⱼ − pⱼᵢ*, where p = Uᴴ dA V.

    And what is beyond U and V (Townsend 2016, Differentiating the singular value decomposition; for complex numbers
    Wan and Zhang 2019, Automatic differentiation for complex valued SVD).
    """
    gu, gs, gvh, mark = g
    u, s, vh = _opened(y)
    k = s.shape[-1]
    v, gv = adjoint(vh), adjoint(gvh)
    if not is_asked(mark):
        return by_values(gs, u[..., :k], s, vh[..., :k, :], "svd")
    m, n = u.shape[-2], v.shape[-2]
    if u.shape[-1] > k:
        u, gu = u[..., :k], first(gu, u, k, "svd")
    if v.shape[-1] > k:
        v, gv = v[..., :k], first(gv, v, k, "svd")
    ku, kv = adjoint(u) @ gu, adjoint(v) @ gv
    beyond_u, beyond_v = gu - u @ ku if m > k else None, gv - v @ kv if n > k else None
    same, none = close(s), zeros(s)
    beyond = [x for x in (beyond_u, beyond_v) if x is not None]
    size = largest(ku) + largest(kv) + sum(map(largest, beyond))  # a loss of what is beyond alone has no ku, kv
    _require_determined(ku, kv, gs, same, none, beyond, mark, size)
    turn = over((ku + kv) / 2, s[..., None, :] - s[..., :, None], same)
    stretch = over((ku - kv) / 2, s[..., None, :] + s[..., :, None], none[..., None, :] & none[..., :, None])
    x = u @ (turn + adjoint(turn) + stretch - adjoint(stretch)) + u * gs[..., None, :]
    if beyond_u is not None:
        x = x + over(beyond_u, s[..., None, :], none[..., None, :])
    x = x @ adjoint(v)
    return x if beyond_v is None else x + over(u, s[..., None, :], none[..., None, :]) @ adjoint(beyond_v)


def _require_determined(ku: Any, kv: Any, gs: Any, same: Any, none: Any, beyond: Any, mark: Any, size: Any) -> None:
    """Raise for a loss of vectors that are not determined: of values that coincide, and of values that are 0.

    The vectors of 0 turn on each side for themselves, and into what is beyond; a single 0 is harmless if there is
    nothing beyond and no phase.
    """
    require_no_phase(np.diagonal(ku + kv, 0, -2, -1), size, "svd")
    void = none[..., None, :] & none[..., :, None]
    if not beyond and not is_complex(ku):
        void = others(void)
    for x in beyond:
        require_none(x, size, none[..., None, :], mark, "svd")
    require_known(ku + kv, size, gs, others(same) & ~void, mark, "svd")
    for k in (ku, kv):
        require_known(k, size, gs, void, mark, "svd", by_diagonal=False)


rule(decomposition, params="a full", a=_by_parts)
rule(singular_values, params="a", a=lambda g, a: by_values(g, *np.linalg.svd(a, full_matrices=False), "svdvals"))


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    if hermitian:
        return _of_hermitian(a) if compute_uv else np.sort(np.abs(np.linalg.eigvalsh(a)))[..., ::-1]
    return SVDResult(*_opened(decomposition(a, bool(full_matrices)))) if compute_uv else singular_values(a)


def _of_hermitian(a: Any) -> Any:
    """Eigenvalues in the order of their size, and their signs to one side."""
    w, u = np.linalg.eigh(a)
    order = np.argsort(np.abs(plain(w)))[..., ::-1]
    signs = np.take_along_axis(np.copysign(1.0, plain(w)), order, axis=-1)
    s = np.take_along_axis(np.abs(w), order, axis=-1)
    u = np.take_along_axis(u, order[..., None, :], axis=-1)
    return SVDResult(u, s, adjoint(u * signs[..., None, :]))


derive(np.linalg.svd, _svd)
derive(np.linalg.svdvals, lambda x, /: singular_values(x))
flat(np.linalg.matrix_rank)

"""Determinants and their logarithms. The slope of a determinant is its cofactors, which singular matrices have too."""

from typing import Any, Final

import numpy as np

from structgrad.rules.cumulative import products_before
from structgrad.rules.elementwise import conj, is_complex
from structgrad.rules.joining import is_traced
from structgrad.rules.products import turned
from structgrad.rules.triangular import adjoint
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

SlogdetResult: Final = type(np.linalg.slogdet(np.eye(0)))


def _inverse(a: Any) -> Any:
    """The inverse, or None where it would lose half of the digits or more."""
    try:
        b = np.linalg.inv(a)
    except np.linalg.LinAlgError:
        return None
    condition = _size(a) * _size(b)
    return None if np.any(condition > np.finfo(b.dtype).eps ** -0.5) else b


def _size(a: Any) -> Any:
    return np.max(np.sum(np.abs(plain(a)), axis=-1), axis=-1, initial=0)


def _by_matrix(g: Any, y: Any, a: Any) -> Any:
    """g det(a) a⁻ᵀ; by the cofactors themselves where a is singular or nearly so."""
    b = _inverse(a)
    return _scaled(g, cofactors(a)) if b is None else _scaled(g * y, turned(b))


def _scaled(g: Any, a: Any) -> Any:
    return np.reshape(g, (*g.shape, 1, 1)) * a


def _others(s: Any) -> Any:
    """For each number of the last axis the product of all others."""
    return products_before(s[..., :-1]) * products_before(s[..., :0:-1])[..., ::-1]


def _phase(u: Any, vh: Any) -> Any:
    return np.linalg.det(u) * np.linalg.det(vh)


@primitive
def cofactors(a: Any) -> Any:
    """The transposed adjugate: of a product the product of those of its factors, u, diag(s) and vᴴ; no division."""
    u, s, vh = np.linalg.svd(a)
    return _scaled(_phase(u, vh), conj((u * _others(s)[..., None, :]) @ vh))


def _by_cofactors(g: Any, a: Any) -> Any:
    """In the basis of the singular vectors cᵢᵢ moves with Σⱼ pᵢⱼ eⱼⱼ, cᵢⱼ with −pᵢⱼ eⱼᵢ, p: products of all but two."""
    u, s, vh = np.linalg.svd(a)
    one = np.eye(s.shape[-1], dtype=bool)
    but_two = np.where(one, 0, _others(np.where(one, 1, s[..., None, :])))
    e = adjoint(u) @ g @ adjoint(vh)
    across = (but_two @ np.diagonal(e, 0, -2, -1)[..., None]) * one
    return _scaled(_phase(u, vh), conj(u) @ (across - but_two * turned(e)) @ conj(vh))


rule(np.linalg.det, holomorphic=True, a=_by_matrix)
rule(cofactors, holomorphic=True, a=_by_cofactors)


@primitive
def signed_logarithm(a: Any) -> Any:
    """np.linalg.slogdet as a plain tuple."""
    return tuple(np.linalg.slogdet(a))


def _by_logarithm(g: Any, y: Any, a: Any) -> Any:
    """d log det(a) = tr(a⁻¹ da): its real part moves the logarithm, its imaginary part turns the sign.

    LinAlgError where the logarithm is −inf, unless nobody asks for it.
    """
    turning, slope = g
    sign = y[0]
    if is_complex(sign):
        slope = slope + 1j * np.imag(conj(sign) * turning)
    if not is_traced(slope):
        unasked = (plain(sign) == 0) & (slope == 0)
        if np.any(unasked):
            a = np.where(unasked[..., None, None], np.eye(a.shape[-1], dtype=a.dtype), a)
    return _scaled(slope, adjoint(np.linalg.inv(a)))


rule(signed_logarithm, params="a", selects=True, a=_by_logarithm)
derive(np.linalg.slogdet, lambda a: SlogdetResult(*signed_logarithm(a)))

"""Triangular matrices: the one that stands for a Hermitian matrix, and the inverse of a lower one."""

from typing import Any

import numpy as np

from structgrad.rules.elementwise import conj
from structgrad.rules.products import turned
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

# Below, LAPACK's inverse of any matrix costs less than a step of recursion.
_SMALL = 64


def adjoint(x: Any) -> Any:
    """Matrices transposed and conjugated."""
    return conj(turned(x))


def halved(x: Any, lower: bool = True) -> Any:
    """Φ of the literature on Cholesky: one triangle with half the diagonal, so that Φ(x) + Φ(x)ᴴ is Hermitian."""
    n = x.shape[-1]
    half = np.tri(n, dtype=np.finfo(x.dtype).dtype)
    half.flat[:: n + 1] = 0.5
    return x * (half if lower else half.T)


def read(x: Any, lower: bool) -> Any:
    """The cotangent of a matrix of which LAPACK reads one triangle, out of that of the Hermitian matrix it stands for.

    Differences show nothing else: what is not read has no slope, and what is read stands in two places.
    """
    return halved(x + adjoint(x), lower)


def hermitian(a: Any) -> Any:
    """The Hermitian matrix that the lower triangle of `a` stands for; what is imaginary on the diagonal is ignored."""
    half = np.tril(a, -1)
    return half + adjoint(half) + np.where(np.eye(a.shape[-1], dtype=bool), np.real(a), 0)


@primitive
def lower_inverse(l: Any) -> Any:
    """The inverse of a lower triangular matrix: that of its halves, and one product. LinAlgError if it is singular."""
    n = l.shape[-1]
    if n <= _SMALL:
        return np.linalg.inv(l)
    k = n // 2
    first, last = lower_inverse(l[..., :k, :k]), lower_inverse(l[..., k:, k:])
    y = np.zeros_like(l)
    y[..., :k, :k], y[..., k:, k:] = first, last
    y[..., k:, :k] = -last @ l[..., k:, :k] @ first
    return y


rule(lower_inverse, holomorphic=True, l=lambda g, y: -turned(y) @ g @ turned(y))

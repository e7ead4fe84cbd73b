"""What the matrix functions share: adjoints, vectors as columns, and what SciPy reads of a matrix."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.products import turned
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def adjoint(x: Any) -> Any:
    """Matrices transposed and conjugated."""
    return conj(turned(x))


def on_diagonal(a: Any) -> Any:
    """Square matrices with 0 off the diagonal."""
    return a * np.eye(shape_of(a)[-1], dtype=bool)


def halved(a: Any) -> Any:
    """Φ of the Cholesky literature: the lower triangle with half the diagonal."""
    return np.tril(a) - on_diagonal(a) / 2


def triangle(a: Any, lower: Any, k: int = 0) -> Any:
    """The lower or the upper triangle from the k-th diagonal outwards."""
    return np.tril(a, -k) if lower else np.triu(a, k)


@primitive
def hermitian(a: Any, lower: Any) -> Any:
    """The Hermitian matrix that one triangle of `a` stands for; what is imaginary on the diagonal is ignored."""
    half = triangle(a, lower, 1)
    return half + adjoint(half) + on_diagonal(np.real(a))


@primitive
def symmetric(a: Any, lower: Any) -> Any:
    """The symmetric matrix that one triangle of `a` stands for."""
    half = triangle(a, lower, 1)
    return half + turned(half) + on_diagonal(a)


rule(
    hermitian,
    linear="a",
    a=lambda g, lower: triangle(g + adjoint(g), lower, 1) + on_diagonal(np.real(g)),
)
rule(
    symmetric,
    linear="a",
    a=lambda g, lower: triangle(g + turned(g), lower, 1) + on_diagonal(g),
)

_READS: dict[str, Callable[[Any, Any], Any]] = {
    "diagonal": lambda a, lower: np.tril(np.triu(a)),
    "tridiagonal": lambda a, lower: np.tril(np.triu(a, -1), 1),
    "upper triangular": lambda a, lower: np.triu(a),
    "lower triangular": lambda a, lower: np.tril(a),
    "sym": symmetric,
    "symmetric": symmetric,
    "her": hermitian,
    "hermitian": hermitian,
    "pos": hermitian,
    "positive definite": hermitian,
}


def read(a: Any, assume_a: str | None, lower: Any) -> Any:
    """The matrix that SciPy sees where it is told what to assume of `a`: what it does not read has no slope."""
    return _READS[assume_a](a, lower) if assume_a in _READS else a


def with_columns(function: Callable[[Any], Any], b: Any) -> Any:
    """A function of matrices of columns, for a vector as well: a vector is a matrix of one column."""
    return function(b[..., None])[..., 0] if len(shape_of(b)) == 1 else function(b)

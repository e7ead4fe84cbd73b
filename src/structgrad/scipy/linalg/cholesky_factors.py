"""Cholesky factors, and systems solved by them."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.scipy.linalg.parts import adjoint, halved, hermitian, triangle, with_columns
from structgrad.scipy.linalg.solves import triangular
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def factor(a: Any, lower: Any, finite: Any = True) -> Any:
    """The triangular factor of a Hermitian matrix, 0 beyond its triangle."""
    return scipy.linalg.cholesky(a, lower, check_finite=finite)


def _by_matrix(g: Any, y: Any, lower: Any) -> Any:
    """S = L⁻ᴴ Φ(Lᴴ g) L⁻¹ for a = L Lᴴ, its Hermitian part (Murray, Differentiation of the Cholesky decomposition)."""
    l, g = (y, g) if lower else (adjoint(y), adjoint(g))
    s = triangular(l, halved(adjoint(l) @ np.tril(g)), 2, True)
    s = triangular(l, adjoint(s), 2, True)
    return (s + adjoint(s)) / 2


rule(factor, a=_by_matrix)


def _cholesky(a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    return factor(hermitian(np.atleast_2d(array(a)), lower), lower, check_finite)


def _cho_factor(a: Any, lower: Any = False, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    """Beyond the triangle of the factor SciPy leaves what was there."""
    a = np.atleast_2d(array(a))
    return factor(hermitian(a, lower), lower, check_finite) + triangle(a, not lower, 1), lower


@primitive
def solved_by(c: Any, b: Any, lower: Any, finite: Any = False) -> Any:
    """x of L Lᴴ x = b, or Uᴴ U x = b, for a factor c and a matrix b."""
    return scipy.linalg.cho_solve((c, lower), b, check_finite=finite)


def _by_factor(g: Any, y: Any, c: Any, lower: Any) -> Any:
    da = -solved_by(c, g, lower) @ adjoint(y)
    da = da + adjoint(da)
    c = triangle(c, lower)
    return triangle(da @ c if lower else c @ da, lower)


rule(
    solved_by,
    linear="b",
    c=_by_factor,
    b=lambda g, c, lower: solved_by(c, g, lower),
)


def _cho_solve(c_and_lower: Any, b: Any, overwrite_b: Any = False, check_finite: Any = True) -> Any:
    c, lower = c_and_lower
    return with_columns(lambda b: solved_by(array(c), b, lower, check_finite), array(b))


cholesky: Final = mirrored(scipy.linalg.cholesky, _cholesky)
cho_factor: Final = mirrored(scipy.linalg.cho_factor, _cho_factor)
cho_solve: Final = mirrored(scipy.linalg.cho_solve, _cho_solve)

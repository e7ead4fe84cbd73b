"""Systems of linear equations, the inverse and the determinant."""

import math
from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.products import turned
from structgrad.scipy.linalg.parts import adjoint, read, triangle, with_columns
from structgrad.scipy.mirrored import array, constant, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import RULES, rule

# What the transpose of a matrix is, where it is not of the same kind.
_TURNED = {"upper triangular": "lower triangular", "lower triangular": "upper triangular"}


@primitive
def solved(
    a: Any, b: Any, lower: Any = False, assume_a: Any = None, transposed: Any = False, finite: Any = True
) -> Any:
    """x of a x = b, where b is a matrix and `a` has the structure assumed."""
    options = {"lower": lower, "assume_a": assume_a, "transposed": transposed, "check_finite": finite}
    return scipy.linalg.solve(a, b, **{name: option for name, option in options.items() if option is not None})


def _back(g: Any, a: Any, lower: Any, assume_a: Any, transposed: Any) -> Any:
    """aᵀ⁻¹ g."""
    if transposed:
        return solved(a, g, lower, assume_a, False, False)
    return solved(turned(a), g, lower, _TURNED.get(assume_a, assume_a), False, False)


def _by_matrix(g: Any, y: Any, a: Any, lower: Any, assume_a: Any, transposed: Any) -> Any:
    dx = -_back(g, a, lower, assume_a, transposed) @ turned(y)
    return turned(dx) if transposed else dx


rule(
    solved,
    holomorphic=True,
    linear="b",
    a=_by_matrix,
    b=_back,
)


def _solve(
    a: Any,
    b: Any,
    lower: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
    assume_a: Any = None,
    transposed: Any = False,
) -> Any:
    a, b = np.atleast_2d(array(a)), np.atleast_1d(array(b))
    if math.prod(shape_of(a)) != 1:
        a = read(a, assume_a, lower)
        return with_columns(lambda b: solved(a, b, lower, assume_a, transposed, check_finite), b)
    if not constant(a).item():  # SciPy divides by a single number, however many rows b has
        raise scipy.linalg.LinAlgError("A singular matrix detected.")
    return with_columns(lambda b: b / a, b)


@primitive
def inverse(a: Any, lower: Any = False, assume_a: Any = None, finite: Any = True) -> Any:
    """The inverse of `a`, which has the structure assumed."""
    options = {} if assume_a is None else {"lower": lower, "assume_a": assume_a}
    return scipy.linalg.inv(a, check_finite=finite, **options)


rule(inverse, holomorphic=True, a=lambda g, y: -turned(y) @ g @ turned(y))


def _inv(
    a: Any, overwrite_a: Any = False, check_finite: Any = True, *, assume_a: Any = None, lower: Any = False
) -> Any:
    a = array(a)
    seen = read(a, assume_a, lower)
    if assume_a == "diagonal" and np.any(a != seen):  # SciPy's result then has entries of `a` itself
        refuse_option("inv", "assume_a='diagonal' of a matrix that is not", "Take the diagonal of it.")
    return inverse(seen, lower, assume_a, check_finite)


@primitive
def determinant(a: Any, finite: Any = True) -> Any:
    """The determinant."""
    return scipy.linalg.det(a, check_finite=finite)


rule(determinant, holomorphic=True, a=RULES[np.linalg.det].pulls["a"].of)


@primitive
def triangular(a: Any, b: Any, trans: Any = 0, lower: Any = False, unit: Any = False, finite: Any = False) -> Any:
    """x of a x = b, aᵀ x = b or aᴴ x = b (trans 0, 1, 2), where `a` is triangular and b a matrix."""
    return scipy.linalg.solve_triangular(a, b, trans, lower, unit, check_finite=finite)


def _triangular_back(g: Any, a: Any, trans: Any, lower: Any, unit: Any) -> Any:
    if trans == 1:
        return triangular(conj(a), g, 0, lower, unit)
    return triangular(a, g, 2 - trans, lower, unit)


def _by_triangle(g: Any, y: Any, a: Any, trans: Any, lower: Any, unit: Any) -> Any:
    g = -_triangular_back(g, a, trans, lower, unit)
    da = (g @ adjoint(y), conj(y) @ turned(g), y @ adjoint(g))[trans]
    return triangle(da, lower, 1 if unit else 0)


rule(
    triangular,
    linear="b",
    a=_by_triangle,
    b=_triangular_back,
)


def _solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: Any = False,
    unit_diagonal: Any = False,
    overwrite_b: Any = False,
    check_finite: Any = True,
) -> Any:
    a, trans = array(a), {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    return with_columns(lambda b: triangular(a, b, trans, lower, unit_diagonal, check_finite), array(b))


solve: Final = mirrored(scipy.linalg.solve, _solve)
inv: Final = mirrored(scipy.linalg.inv, _inv)
det: Final = mirrored(
    scipy.linalg.det, lambda a, overwrite_a=False, check_finite=True: determinant(array(a), check_finite)
)
solve_triangular: Final = mirrored(scipy.linalg.solve_triangular, _solve_triangular)

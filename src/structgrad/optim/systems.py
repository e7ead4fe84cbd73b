"""Linear systems with the Jacobian J of a function at a point, as a matrix or by products with it alone."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import Array
from structgrad.errors import StructgradError
from structgrad.transforms.forward import jvp
from structgrad.transforms.jacobian import jacobian
from structgrad.transforms.vjp import vjp

# (b, transposed) -> the x of J x = b, or of Jᵀ x = b: all plain numbers.
Solve = Callable[[Array, bool], Array]
Function = Callable[[Any], Any]
# Measured: up to here a matrix costs no more than the products of an iteration that shrinks errors by 0.9 a step.
DENSE = 100


def by_matrix(f: Function, x: Array, who: str) -> Solve:
    """Solve with the matrix of all derivatives of f at x, made once and when first asked for."""

    @functools.cache
    def matrix() -> Array:
        J: Array = jacobian(f)(x)
        if np.isfinite(J).all() and np.linalg.cond(J, 1) * np.finfo(float).eps > 1.0:
            raise StructgradError(
                f"{who} has no derivative here: the Jacobian of its function is singular at the solution, which moves "
                f"at no finite rate, or is not the only one nearby."
            )
        return J

    def solve(b: Array, transposed: bool) -> Array:
        return np.linalg.solve(matrix().T if transposed else matrix(), b).astype(float, copy=False)

    return solve


def by_iteration(f: Function, x: Array, who: str, tol: float, steps: int) -> Solve:
    """Solve by x ← x + b − J x, which converges as the fixed-point iteration of v − f(v) does, by products alone.

    Richardson, The approximate arithmetical solution by finite differences of physical problems, 1911.
    """
    product = _products(f, x)

    def solve(b: Array, transposed: bool) -> Array:
        found = b
        for _ in range(steps):
            rest = b - product(found, transposed)
            found = found + rest
            if not np.max(np.abs(rest)) > tol * np.max(np.abs(found)):
                return found
        raise _unsolved(who)

    return _of_finite(solve)


def by_gmres(f: Function, x: Array, who: str, rtol: float) -> Solve:
    """Solve by GMRES, by products alone, to a residual of rtol, relative to b.

    Saad, Schultz, GMRES: a generalized minimal residual algorithm, SIAM J. Sci. Stat. Comput. 7, 1986.
    """
    from scipy.sparse import linalg

    product = _products(f, x)
    theirs: Any = linalg  # its stubs know one kind of operators

    def solve(b: Array, transposed: bool) -> Array:
        operator = theirs.LinearOperator((x.size, x.size), lambda p: product(p, transposed), dtype=float)
        found, info = theirs.gmres(operator, b, rtol=rtol, restart=min(x.size, 100), maxiter=20)
        if info:
            raise _unsolved(who)
        return found  # type: ignore[no-any-return]  # a vector, as b

    return _of_finite(solve)


def _products(f: Function, x: Array) -> Callable[[Array, bool], Array]:
    """J p, or Jᵀ p."""

    @functools.cache
    def pullback() -> Any:
        return vjp(f)(x)[1]

    return lambda p, transposed: pullback()(p) if transposed else jvp(f)(x, p)[1]


def _of_finite(solve: Solve) -> Solve:
    """The same for right sides that an iteration can start from: zero gives zero, NaN gives NaN."""

    def checked(b: Array, transposed: bool) -> Array:
        if not np.isfinite(b).all():
            return b * np.nan
        return solve(b, transposed) if b.any() else b

    return checked


def _unsolved(who: str) -> StructgradError:
    return StructgradError(
        f"the derivative of {who} could not be computed: its linear system was not solved by iteration. The Jacobian "
        f"of the function is nearly singular at the solution."
    )

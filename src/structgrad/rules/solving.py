"""Systems of linear equations and inverses: each pullback is a system with the transposed matrix."""

import math
from typing import Any, Final

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.joining import array_of, is_traced
from structgrad.rules.products import column, row, turned
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

solve: Final = primitive(np.linalg.solve)


def _back(g: Any, a: Any, vector: bool) -> Any:
    """a⁻ᵀ g, where g is a matrix of columns, or a vector as b was."""
    if vector and not len(shape_of(a)) == g.ndim + 1 == 2:
        return np.linalg.solve(turned(a), column(g))[..., 0]
    return np.linalg.solve(turned(a), g)


def _by_matrix(h: Any, y: Any, vector: bool) -> Any:
    """−a⁻ᵀ g yᵀ, for h = a⁻ᵀ g."""
    return -column(h) * row(y) if vector else -h @ turned(y)


rule(
    solve,
    params="a b",
    holomorphic=True,
    linear="b",
    a=lambda g, y, a, b_shape: _by_matrix(_back(g, a, len(b_shape) == 1), y, len(b_shape) == 1),
    b=lambda g, a, b_shape: _back(g, a, len(b_shape) == 1),
)


@primitive
def solve_both(ab: list[Any]) -> Any:
    """np.linalg.solve, differentiated by both arguments at once, for they share the one system that costs."""
    return np.linalg.solve(*ab)


def _by_both(g: Any, y: Any, ab: list[Any]) -> list[Any]:
    a, b = ab
    vector = len(shape_of(b)) == 1
    h = _back(g, a, vector)
    return [_by_matrix(h, y, vector), h]


rule(solve_both, params="ab", holomorphic=True, ab=_by_both)


def _solve(a: Any, b: Any) -> Any:
    a, b = array_of(a), array_of(b)
    return solve_both([a, b]) if is_traced(a) and is_traced(b) else solve(a, b)


def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    a, b = array_of(a), array_of(b)
    order = list(range(len(shape_of(a))))
    for axis in axes or ():
        order.remove(axis)
        order.append(axis)
    a = np.transpose(a, order)
    shape = shape_of(a)[len(shape_of(b)) - len(order) :]
    n = math.prod(shape)
    if math.prod(shape_of(a)) != n**2:
        raise np.linalg.LinAlgError(f"np.linalg.tensorsolve finds no square matrix in shape {shape_of(a)}")
    return np.reshape(np.linalg.solve(np.reshape(a, (n, n)), np.ravel(b)), shape)


def _tensorinv(a: Any, ind: int = 2) -> Any:
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    rows, columns = shape_of(a)[:ind], shape_of(a)[ind:]
    matrix = np.reshape(a, (math.prod(columns), -1))  # of nothing, -1 raises, as in NumPy
    return np.reshape(np.linalg.inv(matrix), columns + rows)


derive(np.linalg.solve, _solve)
rule(np.linalg.inv, holomorphic=True, a=lambda g, y: -turned(y) @ g @ turned(y))
derive(np.linalg.tensorsolve, _tensorsolve)
derive(np.linalg.tensorinv, _tensorinv)

"""Products of vectors and matrices by `@`: each pullback is a product of the same kind."""

import math
import operator
from typing import Any

import numpy as np

from structgrad.arrays import FLOAT64, shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule


def column(x: Any) -> Any:
    """Vectors as matrices of one column."""
    return x.reshape((*x.shape, 1))


def row(x: Any) -> Any:
    """Vectors as matrices of one row."""
    return x.reshape((*x.shape[:-1], 1, x.shape[-1]))


def turned(x: Any) -> Any:
    """Matrices transposed."""
    return x.T if x.ndim == 2 else np.swapaxes(x, -1, -2)


def left(g: Any, b: Any) -> Any:
    """The cotangent of a in a @ b. A batch that a lacks is summed by the engine."""
    if type(g) is type(b) is np.ndarray and g.ndim == b.ndim == 2 and b.dtype is FLOAT64:  # the usual case
        return g @ b.T
    b = conj(b)
    if b.ndim == 1:
        return column(g) * b if g.ndim else g * b
    if g.ndim < b.ndim:  # a is a vector
        return b @ g if b.ndim == 2 else (b @ column(g))[..., 0]
    return g @ turned(b)


def right(g: Any, a: Any, b_shape: tuple[int, ...]) -> Any:
    """The cotangent of b in a @ b. A batch of matrices against a single b is one long matrix."""
    if type(g) is type(a) is np.ndarray and g.ndim == a.ndim == 2 and a.dtype is FLOAT64:
        return a.T @ g
    a = conj(a)
    if a.ndim == 1:
        return column(a) * row(g) if g.ndim else g * a
    if a.ndim > 2 and len(b_shape) <= 2:
        rows = math.prod(a.shape[:-1])
        a, g = a.reshape((rows, a.shape[-1])), g.reshape((rows, *b_shape[1:]))
    return turned(a) @ g


# By the operator, which sparse matrices have too; np.matmul would ask them for an array.
rule(np.matmul, a=left, b=right, forward={"a": lambda t, b: t @ b, "b": lambda t, a: a @ t})


def _matrix_power(a: Any, n: int) -> Any:
    n = operator.index(n)
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    if n == 3:  # in NumPy's order, so that the last bits agree
        return (a @ a) @ a
    y = None
    while True:
        n, odd = divmod(n, 2)
        if odd:
            y = a if y is None else y @ a
        if not n:
            return y
        a = a @ a


def _several(g: Any, arrays: Any, live: tuple[int, ...]) -> Any:
    """The pullback of A₀ A₁ … by Aᵢ: (A₀ … Aᵢ₋₁)ᴴ g (Aᵢ₊₁ …)ᴴ, the best order chosen for each."""
    shapes = [shape_of(x) for x in arrays]
    first, *inner, last = [conj(x) for x in arrays]
    matrices = [row(first) if first.ndim == 1 else first, *inner, column(last) if last.ndim == 1 else last]
    flipped = [x.T for x in matrices]
    g = g.reshape((matrices[0].shape[0], matrices[-1].shape[1]))
    return [
        np.linalg.multi_dot([*flipped[:i][::-1], g, *flipped[i + 1 :][::-1]]).reshape(shape) if i in live else None
        for i, shape in enumerate(shapes)
    ]


@primitive
def multi_dot(arrays: Any, live: tuple[int, ...]) -> Any:
    """np.linalg.multi_dot, told which arrays are differentiated."""
    return np.linalg.multi_dot(arrays)


rule(multi_dot, params="arrays live", arrays=_several)


def _multi_dot(arrays: Any, *, out: Any = None) -> Any:
    if out is not None:
        refuse_out("linalg.multi_dot")
    items = [array_of(x) for x in arrays]
    return multi_dot(items, tuple(i for i, x in enumerate(items) if is_traced(x)))


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), -1, dtype, out)


derive(np.linalg.matrix_power, _matrix_power)
derive(np.linalg.multi_dot, _multi_dot)
derive(np.linalg.matmul, np.matmul)
derive(np.linalg.matrix_transpose, np.matrix_transpose)
derive(np.trace, _trace)
derive(np.linalg.trace, lambda x, /, *, offset=0, dtype=None: np.trace(x, offset, -2, -1, dtype))
derive(np.linalg.diagonal, lambda x, /, *, offset=0: np.diagonal(x, offset, -2, -1))

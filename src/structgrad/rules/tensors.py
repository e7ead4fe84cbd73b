"""Products of arrays of any rank: dot, inner, outer, vdot, tensordot, kron."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.joining import array_of
from structgrad.rules.products import left, right
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule

tensordot: Final = primitive(np.tensordot)
dot: Final = primitive(np.dot)
inner: Final = primitive(np.inner)
outer: Final = primitive(np.outer)
vdot: Final = primitive(np.vdot)
kron: Final = primitive(np.kron)


def _axes(axes: Any, m: int, n: int) -> tuple[list[int], list[int]]:
    """The axes that are summed, of an operand of m and of one of n axes, in pairs, none negative."""
    if isinstance(axes, int | np.integer):
        return list(range(m - axes, m)), list(range(axes))
    of_a, of_b = ([int(i) for i in np.ravel(side)] for side in axes)
    return [i % m for i in of_a], [i % n for i in of_b]


def _free(axes: Sequence[int], n: int) -> list[int]:
    return [i for i in range(n) if i not in axes]


def _tensor_left(g: Any, a_shape: tuple[int, ...], b: Any, axes: Any) -> Any:
    """g against b over the axes that are b's own; left are the axes that are a's own, then the shared ones."""
    m, n = len(a_shape), len(shape_of(b))
    of_a, of_b = _axes(axes, m, n)
    own = m - len(of_a)
    order = _free(of_a, m) + [of_a[of_b.index(i)] for i in sorted(of_b)]
    dx = np.tensordot(g, conj(b), (list(range(own, own + n - len(of_b))), _free(of_b, n)))
    return np.transpose(dx, np.argsort(order))


def _tensor_right(g: Any, a: Any, b_shape: tuple[int, ...], axes: Any) -> Any:
    """The same from the other side: left are the shared axes, then b's own."""
    m, n = len(shape_of(a)), len(b_shape)
    of_a, of_b = _axes(axes, m, n)
    own = _free(of_a, m)
    order = [of_b[of_a.index(i)] for i in sorted(of_a)] + _free(of_b, n)
    dx = np.tensordot(conj(a), g, (own, list(range(len(own)))))
    return np.transpose(dx, np.argsort(order))


def _unless_scaling(pull: Any, g: Any, shape: tuple[int, ...], other: Any) -> Any:
    """`pull(g, shape of the operand, the other operand)`; where one of them is a number, the product only scales."""
    return pull(g, shape, other) if shape and shape_of(other) else g * conj(other)


def _dot_left(g: Any, shape: tuple[int, ...], b: Any) -> Any:
    return left(g, b) if b.ndim <= 2 else _tensor_left(g, shape, b, (-1, -2))


def _dot_right(g: Any, shape: tuple[int, ...], a: Any) -> Any:
    return right(g, a, shape) if len(shape) <= 2 else _tensor_right(g, a, shape, (-1, -2))


def _inner_left(g: Any, shape: tuple[int, ...], b: Any) -> Any:
    return _tensor_left(g, shape, b, (-1, -1))


def _inner_right(g: Any, shape: tuple[int, ...], a: Any) -> Any:
    return _tensor_right(g, a, shape, (-1, -1))


def _kron(g: Any, a_shape: tuple[int, ...], b_shape: tuple[int, ...]) -> tuple[Any, ...]:
    """g with an axis for each axis of a and of b, and both shapes brought to one rank."""
    n = max(len(a_shape), len(b_shape))
    a_shape, b_shape = ((1,) * (n - len(shape)) + shape for shape in (a_shape, b_shape))
    split = [size for pair in zip(a_shape, b_shape, strict=True) for size in pair]
    return g.reshape(split), a_shape, b_shape


def _kron_left(g: Any, shape: tuple[int, ...], b: Any) -> Any:
    split, _, long = _kron(g, shape, shape_of(b))
    n = len(long)
    return np.tensordot(split, conj(b).reshape(long), (list(range(1, 2 * n, 2)), list(range(n)))).reshape(shape)


def _kron_right(g: Any, shape: tuple[int, ...], a: Any) -> Any:
    split, long, _ = _kron(g, shape_of(a), shape)
    n = len(long)
    return np.tensordot(conj(a).reshape(long), split, (list(range(n)), list(range(0, 2 * n, 2)))).reshape(shape)


rule(tensordot, params="a b axes", linear="a b", a=_tensor_left, b=_tensor_right)
rule(
    dot,
    params="a b",
    linear="a b",
    a=lambda g, a_shape, b: _unless_scaling(_dot_left, g, a_shape, b),
    b=lambda g, a, b_shape: _unless_scaling(_dot_right, g, b_shape, a),
)
rule(
    inner,
    params="a b",
    linear="a b",
    a=lambda g, a_shape, b: _unless_scaling(_inner_left, g, a_shape, b),
    b=lambda g, a, b_shape: _unless_scaling(_inner_right, g, b_shape, a),
)
rule(
    outer,
    params="a b",
    linear="a b",
    a=lambda g, a_shape, b: (g @ np.ravel(conj(b))).reshape(a_shape),
    b=lambda g, a, b_shape: (np.ravel(conj(a)) @ g).reshape(b_shape),
)
rule(
    vdot,
    params="a b",
    linear="a b",
    a=lambda g, a_shape, b: (conj(g) * b).reshape(a_shape),
    b=lambda g, a, b_shape: (g * a).reshape(b_shape),
)
rule(
    kron,
    params="a b",
    linear="a b",
    a=lambda g, a_shape, b: _unless_scaling(_kron_left, g, a_shape, b),
    b=lambda g, a, b_shape: _unless_scaling(_kron_right, g, b_shape, a),
)


def of_arrays(product: Any) -> Any:
    """A product whose operands may be lists."""

    def taking_lists(a: Any, b: Any, *args: Any, **kwargs: Any) -> Any:
        return product(array_of(a), array_of(b), *args, **kwargs)

    return taking_lists


def _without_out(product: Any) -> Any:
    def product_of(a: Any, b: Any, out: Any = None) -> Any:
        if out is not None:
            refuse_out(product.__name__)
        return product(a, b)

    return product_of


def _of_vectors(x1: Any, x2: Any, /) -> Any:
    if len(shape_of(x1)) != 1 or len(shape_of(x2)) != 1:
        raise ValueError(f"np.linalg.outer takes two vectors, not shapes {shape_of(x1)} and {shape_of(x2)}")
    return np.outer(x1, x2)


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    return tensordot(a, b, axes)


for _function, _product in (
    (np.dot, _without_out(dot)),
    (np.outer, _without_out(outer)),
    (np.inner, inner),
    (np.kron, kron),
    (np.vdot, vdot),
    (np.tensordot, _tensordot),
):
    derive(_function, of_arrays(_product))

derive(np.linalg.outer, _of_vectors)
derive(np.linalg.tensordot, lambda x1, x2, /, *, axes=2: np.tensordot(x1, x2, axes))

"""Shaping: the same items in another shape or order. Each pullback puts the items of the cotangent back."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError
from structgrad.tape.pieces import Scatter
from structgrad.tape.rule import derive, rule


def known(order: str | None) -> Any:
    """An order of items that says where each one goes. MissingRuleError for A and K, which ask the memory."""
    if order not in ("C", "F", None):
        raise MissingRuleError(
            f"no derivative for {order=}, which depends on how the array lies in memory. Use 'C' or 'F'."
        )
    return order or "C"


def _inverse(axes: Any) -> list[int] | None:
    """The permutation that undoes one. Negative axes land where they should by themselves."""
    if axes is None or isinstance(axes, int | np.integer):
        return None  # a single axis stays where it is
    back = [0] * len(axes)
    for i, axis in enumerate(axes):
        back[axis] = i
    return back


def _unrolled(g: Any, shift: Any, axis: Any) -> Any:
    return np.roll(g, -shift if isinstance(shift, int) else np.negative(shift), axis)


def _untiled(g: Any, A_shape: Sequence[int], reps: Any) -> Any:
    counts = np.ravel(reps).tolist()
    n = max(len(counts), len(A_shape))
    counts, shape = [1] * (n - len(counts)) + counts, [1] * (n - len(A_shape)) + list(A_shape)
    split = [k for pair in zip(counts, shape, strict=True) for k in pair]
    return np.sum(np.reshape(g, split), axis=tuple(range(0, 2 * n, 2)))


def _unrepeated(g: Any, a_shape: tuple[int, ...], repeats: Any, axis: int | None) -> Any:
    """Copies lie side by side. As many of each: an axis of their own to sum; else they are scattered."""
    counts = np.ravel(repeats)
    shape = (int(np.prod(a_shape)),) if axis is None else a_shape
    axis = 0 if axis is None else axis % len(shape)
    if counts.size == 1:
        split = (*shape[: axis + 1], int(counts[0]), *shape[axis + 1 :])
        return np.reshape(np.sum(np.reshape(g, split), axis=axis + 1), a_shape)
    ids = np.repeat(np.arange(shape[axis]), counts)
    if shape == a_shape:
        return Scatter((*(slice(None),) * axis, ids), g)
    return Scatter(np.unravel_index(ids, a_shape), g)


rule(np.reshape, linear="a", a=lambda g, a_shape, order: g.reshape(a_shape, order=known(order)))
rule(np.ravel, linear="a", a=lambda g, a_shape, order: g.reshape(a_shape, order=known(order)))
rule(np.squeeze, linear="a", a=lambda g, a_shape: g.reshape(a_shape))
rule(np.expand_dims, linear="a", a=lambda g, a_shape: g.reshape(a_shape))
rule(np.copy, linear="a", a=lambda g: g)
rule(np.broadcast_to, linear="array", array=lambda g: g)

rule(np.transpose, linear="a", a=lambda g, axes: g.transpose(_inverse(axes)))
rule(np.matrix_transpose, linear="x", x=lambda g: np.matrix_transpose(g))
rule(np.moveaxis, linear="a", a=lambda g, source, destination: np.moveaxis(g, destination, source))
rule(np.swapaxes, linear="a", a=lambda g, axis1, axis2: g.swapaxes(axis1, axis2))

rule(np.flip, linear="m", m=lambda g, axis: np.flip(g, axis))
rule(np.fliplr, linear="m", m=lambda g: np.fliplr(g))
rule(np.flipud, linear="m", m=lambda g: np.flipud(g))
rule(np.rot90, linear="m", m=lambda g, k, axes: np.rot90(g, -k, axes))
rule(np.roll, linear="a", a=_unrolled)

rule(np.tile, linear="A", A=_untiled)
rule(np.repeat, linear="a", a=_unrepeated)


def _rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    n = len(shape_of(a))
    axis = axis + n if axis < 0 else axis
    start = start + n if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


def _at_least(n: int, lay: Any) -> Any:
    """atleast_nd: `lay` gives the new shape of an array of fewer than n axes."""

    def lifted(a: Any) -> Any:
        shape = shape_of(a)
        if type(a) in (list, tuple):
            a = np.asarray(a)
        return a if len(shape) >= n else np.reshape(a, lay(shape))

    return lambda *arys: lifted(arys[0]) if len(arys) == 1 else tuple(map(lifted, arys))


def _broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    shape = np.broadcast_shapes(*map(shape_of, args))
    return tuple(a if shape_of(a) == shape else np.broadcast_to(a, shape, subok) for a in args)


derive(np.rollaxis, _rollaxis)
derive(np.atleast_1d, _at_least(1, lambda shape: (1,)))
derive(np.atleast_2d, _at_least(2, lambda shape: (1, *shape) if shape else (1, 1)))
derive(np.atleast_3d, _at_least(3, lambda shape: (*shape, 1) if len(shape) > 1 else (1, *(shape or (1,)), 1)))
derive(np.broadcast_arrays, _broadcast_arrays)

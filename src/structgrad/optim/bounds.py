"""Limits of the numbers in a struct: structs like it of arrays, of one number for a whole leaf, or of None."""

from typing import Any

import numpy as np

from structgrad.arrays import Array, dtype_of, shape_of
from structgrad.errors import StructMismatchError
from structgrad.optim.vector import Flat, as_vector
from structgrad.struct.walk import build, difference, flatten, same_structure


def limits(form: Flat[Any], bounds: Any) -> tuple[Array, Array]:
    """The lowest and the highest value of each number, as two vectors (n,).

    bounds: a pair (low, high), each of them None for no limit at all, one number for all, or a struct like the one that
    `form` is of, each leaf an array of the leaf's shape, one number for all of it, or None. TypeError for no pair,
    StructMismatchError with the path where a struct does not fit, ValueError where low is above high.
    """
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        raise TypeError(
            f"{form.who}: bounds= is a pair (low, high), each of them None, one number for all or a struct like the "
            f"params, and is a {type(bounds).__qualname__}"
        )
    low, high = bounds
    lows, highs = _vector(form, low, -np.inf, "low"), _vector(form, high, np.inf, "high")
    wrong = ~(lows <= highs)
    if wrong.any():
        i = int(np.argmax(wrong))
        raise ValueError(f"{form.who}: at {form.path(i)} the low limit {lows[i]} is not below the high one, {highs[i]}")
    return lows, highs


def _vector(form: Flat[Any], limit: Any, free: float, name: str) -> Array:
    if limit is None or isinstance(limit, int | float):
        leaves = [limit] * len(form.leaves)
    else:
        leaves, nodes = flatten(limit)
        if not same_structure(form.nodes, nodes):
            like = build(form.nodes, form.leaves)
            raise StructMismatchError(
                f"{form.who}: the {name} limits have another structure: {difference(like, limit)}"
            )
    vector: Array = as_vector([_stretched(form, i, leaves[i], free, name) for i in form.numbers])
    return vector


def _stretched(form: Flat[Any], i: int, limit: Any, free: float, name: str) -> Array:
    """The limit of leaf i as an array of its shape; of a complex leaf, for its two parts."""
    leaf = form.leaves[i]
    shape, parts = shape_of(leaf), (2,) if dtype_of(leaf).kind == "c" else ()
    if limit is None:
        return np.full((*shape, *parts), free)
    found = np.asarray(limit)
    if parts or found.dtype.kind not in "fiu" or found.shape not in ((), shape):
        where = form.paths()[i] or "the argument"
        expected = (
            "None, for complex numbers have no order" if parts else f"None, a number, or an array of shape {shape}"
        )
        raise StructMismatchError(f"{form.who}: the {name} limit of {where} is {limit!r:.60}; expected {expected}")
    return np.broadcast_to(found.astype(float), shape)

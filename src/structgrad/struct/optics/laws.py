"""The laws of lenses, checked on a struct and some parts."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from structgrad.errors import GradientCheckError
from structgrad.struct.optics.optic import Lens
from structgrad.struct.space import add, one
from structgrad.struct.walk import difference, flatten, leaf_paths, same_structure

S = TypeVar("S")
A = TypeVar("A")


def check_lens(lens: Lens[S, A], struct: S, *values: A) -> None:
    """Check the laws of a lens: what is put is got, what is got is put back, and the last put counts.

    struct: any struct the lens has a focus in; values: parts to put there, two or more for the last law;
    without any, the focus with ones added to its numbers, once and twice. Structs are equal if they have the
    same structure and exactly equal leaves of the same class, NaN equal to NaN. GradientCheckError names the
    law that is broken and the first leaf where.
    Source: Foster et al., Combinators for bidirectional tree transformations, 2007.

    >>> import structgrad as sg
    >>> from structgrad.testing import check_lens
    >>> check_lens(sg.lens(dict, lambda d: d["w"]), {"w": 1.0, "b": 2.0}, 5.0, 6.0)
    >>> check_lens(sg.Lens.of(lambda x: 2.0 * x, lambda x, part: part), 1.0)
    Traceback (most recent call last):
    structgrad.errors.GradientCheckError: Lens.of(<lambda>, <lambda>) breaks set(s, get(s)) == s: ...
    """
    focus = lens.get(struct)
    parts = values or (add(focus, one(focus)), add(focus, add(one(focus), one(focus))))
    for law, left, right in _sides(lens, struct, focus, parts):
        differ = unequal(left, right)
        if differ is not None:
            raise GradientCheckError(f"{lens!r} breaks {law}: {differ}")


def _sides(lens: Lens[S, A], s: S, focus: A, parts: tuple[A, ...]) -> Iterator[tuple[str, Any, Any]]:
    """Each law, and its two sides for this struct."""
    yield "set(s, get(s)) == s", lens.set(s, focus), s
    for a in parts:
        yield "get(set(s, a)) == a", lens.get(lens.set(s, a)), a
    for a, b in pairwise(parts):
        yield "set(set(s, a), b) == set(s, b)", lens.set(lens.set(s, a), b), lens.set(s, b)


def unequal(x: Any, y: Any) -> str | None:
    """Where and how two structs differ, in words; None if they are equal, leaf by leaf."""
    (leaves, nodes), (others, other_nodes) = flatten(x), flatten(y)
    if not same_structure(nodes, other_nodes):
        return difference(x, y)
    for path, a, b in zip(leaf_paths(x), leaves, others, strict=True):
        if not _same(a, b):
            return f"{path or 'the value'} is {a!r} on the left and {b!r} on the right"
    return None


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    numbers = isinstance(a, np.ndarray | np.generic | float | complex) and np.asarray(a).dtype.kind in "fc"
    return bool(np.array_equal(a, b, equal_nan=numbers))

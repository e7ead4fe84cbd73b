"""A struct as a vector: zero, add and one, field by field."""

from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from structgrad.errors import StructgradError, StructMismatchError
from structgrad.struct.kind import fill, kind_of
from structgrad.struct.leaf import space_of
from structgrad.struct.record import Kind
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import Nodes, build, flatten, leaf_spaces

T = TypeVar("T")
_ABSENT: Any = object()  # the part that the shorter list or the smaller dict does not have


def zero(x: T, /) -> T:
    """The zero of a struct: every differentiable or whole leaf 0, all others as they are.

    x: any struct. Returns the same classes, shapes, dtypes and keys. UnknownLeafError names the path of an
    object that structgrad does not know.

    >>> import structgrad as sg
    >>> sg.zero({"w": 2.0, "n": 3, "name": "line"})
    {'w': 0.0, 'n': 0, 'name': 'line'}
    """
    leaves, nodes = flatten(x)
    spaces = leaf_spaces(x, leaves)
    built: T = build(nodes, [space.zero(leaf) for space, leaf in zip(spaces, leaves, strict=True)])
    return built


def one(x: T, /) -> T:
    """The one of a struct: what a gradient's seed is; every numeric leaf 1, all others as they are.

    >>> import structgrad as sg
    >>> sg.one((2.0, [3.0]))
    (1.0, [1.0])
    """
    leaves, nodes = flatten(x)
    spaces = leaf_spaces(x, leaves)
    built: T = build(nodes, [space.one(leaf) for space, leaf in zip(spaces, leaves, strict=True)])
    return built


def add(x: T, y: T, /) -> T:
    """The sum of two structs.

    None is the identity; the shorter of two lists is padded with zeros; two dicts give the union of their
    keys. Different classes, tuples of different length and arrays of different shape raise
    StructMismatchError with the path: nothing is broadcast.

    >>> import structgrad as sg
    >>> sg.add([1.0, 1.0], [1.0, 2.0, 3.0])
    [2.0, 3.0, 3.0]
    """
    flatten(x)  # CycleError; of y no more is walked than x has
    nodes: Nodes = []
    leaves: list[Any] = []
    stack: list[tuple[Any, Any, str]] = [(x, y, "")]
    while stack:
        a, b, path = stack.pop()
        if a is None or a is _ABSENT or b is None or b is _ABSENT:
            nodes.append(None)
            leaves.append(b if a is None or a is _ABSENT else a)
            continue
        kind = kind_of(a)
        if kind is None and kind_of(b) is None:
            nodes.append(None)
            leaves.append(_add_leaf(a, b, path))
            continue
        if kind is None or type(a) is not type(b):
            raise StructMismatchError(f"{_at(path)}{_name(a)} and {_name(b)} do not add")
        template, rows = _pair(kind, a, b, path)
        nodes.append((kind, template, len(rows)))
        stack.extend(reversed(rows))
    total: T = build(nodes, leaves)
    return total


def _pair(kind: Kind, a: Any, b: Any, path: str) -> tuple[Any, list[tuple[Any, Any, str]]]:
    """What to close like, and the children of two containers of one class side by side."""
    left, right = _parts(kind, a), _parts(kind, b)
    if kind.merge == "same" and left.keys() != right.keys():
        odd = next(key for key in (*left, *right) if key not in left or key not in right)
        raise StructMismatchError(
            f"{_at(path)}a {_name(a)} of {len(left)} parts and one of {len(right)} do not add ({path}{odd})"
        )
    step = "[{!r}]".format if kind.merge == "union" else str
    rows = [(left.get(key, _ABSENT), right.get(key, _ABSENT), path + step(key)) for key in {**left, **right}]
    if left.keys() == right.keys():
        return a, rows
    if kind.merge == "pad":
        return (a if len(left) > len(right) else b), rows
    return _union(kind, a, b), rows


def _parts(kind: Kind, x: Any) -> dict[Any, Any]:
    """The children of a container by their steps; those of a dict by their keys, which may look alike."""
    return dict(zip(x if kind.merge == "union" else kind.keys(x), kind.open(x), strict=True))


def _union(kind: Kind, a: Any, b: Any) -> Any:
    if isinstance(a, MappingProxyType):
        return MappingProxyType({**a, **b})
    both = kind.close(a, kind.open(a))
    fill(both, [(key, value) for key, value in b.items() if key not in a])
    return both


def _add_leaf(a: Any, b: Any, path: str) -> Any:
    if type(b) is SparseRows and type(a) is not SparseRows:
        a, b = b, a  # it knows how to add to an array
    space, other = space_of(a), space_of(b)
    if space is not other and type(a) is not SparseRows:
        floats, arrays = (isinstance(a, c) and isinstance(b, c) for c in (float, np.ndarray))
        if not (floats or (arrays and space.role == other.role == "smooth")):
            raise StructMismatchError(f"{_at(path)}{_name(a)} and {_name(b)} do not add")
        if type(a) is a.__class__:  # b may be traced, reporting a class it is not, and knows how to add to a
            space = other
    try:
        return space.add(a, b)
    except StructgradError as error:
        raise StructMismatchError(f"{_at(path)}{error}") from None


def _at(path: str) -> str:
    return f"at {path}: " if path else ""


def _name(x: Any) -> str:
    return type(x).__qualname__

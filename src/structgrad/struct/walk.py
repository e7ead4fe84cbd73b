"""Walks over a struct, all of them loops: flatten, build, paths, and two structs side by side."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from structgrad.errors import CycleError, StructMismatchError, UnknownLeafError
from structgrad.native import native
from structgrad.struct.kind import class_kind, kind_of
from structgrad.struct.leaf import space_of, unknown
from structgrad.struct.record import Kind

# A struct in preorder: None for a leaf, (kind, the original container, number of children) for a container.
Nodes = list[tuple[Kind, Any, int] | None]
_LEAVE: Any = object()  # on the stack: the container on top of the trail is done


# Structs of fewer nodes are walked without looking for cycles: one that goes round gets there.
_MANY = 500
# Up to this many children go through the stack one by one; of more it is asked at once whether all are leaves.
_FEW = 8


def flatten(x: Any) -> tuple[list[Any], Nodes]:
    """The leaves of struct x in order, and the nodes that `build` makes a struct like x from."""
    if native is not None:
        return native.flatten(x) or _flatten_large(x)
    return _flatten(x)


def _flatten(x: Any) -> tuple[list[Any], Nodes]:
    """As `flatten`, of any size. What C does is the same."""
    leaves: list[Any] = []
    nodes: Nodes = []
    stack: list[Any] = [x]
    while stack:
        value = stack.pop()
        cls = type(value)
        kind = class_kind(cls) if cls is not np.ndarray else kind_of(value)
        if kind is None:
            leaves.append(value)
            nodes.append(None)
            continue
        children = kind.open(value)
        n = len(children)
        nodes.append((kind, value, n))
        if n <= _FEW:
            stack += children[::-1]
        elif _only_leaves(children):
            leaves += children
            nodes += [None] * n
        elif len(nodes) + n > _MANY:
            return _flatten_large(x)
        else:
            stack += children[::-1]
        if len(nodes) > _MANY and stack:
            return _flatten_large(x)
    return leaves, nodes


def _flatten_large(x: Any) -> tuple[list[Any], Nodes]:
    """As `flatten`. CycleError if a container lies inside itself."""
    leaves: list[Any] = []
    nodes: Nodes = []
    stack: list[Any] = [x]
    trail: list[int] = []
    inside: set[int] = set()
    while stack:
        value = stack.pop()
        if value is _LEAVE:
            inside.discard(trail.pop())
            continue
        kind = kind_of(value)
        if kind is None:
            leaves.append(value)
            nodes.append(None)
            continue
        if id(value) in inside:
            raise CycleError(f"the struct contains itself: {_cycle(x)}. A gradient has no shape there.")
        children = kind.open(value)
        nodes.append((kind, value, len(children)))
        if _only_leaves(children):
            leaves += children
            nodes += [None] * len(children)
            continue
        inside.add(id(value))
        trail.append(id(value))
        stack.append(_LEAVE)
        stack.extend(reversed(children))
    return leaves, nodes


def _only_leaves(children: Sequence[Any]) -> bool:
    """Whether there are only leaves among children: asked for each class once."""
    classes = set(map(type, children))
    for cls in classes:
        if class_kind(cls) is not None:
            return False
    return np.ndarray not in classes or not any(map(_is_object_array, children))


def _is_object_array(x: Any) -> bool:
    return type(x) is np.ndarray and x.dtype.kind == "O"


def build(nodes: Nodes, leaves: Sequence[Any]) -> Any:
    """The struct with these leaves in place of the flattened ones."""
    return native.build(nodes, list(leaves)) if native is not None else _build(nodes, leaves)


def _build(nodes: Nodes, leaves: Sequence[Any]) -> Any:
    """As `build`. What C does is the same."""
    built: list[Any] = []
    i = len(leaves)
    if i != nodes.count(None):
        raise ValueError(f"{i} leaves for a struct that has {nodes.count(None)}")
    for node in reversed(nodes):
        if node is None:
            i -= 1
            built.append(leaves[i])
            continue
        kind, original, n = node
        if n:
            children = built[: -n - 1 : -1]
            del built[-n:]
        else:
            children = []
        built.append(kind.close(original, children))
    return built[0]


def walk(x: Any) -> Iterator[tuple[str, Any, Kind | None]]:
    """Path, value and kind of every node of x in preorder; the kind of a leaf is None."""
    stack = [("", x)]
    while stack:
        path, value = stack.pop()
        kind = kind_of(value)
        yield path, value, kind
        if kind is not None:
            pairs = zip(kind.keys(value), kind.open(value), strict=True)
            stack.extend(reversed([(path + key, child) for key, child in pairs]))


def leaf_paths(x: Any) -> list[str]:
    """The paths of the leaves of x, in the order of `flatten`."""
    return [path for path, _, kind in walk(x) if kind is None]


def leaf_spaces(x: Any, leaves: Sequence[Any]) -> list[Any]:
    """The space of each leaf. UnknownLeafError, with its path, for the first that has none."""
    try:
        return [space_of(leaf) for leaf in leaves]
    except UnknownLeafError:
        for path, leaf in zip(leaf_paths(x), leaves, strict=True):
            try:
                space_of(leaf)
            except UnknownLeafError:
                raise UnknownLeafError(unknown(leaf, path or "the argument")) from None
        raise


def map_leaves(f: Callable[..., Any], x: Any, *rest: Any) -> Any:
    """The struct of `f(leaf of x, leaf of each of rest)`. StructMismatchError names the first difference."""
    leaves, nodes = flatten(x)
    columns = [leaves]
    for other in rest:
        others, other_nodes = flatten(other)
        if not same_structure(nodes, other_nodes):
            raise StructMismatchError(difference(x, other))
        columns.append(others)
    return build(nodes, [f(*row) for row in zip(*columns, strict=True)])


def same_structure(nodes: Nodes, others: Nodes) -> bool:
    """Whether two flattened structs have the same classes, lengths and keys."""
    return bool(native.same_structure(nodes, others)) if native is not None else _same_structure(nodes, others)


def _same_structure(nodes: Nodes, others: Nodes) -> bool:
    """As `same_structure`. What C does is the same."""
    if len(nodes) != len(others):
        return False
    for node, other in zip(nodes, others, strict=True):
        if node is None or other is None:
            if node is not other:
                return False
            continue
        (kind, a, n), (_, b, m) = node, other
        if a is not b and (type(a) is not type(b) or n != m or not kind.matches(a, b)):
            return False
    return True


def difference(x: Any, y: Any) -> str:
    """The first place where the structures of x and y differ, in words."""
    for (path, a, kind), (other, b, other_kind) in zip(walk(x), walk(y), strict=False):
        where = path or "the whole"
        if path != other:
            return f"one struct has {path} where the other has {other}"
        if (kind or other_kind) and type(a) is not type(b):
            return f"{where} is a {type(a).__qualname__} in one struct and a {type(b).__qualname__} in the other"
        if kind and other_kind:
            keys, others = kind.keys(a), other_kind.keys(b)
            if keys != others:
                odd = next((key for key in (*keys, *others) if key not in keys or key not in others), None)
                if odd is None:
                    return f"{where} has its parts in another order in the other struct"
                return f"{where} has {len(keys)} parts in one struct and {len(others)} in the other ({path}{odd})"
    return "the structs differ"


def _cycle(x: Any) -> str:
    """The path from the root to the first container that lies inside itself, and that container's path."""
    stack: list[tuple[str, Any, tuple[tuple[int, str], ...]]] = [("", x, ())]
    while stack:
        path, value, above = stack.pop()
        kind = kind_of(value)
        if kind is None:
            continue
        for ancestor, where in above:
            if ancestor == id(value):
                return f"{path} is {where or 'the whole struct'}"
        inner = (*above, (id(value), path))
        pairs = zip(kind.keys(value), kind.open(value), strict=True)
        stack.extend(reversed([(path + key, child, inner) for key, child in pairs]))
    return "somewhere"


if native is not None:
    native.connect_structs(class_kind, kind_of)

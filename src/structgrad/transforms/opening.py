"""Opening a struct further than a gradient does: partials, and methods with the objects they are of."""

import functools
import types
from typing import Any

from structgrad.errors import StructgradError
from structgrad.struct.record import Kind
from structgrad.struct.walk import Nodes, build, flatten

# Functions that carry arguments with them open as containers do, for this purpose.
_METHOD = Kind(
    lambda x: [".__func__", ".__self__"],
    lambda x: [x.__func__, x.__self__],
    lambda x, parts: types.MethodType(*parts),
)
_PARTIAL = Kind(
    lambda x: [".func", ".args", ".keywords"],
    lambda x: [x.func, x.args, x.keywords],
    lambda x, parts: functools.partial(parts[0], *parts[1], **parts[2]),
)
_CARRIERS: dict[Any, Kind] = {types.MethodType: _METHOD, functools.partial: _PARTIAL}
_NOTHING: Any = len  # stands where a leaf was: something callable, for methods and partials ask for that
_LAYERS = 100  # of partials and methods inside each other; what is deeper contains itself, and stays closed


def opened(x: Any) -> tuple[list[Any], Nodes]:
    """As `flatten`, with methods and partials opened too; what cannot be opened stays closed."""
    try:
        leaves, nodes = flatten(x)
        for _ in range(_LAYERS):
            if not any(type(leaf) in _CARRIERS for leaf in leaves):
                return leaves, nodes
            leaves, nodes = _opened_once(leaves, nodes)
    except StructgradError:  # a cycle, or a class that structgrad refuses to open
        pass
    return [x], [None]


def _opened_once(leaves: list[Any], nodes: Nodes) -> tuple[list[Any], Nodes]:
    rest = iter(leaves)
    new_leaves: list[Any] = []
    new_nodes: Nodes = []
    for node in nodes:
        leaf = next(rest) if node is None else None
        kind = _CARRIERS.get(type(leaf))
        if kind is None:
            new_nodes.append(node)
            new_leaves += [leaf] if node is None else []
            continue
        children = kind.open(leaf)
        new_nodes.append((kind, leaf, len(children)))
        for child in children:
            part, part_nodes = flatten(child)
            new_leaves += part
            new_nodes += part_nodes
    return new_leaves, new_nodes


def hollow(nodes: Nodes, n: int) -> Nodes:
    """The same nodes over containers of our own, which have no leaves and never change."""
    if nodes == [None]:
        return nodes
    form: list[Any] = []
    stack = [build(nodes, [_NOTHING] * n)]
    for node in nodes:
        value = stack.pop()
        if node is None:
            form.append(None)
            continue
        kind, _, size = node
        form.append((kind, value, size))
        stack.extend(reversed(kind.open(value)))
    return form


def is_full(cell: Any) -> bool:
    """Whether a cell of a closure has a value by now."""
    try:
        cell.cell_contents  # noqa: B018  # asking is the only way to know
    except ValueError:
        return False
    return True

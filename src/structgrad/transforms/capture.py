"""What a call is given: its arguments and what its functions carry in closures, defaults, bound objects."""

import functools
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from structgrad.errors import CycleError, LostGradientError, users_line
from structgrad.struct.record import Kind
from structgrad.struct.walk import Nodes, build, flatten
from structgrad.tape.value import Traced, TracedArray

# Functions that carry their arguments with them open as containers do, for this purpose.
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
_CARRIERS = {types.MethodType: _METHOD, functools.partial: _PARTIAL}
_LAYERS = 100  # of partials and methods inside each other; what is deeper contains itself, and stays closed


class _Function(NamedTuple):
    """A function with the numbers of the parts that hold its cells (None where one is empty) and its defaults."""

    function: types.FunctionType
    cells: tuple[int | None, ...]
    defaults: int


class Given(NamedTuple):
    """A call taken apart: the values it is made of, opened, first the roots, then what their functions carry."""

    roots: int
    values: list[Any]
    parts: list[tuple[list[Any], Nodes]]
    functions: dict[int, _Function]

    def leaves(self) -> list[Any]:
        """All leaves in order."""
        return [leaf for leaves, _ in self.parts for leaf in leaves]

    def put(self, leaves: Sequence[Any]) -> list[Any]:
        """The roots with these leaves in the place of their own; everything they hold is new."""
        return self._built(leaves, set(range(len(self.parts))))[0][: self.roots]

    def lend(self, leaves: Sequence[Any]) -> tuple[list[Any], Callable[[], None]]:
        """The same, but values that keep all their leaves are the caller's own, and feel what is done to them.

        The second result is to be called afterwards: LostGradientError if one of the new values was changed, for
        its owner would never know.
        """
        mine, i = self.leaves(), 0
        touched: set[int] = set()
        for k, (part, _) in enumerate(self.parts):
            if any(leaves[j] is not mine[j] for j in range(i, i + len(part))):
                touched.add(k)
            i += len(part)
        while more := {k for k in range(len(self.parts)) if k not in touched and self._leads(k, touched)}:
            touched |= more
        built, filled, cells = self._built(leaves, touched)

        def check() -> None:
            for cell, k in cells:
                if cell.cell_contents is not built[k]:
                    raise LostGradientError(_changed("assigns to a variable of the function around it"))
            for k, part in filled.items():
                now = opened(built[k])[0]
                if len(now) != len(part) or any(a is not b for a, b in zip(now, part, strict=True)):
                    raise LostGradientError(_changed("changes a struct that it was given"))

        return built[: self.roots], check

    def _leads(self, k: int, touched: set[int]) -> bool:
        """Whether part k holds a function that carries a part that was touched."""
        held = [self.functions[id(leaf)] for leaf in self.parts[k][0] if id(leaf) in self.functions]
        return any(touched & {f.defaults, *f.cells} for f in held)

    def _built(self, leaves: Sequence[Any], touched: set[int]) -> tuple[list[Any], dict[int, list[Any]], Any]:
        """The values, new where touched; the leaves that were put into those; the new cells with their parts."""
        new_cells = {k: types.CellType() for f in self.functions.values() for k in f.cells if k in touched}
        new: dict[int, Any] = {}
        for f in self.functions.values():
            if touched & {f.defaults, *f.cells}:
                old = zip(f.function.__closure__ or (), f.cells, strict=True)
                new[id(f.function)] = _copy(f.function, tuple(new_cells.get(k, cell) for cell, k in old))
        built, filled, i = list(self.values), {}, 0
        for k, (part, nodes) in enumerate(self.parts):
            if k in touched:
                filled[k] = [new.get(id(part[j]), leaves[i + j]) for j in range(len(part))]
                built[k] = build(nodes, filled[k])
            i += len(part)
        for k, cell in new_cells.items():
            cell.cell_contents = built[k]
        for f in self.functions.values():
            if f.defaults in touched and id(f.function) in new:
                new[id(f.function)].__defaults__, new[id(f.function)].__kwdefaults__ = built[f.defaults]
        return built, filled, [(cell, k) for k, cell in new_cells.items()]


def opened(x: Any) -> tuple[list[Any], Nodes]:
    """As `flatten`, with methods and partials opened too; what contains itself stays closed."""
    try:
        leaves, nodes = flatten(x)
        for _ in range(_LAYERS):
            if not any(type(leaf) in _CARRIERS for leaf in leaves):
                return leaves, nodes
            leaves, nodes = _opened_once(leaves, nodes)
    except CycleError:
        pass
    return [x], [None]


def _opened_once(leaves: list[Any], nodes: Nodes) -> tuple[list[Any], Nodes]:
    rest = iter(leaves)
    new_leaves: list[Any] = []
    new_nodes: Nodes = []
    for node in nodes:
        leaf = next(rest) if node is None else None
        kind = _CARRIERS.get(type(leaf))
        if node is not None or kind is None:
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


def given(roots: Sequence[Any]) -> Given:
    """Take values apart, and the functions among them, and those among what they carry."""
    found = Given(len(roots), list(roots), [opened(x) for x in roots], {})
    cells: dict[int, int] = {}

    def add(value: Any) -> int:
        found.values.append(value)
        found.parts.append(opened(value))
        return len(found.parts) - 1

    for leaves, _ in found.parts:  # grows as functions are found
        for f in leaves:
            if type(f) is not types.FunctionType or id(f) in found.functions:
                continue
            closure = f.__closure__ or ()
            if not (closure or f.__defaults__ or f.__kwdefaults__):
                continue
            for cell in closure:
                if id(cell) not in cells and _is_full(cell):
                    cells[id(cell)] = add(cell.cell_contents)
            numbers = tuple(cells.get(id(cell)) for cell in closure)
            found.functions[id(f)] = _Function(f, numbers, add((f.__defaults__, f.__kwdefaults__)))
    return found


def is_traced(x: Any) -> bool:
    """Whether x is a traced value of any run."""
    return type(x) is TracedArray or type(x) is Traced


def _is_full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asking is the only way to know
    except ValueError:
        return False
    return True


def _copy(f: types.FunctionType, closure: tuple[Any, ...]) -> types.FunctionType:
    new = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, closure)
    new.__kwdefaults__ = f.__kwdefaults__
    new.__qualname__ = f.__qualname__
    new.__dict__.update(f.__dict__)
    return new


def _changed(what: str) -> str:
    return (
        f"a function under checkpoint {what}{users_line()}. It runs on copies, so that the change would be lost: "
        f"return the value instead."
    )

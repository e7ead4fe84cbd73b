"""What a call is given: its arguments, and what its functions carry in closures, defaults, bound objects."""

import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from structgrad.errors import LostGradientError, users_line
from structgrad.struct.walk import Nodes, build
from structgrad.transforms.opening import hollow, is_full, opened

_LIBRARIES = ("structgrad.rules.", "structgrad.scipy.", "structgrad.nn.", "numpy.", "scipy.")


class _Function(NamedTuple):
    """A function, with the numbers of the parts that its cells (None: an empty one) and its defaults are."""

    function: Any
    cells: tuple[int | None, ...]
    defaults: int

    def carries(self, parts: set[int]) -> bool:
        """Whether one of these parts is its own."""
        return not parts.isdisjoint((self.defaults, *self.cells))


class Given(NamedTuple):
    """The form of some values: the nodes of each, first of the roots, then of what their functions carry.

    It holds no leaves, so that it keeps none alive; the functions alone are the caller's.
    """

    roots: int
    nodes: list[Nodes]
    functions: dict[int, _Function]

    def put(self, leaves: Sequence[Any]) -> list[Any]:
        """The roots with these leaves, and all that they carry, as new values."""
        return self._built([None] * len(self.nodes), leaves, set(range(len(self.nodes))))[0][: self.roots]

    def lend(
        self, values: list[Any], own: Sequence[Any], leaves: Sequence[Any]
    ) -> tuple[list[Any], Callable[[], None]]:
        """The roots with these leaves in place of their own; values that keep all of theirs are the caller's.

        The second result is to be called afterwards: LostGradientError if a new value was changed meanwhile, for
        the caller's would not be.
        """
        parts, mine = list(self._parts(leaves)), list(self._parts(own))
        touched = {k for k, part in enumerate(parts) if any(a is not b for a, b in zip(part, mine[k], strict=True))}
        carriers = [[f for f in map(self.functions.get, map(id, part)) if f is not None] for part in mine]
        while more := {
            k for k, held in enumerate(carriers) if k not in touched and any(f.carries(touched) for f in held)
        }:
            touched |= more
        built, filled, cells = self._built(values, leaves, touched)

        def check() -> None:
            if any(cell.cell_contents is not built[k] for k, cell in cells.items()):
                raise LostGradientError(changed("assigns to a variable of the function around it"))
            for k, part in filled.items():
                now = opened(built[k])[0]
                if len(now) != len(part) or any(a is not b for a, b in zip(now, part, strict=True)):
                    raise LostGradientError(changed("changes a struct that it was given"))

        return built[: self.roots], check

    def _parts(self, leaves: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The leaves of each part."""
        i = 0
        for nodes in self.nodes:
            n = nodes.count(None)
            yield leaves[i : i + n]
            i += n

    def _built(self, values: list[Any], leaves: Sequence[Any], touched: set[int]) -> tuple[list[Any], Any, Any]:
        """The values, new ones for the parts that are touched; what was put into those; their new cells."""
        cells = {k: types.CellType() for f in self.functions.values() for k in f.cells if k in touched}
        new: dict[int, Any] = {}
        for key, f in self.functions.items():
            if f.carries(touched):
                pairs = zip(f.function.__closure__ or (), f.cells, strict=True)
                new[key] = _copy(f.function, tuple(cell if k is None else cells.get(k, cell) for cell, k in pairs))
        built = list(values)
        filled = {k: [new.get(id(x), x) for x in part] for k, part in enumerate(self._parts(leaves)) if k in touched}
        for k, part in filled.items():
            built[k] = build(self.nodes[k], part)
        for k, cell in cells.items():
            cell.cell_contents = built[k]
        for key, f in self.functions.items():
            if f.defaults in touched:
                new[key].__defaults__, new[key].__kwdefaults__ = built[f.defaults]
        return built, filled, cells


def given(roots: Sequence[Any]) -> tuple[Given, list[Any], list[Any]]:
    """The form of values and of what the functions among them carry; all their leaves; and all the values."""
    values, leaves = list(roots), []
    call = Given(len(values), [], {})
    cells: dict[int, int] = {}
    for value in values:  # grows as functions are found
        part, nodes = opened(value)
        leaves += part
        call.nodes.append(hollow(nodes, len(part)))
        for f in part:
            if type(f) is types.FunctionType and id(f) not in call.functions and _carries(f) and not _is_known(f):
                for cell in f.__closure__ or ():
                    if id(cell) not in cells and is_full(cell):
                        cells[id(cell)] = len(values)
                        values.append(cell.cell_contents)
                numbers = tuple(cells.get(id(cell)) for cell in f.__closure__ or ())
                call.functions[id(f)] = _Function(f, numbers, len(values))
                values.append((f.__defaults__, f.__kwdefaults__))
    return call, leaves, values


def _is_known(f: types.FunctionType) -> bool:
    """Whether a function is a library's: it holds nothing of the user's, and tables may know it by its identity."""
    return f"{f.__module__}.".startswith(_LIBRARIES)


def _carries(f: types.FunctionType) -> bool:
    return bool(f.__closure__ or f.__defaults__ or f.__kwdefaults__)


def _copy(f: types.FunctionType, closure: tuple[Any, ...]) -> types.FunctionType:
    new = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, closure)
    new.__kwdefaults__ = f.__kwdefaults__
    new.__qualname__ = f.__qualname__
    new.__dict__.update(f.__dict__)
    return new


def changed(what: str) -> str:
    """What to say to a function under checkpoint that changes what is not its own."""
    return (
        f"a function under checkpoint {what}{users_line()}. It works on copies, so the change would be lost: "
        f"return the value in its place."
    )

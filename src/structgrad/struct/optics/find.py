"""Finding the foci of paths in a struct, and putting values back: one pass down, one up, both loops."""

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from structgrad.errors import NoFocusError, OpticError
from structgrad.struct.optics.level import Level, closed, opened, path_to
from structgrad.struct.optics.message import at
from structgrad.struct.optics.step import Step
from structgrad.struct.record import Kind

_ROOT = Kind(lambda x: [""], lambda x: [x], lambda x, children: children[0])
# A path of the search, by its number, and how many of its steps are taken.
_Todo = list[tuple[int, int]]


@frozen(eq=False, repr=False)
class Found:
    """The levels on the way, those above before those below, and for each path the places of its foci."""

    levels: list[Level]
    places: list[list[tuple[Level, int]]]

    def foci(self, path: int = 0) -> list[Any]:
        """The foci of a path, in order."""
        return [level.children[position] for level, position in self.places[path]]


def find(s: Any, *paths: Sequence[Step], strict: bool) -> Found:
    """Follow paths through struct s together, so that containers on the way of several are opened once.

    strict: NoFocusError where a part is absent; else the path has no focus there. OpticError where a step
    cannot be in a struct of this kind, and where one path leads into the focus of another.
    """
    root = Level(None, _ROOT, [s])
    found = Found([root], [[] for _ in paths])
    stack: list[tuple[Level, int, _Todo]] = [(root, 0, [(number, 0) for number in range(len(paths))])]
    while stack:
        above, position, todo = stack.pop()
        number, taken = todo[0]
        if len(todo) == 1 and taken == len(paths[number]):
            found.places[number].append((above, position))
            continue
        if any(taken == len(paths[number]) for number, taken in todo):
            raise _overlap(opened(above, position))
        level, turns = _enter(opened(above, position), todo, paths, strict)
        if level is not above:
            found.levels.append(level)
        stack.extend((level, turn, turns[turn]) for turn in reversed(turns))
    return found


def _enter(level: Level, todo: _Todo, paths: Sequence[Sequence[Step]], strict: bool) -> tuple[Level, dict[int, _Todo]]:
    """The level whose children come next, and for the position of each such child the paths through it."""
    entered = level
    turns: dict[int, _Todo] = {}
    for number, taken in todo:
        step = paths[number][taken]
        way = step.enter(level)
        if way is None:
            if strict:
                raise NoFocusError(step.absence(level))
            continue
        entered, positions = way
        if entered is not level and len(todo) > 1:
            raise _overlap(level)
        if len(todo) == 1:
            onward = [(number, taken + 1)]
            return entered, dict.fromkeys(positions, onward)
        for position in positions:
            turns.setdefault(position, []).append((number, taken + 1))
    return entered, turns


def _overlap(level: Level) -> OpticError:
    return OpticError(f"two foci overlap at {at(path_to(level))}: to set both is ambiguous. Focus the larger.")


def put(found: Found, values: Sequence[Sequence[Any]]) -> Any:
    """The struct with other foci: for each path as many values as it has foci.

    Writes the values into the levels found, which are of no use afterwards; the struct itself is not
    changed. What is not on the way to a focus is carried by identity.
    """
    touched = set()
    for places, new in zip(found.places, values, strict=True):
        for (level, position), value in zip(places, new, strict=True):
            level.children[position] = value
            touched.add(id(level))
    root = found.levels[0]
    for level in reversed(found.levels[1:]):
        if id(level) in touched:
            assert level.came is not None, "only the root has no level above"
            above, position = level.came
            above.children[position] = closed(level)
            touched.add(id(above))
    return root.children[0]

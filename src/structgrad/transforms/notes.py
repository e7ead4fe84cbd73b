"""A run that notes of each operation what it is called and which line of the user's asked for it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import users_line
from structgrad.tape.rule import RULES, name_of
from structgrad.tape.run import start
from structgrad.tape.value import home_of
from structgrad.transforms.reverse import Run, run
from structgrad.transforms.select import select


class Place(NamedTuple):
    """An operation: its name, and the line of the user's, "model.py:12"."""

    operation: str
    line: str

    def __str__(self) -> str:
        return f"{self.operation} ({self.line})" if self.line else self.operation


class Notes:
    """What stands in the place of a tape's program: it keeps the place of each slot, and no values."""

    def __init__(self) -> None:
        self.places: dict[int, Place] = {}

    def append(self, line: Any) -> None:
        """Note one line of the program."""
        self.places[line[-1]._slot] = place_of(line)

    def complete(self, edges: Sequence[Any], leaves: int) -> None:
        """Give places to the slots that have none of their own: lists that an operation takes or gives."""
        for edge in reversed(edges):
            slot, parent = slot_of(edge), edge[2]
            if parent >= leaves and parent not in self.places and slot in self.places:
                self.places[parent] = self.places[slot]


def place_of(line: Any) -> Place:
    """The place of the operation that a line of a program speaks of, asked while it is running."""
    function = line[0]
    name = RULES[function].name if function in RULES else name_of(function)
    return Place(name, users_line().strip(" ()"))


def noted_run(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], notes: Notes) -> Run:
    """Run a function with its first argument traced, as a gradient does, and notes taken."""

    def begin(function: Any, leaves: list[Any], paths: Callable[[], list[str]]) -> Any:
        tape, traced = start(function, leaves, paths)
        tape.program = notes
        return tape, traced

    done = run(fn, select(fn, args, 0, None), kwargs, begin)
    notes.complete(done.edges[1:], len(done.smooth))
    return done


def slot_of(edge: Any) -> int:
    """The slot that an edge leads to."""
    slot: int = edge[0]
    return slot if slot >= 0 else ~slot


def ancestors(edges: Sequence[Any], slots: Iterable[int]) -> set[int]:
    """The slots that these depend on, themselves included."""
    found = set(slots)
    for edge in reversed(edges):
        if slot_of(edge) in found:
            found.add(edge[2])
    return found


def descendants(edges: Sequence[Any], slots: Iterable[int]) -> set[int]:
    """The slots that depend on these, themselves included."""
    found = set(slots)
    for edge in edges:
        if edge[2] in found:
            found.add(slot_of(edge))
    return found


def kind(x: Any) -> str:
    """What a value is in a word: `float64[3]`, a class."""
    if home_of(x)[0] is None:
        return type(x).__qualname__
    shape = shape_of(x)
    return str(dtype_of(x)) + (f"[{', '.join(map(str, shape))}]" if shape else "")

"""What traced values and tapes are made of: fields, which the hot path in C, where it was built, reads at once."""

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from structgrad.native import native

if TYPE_CHECKING or native is None:

    class ValueFields:
        """A value, its slot on a tape, that tape, and the (shape, dtype) of its cotangent."""

        __slots__ = ("_home", "_slot", "_tape", "_value")

        def __init__(self, value: Any, slot: Any, tape: Any, home: Any) -> None:
            self._value = value
            self._slot = slot
            self._tape = tape
            self._home = home

    class TapeFields:
        """Edges, how one is written, what gives the next slot, the program or None, and what `Tape` says."""

        __slots__ = (
            "complex",
            "edges",
            "function",
            "held",
            "id",
            "leaves",
            "next",
            "paths",
            "program",
            "selects",
            "write",
        )

        id: int
        leaves: int
        edges: list[Any]
        write: Callable[[Any], None]
        next: Callable[[], Any]
        function: Any
        paths: Callable[[], list[str]]
        program: Any
        selects: bool
        complex: bool
        held: dict[int, Any] | None

else:
    ValueFields, TapeFields = native.ValueFields, native.TapeFields


def counter(first: int) -> Callable[[], Any]:
    """Give a function that counts on from `first`; safe from several threads."""
    return itertools.count(first).__next__ if native is None else native.Counter(first)

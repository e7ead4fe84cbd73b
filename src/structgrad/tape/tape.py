"""The tape: a run as a list of edges in the order they came about.

A step, one operation, has an edge for each traced input. An edge is a plain tuple, because one is made and one is
read at every operation:

    (slot, rule, parent, home, pullback, *kept)

slot of the output, rule, slot of the input, (shape, dtype) of the input, and what the pullback is called with
behind the cotangent. The edges of a step stand together; all but the first written have ~slot in place of slot,
so that a sweep, which comes from behind, knows the last edge that wants the cotangent.

Where the tape keeps the program too (trace, compile), `program` has a line `(function, args, kwargs, output)` for
each operation, the arguments still traced.
"""

import functools
import itertools
import os.path
from collections.abc import Callable
from typing import Any, NoReturn

from structgrad.errors import EscapedError, users_line
from structgrad.tape.fields import TapeFields, counter

# Runs are numbered as they begin, so that an inner run always has the larger number, whatever thread or
# closure a value comes through. The counter only ever moves on; nothing reads it but a new tape.
ORDER = itertools.count(1)

Home = tuple[tuple[int, ...] | None, Any]
# parent, home, pullback, kept: an edge before it has a slot.
Edge = tuple[int, Home, Callable[..., Any], tuple[Any, ...]]


class Tape(TapeFields):
    """One run. `write` appends an edge, `next` gives the next free slot; both are safe from several threads.

    Closing takes the edges away and refuses whatever would still be written. A gradient in C opens and closes tapes
    itself, in the same way.
    """

    __slots__ = ("__weakref__",)

    def __init__(self, function: Any, leaves: int) -> None:
        self.id: int = next(ORDER)
        self.leaves: int = leaves
        # The None at the bottom ends a sweep that takes the steps off as it goes.
        self.edges: list[Any] = [None]
        self.write: Callable[[Any], None] = self.edges.append
        self.next: Callable[[], Any] = counter(leaves)
        self.function: Any = function
        self.paths: Callable[[], list[str]] = list
        self.program: Any = None  # or whatever has an append
        self.selects: bool = False
        self.complex: bool = False
        self.held: dict[int, Any] | None = {}

    def close(self) -> list[Any]:
        """End the run and give its edges away."""
        edges, self.edges = self.edges, []
        self.write = functools.partial(refused, self.function)
        return edges

    @property
    def closed(self) -> bool:
        """Whether the run has ended."""
        return not self.edges


def refuse_escaped(tape: Tape) -> NoReturn:
    """Raise for a value of a run that has ended."""
    refused(tape.function, None)


def refused(function: Any, edge: Any) -> NoReturn:
    """Raise for an edge that would be written after the run of a function has ended; None: for a value of that run."""
    name = edge[1].name if edge is not None else "it"
    raise EscapedError(
        f"a value traced while differentiating {_name(function)} was used by {name} after that run had "
        f"ended{users_line()}. Return what you need from the function (has_aux=True), or keep stop_gradient(value)."
    )


def _name(function: Any) -> str:
    code = getattr(function, "__code__", None)
    name = getattr(function, "__qualname__", repr(function))
    return f"{name} ({os.path.basename(code.co_filename)}:{code.co_firstlineno})" if code else str(name)

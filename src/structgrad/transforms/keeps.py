"""What the tape of a run keeps alive, by operation and line."""

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from attrs import frozen

from structgrad.struct.kind import kind_of
from structgrad.tape.tape import Tape
from structgrad.tape.value import plain
from structgrad.transforms.notes import Notes, Place, noted_run, slot_of
from structgrad.transforms.opening import is_full, opened

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type


@frozen
class Kept:
    """The arrays that the steps of one operation on one line keep alive, and their bytes."""

    operation: str
    line: str
    arrays: int
    bytes: int


@frozen
class Memory:
    """What a tape keeps alive between the run and the backward pass: a row for each operation and line, largest first.

    bytes, arrays: in all; edges: how many pairs of a step and an input were recorded.
    """

    rows: tuple[Kept, ...]
    arrays: int
    bytes: int
    edges: int

    def __str__(self) -> str:
        lines = [f"{_size(row.bytes):>9}  {row.arrays:>6}  {Place(row.operation, row.line)}" for row in self.rows]
        total = f"{_size(self.bytes):>9}  {self.arrays:>6}  in all, of {self.edges} edges"
        return "\n".join([f"{'kept':>9}  {'arrays':>6}  by", *lines, total])


def memory(fn: Callable[Concatenate[T, P], Any], /) -> Callable[Concatenate[T, P], Memory]:
    """What the tape keeps alive when a function is differentiated by its first argument.

    fn: `(params, *args, **kw) -> any struct`. The function given back takes the same arguments, runs fn once and
    returns a `Memory`, which prints as a table. Each array counts once, for the first operation that keeps it, a
    view as the array whose memory it shows; those of fn's arguments and closure do not count, as the caller has them
    anyway. `checkpoint` is what makes the numbers smaller.

    >>> import numpy as np
    >>> from structgrad import debug
    >>> print(debug.memory(lambda x: np.sum(np.sin(np.exp(np.exp(x)))))(np.ones(1000)))
         kept  arrays  by
      15.6 kB       2  exp (<doctest ...>:1)
      15.6 kB       2  in all, of 4 edges
    """

    @functools.wraps(fn)
    def weighed(*args: Any, **kwargs: Any) -> Any:
        notes = Notes()
        done = noted_run(fn, args, kwargs, notes)
        seen = {id(_owner(x)) for x in arrays_in([fn, args, kwargs])}
        rows: dict[Place, list[int]] = {}
        held = [copy for _, copy, watched in (done.tape.held or {}).values() if not watched]
        places = [(notes.places.get(slot_of(edge), Place(edge[1].name, "")), edge[4:]) for edge in done.edges[1:]]
        for place, kept in [*places, (Place("constants", ""), held)]:
            for x in arrays_in(kept):
                if id(_owner(x)) not in seen:
                    seen.add(id(_owner(x)))
                    row = rows.setdefault(place, [0, 0])
                    row[0] += 1
                    row[1] += _owner(x).nbytes
        table = sorted((Kept(*place, *row) for place, row in rows.items()), key=lambda row: -row.bytes)
        total = (sum(row.arrays for row in table), sum(row.bytes for row in table))
        return Memory(tuple(table), *total, len(places))

    return weighed


def arrays_in(x: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays that a value holds: in structs, traced values, and what functions carry with them."""
    stack, seen = [x], set()
    while stack:
        value = plain(stack.pop())
        if isinstance(value, np.ndarray) and value.dtype.kind != "O":
            yield value
            continue
        if id(value) in seen or isinstance(value, type | types.ModuleType | Tape):
            continue
        seen.add(id(value))
        if type(value) is types.FunctionType:
            stack += [cell.cell_contents for cell in value.__closure__ or () if is_full(cell)]
            stack += [value.__defaults__, value.__kwdefaults__]
        else:
            stack += _parts(value)


def _parts(value: Any) -> list[Any]:
    kind = kind_of(value)
    if kind is not None:
        return list(kind.open(value))
    leaves = opened(value)[0]  # a method, a partial
    return [leaf for leaf in leaves if leaf is not value]


def _owner(x: Any) -> Any:
    """The array whose memory x shows."""
    while isinstance(x.base, np.ndarray):
        x = x.base
    return x


def _size(n: int) -> str:
    for unit in ("B", "kB", "MB"):
        if n < 1000 or unit == "MB":
            break
        n /= 1024  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]  # from here on for reading
    return f"{n} B" if unit == "B" else f"{n:.1f} {unit}"

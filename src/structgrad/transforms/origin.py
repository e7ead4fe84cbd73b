"""Where the first number that is not finite came from, going forward and going back."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

import numpy as np
from attrs import evolve

from structgrad.struct.leaf import space_of
from structgrad.struct.walk import flatten
from structgrad.tape.run import slot_in
from structgrad.tape.sweep import sweep
from structgrad.tape.value import plain
from structgrad.transforms.events import Event, Origin
from structgrad.transforms.finite import first_of, has_nan, wild_part
from structgrad.transforms.notes import Notes, Place, ancestors, descendants, kind, noted_run, slot_of
from structgrad.transforms.reverse import Run

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type


def nan_origin(fn: Callable[Concatenate[T, P], Any], /) -> Callable[Concatenate[T, P], Origin]:
    """Where the first NaN or inf of a value or a gradient came from.

    fn: `(params, *args, **kw) -> any struct`. The function given back takes the same arguments, runs fn and its
    gradient once, slowly, and returns an `Origin`, which prints. It tells only of numbers that the value depends
    on, and nothing as long as value and gradient are finite. Looked at: the leaves; what each operation makes of
    which constants; and where the value is finite all the same, each cotangent. A checkpointed function counts as one
    operation. The gradient is that of a loss; of another struct, with the cotangent 1 for each number.

    >>> import numpy as np
    >>> from structgrad import debug
    >>> print(debug.nan_origin(lambda p: np.sum(np.sqrt(p["w"]) * p["b"]))({"w": np.array([1.0, 0.0]), "b": 2.0}))
    backward: the pullback of sqrt (<doctest ...>:1) makes inf at [1] for its input float64[2], which is of ['w']
    """

    @functools.wraps(fn)
    def found(*args: Any, **kwargs: Any) -> Any:
        notes = _Watcher()
        with np.errstate(all="ignore"):
            done = noted_run(fn, args, kwargs, notes)
            return Origin(tuple(_events(done, notes)))

    return found


class _Wild(NamedTuple):
    """An operation whose output is not finite; whether there is a NaN in it."""

    slot: int
    event: Event
    nan: bool


class _Watcher(Notes):
    """Notes that keep an event as well, without its paths, for each operation whose output is not finite."""

    def __init__(self) -> None:
        super().__init__()
        self.wild: list[_Wild] = []

    def append(self, line: Any) -> None:
        super().append(line)
        _, args, kwargs, *_, out = line
        y = plain(out)
        if wild_part(y) is None:
            return
        inputs = [item for x in (*args, *kwargs.values()) for item in (x if type(x) in (list, tuple) else [x])]
        nan = has_nan(y)
        given = next((x for x in inputs if plain(x) is x and wild_part(x) is not None), None)
        place = self.places[out._slot]
        if given is not None:
            event = Event("constant", *first_of(given), *place, (kind(given),), ())
        else:
            numbers = [x for x in map(plain, inputs) if isinstance(x, np.ndarray | np.number | float | complex)]
            event = Event("forward", *first_of(y, nan=nan), *place, tuple(map(kind, [y, *numbers])), ())
        self.wild.append(_Wild(out._slot, event, nan))


def _events(done: Run, notes: _Watcher) -> Iterator[Event]:
    """The events of a run, in their order; none if value and gradient are finite."""
    outs = flatten(done.result)[0]
    values = [plain(out) for out in outs]
    slots = [slot_in(out, done.tape) for out in outs]
    edges = done.edges[1:]
    back, reached = _backward(done, notes, zip(slots, values, strict=True))
    bad = next((value for value in values if wild_part(value) is not None), None)
    if bad is None and not reached:
        return
    before = ancestors(edges, [slot for slot in slots if slot is not None])
    forward = list(_forward(done, notes, before))
    if bad is not None and not forward:
        forward = [Event("constant", *first_of(bad), "return", "", (kind(bad),), ())]
    yield from forward
    if bad is None:
        yield from back


def _forward(done: Run, notes: _Watcher, before: set[int]) -> Iterator[Event]:
    """The first event among what the value depends on, and the first NaN if it is another."""
    for slot, (i, path) in enumerate(zip(done.smooth, done.tape.paths(), strict=True)):
        leaf = plain(done.leaves[i])
        if slot in before and wild_part(leaf) is not None:
            yield Event("leaf", *first_of(leaf), "", "", (kind(leaf),), (path or "the argument",))
            return
    seen = [wild for wild in notes.wild if wild.slot in before]
    if not seen:
        return
    yield _with_paths(seen[0].event, seen[0].slot, done)
    later = next((wild for wild in seen if wild.nan), seen[0])
    if later is not seen[0]:
        event = _with_paths(later.event, later.slot, done)
        yield evolve(event, phase="nan") if event.phase == "forward" else event


def _backward(done: Run, notes: Notes, outs: Iterable[tuple[int | None, Any]]) -> tuple[list[Event], bool]:
    """The first cotangent that is not finite and reaches a leaf, and whether there is any."""
    edges, leaves = done.edges[1:], len(done.smooth)
    bars: list[Any] = [None] * done.tape.next()
    for slot, value in outs:
        if slot is not None:
            bars[slot] = space_of(value).one(value)
    seen: dict[int, tuple[Any, Any]] = {}

    def watched() -> Iterator[Any]:
        for edge in reversed(edges):
            yield edge
            part = None if edge[2] in seen else wild_part(bars[edge[2]])
            if part is not None:
                seen[edge[2]] = edge, part

    sweep(watched(), bars, leaves, selects=done.tape.selects, complex_=done.tape.complex)
    wild = {slot for slot in range(leaves) if wild_part(bars[slot]) is not None}
    after = descendants(edges, wild)
    for slot, (edge, part) in seen.items():
        if slot in after:
            place = notes.places.get(slot_of(edge), Place(edge[1].name, ""))
            event = Event("backward", *first_of(part), edge[1].name, place.line, (kind(part),), ())
            return [_with_paths(event, slot, done)], True
    return [], bool(wild)


def _with_paths(event: Event, slot: int, done: Run) -> Event:
    """The event with the paths of the leaves that a slot depends on."""
    paths = done.tape.paths()
    found = sorted(i for i in ancestors(done.edges[1:], [slot]) if i < len(paths))
    return evolve(event, paths=tuple(paths[i] or "the argument" for i in found))

"""Forward mode: a run whose slots hold tangents, pushed on as each operation is recorded.

A forward tape is a tape with other parts: its slots are cells, its edges wait in the cell they lead to, and its
program takes each line as the sign to push. So everything records as it does in reverse, nothing is kept, and a
tangent dies with its value.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.tape.cotangent import accumulate, silence
from structgrad.tape.pullback import same
from structgrad.tape.rule import Rule
from structgrad.tape.run import out_of
from structgrad.tape.tape import Home, Tape
from structgrad.tape.transpose import transposed
from structgrad.tape.value import Traced, TracedArray, wrap
from structgrad.tape.views import as_now
from structgrad.tape.write import WRITE, written_along


class Cell:
    """A slot of a forward run: its tangent, None for zero, and the edges that lead to it until it is pushed."""

    __slots__ = ("edges", "leaf", "tangent")

    def __init__(self, tangent: Any = None, leaf: int | None = None) -> None:
        self.tangent: Any = tangent
        self.leaf: int | None = leaf
        self.edges: list[Any] = []

    def __invert__(self) -> "Cell":  # edges after the first carry ~slot
        return self


class _Push:
    """Stands in the place of a program: computes the tangent of each output that is noted."""

    __slots__ = ("tape",)

    def __init__(self, tape: Tape) -> None:
        self.tape = tape

    def append(self, line: Any) -> None:
        _, args, kwargs, *part, out = line
        cell = out._slot
        edges, cell.edges = cell.edges, []
        if edges[0][1] is WRITE:
            cell.tangent = written_along(edges, args[1], out)
            return
        step = _Step(self.tape, args, kwargs)
        if not part:
            cell.tangent = step.push(edges, out._value, out._home)
            return
        _, _, whole, _, _, i, homes = edges[0]
        if whole.edges:
            whole.tangent = step.push(whole.edges, None, homes)
            whole.edges = []
        if whole.tangent is not None and whole.tangent[i] is not None:
            cell.tangent = _at_home(whole.tangent[i], out._home)


def start_forward(tangents: Sequence[Any], function: Any, leaves: Sequence[Any], paths: Callable[[], list[str]]) -> Any:
    """A forward tape, and a traced value with its tangent for each leaf."""
    tape = Tape(function, 0)
    tape.paths = paths
    tape.next = Cell
    tape.write = _wait
    tape.program = _Push(tape)
    tape.held = None  # what is pushed at once need not be kept
    pairs = enumerate(zip(leaves, tangents, strict=True))
    return tape, [wrap(as_now(leaf), Cell(t, i), tape) for i, (leaf, t) in pairs]


def tangent_of(x: Any, tape: Tape) -> Any:
    """The tangent of a value of this run; None if it does not depend on the leaves."""
    return x._slot.tangent if (type(x) is TracedArray or type(x) is Traced) and x._tape is tape else None


def _wait(edge: Any) -> None:
    edge[0].edges.append(edge)


class _Step:
    """One operation, as its program line tells it."""

    __slots__ = ("args", "kwargs", "tape")

    def __init__(self, tape: Tape, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        self.tape = tape
        self.args = args
        self.kwargs = kwargs

    def push(self, edges: list[Any], y: Any, home: Any) -> Any:
        """The tangent of the output, or of each of several: the sum over the edges. None for zero.

        home: that of the output, or a list of those of several.
        """
        total: Any = None
        # 0 times an infinite slope is met wherever a tangent is 0, and silenced; what is infinite shows in the result.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            for edge, name in self._named(edges):
                t = _tangent(edge[2])
                if t is None:
                    continue
                dy = self._along(edge, name, t, y, home)
                if dy is not None:
                    total = _sum(total, dy if isinstance(home, list) else _at_home(dy, home))
        return total

    def _named(self, edges: list[Any]) -> Iterator[tuple[Any, str]]:
        """The edges with the names of the arguments they come from, "" where the rule has no names."""
        rule: Rule = edges[0][1]
        given = [*zip(rule.params, self.args, strict=False), *self.kwargs.items()]
        at = 0
        for edge in edges:
            name = ""
            for k in range(at, len(given)):
                if _leads(given[k][1], edge[2]):
                    name, at = given[k][0], k + 1
                    break
            yield edge, name

    def _along(self, edge: Any, name: str, t: Any, y: Any, home: Any) -> Any:
        """The part of the tangent that comes along one edge, in the cheapest way that the rule allows."""
        _, rule, parent, home_in, pull, *kept = edge
        if pull is same:
            return t
        if name in rule.forward:
            of = rule.forward[name]
            return of.of(t, *of.keep(self._values(rule, y)))
        if name in rule.linear:
            return self._in_place_of(rule, name, t)
        single = type(home) is not list
        if rule.elementwise and single and (rule.holomorphic or _is_real(home, home_in)):
            # Each output depends on its own input alone, so the pullback is its own transpose.
            dy = pull(t, *kept)
            if dy is None or not kept or home[0] is None:
                return dy
            return silence(t, _silenced(dy, pull, t, kept) if rule.selects else dy)
        turned = rule.holomorphic and self.tape.complex
        homes_in = [(e[5], e[3]) for e in parent.edges] if type(t) is dict else home_in
        return transposed(pull, kept, turned, home, homes_in, t)

    def _values(self, rule: Rule, y: Any) -> list[Any]:
        """All arguments below this run, and the output: what a pushforward may name."""
        rest = [self.kwargs.get(name, rule.defaults.get(name)) for name in rule.params[len(self.args) :]]
        return [*[_lowered(arg, self.tape) for arg in (*self.args, *rest)], y]

    def _in_place_of(self, rule: Rule, name: str, t: Any) -> Any:
        """The function itself, with a tangent in the place of the argument in which it is linear."""
        low = [_lowered(arg, self.tape) for arg in self.args]
        low_kwargs = {key: _lowered(arg, self.tape) for key, arg in self.kwargs.items()}
        i = rule.params.index(name)
        old = low[i] if i < len(low) else low_kwargs[name]
        new = t
        if type(t) is dict:
            new = type(old)([t[k] if k in t else _zeros(item) for k, item in enumerate(old)])
        if i < len(low):
            low[i] = new
        else:
            low_kwargs[name] = new
        return rule.function(*low, **low_kwargs)


def _tangent(cell: Cell) -> Any:
    """The tangent of a cell; of a packed list, those of its items by their numbers."""
    if not cell.edges:
        return cell.tangent
    items = {i: parent.tangent for _, _, parent, _, _, i in cell.edges if parent.tangent is not None}
    return items or None


def _leads(arg: Any, cell: Cell) -> bool:
    """Whether an argument is the value of this cell, or the list packed in it."""
    if type(arg) is list or type(arg) is tuple:
        return bool(cell.edges) and any(_leads(item, cell.edges[0][2]) for item in arg)
    return (type(arg) is TracedArray or type(arg) is Traced) and arg._slot is cell


def _lowered(arg: Any, tape: Tape) -> Any:
    if type(arg) is list or type(arg) is tuple:
        return type(arg)([out_of(item, tape) for item in arg])
    return out_of(arg, tape)


def _zeros(x: Any) -> Any:
    return np.zeros(shape_of(x), dtype_of(x))[()]


def _is_real(*homes: Any) -> bool:
    return all(home is None or getattr(home[1], "kind", "f") != "c" for home in homes)


def _silenced(dy: Any, pull: Any, t: Any, kept: Any) -> Any:
    """dy, but 0 where the slope is 0: what is not selected has no say, be its tangent infinite."""
    if np.all(np.isfinite(dy)):
        return dy
    return np.where(pull(np.ones_like(t), *kept) == 0, 0, dy)


def _sum(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return list(map(_sum, a, b)) if type(a) is list else accumulate(a, b)


def _at_home(t: Any, home: Home) -> Any:
    """A tangent in the shape and dtype of its value."""
    shape, dtype = home
    if shape is None:
        return t
    if shape_of(t) != shape:
        t = np.broadcast_to(t, shape)
    if dtype_of(t) != dtype:
        t = np.real(t) if dtype.kind != "c" else t
        if shape or type(t) is Traced:
            return np.astype(t, dtype)  # pyright: ignore[reportArgumentType, reportCallIssue]  # it is dispatched
        return dtype.type(t)
    return t

"""The reverse sweep: from cotangents at the end to one for each leaf. A loop over the edges, backwards."""

import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy import float64, ndarray

from structgrad.arrays import FLOAT64, shape_of
from structgrad.errors import CotangentError, StructgradError
from structgrad.native import native
from structgrad.tape.call import unpacked
from structgrad.tape.cotangent import accumulate, conjugate, dense, settle, silence
from structgrad.tape.hold import hold
from structgrad.tape.pieces import Parts, Scatter
from structgrad.tape.pullback import negated, same
from structgrad.tape.record import output
from structgrad.tape.rows import sparse
from structgrad.tape.tape import ORDER, Tape, refused
from structgrad.tape.value import Traced, TracedArray
from structgrad.tape.views import add_view


def sweep(
    edges: Iterable[Any], bars: list[Any], leaves: int, *, selects: bool, complex_: bool, rows: bool = False
) -> None:
    """Run every edge's pullback, from the last edge to the first, over the cotangents in `bars`.

    bars: one cotangent or None for each slot of the tape, the leaves first; on return only those of the leaves
    are left, pieces put together. Steps that got no cotangent cost nothing. selects: some step selects, so zero
    cotangents silence infinite slopes. complex_: some value is complex. rows: what was read by rows stays `SparseRows`.
    """
    (silently if selects else quietly)(edges, bars, selects, complex_)
    for i in range(leaves):
        if type(bars[i]) is Scatter:
            bars[i] = (sparse if rows else dense)(bars[i])


def _go(edges: Iterable[Any], bars: list[Any], selects: bool, complex_: bool) -> None:
    if native is None:
        _back(iter(edges.pop, None) if type(edges) is list else edges, bars, selects, complex_)
    else:
        native.back(edges, bars, selects, _specially(selects) if complex_ else None)


_Go = Callable[[Iterable[Any], list[Any], bool, bool], None]
# Overflow in a slope that is divided by, cosh(x) of tanh far out, gives the 0 that is meant. As decorators: as `with`
# they take twice the time.
quietly: _Go = np.errstate(over="ignore")(_go)
silently: _Go = np.errstate(over="ignore", divide="ignore", invalid="ignore")(_go)


def _back(edges: Iterable[Any], bars: list[Any], selects: bool, complex_: bool) -> None:  # noqa: C901, PLR0912  # the hot path, in line
    special = selects or complex_
    pieces = False  # whether some cotangent may be in pieces
    for edge in edges:
        slot = edge[0]
        if slot >= 0:
            g = bars[slot]
            bars[slot] = None
        else:
            g = bars[~slot]
        if g is None:
            continue
        if pieces and (type(g) is Scatter or type(g) is Parts):
            g = dense(g)
            if slot < 0:
                bars[~slot] = g
        n = len(edge)
        # Calls with a known number of arguments stay inside the interpreter's loop; `*kept` does not.
        if special:
            dx = None  # so that only g holds the cotangent
            parent, home, dx = _special(g, edge, selects, complex_)
        elif n == 6:
            _, _, parent, home, pull, kept = edge
            dx = pull(g, kept)
        elif n == 5:
            _, _, parent, home, pull = edge
            dx = pull(g)
        elif n == 7:
            _, _, parent, home, pull, kept, other = edge
            dx = pull(g, kept, other)
        else:
            _, _, parent, home, pull, *rest = edge
            dx = pull(g, *rest)
        if dx is None:
            continue
        if home is None:  # what `record` calls plain
            pass
        elif type(dx) is ndarray:
            if dx.shape != home[0] or dx.dtype is not home[1]:
                dx = _home(dx, home, edge[1])
        elif type(dx) is not float64 or home[1] is not FLOAT64 or home[0]:
            dx = _home(dx, home, edge[1])
            pieces = pieces or type(dx) is Scatter or type(dx) is Parts
        before = bars[parent]
        if before is None:
            bars[parent] = dx
        elif type(before) is ndarray and type(dx) is ndarray:
            bars[parent] = before + dx
        else:
            bars[parent] = accumulate(before, dx)
            before = None  # so that only the sum holds it


def _specially(selects: bool) -> Callable[[Any, Any], Any]:
    """What goes over an edge in a run that has complex values, as C asks for it."""
    return lambda g, edge: _special(g, edge, selects, True)[2]


def _special(g: Any, edge: Any, selects: bool, complex_: bool) -> tuple[int, Any, Any]:
    """The edge's parent, home and cotangent, in runs that select or have complex values.

    The pullback of a holomorphic f is g conj(f'), and so the conjugate of what the real formula makes of conj(g).
    """
    _, rule, parent, home, pull, *kept = edge
    if rule.writes:
        return parent, home, pull(g, *kept)
    if selects and not rule.elementwise and _is_zero(g):
        return parent, home, None
    turned = complex_ and rule.holomorphic
    dx = pull(conjugate(g) if turned else g, *kept)
    if selects and kept and rule.elementwise and not rule.bounded and dx is not None:
        dx = silence(g, dx)
    return parent, home, conjugate(dx) if turned else dx


def _home(dx: Any, home: Any, rule: Any) -> Any:
    try:
        return settle(dx, home)
    except CotangentError as error:
        raise CotangentError(f"the pullback of {rule.name} gives a wrong cotangent: {error}") from None


def _is_zero(g: Any) -> bool:
    t = type(g)
    if (t is float64 and g) or (t is ndarray and g.size and g.item(0)):
        return False  # as a rule, seen without a look at the rest
    if isinstance(g, list):
        return all(item is not None and _is_zero(item) for item in g)
    if t is TracedArray or t is Traced:
        return False  # a zero that moves
    try:
        return not np.any(g)
    except (StructgradError, TypeError):  # a value of the user's own class
        return False


if native is not None:
    _CLASSES = (Traced, TracedArray, Tape, Scatter, Parts)
    _FUNCTIONS = (refused, output, hold, _home, dense, accumulate, silence, _is_zero, unpacked, add_view)
    native.connect_tape(*_CLASSES, ORDER, *_FUNCTIONS, negated, same, shape_of, operator.mul, operator.truediv)

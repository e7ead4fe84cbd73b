"""Running a function on traced leaves, and going back from its result to a gradient for each leaf."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from structgrad.errors import NothingToDifferentiateError
from structgrad.native import native
from structgrad.struct.leaf import space_of
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import Nodes, build, flatten, leaf_paths, leaf_spaces
from structgrad.tape.cotangent import accumulate
from structgrad.tape.hold import check_held
from structgrad.tape.lift import lifted_struct
from structgrad.tape.rule import fill
from structgrad.tape.run import start
from structgrad.tape.sweep import sweep
from structgrad.tape.tape import Tape
from structgrad.tape.value import Traced, TracedArray
from structgrad.transforms.select import Selection


class Run(NamedTuple):  # made at every gradient, and a tuple is made in a third of the time of a frozen class
    """A function that was run on traced leaves: what it returned, its closed tape, and where the leaves belong."""

    result: Any
    tape: Tape
    edges: list[Any]
    leaves: list[Any]
    smooth: list[int]
    nodes: Nodes
    selection: Selection


def run(
    function: Callable[..., Any], selection: Selection, kwargs: dict[str, Any], begin: Callable[..., Any] = start
) -> Run:
    """Run the function with the selected structs traced. NothingToDifferentiateError if none has a slope.

    begin: gives a tape, and a traced value for each leaf, from (function, leaves, paths).
    """
    fill()
    whole = selection.whole
    leaves, nodes = flatten(whole)
    if native is not None and native.are_plain(leaves):
        smooth = list(range(len(leaves)))
    else:
        smooth = [i for i, leaf in enumerate(leaves) if is_smooth(leaf, selection)]
    if not smooth and selection.structs:
        raise NothingToDifferentiateError(_nothing(whole, leaves))

    def paths() -> list[str]:
        found = leaf_paths(whole)
        return [found[i] for i in smooth]

    if len(smooth) == len(leaves):
        tape, inner = begin(function, leaves, paths)
    else:
        tape, traced = begin(function, [leaves[i] for i in smooth], paths)
        inner = list(leaves)
        for i, value in zip(smooth, traced, strict=True):
            inner[i] = value
    try:
        result = function(*selection.put(selection.each(build(nodes, inner))), **kwargs)
        if type(result) is not Traced:
            result = lifted_struct(result)
    except (TypeError, ValueError) as error:
        explain(error)
        raise
    finally:
        edges = tape.close()
    return Run(result, tape, edges, leaves, smooth, nodes, selection)


# What NumPy and SciPy say of object arrays.
_SIGNS = ("not supported for the input types", "object array", "unsupported data types in input")
_NO_HOOK = (
    "An array of differentiated numbers has reached code for which NumPy gives no hook. SciPy's functions are in "
    "structgrad.scipy, under the same names; an array from np.array([a, b]) goes into np.linalg as np.stack([a, b]); "
    "a sparse A times v is v @ A.T."
)
_SHOWN = (
    "np.asarray(v) of a differentiated array can't be written into, for v would not show it. Write into v itself, or "
    "into a copy, np.array(v)."
)


def explain(error: Exception) -> None:
    """Add to an error what may help."""
    text = str(error)
    if any(sign in text for sign in _SIGNS):
        error.add_note(_NO_HOOK)
    if "read-only" in text and _has_objects(error):
        error.add_note(_SHOWN)


def _has_objects(error: Exception) -> bool:
    """Whether there is an object array that can't be written into where an error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    found = trace.tb_frame.f_locals.values() if trace is not None else ()
    return any(type(x) is np.ndarray and x.dtype.kind == "O" and not x.flags.writeable for x in found)


def is_smooth(leaf: Any, selection: Selection) -> bool:
    """Whether a leaf is differentiated. UnknownLeafError, with its path, for what structgrad does not know."""
    t = type(leaf)
    if t is float:
        return True
    if t is np.ndarray and leaf.dtype.kind == "f":
        return True
    try:
        return space_of(leaf).role == "smooth"
    except TypeError:
        leaf_spaces(selection.whole, flatten(selection.whole)[0])  # says it again, with the path
        raise


def gradient(done: Run, seeds: list[tuple[int, Any]], *, again: bool = False, rows: bool = False) -> Any:
    """The gradient, shaped as the selection asks, from cotangents of slots.

    again: the edges stay for later. rows: arrays of which only rows were read get `SparseRows`.
    """
    if done.tape.held:
        check_held(done.tape.held)
    bars: list[Any] = [None] * done.tape.next()  # the next free slot is the number of slots so far
    for slot, g in seeds:
        bars[slot] = g if bars[slot] is None else accumulate(bars[slot], g)
    # One-time gradients take the edges off as they go, so that what an edge kept dies once it was used.
    edges = reversed(done.edges[1:]) if again else done.edges
    sweep(edges, bars, len(done.smooth), selects=done.tape.selects, complex_=done.tape.complex, rows=rows)
    if rows:
        _name_no_rows(done, bars)
    grads = native.finished_leaves(done.leaves, bars) if native is not None and not rows else None
    grads = grads or finished_leaves(done.leaves, done.smooth, bars)
    return done.selection.give(done.selection.each(build(done.nodes, grads)))


def _name_no_rows(done: Run, bars: list[Any]) -> None:
    """Where a whole array got no cotangent, it is `SparseRows` without a row: no zeros of its size are made."""
    for slot, i in enumerate(done.smooth):
        x = done.leaves[i]
        if bars[slot] is None and type(x) is np.ndarray and x.ndim:
            bars[slot] = SparseRows(np.empty(0, np.intp), np.empty((0, *x.shape[1:]), x.dtype), x.shape, distinct=True)


def _nothing(whole: Any, leaves: list[Any]) -> str:
    paths = [path or "the argument" for path in leaf_paths(whole)][:5]
    found = ", ".join(f"{path} is {_kind(leaf)}" for path, leaf in zip(paths, leaves, strict=False)) or "no leaves"
    hint = next((f"; write {leaf!r} as {float(leaf)!r}" for leaf in leaves if type(leaf) is int), "")
    return (
        f"there is nothing to differentiate: {found}. "
        f"Only floats, complex numbers and arrays of them have a slope{hint}."
    )


def _kind(leaf: Any) -> str:
    if isinstance(leaf, np.ndarray):
        return f"an array of {leaf.dtype} (use .astype(float))"
    return f"{leaf!r:.40} ({type(leaf).__name__})"


def finished_leaves(leaves: list[Any], smooth: Sequence[int], bars: list[Any]) -> list[Any]:
    """A gradient for each leaf, out of its cotangent or None, that nobody else holds. C does the same."""
    grads: list[Any] = list(leaves)
    for slot, i in enumerate(smooth):
        g = _alone(bars, slot)
        bars[slot] = None  # a leaf that has the same array has it alone now
        grads[i] = finished(leaves[i], g, set())
    if len(smooth) < len(grads):
        for i in set(range(len(grads))) - set(smooth):
            grads[i] = space_of(grads[i]).zero(grads[i])
    return grads


def _alone(bars: list[Any], slot: int) -> Any:
    """A cotangent; of an array that others hold too, or show, a copy."""
    g = bars[slot]
    if type(g) is not np.ndarray:
        return g
    base = g.base
    if base is None:
        return g if g.flags.owndata and sys.getrefcount(g) <= _HELD_ONCE else g.copy()
    ours = type(base) is np.ndarray and base.flags.owndata and sys.getrefcount(base) <= _HELD_ONCE
    return g if ours and sys.getrefcount(g) <= _HELD_ONCE else g.copy()


def _count(held: list[Any]) -> int:
    x = held[0]
    return sys.getrefcount(x)


# How often an array is counted that is in one list, or another's base, and has one name, in the question itself.
_HELD_ONCE = _count([np.empty(1)])


def finished(x: Any, g: Any, taken: set[int]) -> Any:
    """The gradient of leaf x, None for zero, as a value of x's own type that shares memory with nothing."""
    if g is None:
        # The two kinds of leaf that structs have thousands of; zeros_like costs three times as much.
        if type(x) is float:
            return 0.0
        return np.zeros(x.shape, x.dtype) if type(x) is np.ndarray else space_of(x).zero(x)
    t = type(g)
    if t is Traced or t is TracedArray:
        if not g.shape and (t is TracedArray) is not isinstance(x, np.ndarray):  # a scalar, and an array of rank 0
            return g[()] if t is TracedArray else np.stack([g]).reshape(())
        return g
    if type(x) is float:
        return float(g)
    if t is np.ndarray and type(x) is np.ndarray:
        owner = _owner(g)
        if id(owner) in taken or not g.flags.writeable:
            return g.copy()
        taken.add(id(owner))
        return g
    if t is SparseRows:
        values = finished(g.values, g.values, taken)
        return g if values is g.values else g.with_values(values)
    return space_of(x).like(x, g)


def _owner(x: Any) -> Any:
    return x if x.base is None else x.base

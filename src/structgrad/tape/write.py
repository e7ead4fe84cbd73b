"""Writing into traced arrays, with NumPy's meaning: v[i] = w, v += w, out=v, and what comes down to these.

A write is a step with two inputs, what the array was and what is written, and the array goes on as its output. The
numbers are written in place where nobody else holds them, so that a loop that fills an array costs O(n); else they
are copied first. Going back it is the same: the cotangent is handed on with zeros where it was overwritten.
"""

import functools
import operator
import sys
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import LostGradientError, users_line
from structgrad.tape.call import innermost, is_of, refuse_out
from structgrad.tape.cotangent import names_items_once
from structgrad.tape.lift import lifted
from structgrad.tape.read import held_index
from structgrad.tape.rule import Rule
from structgrad.tape.sweep import sweep
from structgrad.tape.tape import Tape, refuse_escaped
from structgrad.tape.value import Traced, TracedArray, home_of, plain, wrap
from structgrad.tape.views import follow, laid_out, origin, rebind, root_of, snapshot, views_of

Index = Any


def write(v: Any, index: Index, w: Any) -> None:
    """v[index] = w, seen by every view of the same memory."""
    if v._tape.closed:
        refuse_escaped(v._tape)
    if not plain(v).flags.writeable and origin(v) is not None:
        raise ValueError("assignment destination is read-only")
    root_of(v)
    w = _source(v, w)
    if shape_of(w)[:1] == (1,):  # NumPy drops leading ones; no cotangent would know them
        rank = plain(v)[index].ndim
        w = np.reshape(w, shape_of(w)[len(shape_of(w)) - rank :]) if len(shape_of(w)) > rank else w
    parent = origin(v)
    if parent is None:
        put(v, index, w)
        follow(v)
        return
    # What is a view is written to on its own, and then written back into the array that it shows.
    shown = snapshot(v)
    put(shown, index, w)
    write(parent[0], *_place(parent[0], parent[1], shown))


def replace(v: Any, y: Any) -> None:
    """v[...] = y for a y of the shape and dtype of v; without a copy where v has no views and is none."""
    same = (type(y) is TracedArray) and y._home == v._home and y._tape.id >= v._tape.id
    if same and origin(v) is None and next(views_of(v), None) is None:
        rebind(v, y if plain(y).strides == plain(v).strides else laid_out(y, "K", v))
    else:
        write(v, ..., y)


def into(v: Any, y: Any, where: Any = True) -> Any:
    """What out=v does with a result y: v holds it, where `where` is true, and is given back.

    LostGradientError where v is a plain array, which cannot carry a gradient; ValueError for another shape.
    """
    if type(v) is not TracedArray:
        refuse_out()
    if shape_of(y) != v.shape:
        raise ValueError(f"a result of shape {shape_of(y)} does not fit out= of shape {v.shape}")
    if where is not True:
        y = np.where(where, y, snapshot(v))
    replace(v, y)
    return v


def _source(v: Any, w: Any) -> Any:
    """What is written, as an array or a number. LostGradientError where the imaginary part would be lost."""
    w = lifted(w)
    if home_of(w)[0] is None:
        w = np.asarray(w)
    dtype = home_of(w)[1]
    if dtype.kind == "c" and v.dtype.kind != "c":
        raise LostGradientError(
            f"complex numbers are written into an array of {v.dtype}{users_line()}, which would drop their imaginary "
            f"parts. Write np.real(w), or make the array complex."
        )
    return w


def _place(parent: Any, call: tuple[Any, ...], shown: Any) -> tuple[Index, Any]:
    """Where a view's numbers lie in its parent, and what to write there."""
    function, args, kwargs, *part = call
    if function is operator.getitem:
        return args[1], shown
    if parent.dtype.kind == "c" and shown.dtype.kind != "c":
        if function is np.imag:
            return ..., np.real(parent) + 1j * shown
        if function is not np.real:
            raise LostGradientError(
                f"a real view of complex numbers is written into{users_line()}. Write v.real[...] = w."
            )
        return ..., shown + 1j * np.imag(parent)
    numbers = np.empty_like(plain(parent), np.intp)  # in the same order in memory, for np.ravel(v, "K") asks for it
    numbers[...] = np.arange(numbers.size).reshape(numbers.shape)
    where = function(*[numbers if arg is parent else arg for arg in args], **kwargs)
    return np.unravel_index(where[part[0]] if part else where, parent.shape), shown


def put(v: Any, index: Index, w: Any) -> None:
    """v[index] = w for v alone: a step of the innermost run among v and w."""
    tape: Any = innermost((v, w))
    index = held_index(tape, index)
    low_w = w._value if is_of(w, tape) else w
    old, home = v._slot, v._home
    mine = v._tape is tape
    if mine:
        alone = sys.getrefcount(v._value) <= _HELD_ONCE
        y = _stored(v._value, index, low_w, alone)
    else:  # to the run of w, all that v was is a constant
        y = _stored(snapshot(v), index, low_w, True)
    slot = mark = tape.next()
    if mine:
        tape.write((slot, WRITE, old, home, _overwritten, index))
        mark = ~slot
    if low_w is not w:
        tape.write((mark, WRITE, w._slot, w._home, _written, index, _winners(index, v.shape)))
    tape.selects = True
    v._value, v._slot, v._tape = y, slot, tape
    if tape.program is not None:
        before = TracedArray(y, old, tape, home) if mine else y
        tape.program.append((operator.setitem, (before, index, w), {}, v))


def _stored(x: Any, index: Index, w: Any, alone: bool) -> Any:
    """x with w written into it: x itself where it is ours alone, else a copy."""
    traced = type(w) is TracedArray or type(w) is Traced
    if type(x) is not np.ndarray:
        x = x if alone else snapshot(x)
        write(x, index, w)
        return x
    if not (alone and x.base is None and x.flags.writeable):
        x = x.copy(order="K")
    if not traced:
        x[index] = w
        return x
    below = blank(x, w._tape)
    write(below, index, w)
    return below


def written_along(edges: list[Any], index: Index, v: Any) -> Any:
    """The tangent of an array that was written into: that of what it was, with that of what was written in it."""
    before = t = None
    for _, _, cell, home, pull, *_ in edges:
        if pull is _overwritten:
            before = cell.tangent
        elif cell.tangent is not None:
            t = cell.tangent if shape_of(cell.tangent) == home[0] else np.broadcast_to(cell.tangent, home[0])
    if before is None and t is None:
        return None
    if before is None:
        return _stored(np.zeros(v.shape, v.dtype), index, t, True)
    if shape_of(before) != v.shape:
        before = np.broadcast_to(before, v.shape)
    return _stored(before, index, 0 if t is None else t, False)


def blank(x: np.ndarray[Any, Any], tape: Tape) -> Any:
    """A plain array as a traced one that depends on no leaf: what can be written into."""
    return wrap(x, tape.next(), tape)


def is_float_array(x: Any) -> bool:
    """Whether x is a plain array of real or complex numbers."""
    return type(x) is np.ndarray and x.dtype.kind in "fc"


def _winners(index: Index, shape: tuple[int, ...]) -> Any:
    """None, or where an index that names items twice has its last say."""
    if names_items_once(index):
        return None
    numbers = np.arange(np.prod(shape, dtype=np.intp)).reshape(shape)
    chosen = numbers[index]
    last = np.zeros(numbers.size, np.intp)
    last[chosen.ravel()] = np.arange(chosen.size)
    return last[chosen] == np.arange(chosen.size).reshape(chosen.shape)


def _overwritten(g: Any, index: Index) -> Any:
    """The cotangent of what the array was: zero where it was overwritten. In place, where g is ours alone."""
    t = type(g)
    if t is np.ndarray:
        if g.base is not None or not g.flags.writeable or sys.getrefcount(g) > _in_sweep():
            g = g.copy()
        g[index] = 0
        return g
    if t is not TracedArray:  # a number: the array is of rank 0
        return g * 0.0 if t is Traced else np.zeros((), g.dtype)[()]
    g = snapshot(g)
    write(g, index, 0.0)
    return g


def _written(g: Any, index: Index, winners: Any) -> Any:
    """The cotangent of what was written."""
    t = type(g)
    if t is not np.ndarray and t is not TracedArray:
        return g  # a number: the array is of rank 0
    part = g[index]
    if winners is not None:
        return np.where(winners, part, 0)
    return part.copy() if type(part) is np.ndarray else part


WRITE = Rule(operator.setitem, "write", "slope", params=("x", "index", "value"), writes=True)

# How often an array is counted that only a traced value holds, in the question itself.
_ONE: Any = TracedArray(np.empty(1), 0, Tape(None, 0), ((1,), None))
_HELD_ONCE = sys.getrefcount(_ONE._value)


@functools.cache
def _in_sweep() -> int:
    """How often a cotangent is counted that only the sweep holds, seen from a pullback."""
    seen: list[Any] = [None, np.zeros(1)]
    count: list[int] = []

    def pull(g: Any, index: Any) -> Any:
        count.append(sys.getrefcount(g))
        return g

    sweep([None, (1, WRITE, 0, ((1,), np.dtype(float)), pull, 0)], seen, 0, selects=True, complex_=False)
    return count[0]

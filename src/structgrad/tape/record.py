"""Writing one step: compute on the values below, remember what the pullbacks name.

Of the traced arguments those of the innermost run count; the others are values to it. This is the hot path: what
its functions do alike they do on purpose. `plain` marks what needs no second look: an elementwise rule of our own on
float64 of one shape, whose result and cotangents have that home too; its edges say None in place of a home.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import FLOAT64
from structgrad.tape.hold import SMALL, hold
from structgrad.tape.lift import lifted
from structgrad.tape.rule import Rule, nothing, same
from structgrad.tape.tape import Edge, Tape
from structgrad.tape.value import Traced, TracedArray, plain, wrap
from structgrad.tape.views import note_view, snapshot

ndarray = np.ndarray
new = object.__new__  # filling the slots here takes two thirds of the time that __init__ takes
_REAL = frozenset([float, np.float64])


def binary(rule: Rule, compute: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """Record a function of two arguments, computed by `compute`: the function itself or its operator."""
    ta, tb = type(a), type(b)
    if not (tb is TracedArray or tb is Traced):
        return with_constant(rule, 0, compute, a, b)
    if not (ta is TracedArray or ta is Traced):
        return with_constant(rule, 1, compute, a, b)
    tape = a._tape
    if tape is not b._tape:
        return with_constant(rule, 0 if tape.id > b._tape.id else 1, compute, a, b)
    x, w = a._value, b._value
    y = compute(x, w)
    (pull_a, keep_a, at_a), (pull_b, keep_b, at_b) = rule.hot
    home, home_b = a._home, b._home
    plain = home[1] is FLOAT64 and home == home_b and rule.trusted and (home[0] or type(y) in _REAL)
    following, write = tape.next, tape.write
    slot = following()
    edge_home = None if plain else home
    if at_a < 0:
        write((slot, rule, a._slot, edge_home, pull_a, *keep_a((x, w, y))))
    else:
        write((slot, rule, a._slot, edge_home, pull_a, w if at_a == 1 else y if at_a == 2 else x))
    edge_home = None if plain else home_b
    if at_b < 0:
        write((~slot, rule, b._slot, edge_home, pull_b, *keep_b((x, w, y))))
    else:
        write((~slot, rule, b._slot, edge_home, pull_b, x if at_b == 0 else y if at_b == 2 else w))
    if plain and tape.program is None:
        out = new(TracedArray if home[0] else Traced)
        out._value, out._slot, out._tape, out._home = y, slot, tape, home
        return out
    return output(tape, slot, y, (rule.function, (a, b), {}))


def with_constant(rule: Rule, side: int, compute: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """The same where only the argument on one side, 0 or 1, is of the innermost run.

    What has the cotangent of v itself, v + c, shares its slot and writes no edge.
    """
    v, c = (b, a) if side else (a, b)
    tc = type(c)
    if tc is list or tc is tuple or (tc is ndarray and c.dtype is not FLOAT64):
        c = lifted(c)
        tc = type(c)
        if tc is TracedArray or tc is Traced:
            return binary(rule, compute, c, v) if side else binary(rule, compute, v, c)
    tape, x, home = v._tape, v._value, v._home
    y = compute(c, x) if side else compute(x, c)
    pull, keep, at = rule.hot[side]
    plain = (
        rule.trusted
        and home[1] is FLOAT64
        and (tc is float or tc is int or (tc is ndarray and c.dtype is FLOAT64 and c.shape == home[0]))
        and (home[0] or type(y) in _REAL)
    )
    if plain and pull is same and tape.program is None and tape.edges:
        return TracedArray(y, v._slot, tape, home) if home[0] else Traced(y, v._slot, tape, home)
    edge_home = None if plain else home
    following, write = tape.next, tape.write
    slot = following()
    if at == 1 - side:
        if tc is ndarray:
            c = c.copy() if c.nbytes <= SMALL else hold(tape, c)
        elif tc is TracedArray:
            c = snapshot(c)
        write((slot, rule, v._slot, edge_home, pull, c))
    elif at >= 0:
        write((slot, rule, v._slot, edge_home, pull, y if at == 2 else x))
    else:
        if keep is not nothing:
            c = hold(tape, c) if type(c) is ndarray else snapshot(c) if type(c) is TracedArray else c
        write((slot, rule, v._slot, edge_home, pull, *keep((c, x, y) if side else (x, c, y))))
    if plain and tape.program is None:
        out = new(TracedArray if home[0] else Traced)
        out._value, out._slot, out._tape, out._home = y, slot, tape, home
        return out
    return output(tape, slot, y, (rule.function, (a, b), {}))


def unary(rule: Rule, compute: Callable[[Any], Any], a: Any) -> Any:
    """Record a function of one argument, computed by `compute`: the function itself or its operator."""
    tape, x, home = a._tape, a._value, a._home
    y = compute(x)
    ((pull, keep, at),) = rule.hot
    plain = home[1] is FLOAT64 and rule.trusted and (home[0] or type(y) in _REAL)
    edge_home = None if plain else home
    following, write = tape.next, tape.write
    slot = following()
    if at < 0:
        write((slot, rule, a._slot, edge_home, pull, *keep((x, y))))
    else:
        write((slot, rule, a._slot, edge_home, pull, y if at else x))
    if plain and tape.program is None:
        out = new(TracedArray if home[0] else Traced)
        out._value, out._slot, out._tape, out._home = y, slot, tape, home
        return out
    return output(tape, slot, y, (rule.function, (a,), {}))


def written(tape: Tape, rule: Rule, edges: list[Edge], y: Any, call: Any) -> Any:
    """Write a step of any number of edges, and give its traced output."""
    return output(tape, step(tape, rule, edges), y, call)


def step(tape: Tape, rule: Rule, edges: list[Edge]) -> Any:
    """Write the edges of one step and give its slot."""
    slot = mark = tape.next()
    write = tape.write
    for parent, home, pull, kept in edges:
        write((mark, rule, parent, home, pull, *kept))
        mark = ~slot
    return slot


def output(tape: Tape, slot: Any, y: Any, call: Any) -> Any:
    """The traced output of a step, plain if it is neither real nor complex; a line of the program where it is kept."""
    t = type(y)
    if t is float or t is np.float64:
        out = Traced(y, slot, tape, ((), FLOAT64))
    else:
        out = wrap(y, slot, tape)
        if out._home[0] is not None and out._home[1].kind not in "fcO":
            return y  # whole numbers, truths and texts have no slope
        if type(out) is TracedArray and (y if t is ndarray else plain(y)).base is not None:
            note_view(out, call)
    if tape.program is not None:
        tape.program.append((*call, out))
    return out

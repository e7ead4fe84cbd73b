"""The hot path: recording operators and ufuncs of one or two arguments.

Each function here makes a recorder, a closure in which everything is settled that the rule alone decides. What the
recorders do alike they do on purpose: a call would cost as much as what it does. Of two traced arguments that of the
inner run counts; the other is a value to it. `plain` marks what needs no second look: an elementwise rule of our own on
float64 of one shape, whose result and cotangents have that home too; its edges say None in place of a home.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from structgrad.arrays import FLOAT64
from structgrad.native import native
from structgrad.tape.call import primitive
from structgrad.tape.hold import SMALL, hold
from structgrad.tape.lift import lifted
from structgrad.tape.pullback import Pull, nothing, same
from structgrad.tape.record import output
from structgrad.tape.rule import Rule
from structgrad.tape.value import Traced, TracedArray
from structgrad.tape.views import snapshot

ndarray = np.ndarray
new: Final = object.__new__  # filling the slots here takes two thirds of the time that __init__ takes
_REAL = frozenset([float, np.float64])
Recorder = Callable[..., Any]


def binary(rule: Rule, compute: Callable[[Any, Any], Any]) -> Recorder:
    """The recorder of a function of two arguments, computed by `compute`: the function itself or its operator."""
    (pull_a, keep_a, at_a), (pull_b, keep_b, at_b) = rule.hot
    alone_a, alone_b = keep_a is nothing, keep_b is nothing
    trusted, function = rule.trusted, rule.function
    left, right = with_constant(rule, 0, compute), with_constant(rule, 1, compute)

    def record(a: Any, b: Any) -> Any:
        ta, tb = type(a), type(b)
        if not (tb is TracedArray or tb is Traced):
            return left(a, b)
        if not (ta is TracedArray or ta is Traced):
            return right(b, a)
        tape = a._tape
        if tape is not b._tape:
            return left(a, b) if tape.id > b._tape.id else right(b, a)
        x, w = a._value, b._value
        y = compute(x, w)
        home, home_b = a._home, b._home
        plain = trusted and home[1] is FLOAT64 and home == home_b and (home[0] or type(y) in _REAL)
        write = tape.write
        slot = tape.next()
        edge_home = None if plain else home
        if alone_a:
            write((slot, rule, a._slot, edge_home, pull_a))
        elif at_a < 0:
            write((slot, rule, a._slot, edge_home, pull_a, *keep_a((x, w, y))))
        else:
            write((slot, rule, a._slot, edge_home, pull_a, w if at_a == 1 else y if at_a == 2 else x))
        edge_home = None if plain else home_b
        if alone_b:
            write((~slot, rule, b._slot, edge_home, pull_b))
        elif at_b < 0:
            write((~slot, rule, b._slot, edge_home, pull_b, *keep_b((x, w, y))))
        else:
            write((~slot, rule, b._slot, edge_home, pull_b, x if at_b == 0 else y if at_b == 2 else w))
        if plain and tape.program is None:
            out = new(TracedArray if home[0] else Traced)
            out._value = y
            out._slot = slot
            out._tape = tape
            out._home = home
            return out
        return output(tape, slot, y, (function, (a, b), {}))

    return in_c(rule, compute, record)


def with_constant(rule: Rule, side: int, compute: Callable[[Any, Any], Any]) -> Recorder:  # noqa: C901  # in line
    """The recorder of v and c, where v, the argument on one side, 0 or 1, alone is of the innermost run.

    What has the cotangent of v itself, v + c, shares its slot and writes no edge.
    """
    pull, keep, at = rule.hot[side]
    trusted, function = rule.trusted, rule.function
    other, shared, alone = at == 1 - side, pull is same, keep is nothing

    def record(v: Any, c: Any) -> Any:
        tc = type(c)
        if tc is not float and (tc is list or tc is tuple or (tc is ndarray and c.dtype is not FLOAT64)):
            c = lifted(c)
            tc = type(c)
            if tc is TracedArray or tc is Traced:
                return binary(rule, compute)(*((c, v) if side else (v, c)))
        tape, x, home = v._tape, v._value, v._home
        y = compute(c, x) if side else compute(x, c)
        plain = (
            trusted
            and home[1] is FLOAT64
            and (tc is float or tc is int or (tc is ndarray and c.dtype is FLOAT64 and c.shape == home[0]))
            and (home[0] or type(y) in _REAL)
        )
        if plain and shared and tape.program is None and tape.edges:
            return TracedArray(y, v._slot, tape, home) if home[0] else Traced(y, v._slot, tape, home)
        edge_home = None if plain else home
        slot = tape.next()
        if other:
            kept = c
            if tc is ndarray:
                kept = c.copy() if c.nbytes <= SMALL else hold(tape, c)
            elif tc is TracedArray:
                kept = snapshot(c)
            tape.write((slot, rule, v._slot, edge_home, pull, kept))
        elif alone:
            tape.write((slot, rule, v._slot, edge_home, pull))
        elif at >= 0:
            tape.write((slot, rule, v._slot, edge_home, pull, y if at == 2 else x))
        else:
            now = hold(tape, c) if tc is ndarray else snapshot(c) if tc is TracedArray else c
            tape.write((slot, rule, v._slot, edge_home, pull, *keep((now, x, y) if side else (x, now, y))))
        if plain and tape.program is None:
            out = new(TracedArray if home[0] else Traced)
            out._value = y
            out._slot = slot
            out._tape = tape
            out._home = home
            return out
        return output(tape, slot, y, (function, (c, v) if side else (v, c), {}))

    return in_c(rule, compute, record, side)


def unary(rule: Rule, compute: Callable[[Any], Any]) -> Recorder:
    """The recorder of a function of one argument, computed by `compute`: the function itself or its operator."""
    ((pull, keep, at),) = rule.hot
    trusted, function, alone = rule.trusted, rule.function, keep is nothing

    def record(a: Any) -> Any:
        tape, x, home = a._tape, a._value, a._home
        y = compute(x)
        plain = trusted and home[1] is FLOAT64 and (home[0] or type(y) in _REAL)
        edge_home = None if plain else home
        slot = tape.next()
        if at >= 0:
            tape.write((slot, rule, a._slot, edge_home, pull, y if at else x))
        elif alone:
            tape.write((slot, rule, a._slot, edge_home, pull))
        else:
            tape.write((slot, rule, a._slot, edge_home, pull, *keep((x, y))))
        if plain and tape.program is None:
            out = new(TracedArray if home[0] else Traced)
            out._value = y
            out._slot = slot
            out._tape = tape
            out._home = home
            return out
        return output(tape, slot, y, (function, (a,), {}))

    return in_c(rule, compute, record)


def in_c(rule: Rule, compute: Callable[..., Any], record: Recorder, constant: int = -1) -> Recorder:
    """The recorder that does the same in C, and asks this one for what is not plain. constant: the side of v."""
    if native is None or any(pull is not None and len(pull.names) > _MOST for pull in rule.by_position):
        return record
    sides = [
        (of, () if pull is None else _positions(rule, pull), of is same)
        for pull, (of, _, _) in zip(rule.by_position, rule.hot, strict=True)
    ]
    recorder: Recorder = native.recorder(record, rule, rule.function, compute, rule.trusted, constant, tuple(sides))
    return recorder


def _positions(rule: Rule, pull: Pull) -> tuple[int, ...]:
    """Where the values stand that a pullback names, the output behind the arguments; ~i for the shape of value i."""
    values = (*rule.params, "y")
    return tuple(
        [values.index(name) if name in values else ~values.index(name.removesuffix("_shape")) for name in pull.names]
    )


def calling(rule: Rule) -> Any:
    """What does in C as `call` does, for arrays of one run and constants; None for a rule that is left to that."""
    if rule.status != "slope" or not 0 < len(rule.params) <= _PARAMS:
        return None
    if any(pull is not None and len(pull.names) > _KEPT for pull in rule.by_position):
        return None
    sides = [None if pull is None else (pull.of, _positions(rule, pull)) for pull in rule.by_position]
    compute = _undispatched(rule.function)
    flags = rule.selects, rule.elementwise
    return native.caller(rule, rule.function, compute, rule.params, rule.rest, tuple(sides), *flags)


# What C has room for: parameters, values that a pullback keeps, and such of operators and ufuncs.
_PARAMS, _KEPT, _MOST = 16, 8, 3
_PRIMITIVE = primitive(len).__code__


def _undispatched(function: Any) -> Any:
    """What NumPy's function, or a primitive, calls when nobody is traced. `__wrapped__` of others says less."""
    ours = getattr(function, "__code__", None) is _PRIMITIVE
    return function.__wrapped__ if ours or type(function) is type(np.sum) else function

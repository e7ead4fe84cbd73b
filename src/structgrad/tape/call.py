"""Recording any function by its rule: lists among the arguments, keywords, several outputs, no slope at all."""

import copy
import operator
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from structgrad.errors import LostGradientError, MissingRuleError, users_line
from structgrad.native import native
from structgrad.struct.leaf import class_space
from structgrad.tape.hold import hold
from structgrad.tape.lift import is_lost, lifted, with_lifted
from structgrad.tape.pieces import Parts
from structgrad.tape.read import as_items
from structgrad.tape.record import step, written
from structgrad.tape.refuse import no_rule
from structgrad.tape.rule import RULES, Rule, find, no_slope
from structgrad.tape.tape import Edge, Home, Tape, refuse_escaped
from structgrad.tape.value import Traced, TracedArray, home_of
from structgrad.tape.views import snapshot

_SEQUENCES = frozenset([list, tuple])
# What does in C as `_of_one` does, by function; those of rules that can be.
CALLERS: dict[Any, Any] = {}
_STATIC = frozenset([int, float, bool, str, slice, type(None), type(Ellipsis)])


def innermost(args: Any) -> Tape | None:
    """The tape of the innermost run that has a value among the arguments, or in a list among them."""
    tape: Tape | None = None
    for arg in args:
        t = type(arg)
        if t is TracedArray or t is Traced:
            if tape is None or arg._tape.id > tape.id:
                tape = arg._tape
        elif t in _SEQUENCES:
            inner = innermost_of_items(arg)
            if inner is not None and (tape is None or inner.id > tape.id):
                tape = inner
    return tape


def innermost_of_items(items: Any) -> Tape | None:
    """The same for the items of one list."""
    tape: Tape | None = None
    for item in items:
        t = type(item)
        if (t is TracedArray or t is Traced) and (tape is None or item._tape.id > tape.id):
            tape = item._tape
    return tape


def lower(arg: Any, tape: Tape) -> Any:
    """An argument as the run below sees it: the values of this tape unwrapped, also within a list."""
    t = type(arg)
    if t is TracedArray or t is Traced:
        return arg._value if arg._tape is tape else arg
    if t in _SEQUENCES:
        return t([item._value if is_of(item, tape) else item for item in arg])
    return arg


def is_of(x: Any, tape: Tape) -> bool:
    """Whether x is a traced value of this tape."""
    t = type(x)
    return (t is TracedArray or t is Traced) and x._tape is tape


def dispatch(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Do what the table says of a function that met a traced value. MissingRuleError where it says nothing."""
    rule = find(function)
    if rule is None:
        if isinstance(function, np.ufunc) and not kwargs and all(kinds.strip("O") == "->" for kinds in function.types):
            return lifted(function(*map(as_items, args)))  # of np.frompyfunc: it computes item by item
        raise MissingRuleError(no_rule(function, args))
    if rule.status == "slope":
        return call(rule, args, kwargs)
    if rule.status == "derived":
        return rule.function(*args, **kwargs)
    if rule.status == "refused":
        raise LostGradientError(f"{rule.name} on a traced value{users_line()}: {rule.reason}")
    return on_values(rule.function, args, kwargs)


def on_values(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The answer of a function without slope, one run further out."""
    tape = innermost((*args, *kwargs.values()))
    if tape is None:
        return function(*args, **kwargs)
    if tape.closed:
        refuse_escaped(tape)
    return function(*[lower(a, tape) for a in args], **{key: lower(a, tape) for key, a in kwargs.items()})


def call(rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a function by its rule: any number of arguments, lists among them, several outputs."""
    if all(map(is_static, args[1:])) and (not kwargs or _are_static(rule, kwargs)):
        return _of_one(rule, args, kwargs)
    return _of_many(rule, args, kwargs)


def _of_many(rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if any(map(is_lost, args)):
        args = with_lifted(args)
    tape = innermost((*args, *kwargs.values()) if kwargs else args)
    if tape is None:
        raise MissingRuleError(f"{rule.name} got traced values inside nested lists{users_line()}; np.stack them first")
    if rule.elementwise:  # a list stands for an array there, and broadcasts as one
        args = tuple(dispatch(np.asarray, (a,), {}) if type(a) in _SEQUENCES and innermost((a,)) else a for a in args)
    low: list[Any] = []
    live: list[tuple[int, Any]] = []
    for i, arg in enumerate(args):
        low.append(_lowered(arg, i, tape, live))
    if _given(rule, "out", low, kwargs) is not None:
        refuse_out(rule.name)
    if kwargs:
        low_kwargs = {name: _lowered(arg, _position(rule, name), tape, live) for name, arg in kwargs.items()}
        y = rule.function(*low, **low_kwargs)
    else:
        low_kwargs = kwargs
        y = rule.function(*low)
    edges = _edges(rule, low, low_kwargs, live, tape, y)
    if rule.selects or _given(rule, "where", low, kwargs) is not None:
        tape.selects = True
    noted = (rule.function, args, kwargs)
    if type(y) in _SEQUENCES:
        return unpacked(tape, rule, edges, y, noted)
    return written(tape, rule, edges, y, noted) if edges else y


def _given(rule: Rule, name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The argument of that name, be it given by position or by keyword."""
    if name in kwargs:
        return kwargs[name]
    i = rule.params.index(name) if len(args) > 1 and name in rule.params else len(args)
    return args[i] if i < len(args) else None


def is_static(arg: Any) -> bool:
    """Whether an argument is surely no array and no traced value, nor holds one: an axis, an index."""
    return type(arg) in _STATIC or (type(arg) is tuple and all(type(item) in _STATIC for item in arg))


def _are_static(rule: Rule, kwargs: dict[str, Any]) -> bool:
    """Whether keywords are parameters that a rule knows, other than out and where, and surely not traced."""
    for name, arg in kwargs.items():
        if name not in rule.params or name in ("out", "where") or not is_static(arg):
            return False
    return True


def _of_one(rule: Rule, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`call` where the first argument alone can be traced: the case that is worth a shorter way."""
    v = args[0]
    pull = rule.by_position[0]
    if pull is None or not (type(v) is TracedArray or type(v) is Traced):
        return _of_many(rule, args, kwargs)
    tape, x, rest = v._tape, v._value, args[1:]
    y = rule.function(x, *rest, **kwargs)
    values = [x, *rest, *rule.rest[len(rest) :], y]
    for name, arg in kwargs.items():
        values[rule.params.index(name)] = arg
    if rule.selects:
        tape.selects = True
    edges: list[Edge] = [(v._slot, v._home, pull.of, pull.keep(values))]
    if type(y) in _SEQUENCES:
        return unpacked(tape, rule, edges, y, (rule.function, args, kwargs))
    return written(tape, rule, edges, y, (rule.function, args, kwargs))


# They change how the result is made or lies in memory, not what it is; a dtype is undone at the edge.
_HARMLESS = frozenset(["dtype", "casting", "order", "subok", "optimize"])


def _position(rule: Rule, name: str) -> int:
    """The position of a keyword argument. MissingRuleError for one whose effect the rule does not know."""
    if name in rule.params:
        return rule.params.index(name)
    if name in _HARMLESS:
        return -1
    hint = "np.where(mask, result, other)" if name == "where" else "the plain form"
    raise MissingRuleError(f"{rule.name} has no rule for {name}={users_line()}; use {hint} instead")


def _lowered(arg: Any, i: int, tape: Tape, live: list[tuple[int, Any]]) -> Any:
    """Argument i as the run below sees it; noted in `live` if it is of this tape."""
    t = type(arg)
    if t is TracedArray or t is Traced:
        if arg._tape is not tape:
            return arg
        live.append((i, arg))
        return arg._value
    if t in _SEQUENCES and any(is_of(item, tape) for item in arg):
        live.append((i, arg))
        return lower(arg, tape)
    return arg


def _edges(
    rule: Rule, low: list[Any], kwargs: dict[str, Any], live: list[tuple[int, Any]], tape: Tape, y: Any
) -> list[Edge]:
    """The edges to the arguments of this tape. MissingRuleError for one that the rule says nothing of."""
    values = low
    for name in rule.params[len(low) :]:
        values.append(kwargs[name] if name in kwargs else rule.defaults.get(name))
    held = {i for i, arg in live if type(arg) not in _SEQUENCES}  # values of the tape's own need no holding
    values.append(y)
    edges: list[Edge] = []
    for i, arg in live:
        pull = rule.by_position[i] if 0 <= i < len(rule.by_position) else None
        if pull is None:
            name = rule.params[i] if 0 <= i < len(rule.params) else "(an unknown one)"
            no_slope(rule.name, name, name in rule.flat_in)
            continue
        for j in pull.holds:
            if j not in held:
                values[j] = _held(tape, values[j])
                held.add(j)
        kept = pull.keep(values)
        if type(arg) in _SEQUENCES:
            edges.append((packed(arg, tape), TUPLE, pull.of, kept))
        else:
            edges.append((arg._slot, arg._home, pull.of, kept))
    return edges


def _held(tape: Tape, value: Any) -> Any:
    """A constant argument as it is now, arrays in a list as well."""
    t = type(value)
    if t is np.ndarray:
        return hold(tape, value)
    if t is TracedArray:
        return snapshot(value)
    if t in _SEQUENCES:
        held = [hold(tape, item) if type(item) is np.ndarray else copy.deepcopy(item) for item in value]
        return t(held)
    return value


def packed(items: Any, tape: Tape) -> Any:
    """Record that traced values were put into a list, and give the slot of the list."""
    edges: list[Edge] = [
        (item._slot, item._home, operator.getitem, (i,)) for i, item in enumerate(items) if is_of(item, tape)
    ]
    return step(tape, PACK, edges)


def unpacked(tape: Tape, rule: Rule, edges: list[Edge], ys: Any, noted: Any) -> Any:
    """Record a step with several outputs and give them; those without a slope stay plain."""
    whole = step(tape, rule, edges)
    homes = [home_of(y) for y in ys]
    outs = []
    for i, y in enumerate(ys):
        out = written(tape, _PART, [(whole, TUPLE, Parts, (i, homes))], y, (*noted, i)) if has_slope(y) else y
        outs.append(out)
    return outs if type(ys) is list else tuple(outs)


def has_slope(y: Any) -> bool:
    """Whether a value is real, complex, or of a class of the user's that is differentiated."""
    shape, dtype = home_of(y)
    if shape is not None:
        return bool(dtype.kind in "fcO")
    space = class_space(type(y))
    return space is not None and space.role == "smooth"


def primitive(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of our own that has a rule, as NumPy's functions have."""

    def traced_or_plain(*args: Any, **kwargs: Any) -> Any:
        if native is not None:
            made = native.call_in_c(CALLERS, traced_or_plain, args, kwargs)
            if made is not None:
                return made
        if innermost((*args, *kwargs.values()) if kwargs else args) is None:
            return function(*args, **kwargs)
        return call(RULES[traced_or_plain], args, kwargs)

    traced_or_plain.__name__ = function.__name__
    traced_or_plain.__doc__ = function.__doc__
    traced_or_plain.__wrapped__ = function  # type: ignore[attr-defined]  # pyright: ignore[reportFunctionMemberAccess]  # functools.wraps costs more at import
    return traced_or_plain


def refuse_out(name: str = "a function") -> NoReturn:
    """Raise for `out=`, which would put a traced value into a plain array."""
    raise LostGradientError(
        f"{name} with out= would write a traced value into a plain array, which cannot carry a gradient"
        f"{users_line()}. Make it with like=, np.zeros(3, like=v); or use what is returned: a = a + v for a += v."
    )


PACK = Rule(list, "pack", "slope")
_PART = Rule(tuple, "part", "slope")
TUPLE: Home = (None, tuple)  # the home of a tuple of cotangents

"""What a rule is, and the one table of them.

A rule is a line of mathematics: `rule(np.tanh, x=lambda g, y: g * (1 - y * y))`. A pullback receives what it
names: `g` the cotangent of the output, `y` the output, else an argument by its name, or `a_shape` for no more
than the shape of argument `a`. So its signature is the list of what the tape keeps alive.
"""

import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from attrs import field, frozen

from structgrad.errors import MissingRuleError, RuleError, users_line
from structgrad.tape.pullback import Pull, Pullback, nothing, pull_of
from structgrad.tape.views import laid_out


@frozen(eq=False, repr=False)
class Rule:
    """How one function differentiates, or why it does not.

    status: "slope" has pullbacks; "derived" is defined by other functions, `function` being the definition;
    "flat" has no slope and answers on plain values; "refused" raises `reason`.
    """

    function: Callable[..., Any]
    name: str
    status: str
    params: tuple[str, ...] = ()
    defaults: dict[str, Any] = field(factory=dict)
    pulls: dict[str, Pull] = field(factory=dict)
    elementwise: bool = False
    selects: bool = False
    holomorphic: bool = False
    flat_in: tuple[str, ...] = ()
    linear: tuple[str, ...] = ()
    forward: dict[str, Pull] = field(factory=dict)
    reason: str = ""
    by_position: tuple[Pull | None, ...] = ()
    trusted: bool = False  # an elementwise rule of our own: shape and dtype of its cotangents need no check
    arity: int = 0
    direct: bool = False  # a ufunc of one or two arguments and one output, which takes the hot path
    # For the hot path: (pullback, keep, position of the value kept if it is only one, else -1) by position, as plain
    # tuples, which Python unpacks faster.
    hot: tuple[Any, ...] = ()
    rest: tuple[Any, ...] = ()  # the defaults of all parameters but the first
    bounded: bool = False  # no slope is infinite, so none needs silencing
    writes: bool = False  # its cotangent is handed on in place


# The table. Only the four functions below write to it. Keys are functions, or (ufunc, method name).
RULES: dict[Any, Rule] = {}
_EMPTY = ["structgrad.rules"]
_TELL: list[Callable[[Any, Rule], None]] = []
# Rules that wait for their package: its name, and the module to import once a traced value may meet it.
LATER: dict[str, str] = {}


def rule(
    function: Any,
    /,
    *,
    params: str | None = None,
    elementwise: bool | None = None,
    selects: bool = False,
    holomorphic: bool = False,
    bounded: bool = False,
    flat_in: str = "",
    linear: str = "",
    forward: dict[str, Pullback] | None = None,
    replace: bool = False,
    **pullbacks: Pullback,
) -> None:
    """Give a function its derivative: one pullback for each differentiable argument, by its name.

    function: a ufunc or a function that NumPy dispatches. params: its parameters in order, where they can't
    be read from it ("a b axis"). A pullback returns the cotangent of its argument; the engine undoes
    broadcasting and restores shape and dtype. `selects`: parts of the result ignore parts of the arguments
    (where, maximum), so that zero cotangents must silence infinite slopes. bounded: it has no such slope itself.
    flat_in: arguments that have no slope, and may be traced all the same; any other argument without a pullback
    raises when it is traced. linear: arguments in which the function is linear, the others held fast ("a b" for a
    product): forward mode calls the function itself with a tangent in their place. forward: pushforwards by
    argument, where one is faster than the transposed pullback, which is what other arguments get; they take the
    tangent `t` and what they name.
    RuleError if a name is unknown, or if the function has a rule already and `replace` is not set.

    >>> import numpy as np, structgrad as sg
    >>> from structgrad import extend
    >>> doubled = np.frompyfunc(lambda x: 2.0 * x, 1, 1)
    >>> extend.rule(doubled, x=lambda g: 2.0 * g)
    >>> sg.grad_bp(lambda x: doubled(x) * 3.0, 1.0)
    6.0
    """
    if elementwise is None:
        elementwise = isinstance(function, np.ufunc) and function.signature is None
    names, defaults = _parameters(function, params, pullbacks)
    pulls = {name: pull_of(name_of(function), name, pullback, names) for name, pullback in pullbacks.items()}
    unknown = [name for name in (*pulls, *(forward or ()), *linear.split(), *flat_in.split()) if name not in names]
    if unknown:
        raise RuleError(f"rule({name_of(function)}) speaks of {unknown[0]!r}; its parameters are {names}")
    by_position = tuple(pulls.get(name) for name in names)
    entry = Rule(
        function,
        name_of(function),
        "slope",
        names,
        defaults,
        pulls,
        elementwise,
        selects,
        holomorphic,
        tuple(flat_in.split()),
        tuple(linear.split()),
        {name: pull_of(name_of(function), name, push, names, "t") for name, push in (forward or {}).items()},
        by_position=by_position,
        trusted=elementwise and all(map(_is_ours, pullbacks.values())),
        direct=isinstance(function, np.ufunc) and function.nout == 1 and len(names) < 3,
        arity=len(names),
        hot=tuple(_hot(by_position[i], names, i, name_of(function), flat_in.split()) for i in range(len(names))),
        rest=tuple(defaults.get(name) for name in names[1:]),
        bounded=bounded,
    )
    enter(function, entry, replace)


def derive(
    function: Any,
    definition: Callable[..., Any],
    /,
    *,
    own: Literal["C", "A", "K"] | None = None,
    replace: bool = False,
) -> None:
    """Differentiate a function through a definition of it in functions that have rules.

    definition: takes what `function` takes and computes the same from traced values. own: the function gives an array
    with memory of its own, in order "C", in that of its first argument, "K", or in Fortran's where that argument's is,
    "A"; so what the definition gives is copied where its memory is another's or in another order.

    >>> from structgrad import extend
    >>> extend.derive(np.trapezoid, lambda y: (y[1:] + y[:-1]).sum() / 2, replace=True)  # doctest: +SKIP
    """
    enter(
        function, Rule(definition if own is None else _owning(definition, own), name_of(function), "derived"), replace
    )


def _owning(definition: Callable[..., Any], own: Literal["C", "A", "K"]) -> Callable[..., Any]:
    def laid(*args: Any, **kwargs: Any) -> Any:
        return laid_out(definition(*args, **kwargs), own, args[0] if args else None)

    return laid


def flat(*functions: Any) -> None:
    """Say that functions have no slope: on traced values they answer as they do on plain ones."""
    for function in functions:
        enter(function, Rule(function, name_of(function), "flat"), replace=False)


def refuse(function: Any, reason: str, /) -> None:
    """Say that a function cannot be differentiated, and why; the reason ends with what to do instead."""
    enter(function, Rule(function, name_of(function), "refused", reason=reason), replace=False)


def enter(key: Any, entry: Rule, replace: bool = False) -> None:
    """Write an entry into the table. RuleError if there is one already, unless it is to be replaced."""
    if key in RULES and not replace:
        raise RuleError(f"{entry.name} has a rule already; pass replace=True to put yours in its place")
    RULES[key] = entry
    for tell in _TELL:
        tell(key, entry)


def fill() -> None:
    """Fill the table, at the first run: the rules take longer to import than all the rest."""
    if _EMPTY:
        importlib.import_module(_EMPTY[0])  # another thread that is at it makes this one wait
        _EMPTY.clear()


def on_entry(tell: Callable[[Any, Rule], None]) -> None:
    """Call `tell(key, entry)` for every entry there is, and for each that will be written."""
    for key, entry in RULES.items():
        tell(key, entry)
    _TELL.append(tell)


def find(function: Any) -> Rule | None:
    """The entry of a function, with the rules of packages that have been imported meanwhile; None if there is none."""
    rule = RULES.get(function)
    if rule is None:
        for package in [name for name in LATER if name in sys.modules]:
            module = LATER.get(package)
            if module is not None:  # another thread may be done with it; one that is not yet makes this one wait
                importlib.import_module(module)
                LATER.pop(package, None)
        rule = RULES.get(function)
    return rule


_PREFIXES = {"numpy.linalg": "linalg.", "numpy.fft": "fft.", "numpy.lib.scimath": "emath."}


def name_of(function: Any) -> str:
    """The name of a function as a reader knows it: `tanh`, `linalg.norm`, `add.reduce`."""
    if isinstance(function, tuple):
        return f"{name_of(function[0])}.{function[1]}"
    module = getattr(function, "__module__", None) or ""
    prefix = _PREFIXES.get(module, "")
    return prefix + str(getattr(function, "__name__", function))


def _parameters(function: Any, params: str | None, pullbacks: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Names and defaults of the parameters; NumPy's "no value given" reads as None."""
    if params is not None:
        return tuple(params.split()), {}
    if isinstance(function, np.ufunc):
        if len(pullbacks) != function.nin:
            raise RuleError(
                f"rule({name_of(function)}) has {len(pullbacks)} pullbacks for {function.nin} arguments; "
                f"name all arguments in order by params="
            )
        return tuple(pullbacks), {}
    body = getattr(function, "_implementation", function)
    body = getattr(body, "__wrapped__", body)
    code = getattr(body, "__code__", None)
    if code is None:
        raise RuleError(f"the parameters of {name_of(function)} can't be read from it; give them by params=")
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = body.__defaults__ or ()
    defaults = dict(zip(names[code.co_argcount - len(given) : code.co_argcount], given, strict=True))
    defaults |= body.__kwdefaults__ or {}
    return names, {name: None if value is np._NoValue else value for name, value in defaults.items()}


def _hot(pull: Pull | None, params: tuple[str, ...], i: int, name: str, flat_in: list[str]) -> tuple[Any, ...]:
    if pull is None:
        return functools.partial(no_slope, name, params[i], params[i] in flat_in), nothing, -1
    values = (*params, "y")
    one = len(pull.names) == 1 and pull.names[0] in values
    return pull.of, pull.keep, values.index(pull.names[0]) if one else -1


def no_slope(name: str, argument: str, allowed: bool, g: Any = None) -> None:
    """The pullback of an argument without one: nothing where that was said, else MissingRuleError."""
    if not allowed:
        raise MissingRuleError(
            f"{name} has no derivative by its argument {argument}{users_line()}, and it is being differentiated. "
            f"Take stop_gradient(v) if a constant is meant."
        )


def _is_ours(pullback: Callable[..., Any]) -> bool:
    return (pullback.__module__ or "").startswith(("structgrad.rules", "structgrad.tape"))

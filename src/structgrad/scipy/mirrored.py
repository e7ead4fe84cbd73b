"""SciPy's functions twice: its own where nothing is traced, a differentiable form where something is."""

import functools
import importlib
import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import dispatch, innermost, on_values
from structgrad.tape.lift import is_lost, lifted, with_lifted
from structgrad.tape.rule import derive, refuse
from structgrad.tape.value import plain
from structgrad.transforms.vjp import vjp

F = TypeVar("F", bound=Callable[..., Any])


def mirrored(function: F, definition: Callable[..., Any]) -> F:
    """The function itself on plain arguments, its definition on traced ones.

    definition: takes what the function takes and gives the same values. Where all that is traced has no items,
    nothing has a slope, and the function answers as on plain values. The name it is given is `Final`: its type is the
    function's, which nobody could write down, and type checkers take the type of such a name as it is found.
    """
    mirror = _meeting(function)
    derive(mirror, definition)
    return mirror


def refused(function: F, reason: str) -> F:
    """The function itself on plain arguments; on traced ones it raises, and the reason says what to do instead."""
    mirror = _meeting(function)
    refuse(mirror, reason)
    return mirror


def _meeting(function: F) -> F:
    @functools.wraps(function)
    def mirror(*args: Any, **kwargs: Any) -> Any:
        if any(type(x) is list or is_lost(x) for x in (*args, *kwargs.values())):
            args, kwargs = tuple(map(_seen, args)), {name: _seen(x) for name, x in kwargs.items()}
        given = (*args, *kwargs.values())
        if innermost(given) is None:
            return function(*args, **kwargs)
        if not any(math.prod(shape_of(x) or ()) for x in _traced(given)):  # an object of the user's has no shape
            return on_values(mirror, args, kwargs)
        return dispatch(mirror, args, kwargs)

    return mirror  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # it takes and gives what the function does


def _seen(x: Any) -> Any:
    """Lists and object arrays that hold traced values as traced arrays; a tuple with its items so; else x itself."""
    if type(x) is tuple:
        return with_lifted((x,))[0]
    y = lifted(x) if type(x) is list or is_lost(x) else x
    return y if is_traced(y) else x


def _traced(given: tuple[Any, ...]) -> list[Any]:
    items = [item for x in given for item in (x if type(x) in (list, tuple) else (x,))]
    return [x for x in items if is_traced(x)]


def array(x: Any) -> Any:
    """An argument as an array: what is traced as it is, lists of traced values stacked."""
    x = array_of(x)
    return x if is_traced(x) else np.asarray(x)


def constant(x: Any) -> Any:
    """A result that does not move with what it was computed from, without its tapes."""
    return plain(x)


def through(definition: Callable[[Any], Any], x: Any, g: Any) -> Any:
    """Back through a definition of what SciPy computed at x: the pullback of g."""
    return vjp(definition)(x)[1](tuple(g) if isinstance(g, list) else g)


def refuse_option(name: str, option: str, remedy: str) -> NoReturn:
    """Raise for an option of a function that has no derivative."""
    raise MissingRuleError(f"{name} with {option} has no derivative{users_line()}. {remedy}")


def rest_of(module: str) -> Callable[[str], Any]:
    """A module's `__getattr__` that finds what is not mirrored in SciPy's module."""

    def __getattr__(name: str) -> Any:  # noqa: N807  # the name that Python looks for
        return getattr(importlib.import_module(module), name)

    return __getattr__

"""Pullbacks: what they are to a type checker, and as a rule keeps them, with what they name of a step's values."""

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import RuleError
from structgrad.native import native

# By number, not Callable[..., Any]: so the parameters of a lambda are known to be Any, to pyright as well.
Pullback = (
    Callable[[Any], Any]
    | Callable[[Any, Any], Any]
    | Callable[[Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any], Any]
    | Callable[[Any, Any, Any, Any, Any, Any, Any, Any, Any], Any]
)

Keep = Callable[[Any], tuple[Any, ...]]


class Pull(NamedTuple):
    """The pullback of one argument: `of(g, *keep(values))`, where values are all arguments and the output.

    holds: the positions of the arguments kept.
    """

    of: Callable[..., Any]
    keep: Keep
    names: tuple[str, ...]
    holds: tuple[int, ...]


def pull_of(name: str, argument: str, pullback: Any, params: tuple[str, ...], first: str = "g") -> Pull:
    """The pullback of an argument of the function of that name, read from its signature. first: what it takes first.

    RuleError if it takes something else first, or names what is no value of the step.
    """
    code = getattr(pullback, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    if names[:1] != (first,):
        kind, what = ("pullback", "the cotangent g") if first == "g" else ("pushforward", "the tangent t")
        raise RuleError(f"the {kind} {argument} of {name} must take {what} first")
    holds = tuple(i for i, name in enumerate(params) if name in names)
    return Pull(_operator_of(pullback), _keeper(name, argument, names[1:], params), names[1:], holds)


def _operator_of(pullback: Any) -> Any:
    """The operator that a pullback is, if it is one and no more: it takes no frame, and C knows it."""
    for one, known in _OPERATORS:
        code, same_code = pullback.__code__, one.__code__
        if (
            code.co_code == same_code.co_code
            and code.co_consts == same_code.co_consts
            and code.co_argcount == 2
            and not pullback.__defaults__
        ):
            return known
    return pullback


_OPERATORS: tuple[tuple[Any, Any], ...] = (
    (lambda g, x: g * x, operator.mul),
    (lambda g, x: g / x, operator.truediv),
)


def _keeper(function: str, argument: str, names: tuple[str, ...], params: tuple[str, ...]) -> Keep:
    """What the tape keeps for a pullback, out of the values (*arguments, output)."""
    where = {**{name: i for i, name in enumerate(params)}, "y": len(params)}
    for name in names:
        if name not in where and name.removesuffix("_shape") not in where:
            raise RuleError(
                f"the pullback {argument} of {function} names {name!r}, which is neither g, y nor one of {params}"
            )
    if not names:
        return nothing
    if all(name in where for name in names):
        at = [where[name] for name in names]
        only = at[0]
        return operator.itemgetter(*at) if len(at) > 1 else lambda values: (values[only],)
    picks = [(where.get(name, where.get(name.removesuffix("_shape"), -1)), name not in where) for name in names]
    return lambda values: tuple([_shapes(values[i]) if shaped else values[i] for i, shaped in picks])


def same(g: Any) -> Any:
    """The pullback of what moves as its argument does: g itself."""
    return g


def negated(g: Any) -> Any:
    """The pullback of what moves against its argument: -g, which for one number over a shape is another one over it."""
    return -g if native is None or type(g) is not np.ndarray else native.negated(g)


def nothing(values: Any) -> tuple[Any, ...]:
    """What a pullback keeps that names nothing but g."""
    return ()


def _shapes(value: Any) -> Any:
    if type(value) is np.ndarray:
        return value.shape
    if isinstance(value, list | tuple):
        return [shape_of(item) for item in value]
    return shape_of(value)

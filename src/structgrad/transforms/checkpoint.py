"""`checkpoint`: keep what a function was given, not what it made, and make it again on the way back."""

import functools
import math
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, overload

import numpy as np

from structgrad.errors import LostGradientError
from structgrad.tape.rule import Rule
from structgrad.transforms.capture import Given, changed, given
from structgrad.transforms.recompute import Block, rewound
from structgrad.transforms.sharing import is_traced

P = ParamSpec("P")
R = TypeVar("R")


@overload
def checkpoint(fn: Callable[P, R], /, *, steps: None = None, verify: bool = True) -> Callable[P, R]: ...
@overload
def checkpoint(
    fn: Callable[Concatenate[R, P], R], /, *, steps: int, verify: bool = True
) -> Callable[Concatenate[R, P], R]: ...
def checkpoint(fn: Callable[..., Any], /, *, steps: int | None = None, verify: bool = True) -> Callable[..., Any]:
    """The same function, but the tape keeps only what it is given, and it runs again when the gradient is taken.

    fn: any function of structs, with any struct as its value. Value and gradients, of every order, are those of fn,
    for half as much time again, and its intermediates live only while its own part of the backward pass runs. What
    it is given are its arguments, keywords too, and what it carries with it: closure, defaults, the object of a
    method. All this counts as it is at the call. With nothing traced in it the call is fn's own.

    steps: fn takes a state first and returns the next one; the function given back takes n such steps and keeps
    about √n states, then the intermediates of √n steps at a time: Chen, Xu, Zhang, Guestrin (2016), Training deep
    nets with sublinear memory cost. A state that counts, `(i + 1, ...)`, tells a step which one it is.

    fn must do the same twice. Random generators that it is given are wound back for it; where it draws or reads
    from elsewhere, and the second value is not the first, StructgradError is raised (verify=False compares
    structure, shapes and dtypes alone). LostGradientError if fn meets a traced value that it is not given, or
    writes into what it is given.

    >>> import numpy as np, structgrad as sg
    >>> def block(w: sg.Array, h: sg.Array) -> sg.Array:
    ...     return np.tanh(w * h)
    >>> sg.grad_bp(lambda w: np.sum(sg.checkpoint(block)(w, np.ones(2))))(np.zeros(2))
    array([1., 1.])
    >>> def euler(y: float, rate: float) -> float:
    ...     return y + 0.001 * rate * y
    >>> sg.grad_bp(lambda rate: sg.checkpoint(euler, steps=1000)(1.0, rate))(1.0)
    2.7142...
    """
    if steps is not None:
        return _chain(fn, steps, verify)

    @functools.wraps(fn)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        call, leaves, values = given((fn, *args, *kwargs.values()))
        if not any(map(is_traced, leaves)):
            return fn(*args, **kwargs)
        n, names = len(args), tuple(kwargs)
        rule = Rule(fn, getattr(fn, "__name__", type(fn).__name__), "slope")

        def first(new: list[Any]) -> Any:
            return _first(call, values, leaves, new, n, names)

        def noted(low: list[Any]) -> Any:
            parts = call.put(low)
            return recomputed, tuple(parts[1 : n + 1]), dict(zip(names, parts[n + 1 :], strict=True))

        block = Block(rule, functools.partial(_again, call, n, names), noted, verify)
        return block.record(first, leaves)

    return recomputed


def _chain(step: Callable[..., Any], n: int, verify: bool) -> Callable[..., Any]:
    """n steps, in segments of √n that are checkpointed."""
    if n < 0:
        raise ValueError(f"the number of steps is {n}, and cannot be negative")
    length = max(math.isqrt(n), 1)

    @functools.wraps(step)
    def segment(m: int, state: Any, /, *args: Any, **kwargs: Any) -> Any:
        for _ in range(m):
            state = step(state, *args, **kwargs)
        return state

    kept = checkpoint(segment, verify=verify)

    @functools.wraps(step)
    def repeated(state: Any, /, *args: Any, **kwargs: Any) -> Any:
        for done in range(0, n, length):
            state = kept(min(length, n - done), state, *args, **kwargs)
        return state

    return repeated


def _first(call: Given, values: list[Any], own: list[Any], new: list[Any], n: int, names: tuple[str, ...]) -> Any:
    """The first run: constants are the caller's own, so that what is done to them is done."""
    traced = [leaf for leaf in new if is_traced(leaf)]
    slots = [leaf._slot for leaf in traced]
    parts, check = call.lend(values, own, [x if is_traced(x) else mine for x, mine in zip(new, own, strict=True)])
    result = _called(parts, n, names)
    check()
    if [leaf._slot for leaf in traced] != slots:
        raise LostGradientError(changed("writes into an array that it was given"))
    return result


def _again(call: Given, n: int, names: tuple[str, ...], leaves: list[Any]) -> Any:
    """Another run, on values of its own. NumPy has warned the first time."""
    try:
        with np.errstate(all="ignore"):
            return _called(call.put([rewound(leaf) for leaf in leaves]), n, names)
    except ValueError as error:
        if "read-only" in str(error):
            error.add_note("Under checkpoint a function runs again, on read-only constants: make buffers inside of it.")
        raise


def _called(parts: list[Any], n: int, names: tuple[str, ...]) -> Any:
    return parts[0](*parts[1 : n + 1], **dict(zip(names, parts[n + 1 :], strict=True)))

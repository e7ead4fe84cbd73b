"""`vjp`: the value of any struct, and the pullback that takes a cotangent shaped like it."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from structgrad.errors import CotangentError
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import build, difference, flatten, leaf_paths, same_structure
from structgrad.tape.run import out_of, slot_in
from structgrad.tape.value import home_of
from structgrad.tape.views import as_now
from structgrad.transforms.reverse import gradient, run
from structgrad.transforms.select import select

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type
R = TypeVar("R")


def vjp(fn: Callable[Concatenate[T, P], R], /) -> Callable[Concatenate[T, P], tuple[R, Callable[[R], T]]]:
    """The value of a function and its pullback (vector-Jacobian product).

    fn: `(params, *args, **kw) -> any struct`. The function given back takes the same arguments and returns
    `(value, pullback)`; the pullback takes a cotangent shaped like the value, any number of times, and gives
    one shaped like params. It is linear: `pullback(2 g) == 2 pullback(g)`. What the caller writes into
    params or value afterwards does not reach it. CotangentError names the path where a cotangent does not fit.

    >>> import structgrad as sg
    >>> value, pullback = sg.vjp(lambda x: {"double": 2.0 * x, "square": x * x})(3.0)
    >>> value, pullback({"double": 1.0, "square": 10.0})
    ({'double': 6.0, 'square': 9.0}, 62.0)
    """

    @functools.wraps(fn)
    def pulled(*args: Any, **kwargs: Any) -> Any:
        selection = select(fn, args, 0, None)
        leaves, nodes = flatten(selection.structs)
        selection = select(fn, (build(nodes, [_own(leaf) for leaf in leaves])[0], *args[1:]), 0, None)
        done = run(fn, selection, kwargs)
        outs, out_nodes = flatten(done.result)
        values = [out_of(leaf, done.tape) for leaf in outs]
        slots = [slot_in(leaf, done.tape) for leaf in outs]
        value = build(out_nodes, [_own(leaf) for leaf in values])

        def pullback(cotangent: Any) -> Any:
            parts, nodes = flatten(cotangent)
            if not same_structure(out_nodes, nodes):
                raise CotangentError(f"the cotangent is not shaped like the value: {difference(value, cotangent)}")
            seeds = [
                (slot, seed(part, leaf, value, i))
                for i, (slot, part, leaf) in enumerate(zip(slots, parts, values, strict=True))
                if slot is not None
            ]
            return gradient(done, seeds, again=True)

        return value, pullback

    return pulled


def _own(leaf: Any) -> Any:
    """A leaf that nobody else can write into."""
    return leaf.copy(order="K") if type(leaf) is np.ndarray else as_now(leaf)


def seed(part: Any, leaf: Any, value: Any, i: int, whose: str = "the cotangent") -> Any:
    """One leaf of a cotangent, checked against its value and brought to its dtype."""
    shape, dtype = home_of(leaf)
    found, kind = home_of(part)
    if shape is None:
        if found is None and type(part) is not type(leaf):
            raise CotangentError(_wrong(whose, value, i, type(leaf).__qualname__, type(part).__qualname__))
        return space_of(leaf).like(leaf, part) if found is not None else part
    if isinstance(part, int) and not isinstance(part, bool):
        found, part = (), float(part)
    if found != shape or home_of(part)[1].kind not in ("fiu" if dtype.kind == "f" else "fiuc"):
        raise CotangentError(_wrong(whose, value, i, f"{dtype} of shape {shape}", f"{kind} of shape {found}"))
    if type(part) is float or type(part) is complex:
        return dtype.type(part)
    return part if part.dtype == dtype else part.astype(dtype)  # pyright: ignore[reportAttributeAccessIssue]  # no bool


def _wrong(whose: str, value: Any, i: int, expected: str, got: str) -> str:
    path = leaf_paths(value)[i]
    return f"{whose} does not fit{' at ' + path if path else ''}: expected {expected}, got {got}"

"""Functions with SciPy's value and the derivative of a definition: NumPy code that says what SciPy's code computes."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from structgrad.rules.joining import array_of, is_traced
from structgrad.struct.walk import build, flatten
from structgrad.tape.call import innermost
from structgrad.tape.hold import hold
from structgrad.tape.lift import lifted
from structgrad.transforms.custom import op
from structgrad.transforms.vjp import vjp

F = TypeVar("F", bound=Callable[..., Any])


def as_scipys(theirs: F) -> Callable[[Callable[..., Any]], F]:
    """A decorator for a function of ours that has the name, the signature and the types of one of SciPy's."""

    def dress(ours: Callable[..., Any]) -> F:
        # SciPy's docstring has examples, which are SciPy's to test.
        return functools.wraps(theirs, assigned=("__name__", "__qualname__"))(ours)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]  # to a reader it is theirs

    return dress


def gathered(x: Any) -> Any:
    """Lists and object arrays that hold traced values as one traced array; anything else as it is."""
    return lifted(array_of(x))


def any_traced(*structs: Any) -> bool:
    """Whether a leaf of some struct stands for a value of a run."""
    return any(is_traced(leaf) for struct in structs for leaf in flatten(struct)[0])


def split(leaves: Sequence[Any]) -> tuple[list[Any], Callable[[Sequence[Any]], list[Any]]]:
    """The traced ones among leaves, and what puts others in their places; the plain ones are kept as they are now."""
    tape = innermost(leaves)
    held = [hold(tape, leaf) if tape is not None and type(leaf) is np.ndarray else leaf for leaf in leaves]
    places = [i for i, leaf in enumerate(leaves) if is_traced(leaf)]

    def put(moving: Sequence[Any]) -> list[Any]:
        whole = list(held)
        for i, leaf in zip(places, moving, strict=True):
            whole[i] = leaf
        return whole

    return [leaves[i] for i in places], put


def by_definition(value: Callable[..., Any], definition: Callable[..., Any], *args: Any) -> Any:
    """`value(*args)`, which differentiates as `definition(*args)` does, to any order.

    args: any structs. definition: computes the same up to rounding; it runs in the pullback only.
    """
    leaves, nodes = flatten(args)
    moving, put = split(leaves)
    if not moving:
        return value(*args)

    def function(moving: list[Any]) -> Any:
        y = None if any_traced(moving) else value(*build(nodes, put(moving)))

        def back(g: Any) -> Any:
            _, pull = vjp(lambda leaves: definition(*build(nodes, put(leaves))))(moving)
            return pull(g)

        return y, back

    function.__name__ = value.__name__
    return op(function)(moving)

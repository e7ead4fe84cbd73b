"""One run: put traced values in the place of the leaves, call the function, close the tape whatever happens."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.errors import StructMismatchError
from structgrad.native import native
from structgrad.struct.leaf import Space, register_leaf, space_of
from structgrad.tape import methods, refuse, traced  # noqa: F401  # they teach traced values their operators
from structgrad.tape.tape import Tape
from structgrad.tape.value import Traced, TracedArray, plain, wrap
from structgrad.tape.views import Listing, as_now


def _constant(x: Any, number: int) -> Any:
    """Zeros or ones where a traced value stands."""
    shape, dtype = x._home
    if shape is None:
        space = space_of(plain(x))
        return space.one(plain(x)) if number else space.zero(plain(x))
    return np.full(shape, number, dtype)[()]


def _plus(x: Any, y: Any) -> Any:
    if np.shape(x) != np.shape(y):
        raise StructMismatchError(f"shapes {np.shape(x)} and {np.shape(y)} do not add; nothing is broadcast here")
    return x + y


_TRACED_SPACE = Space("smooth", lambda x: _constant(x, 0), _plus, lambda x: _constant(x, 1), lambda x, g: g)
# The leaves of a struct inside a run: they are what they stand for.
register_leaf(Traced, _TRACED_SPACE)
register_leaf(TracedArray, _TRACED_SPACE)


def start(function: Any, leaves: list[Any], paths: Callable[[], list[str]], *, keep: bool = False) -> Any:
    """A new tape, and a traced value for each leaf, in slots 0, 1, ….

    paths: gives the paths of the leaves, for messages and listings. keep: note the program as well.
    """
    tape = Tape(function, len(leaves))
    if keep:
        tape.program = Listing()
    tape.paths = paths
    values = native.traced_leaves(leaves, tape) if native is not None else None
    return tape, values or [wrap(as_now(leaf), slot, tape) for slot, leaf in enumerate(leaves)]


def out_of(x: Any, tape: Tape) -> Any:
    """The value of x below this tape; x itself if it is not of it."""
    return x._value if (type(x) is TracedArray or type(x) is Traced) and x._tape is tape else x


def slot_in(x: Any, tape: Tape) -> int | None:
    """The slot of x on this tape, or None if x does not depend on its leaves."""
    return x._slot if (type(x) is TracedArray or type(x) is Traced) and x._tape is tape else None

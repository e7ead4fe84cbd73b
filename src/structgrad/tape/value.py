"""A traced value: stands for a number or an array of one run, and knows its slot on that run's tape."""

from typing import Any

import numpy as np

from structgrad.arrays import FLOAT64, dtype_of, shape_of
from structgrad.tape.fields import ValueFields
from structgrad.tape.tape import Home, Tape


class Traced(ValueFields):
    """A scalar, or a value of the user's own class, inside a run. Reports the class it stands for."""

    # _item: where an item of an object array is from; set for these alone.
    __slots__ = ("_item",)

    # Validators, `match` and run-time type checkers ask for it; C code looks at the real type and is not fooled.
    @property  # type: ignore[misc]  # a class is read here, never assigned
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # likewise
        return self._value.__class__

    @property
    def shape(self) -> Any:
        """The shape, plain, as every attribute that has no slope."""
        return self._home[0]

    @property
    def dtype(self) -> Any:
        """The dtype."""
        return self._home[1]


class TracedArray(Traced):
    """An array inside a run. A class of its own, because NumPy takes what has items for a sequence."""

    # _view, _views: what it is a view of, and what are views of it; set for these alone.
    __slots__ = ("__weakref__", "_view", "_views")


def home_of(x: Any) -> Home:
    """The shape and dtype a cotangent of x must have; (None, class) for values that are no numbers of NumPy's."""
    t = type(x)
    if t is np.ndarray:
        return x.shape, x.dtype
    if t is float or t is np.float64:
        return (), FLOAT64
    if t is TracedArray or t is Traced:
        return x._home  # type: ignore[no-any-return]  # a traced value's slots are its own
    if isinstance(x, np.generic | np.ndarray | float | complex):
        return shape_of(x), dtype_of(x)
    return None, t


def wrap(value: Any, slot: Any, tape: Tape) -> Traced:
    """The traced value of a slot. Notes on the tape that there are complex numbers on it."""
    t = type(value)
    cls = TracedArray if t is np.ndarray or t is TracedArray else Traced
    home = home_of(value)
    if home[0] is not None and home[1].kind == "c":
        tape.complex = True
    return cls(value, slot, tape, home)


def plain(x: Any) -> Any:
    """The value without any tape: what a traced value stands for at the outermost level."""
    while type(x) is TracedArray or type(x) is Traced:
        x = x._value
    return x

"""What a loss must return: one real number, or with has_aux that and anything beside it."""

from typing import Any

import numpy as np

from structgrad.errors import NotScalarError, StructgradError
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import build, flatten
from structgrad.tape.run import out_of
from structgrad.tape.value import Traced, TracedArray, home_of
from structgrad.transforms.reverse import Run


def split(fn: Any, done: Run) -> tuple[Any, Any]:
    """The loss, and aux with plain values in place of traced ones."""
    result = done.result
    if type(result) is not tuple or len(result) != 2:
        raise NotScalarError(
            f"with has_aux=True {_name(fn)} must return (loss, aux), and returned a {type(result).__qualname__}"
        )
    leaves, nodes = flatten(result[1])
    return result[0], build(nodes, [out_of(leaf, done.tape) for leaf in leaves])


def seed(fn: Any, value: Any) -> Any:
    """The cotangent 1 of the loss. NotScalarError says what was returned in its place."""
    if type(value) is float or type(value) is np.float64:
        return np.float64(1.0)
    shape, dtype = home_of(value)
    if shape == () and dtype.kind in "fiub":
        return dtype.type(1)
    if shape is None and value is not None:
        try:
            space = space_of(value)
        except StructgradError:
            space = None
        if space is not None and (space.role == "smooth" or isinstance(value, int)):
            return space.one(value)
    raise NotScalarError(f"a gradient needs one real number, and {_name(fn)} returned {_what(value)}")


def _what(value: Any) -> str:
    if value is None:
        return "None. Is the return missing?"
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}. Return the loss alone, or (loss, aux) with has_aux=True; or use vjp."
    shape, dtype = home_of(value)
    if shape is None:
        return f"a {type(value).__qualname__}. Return one number; or use vjp, which takes any struct."
    if dtype.kind == "c":
        return f"{dtype} of shape {shape}. Take .real or abs(...) ** 2; or use vjp."
    return f"an array of shape {shape}. Sum or average it; or use vjp with a cotangent of that shape."


def number(value: Any) -> Any:
    """The value of a loss as a Python float."""
    t = type(value)
    if t is np.float64:
        return float(value)
    if t is float or t is Traced or t is TracedArray:
        return value
    return value.item() if isinstance(value, np.generic | np.ndarray) else value


def _name(fn: Any) -> str:
    return getattr(fn, "__qualname__", None) or repr(fn)

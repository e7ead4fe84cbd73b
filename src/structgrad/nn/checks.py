"""What a layer or a loss is given, checked at the door: real arrays, equal shapes, whole numbers in range."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.value import plain


def real(x: Any, name: str, dtype: Any = np.float64) -> Any:
    """x as a real array, traced if it was; whole numbers become dtype. TypeError for anything else.

    A Python number stays one, which takes the dtype of what it meets.
    """
    if type(x) in (float, int, bool):
        return float(x)
    x = array_of(x)
    if not is_traced(x):
        x = np.asarray(x)
    kind = getattr(x.dtype, "kind", "O")  # of a traced value of the user's own class, dtype is the class
    if kind == "f":
        return x
    if kind in "iub":
        return x.astype(dtype)
    raise TypeError(f"{name} is made of {x.dtype}{users_line()}; it has to be a real number or an array of them")


def require_shape(x: Any, shape: tuple[int, ...], name: str, reason: str) -> None:
    """ValueError unless x has this shape. Broadcasting would make a loss of pairs that do not belong together."""
    if shape_of(x) != shape:
        raise ValueError(f"{name} has shape {shape_of(x)}{users_line()}, and {shape} is expected: {reason}")


def require_all(true: Any, message: str) -> None:
    """ValueError with the message unless all of it is true."""
    if not np.all(true):
        raise ValueError(f"{message}{users_line()}")


def whole(x: Any, n: int, name: str, remedy: str) -> Any:
    """x as an array of whole numbers from 0 to n − 1. TypeError for another dtype, IndexError beyond that range."""
    x = np.asarray(plain(x))
    if x.dtype.kind not in "iu":
        raise TypeError(f"{name} are made of {x.dtype}{users_line()}; they have to be whole numbers. {remedy}")
    if x.size and (np.min(x) < 0 or np.max(x) >= n):
        first = x[(x < 0) | (x >= n)][0]
        raise IndexError(f"{name} contain {first}{users_line()}; they have to lie in 0 … {n - 1}. {remedy}")
    return x


def require_generator(rng: Any, name: str) -> None:
    """TypeError unless rng is NumPy's explicit generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name} draws from a generator that you pass, and got {rng!r:.60}{users_line()}. "
            f"Make one with np.random.default_rng(seed), once, and pass it on."
        )

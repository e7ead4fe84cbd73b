"""Numbers that are not finite: whether a value or a cotangent has one, and which is the first."""

from typing import Any

import numpy as np

from structgrad.tape.pieces import Parts, Scatter
from structgrad.tape.value import plain


def wild_part(x: Any) -> Any:
    """The part of a value or a cotangent that has a number which is not finite; None if there is none."""
    t = type(x)
    if t is Scatter or t is Parts:  # the others were looked at as they came
        x = [part for _, part in x.pieces[-1:]] + ([x.rest] if t is Scatter else [])
    if isinstance(x, list | tuple):
        return next((part for part in map(wild_part, x) if part is not None), None)
    x = plain(x)
    if not isinstance(x, np.ndarray | np.number | float | complex) or np.asarray(x).dtype.kind not in "fc":
        return None
    return None if np.all(np.isfinite(x)) else x


def has_nan(x: Any) -> bool:
    """Whether a value has a NaN."""
    part = wild_part(x)
    return part is not None and bool(np.any(np.isnan(part)))


def first_of(x: Any, *, nan: bool = False) -> tuple[Any, tuple[int, ...]]:
    """The first number of x that is not finite, the first NaN if so wished, and its index."""
    x = np.asarray(wild_part(x))
    index = tuple(map(int, np.argwhere(np.isnan(x) if nan else ~np.isfinite(x))[0]))
    return x[index].item(), index

"""The parameters of a distribution as SciPy takes them: shapes, then loc and scale, by position or by name."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of
from structgrad.scipy.mirrored import array


def shapes_of(scipy: Any) -> tuple[str, ...]:
    """The names of the shapes of a distribution of SciPy's, in order."""
    return tuple((scipy.shapes or "").replace(",", " ").split())


def by_name(function: str, names: Sequence[str], args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments by name, None where one was left away. TypeError as Python's for what does not fit."""
    given = dict(zip(names, args, strict=False))
    wrong = [name for name in kwargs if name in given or name not in names]
    if wrong or len(args) > len(names):
        raise TypeError(f"{function}() takes {', '.join(names)}, each once; it got {len(args)} and {', '.join(kwargs)}")
    given |= kwargs
    missing = [name for name in names if name not in given and name not in ("loc", "scale")]
    if missing:
        raise TypeError(f"{function}() misses its argument {missing[0]!r}")
    return {name: array(given[name]) if given.get(name) is not None else None for name in names}


def double(x: Any) -> Any:
    """x as float64, in which SciPy computes whatever it is given."""
    return x if dtype_of(x) == np.float64 else x.astype(np.float64)


def positive(scale: Any) -> Any:
    """A scale, NaN where it is not positive."""
    return scale if np.all(scale > 0) else np.where(scale > 0, scale, np.nan)

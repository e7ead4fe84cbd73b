"""What is carried along, in words: texts, functions, classes, and all that lies in a Static field."""

import datetime
import enum
import functools
import hashlib
import types
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from structgrad.errors import StructgradError
from structgrad.saving.format import Row
from structgrad.struct.record import Kind
from structgrad.struct.walk import flatten, walk

# What Python prints the same way in every process.
_PRINTED = frozenset({bool, int, float, complex, Fraction, Decimal, str, bytes, type(None), types.EllipsisType})
_PRINTED |= {range, slice, datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone}


def constant_rows(path: str, constant: Any) -> list[Row]:
    """The rows of a constant: one, or, where it can be opened, one for each of its parts.

    Texts, numbers, arrays and members of an Enum stand there with their value, functions and classes with their
    qualified name, partials with what they hold; of all other objects there is only the class.
    """
    rows: list[Row] = []
    waiting: list[tuple[str, Any]] = [(path, constant)]
    opened: set[int] = set()
    while waiting:
        start, value = waiting.pop()
        for step, part, kind in _parts(value):
            rows.append((start + step, constant_words(part) if kind is None else container_words(part, kind)))
            inside = _inside(part)
            if inside is not None and id(part) not in opened:  # a partial may hold itself
                opened.add(id(part))
                waiting.append((start + step, inside))
    return rows


def _parts(x: Any) -> Iterable[tuple[str, Any, Kind | None]]:
    """The nodes of x; x alone where it cannot be opened, as what contains itself."""
    try:
        flatten(x)
    except StructgradError:
        return [("", x, None)]
    return walk(x)


def _inside(x: Any) -> Any:
    """What a set or a partial, which are leaves elsewhere, holds."""
    if isinstance(x, set | frozenset):
        return sorted(x, key=repr)
    if isinstance(x, functools.partial):
        return types.SimpleNamespace(func=x.func, args=x.args, keywords=x.keywords)
    return None


def container_words(x: Any, kind: Kind) -> str:
    """What a container is, its parts left out."""
    name = type(x).__qualname__
    return f"{name} of shape {x.shape}" if isinstance(x, np.ndarray) else f"{name} of {len(kind.keys(x))}"


def constant_words(x: Any) -> str:
    """What a constant is, in words that are the same in every process."""
    cls = type(x)
    if isinstance(x, enum.Enum):
        return f"{cls.__qualname__}.{x.name}"
    if isinstance(x, np.ndarray):
        return f"{x.dtype.name} array of shape {x.shape}{_digest(x)}"
    if isinstance(x, np.generic | np.dtype):
        return f"{x!s} ({cls.__name__})"
    base: Any = next((base for base in cls.__mro__ if base in _PRINTED), None)
    if base is not None:
        return str(base.__repr__(x))
    for name in (getattr(x, "__qualname__", None), getattr(x, "__name__", None)):  # ufuncs have the second alone
        if isinstance(name, str):
            return f"class {name}" if isinstance(x, type) else name
    return f"object of class {cls.__qualname__}"


def _digest(x: NDArray[Any]) -> str:
    """The contents of an array in brief; nothing of arrays that hold objects."""
    if x.dtype.kind == "T":  # whose bytes are addresses
        data = repr(x.tolist()).encode()
    elif x.dtype.hasobject:
        return ""
    else:
        data = np.asarray(x, dtype=x.dtype.newbyteorder("<"), order="C").tobytes()
    return f", contents {hashlib.sha256(data).hexdigest()[:16]}"

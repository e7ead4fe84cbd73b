"""Object arrays of traced scalars, which NumPy makes where it gives no hook: np.array([a, 2 * b]), np.asarray(v).

NumPy computes on them item by item, right if slow. Where they meet a traced value, a rule, or the end of the run,
they are lifted back to one traced array.
"""

from typing import Any

import numpy as np

from structgrad.errors import LostGradientError, users_line
from structgrad.struct.kind import OBJECTS
from structgrad.struct.walk import flatten
from structgrad.tape.value import Traced, TracedArray


def is_lost(x: Any) -> bool:
    """Whether x is an object array, which may hold traced values, or a list with one."""
    if type(x) is list or type(x) is tuple:
        return any(type(item) is np.ndarray and item.dtype.kind == "O" for item in x)
    return type(x) is np.ndarray and x.dtype.kind == "O"


def with_lifted(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Arguments with their object arrays lifted, those in lists as well."""
    return tuple(
        [
            type(arg)([lifted(item) if is_lost(item) else item for item in arg])
            if type(arg) in (list, tuple)
            else lifted(arg)
            if is_lost(arg)
            else arg
            for arg in args
        ]
    )


def lifted(x: Any) -> Any:
    """An object array, or a list, that holds traced values as one traced array; anything else as it is."""
    if type(x) is list or type(x) is tuple:
        x = _array(x)
    if type(x) is not np.ndarray or x.dtype.kind != "O":
        return x
    if x.flags.fnc:  # in the same order in memory
        turned = lifted(x.T)
        return x if type(turned) is np.ndarray else np.transpose(turned)
    items = x.ravel().tolist()
    if not any(type(item) is Traced or type(item) is TracedArray for item in items):
        return x
    parent = _parent(items)
    if parent is not None:
        return parent if parent.shape == x.shape else np.reshape(parent, x.shape)
    if not x.shape:
        return items[0]
    if any(type(item) is TracedArray and item.shape for item in items):
        raise LostGradientError(
            f"an object array of arrays meets a differentiated value{users_line()}. np.stack or np.concatenate them."
        )
    return np.reshape(np.stack([_number(item) for item in items]), x.shape)


def lifted_struct(x: Any) -> Any:
    """A struct with its object arrays of traced items lifted."""
    if type(x) is np.ndarray or type(x) is Traced or type(x) is TracedArray:
        return lifted(x)
    leaves, nodes = flatten(x)
    if not any(node is not None and node[0] is OBJECTS for node in nodes):
        return x
    built: list[Any] = []
    for node in reversed(nodes):
        if node is None:
            built.append(leaves.pop())
            continue
        kind, original, n = node
        children = built[: -n - 1 : -1]
        del built[len(built) - n :]
        closed = kind.close(original, children)
        built.append(lifted(closed) if kind is OBJECTS else closed)
    return built[0]


def _array(x: Any) -> Any:
    try:
        return np.asarray(x)
    except ValueError:  # of ragged lists NumPy speaks itself, where they are used
        return x


def _number(item: Any) -> Any:
    return item if isinstance(item, Traced) else np.asarray(item)[()]


def _parent(items: list[Any]) -> Any:
    """The traced array whose items these are, all of them and in order; None if they are of no one array."""
    first = getattr(items[0], "_item", None) if type(items[0]) is Traced else None
    if first is None or first[0]._value.size != len(items):
        return None
    for i, item in enumerate(items):
        if type(item) is not Traced or getattr(item, "_item", None) != (first[0], i):
            return None
    return first[0]

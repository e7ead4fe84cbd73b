"""Probes: what a path function gets for a struct. They write down fields and items, and refuse all else."""

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from structgrad.errors import OpticError, users_line
from structgrad.struct.optics.group import Cut
from structgrad.struct.optics.path import Path, body
from structgrad.struct.optics.step import Field, Item, Step

ALLOWED = (
    "A path function may follow fields (.w), items ([0], ['k'], [1:]) and the marks each, some and as_. "
    "Compute with what is found there outside of it, with over or in the function to differentiate."
)
_BINARY = {"add": "+", "sub": "-", "mul": "*", "matmul": "@", "truediv": "/", "floordiv": "//", "mod": "%"}
_BINARY |= {"pow": "**", "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}
_COMPARED = {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}
_REFUSED = {
    **{f"__{name}__": f"computes {{}} {sign} ..." for name, sign in {**_BINARY, **_COMPARED}.items()},
    **{f"__r{name}__": f"computes ... {sign} {{}}" for name, sign in _BINARY.items()},
    **dict.fromkeys(["__neg__", "__pos__", "__invert__", "__abs__", "__round__"], "computes with {}"),
    **dict.fromkeys(["__float__", "__int__", "__complex__", "__index__"], "converts {} to a number"),
    "__array__": "gives {} to NumPy",
    **dict.fromkeys(["__setattr__", "__setitem__", "__delattr__", "__delitem__"], "changes a part of {}"),
    "__call__": "calls {}(...)",
    "__bool__": "asks whether {} is true",
    "__iter__": "iterates over {} or unpacks it",
    "__reversed__": "iterates over {}",
    "__len__": "asks for the length of {}",
    "__contains__": "asks what is in {}",
}


class Probe:
    """Stands for a struct in one run of a path function.

    Every name is a field here, so that a probe keeps what it knows in slots that no struct has fields for.
    """

    __slots__ = ("_probe_path", "_probe_run")
    _probe_path: Path
    _probe_run: object

    def __init__(self, path: Path, run: object) -> None:
        object.__setattr__(self, "_probe_path", path)
        object.__setattr__(self, "_probe_run", run)

    def __getattr__(self, name: str) -> "Probe":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # a protocol that Python or NumPy looks for
        return extended(self, Field(name))

    def __getitem__(self, key: Any) -> "Probe":
        return extended(self, item(key))

    def __repr__(self) -> str:
        return body(self._probe_path.root, self._probe_path.steps)


def extended(probe: Probe, step: Step) -> Probe:
    """The probe one step further."""
    return Probe(probe._probe_path.then(step), probe._probe_run)


def item(key: Any) -> Step:
    """The step `[key]`. OpticError for a key that no list, tuple or dict has."""
    parts = (key.start, key.stop, key.step) if isinstance(key, slice) else (key,)
    try:
        hash(parts)
    except TypeError:
        raise OpticError(f"a path has no item [{type(key).__qualname__}]. {ALLOWED}") from None
    plain = [int(part) if isinstance(part, np.integer) else part for part in parts]
    return Cut(*plain) if isinstance(key, slice) else Item(*plain)


def _refusal(what: str) -> Callable[..., NoReturn]:
    def refuse(self: Probe, *_: Any, **__: Any) -> NoReturn:
        raise OpticError(f"the path function {what.format(repr(self))}{users_line()}. {ALLOWED}")

    return refuse


for _name, _what in _REFUSED.items():
    setattr(Probe, _name, _refusal(_what))

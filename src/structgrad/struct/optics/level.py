"""One level of a struct on the way of an optic: a container opened, and how it is closed again."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from attrs import frozen

from structgrad.errors import OpticError
from structgrad.struct.kind import kind_of
from structgrad.struct.leaf import class_space
from structgrad.struct.optics.hint import fields_of
from structgrad.struct.optics.message import into_leaf, into_unknown
from structgrad.struct.record import Kind


@frozen(eq=False, repr=False)
class Level:
    """A value and its children, which whoever puts parts back writes into.

    A kind of None marks a leaf. The last `carried` children are `Static` fields, which no gradient walks
    but a path may name. `came` is the level above and the position there; the root has none.
    """

    value: Any
    kind: Kind | None
    children: list[Any]
    came: "tuple[Level, int] | None" = None
    carried: tuple[str, ...] = ()


def opened(above: Level, position: int) -> Level:
    """The level of one child of a level."""
    value = above.children[position]
    kind = kind_of(value)
    if kind is None:
        return Level(value, None, [], (above, position))
    children = list(kind.open(value))
    fields = fields_of(type(value)) or ()
    carried: tuple[str, ...] = ()
    if len(fields) > len(children):
        walked = set(kind.keys(value))
        carried = tuple(name for name in fields if f".{name}" not in walked and hasattr(value, name))
        children.extend(getattr(value, name) for name in carried)
    return Level(value, kind, children, (above, position), carried)


def pseudo(level: Level, key: str, child: Any, close: Callable[[Any, Any], Any]) -> Level:
    """A level with one child that is no part of its own: a slice, a tuple of parts, a user's lens."""
    kind = Kind(lambda x: [key], lambda x: [child], lambda x, children: close(x, children[0]))
    return Level(level.value, kind, [child], level.came)


def keys_of(level: Level) -> list[str]:
    """The steps into a level's children, as code prints them."""
    walked = level.kind.keys(level.value) if level.kind else []
    return [*walked, *(f".{name}" for name in level.carried)]


def walked(level: Level) -> range:
    """The positions of the children that are no `Static` fields."""
    return range(len(level.children) - len(level.carried))


def closed(level: Level) -> Any:
    """A container like the level's, with the children as they are now. No `__init__` of the user runs."""
    assert level.kind is not None, "leaves are not on the way to anything"
    new = level.kind.close(level.value, level.children[: len(walked(level))])
    if level.carried and isinstance(new, tuple):  # a NamedTuple with a Static field
        fields: Any = new
        parts = dict(zip(fields._fields, new, strict=True))
        parts.update(zip(level.carried, level.children[len(walked(level)) :], strict=True))
        return tuple.__new__(type(new), parts.values())
    for name, child in zip(level.carried, level.children[len(walked(level)) :], strict=True):
        _write(new, name, child)
    return new


def _write(new: Any, name: str, child: Any) -> None:
    msgspec = sys.modules.get("msgspec")
    if msgspec is not None and isinstance(new, msgspec.Struct):  # refuses object.__setattr__
        msgspec.structs.force_setattr(new, name, child)
    else:
        object.__setattr__(new, name, child)


def class_name(level: Level) -> str:
    """The name of the class that a level's value is of, or stands for if it is traced."""
    name: str = level.value.__class__.__qualname__
    return name


def dead_end(level: Level, step: str) -> OpticError:
    """The error of a step into a value that is no container."""
    cls: Any = level.value.__class__  # what a traced value stands for
    known = cls is np.ndarray or class_space(cls) is not None
    return (into_leaf if known else into_unknown)(path_to(level), class_name(level), step)


def path_to(level: Level) -> str:
    """The path from the struct to a level, as code."""
    texts: list[str] = []
    while level.came is not None:
        above, position = level.came
        texts.append(keys_of(above)[position])
        level = above
    return "".join(reversed(texts))

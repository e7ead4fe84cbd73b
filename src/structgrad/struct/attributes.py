"""Attributes that no declaration tells of: all that an object holds, or what a list holds beside its items."""

import functools
import types
from collections.abc import Sequence
from typing import Any

from structgrad.errors import UnknownLeafError
from structgrad.struct.leaf import holds_numbers
from structgrad.struct.record import Kind, bare
from structgrad.struct.static import annotations_of, static_names


def attributes(cls: type) -> Kind:
    """The kind of a class whose objects hold what was assigned to them, in slots or not.

    Cached properties are left out of the new object, for they must be computed from its new attributes.
    """
    members = [item for base in cls.__mro__ for item in vars(base).items()]
    slots = [name for name, member in members if isinstance(member, types.MemberDescriptorType)]
    slots = [name for name in slots if name not in ("__dict__", "__weakref__")]
    cached = {name for name, member in members if isinstance(member, functools.cached_property)}
    static = static_names(cls, annotations_of(cls))

    def present(x: Any) -> list[str]:
        names = [*(name for name in slots if hasattr(x, name)), *getattr(x, "__dict__", ())]
        return [name for name in names if name not in cached]

    def walked(x: Any) -> list[str]:
        return [name for name in present(x) if name not in static]

    def close(x: Any, children: Sequence[Any]) -> Any:
        new = bare(x)
        values = dict(zip(walked(x), children, strict=True))
        for name in present(x):
            value = values[name] if name in values else getattr(x, name)
            if name in slots:
                object.__setattr__(new, name, value)
            else:
                new.__dict__[name] = value
        return new

    return Kind(
        lambda x: [f".{name}" for name in walked(x)],
        lambda x: [getattr(x, name) for name in walked(x)],
        close,
        matches=lambda x, y: walked(x) == walked(y),
    )


def carry(x: Any, new: Any) -> Any:
    """A rebuilt list, tuple or dict, with the attributes that its class gave x beside the items."""
    own = getattr(x, "__dict__", None)
    if own and own is not x:
        new.__dict__.update(own)
    return new


def refuse_numbers(x: Any, beside: dict[str, Any] | None) -> None:
    """UnknownLeafError if x holds numbers beside its items or fields, where no gradient would reach them."""
    name = next((name for name, value in (beside or {}).items() if holds_numbers([value])), None)
    if name is not None:
        raise UnknownLeafError(
            f"a {type(x).__qualname__} holds numbers in {name!r}, beside its items or fields, where no gradient "
            f"would reach them. Make it an item or a field of its own, or use a dataclass."
        )

"""What the annotations of classes tell about a path before there is a struct."""

import dataclasses
import functools
import types
import typing
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final, NotRequired, Required, Union, get_args, get_origin

import numpy as np

from structgrad.errors import NoFieldError
from structgrad.struct.kind import CONTAINERS
from structgrad.struct.leaf import LEAVES
from structgrad.struct.optics.message import into_leaf, no_field, no_items

# The path so far; it is written out for messages only, since that takes as long as the path is.
Where = Callable[[], str]
UNKNOWN: Any = Any  # the hint of a value of which no annotation tells
_WRAPPERS = (Annotated, Final, Required, NotRequired)
_SEQUENCES = (list, tuple, deque)


def fields_of(cls: Any) -> Mapping[str, Any] | None:
    """The fields of a class of records, with their annotations; None for a class of another kind."""
    return _fields(cls)


@functools.lru_cache(maxsize=4096)
def _fields(cls: Any) -> Mapping[str, Any] | None:
    names = _names(cls)
    if names is None:
        return None
    try:
        hints = typing.get_type_hints(cls)
    except (NameError, TypeError, AttributeError):  # a name that only the type checker can see
        hints = {name: hint for name, hint in _raw(cls).items() if not isinstance(hint, str)}
    return types.MappingProxyType({name: hints.get(name, UNKNOWN) for name in names})


def _raw(cls: Any) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= vars(base).get("__annotations__", {})
    return hints


def _names(cls: Any) -> Iterable[str] | None:
    if cls in CONTAINERS or cls in LEAVES:
        return None
    if dataclasses.is_dataclass(cls):
        return [field.name for field in dataclasses.fields(cls)]
    if hasattr(cls, "__attrs_attrs__"):
        return [field.name for field in cls.__attrs_attrs__]
    for table in ("_fields", "__struct_fields__", "__pydantic_fields__"):  # NamedTuple, msgspec, pydantic
        if hasattr(cls, table):
            return list(getattr(cls, table))
    return None


def _is_typed_dict(cls: Any) -> bool:
    """Whether a class is a TypedDict, of typing or of typing_extensions, which is slow to import for one question."""
    return isinstance(cls, type) and issubclass(cls, dict) and hasattr(cls, "__required_keys__")


def _is_leaf(cls: Any) -> bool:
    # Of the class itself: what is merely annotated with a base class may turn out to be a struct.
    return cls in LEAVES or cls is np.ndarray


def arms(hint: Any) -> list[tuple[Any, tuple[Any, ...]]]:
    """The classes that a value with this hint may have, with their type arguments; None is left out."""
    found, stack = [], [hint]
    while stack:
        arm = stack.pop()
        origin = get_origin(arm)
        if origin is Union or origin is types.UnionType:
            stack.extend(reversed(get_args(arm)))
        elif origin in _WRAPPERS:
            stack.append(get_args(arm)[0])
        elif isinstance(arm, typing.NewType):
            stack.append(arm.__supertype__)
        elif type(alias := origin or arm).__name__ == "TypeAliasType":  # of typing or of typing_extensions
            stack.append(alias.__value__)
        elif arm is not type(None):
            found.append((alias, get_args(arm)))
    return found


def hint_of_field(hint: Any, name: str, where: Where) -> Any:
    """The hint of a field. NoFieldError if every class that the value may have is known and none has it."""
    found = [_field(cls, args, name, where) for cls, args in arms(hint)]
    errors = [x for x in found if isinstance(x, NoFieldError)]
    if errors and len(errors) == len(found):
        raise errors[0]
    return found[0] if len(found) == 1 else UNKNOWN


def _field(cls: Any, args: tuple[Any, ...], name: str, where: Where) -> Any:
    """The hint of the field of a class, or the error to raise if it is known to have none."""
    if not isinstance(cls, type):
        return UNKNOWN
    fields = fields_of(cls)
    if fields is not None and name in fields:
        return _bound(cls, args, fields[name])
    if fields is not None:
        return no_field(where(), cls.__name__, name, fields, _aside(cls, name))
    if _is_leaf(cls):
        return into_leaf(where(), cls.__name__, f".{name}")
    if _is_typed_dict(cls) or cls is dict or cls in _SEQUENCES:
        return no_field(where(), cls.__name__, name, ())
    return UNKNOWN


def _bound(cls: Any, args: tuple[Any, ...], hint: Any) -> Any:
    """The hint with the type parameters of a generic class replaced by its arguments."""
    table: dict[Any, Any] = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
    inner = getattr(hint, "__parameters__", ())
    if isinstance(hint, typing.TypeVar):
        return table.get(hint, UNKNOWN)
    return hint[tuple(table.get(p, UNKNOWN) for p in inner)] if inner and not isinstance(hint, type) else hint


def _aside(cls: Any, name: str) -> str:
    for sub in cls.__subclasses__():
        if name in (fields_of(sub) or ()):
            return f" {sub.__name__} has it: narrow with as_(..., {sub.__name__})."
    if hasattr(cls, name):
        return f" {name!r} is a method, a property or a class attribute; an optic follows fields and items."
    return ""


def hint_of_item(hint: Any, key: Any, where: Where) -> Any:
    """The hint of an item. OpticError if the value is known to have none: an array, a record, another key."""
    found = arms(hint)
    if len(found) != 1 or not isinstance(found[0][0], type):
        return UNKNOWN
    cls, args = found[0]
    fields = fields_of(cls)
    if _is_leaf(cls):
        raise into_leaf(where(), cls.__name__, f"[{key!r}]")
    if _is_typed_dict(cls):
        return _key(cls, key, where)
    if fields is not None and not issubclass(cls, tuple):
        raise no_items(where(), cls.__name__, f"[{key!r}]", [f".{name}" for name in fields])
    if cls is tuple and args and args[-1] is not Ellipsis:
        return args[key] if isinstance(key, int) and -len(args) <= key < len(args) else UNKNOWN
    return hint_of_each(hint, where)


def _key(cls: type, key: Any, where: Where) -> Any:
    hints = typing.get_type_hints(cls)
    if key not in hints:
        raise no_field(where(), cls.__name__, key, hints)
    return hints[key]


def hint_of_each(hint: Any, where: Where) -> Any:
    """The hint of the elements of a list, a tuple of one type, or a dict. OpticError for a leaf."""
    found = arms(hint)
    if len(found) != 1:
        return UNKNOWN
    cls, args = found[0]
    if _is_leaf(cls):
        raise into_leaf(where(), cls.__name__, "each(...)")
    if cls is dict and len(args) == 2:
        return args[1]
    return args[0] if cls in _SEQUENCES and args and args[1:] in ((), (Ellipsis,)) else UNKNOWN


def hint_of_slice(hint: Any, step: str, where: Where) -> Any:
    """The hint of a slice: that of a list or a tuple of one type. OpticError for a leaf."""
    found = arms(hint)
    if len(found) == 1 and _is_leaf(found[0][0]):
        raise into_leaf(where(), found[0][0].__name__, step)
    alike = len(found) == 1 and (found[0][0] is list or found[0][1][1:] == (Ellipsis,))
    return hint if alike else UNKNOWN

"""Kinds of containers: how to open one level of a struct, and how to close it again.

Closing never runs user code: no `__init__`, `__post_init__`, converter or validator.
"""

import dataclasses
import enum
import operator
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from attrs import evolve

from structgrad.struct.attributes import attributes, carry, refuse_numbers
from structgrad.struct.leaf import LEAVES, about_class, follows_protocol
from structgrad.struct.models import foreign_kind
from structgrad.struct.record import Kind, record
from structgrad.struct.static import annotations_of, static_names


def _positions(x: Any) -> list[str]:
    return [f"[{i}]" for i in range(len(x))]


def _items(x: Any) -> list[str]:
    return [f"[{key!r}]" for key in x]


def _values(x: Any) -> list[Any]:
    return list(x.values())


def _close_tuple(x: Any, children: Sequence[Any]) -> Any:
    return tuple.__new__(type(x), children)


def _close_list(x: Any, children: Sequence[Any]) -> Any:
    if type(x) is list:
        return list(children)
    new = list.__new__(type(x))
    list.extend(new, children)
    return new


def _close_deque(x: Any, children: Sequence[Any]) -> Any:
    new = deque.__new__(type(x))
    deque.__init__(new, children, x.maxlen)
    return new


def fill(new: Any, items: Iterable[tuple[Any, Any]]) -> None:
    """Put items into a dict, past what its class says of them."""
    put = OrderedDict.__setitem__ if isinstance(new, OrderedDict) else dict.__setitem__
    for key, value in items:
        put(new, key, value)


def _close_dict(x: Any, children: Sequence[Any]) -> Any:
    items = zip(x, children, strict=True)
    if type(x) is dict:
        return dict(items)
    base = next(base for base in (OrderedDict, defaultdict, dict) if isinstance(x, base))
    new: Any = base.__new__(type(x))
    if isinstance(x, defaultdict):
        defaultdict.__init__(new, x.default_factory)
    fill(new, items)
    if getattr(x, "__dict__", None) is x:  # dicts whose attributes are their items
        new.__dict__ = new
    return new


def _close_objects(x: Any, children: Sequence[Any]) -> Any:
    new = np.empty(x.shape, dtype=object)
    for i, child in enumerate(children):
        new.flat[i] = child
    return new


def _same_items(x: Any, y: Any) -> bool:
    return list(x) == list(y)


_TUPLE = Kind(_positions, operator.itemgetter(slice(None)), _close_tuple, form=tuple)
_LIST = Kind(_positions, list, _close_list, "pad", form=list)
_DEQUE = Kind(_positions, list, _close_deque, "pad")
_DICT = Kind(_items, _values, _close_dict, "union", _same_items, form=dict)
_PROXY = Kind(
    _items,
    _values,
    lambda x, children: types.MappingProxyType(_close_dict(dict(x), children)),
    "union",
    _same_items,
)
# The items of an object array are leaves each for itself, as those of a ragged list are.
OBJECTS = Kind(
    lambda x: [str(list(index) or [()]) for index in np.ndindex(x.shape)],
    lambda x: list(x.flat),
    _close_objects,
    matches=lambda x, y: x.shape == y.shape,
)

# By base class, first hit counts.
_BUILTIN: tuple[tuple[type, Kind], ...] = (
    (tuple, _TUPLE),
    (list, _LIST),
    (dict, _DICT),
    (deque, _DEQUE),
    (types.MappingProxyType, _PROXY),
)

# The table of classes opened by `extend.container`; it alone writes to it.
CONTAINERS: dict[type, Callable[[type], Kind]] = {types.SimpleNamespace: attributes}


@about_class
def class_kind(cls: type) -> Kind | None:
    """The kind of containers of class cls, or None where its values are leaves."""
    if cls in LEAVES or issubclass(cls, type | enum.Enum) or follows_protocol(cls):
        return None
    for base in cls.__mro__:
        if base in CONTAINERS:
            return CONTAINERS[base](cls)
    if dataclasses.is_dataclass(cls):
        annotations = {field.name: field.type for field in dataclasses.fields(cls)}
        return record(cls, annotations)
    if hasattr(cls, "__attrs_attrs__"):
        return record(cls, {field.name: field.type for field in cls.__attrs_attrs__})
    for base, kind in _BUILTIN:
        if issubclass(cls, base):
            named = base is tuple and hasattr(cls, "_fields")
            return kind if cls is base else _subclass(_named_tuple(cls) if named else kind)
    return foreign_kind(cls)


def _named_tuple(cls: Any) -> Kind:
    static = static_names(cls, annotations_of(cls))
    walked = [i for i, name in enumerate(cls._fields) if name not in static]

    def close(x: Any, children: Sequence[Any]) -> Any:
        values = list(x)
        for i, child in zip(walked, children, strict=True):
            values[i] = child
        return _close_tuple(x, values)

    return Kind(lambda x: [f".{cls._fields[i]}" for i in walked], lambda x: [x[i] for i in walked], close)


def _subclass(kind: Kind) -> Kind:
    """The kind of a user's subclass of list, tuple, dict or deque, which may have attributes of its own."""

    def open_(x: Any) -> Sequence[Any]:
        own = getattr(x, "__dict__", None)
        if own and own is not x:
            refuse_numbers(x, own)
        return kind.open(x)

    return evolve(kind, open=open_, close=lambda x, children: carry(x, kind.close(x, children)))


def kind_of(x: Any) -> Kind | None:
    """The kind of container x is, or None for a leaf."""
    cls = type(x)
    if cls is np.ndarray:
        return OBJECTS if x.dtype.kind == "O" else None
    return class_kind(cls)

"""Models of pydantic and msgspec. Neither is imported: who has such a model has imported it."""

import copy
import sys
from collections.abc import Callable, Sequence
from typing import Any

from structgrad.struct.attributes import refuse_numbers
from structgrad.struct.record import Kind, bare, record
from structgrad.struct.static import annotations_of


def foreign_kind(cls: Any) -> Kind | None:
    """The kind of a model, None of any other class."""
    msgspec, pydantic = sys.modules.get("msgspec"), sys.modules.get("pydantic")
    if msgspec is not None and issubclass(cls, msgspec.Struct):
        return _msgspec(cls, msgspec.structs.force_setattr)
    if pydantic is not None and issubclass(cls, pydantic.BaseModel):
        return _pydantic(cls)
    return None


def _msgspec(cls: Any, write: Callable[[Any, str, Any], None]) -> Kind:
    hints = annotations_of(cls)
    plain = record(cls, {name: hints.get(name) for name in cls.__struct_fields__})
    duplicate = sys.modules["msgspec"].Struct.__copy__  # without __post_init__, and whatever the user calls a copy

    def close(x: Any, children: Sequence[Any]) -> Any:
        new = duplicate(x)
        for key, child in zip(plain.keys(x), children, strict=True):
            write(new, key[1:], child)
        return new

    return Kind(plain.keys, plain.open, close, matches=plain.matches)


def _pydantic(cls: Any) -> Kind:
    hints = annotations_of(cls)
    plain = record(cls, {name: hints.get(name) for name in cls.model_fields})

    def open_(x: Any) -> Sequence[Any]:
        refuse_numbers(x, x.__pydantic_private__)
        refuse_numbers(x, x.__pydantic_extra__)
        return plain.open(x)

    def close(x: Any, children: Sequence[Any]) -> Any:
        new = bare(x)
        fresh = dict(zip(plain.keys(x), children, strict=True))
        values = {name: fresh.get(f".{name}", value) for name, value in vars(x).items() if name in cls.model_fields}
        object.__setattr__(new, "__dict__", values)
        for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
            object.__setattr__(new, name, copy.copy(getattr(x, name)))
        return new

    return Kind(plain.keys, open_, close, matches=plain.matches)

"""`Static[T]`: a field that is carried along and never differentiated."""

import inspect
import re
import sys
import types
from typing import Annotated, Any, Final, TypeAlias, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


class StaticMark:
    """What `Static[T]` leaves behind in an annotation."""


Static: TypeAlias = Annotated[T, StaticMark()]
"""A field annotated `Static[T]` is a T to the type checker, and no leaf to structgrad."""


def annotations_of(cls: type) -> dict[str, Any]:
    """The annotations of a class and its bases, as they stand there."""
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        hints |= _own(base)
    return hints


def static_names(cls: type, annotations: dict[str, Any]) -> frozenset[str]:
    """Those of the annotated fields of cls that are `Static[...]`."""
    return frozenset(name for name, hint in annotations.items() if _is_static(_resolved(cls, name, hint)))


def _own(cls: type) -> dict[str, Any]:
    """The annotations of a class alone. From Python 3.14 on they are no texts, but made when asked for."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.STRING)
    return inspect.get_annotations(cls)


def _resolved(cls: type, name: str, hint: Any) -> Any:
    """An annotation given as text, as what it means; as the text where only the type checker knows its names."""
    if not isinstance(hint, str):
        return hint
    base = next((base for base in cls.__mro__ if name in _own(base)), cls)
    try:
        return eval(hint, vars(sys.modules[base.__module__]), dict(vars(base)))
    except (NameError, AttributeError, TypeError, SyntaxError, KeyError):
        return hint


def _is_static(hint: Any) -> bool:
    if isinstance(hint, str):
        return re.match(r"(\w+\.)*Static\b", hint.strip()) is not None
    hint = getattr(hint, "__value__", hint)  # `type Name = ...`
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return any(isinstance(part, StaticMark) for part in args[1:])
    if origin is Final:
        return _is_static(args[0])
    if origin is Union or origin is types.UnionType:
        return all(arm is type(None) or _is_static(arm) for arm in args)
    return False

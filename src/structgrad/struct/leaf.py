"""Leaves: which values end a struct, whether they have a slope, and how they add."""

import datetime
import enum
import functools
import os
import types
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NoReturn, Protocol, Self, TypeVar, runtime_checkable

import numpy as np
from attrs import frozen

from structgrad.errors import StructMismatchError, UnknownLeafError

T = TypeVar("T")
Role = Literal["smooth", "discrete", "static"]


@runtime_checkable
class Backprop(Protocol):
    """A value that can be differentiated: it has a zero, it adds, and it has a one.

    Laws: `add(x, zero(x)) == x`; add is commutative and associative; zero and one are idempotent;
    `one(x) == grad_bp(identity)(x)` on scalars.

    >>> class Money:
    ...     def __init__(self, cents): self.cents = cents
    ...     def zero(self): return Money(0.0)
    ...     def add(self, other): return Money(self.cents + other.cents)
    ...     def one(self): return Money(1.0)
    >>> isinstance(Money(3.0), Backprop)
    True
    """

    def zero(self) -> Self:  # pyright: ignore[reportReturnType]  # a protocol has no bodies
        """The additive identity of this value's shape."""

    def add(self, other: Self) -> Self:  # pyright: ignore[reportReturnType]  # a protocol has no bodies
        """The sum of two values of one shape."""

    def one(self) -> Self:  # pyright: ignore[reportReturnType]  # a protocol has no bodies
        """The unit cotangent of this value's shape."""


@frozen(eq=False, repr=False)
class Space:
    """How a leaf adds. `like(x, g)` is the cotangent g as a value of x's own class."""

    role: Role
    zero: Callable[[Any], Any]
    add: Callable[[Any, Any], Any]
    one: Callable[[Any], Any]
    like: Callable[[Any, Any], Any]


def _same(x: Any) -> Any:
    return x


def _given(x: Any, g: Any) -> Any:
    return g


def _plus(x: Any, y: Any) -> Any:
    return x + y


def _either(x: Any, y: Any) -> Any:
    return x | y


def _kept(x: Any, y: Any) -> Any:
    if x is y or (np.array_equal(x, y) if isinstance(x, np.ndarray) else bool(x == y)):
        return x
    raise StructMismatchError(f"{x!r} and {y!r} are carried along, not added, and they differ")


def _array_plus(x: Any, y: Any) -> Any:
    return np.asarray(x + y) if x.shape == y.shape else _refuse_shapes(x, y)  # 0-d sums would be scalars


def _array_either(x: Any, y: Any) -> Any:
    return np.asarray(x | y) if x.shape == y.shape else _refuse_shapes(x, y)


def _refuse_shapes(x: Any, y: Any) -> NoReturn:
    raise StructMismatchError(f"shapes {x.shape} and {y.shape} do not add; nothing is broadcast here")


def _array_like(x: Any, g: Any) -> Any:
    return g if isinstance(g, np.ndarray) else np.asarray(g, dtype=x.dtype)


# Built on the class's own __new__, so that a subclass of float keeps its class and its __init__ is not run.
_FLOAT = Space(
    "smooth",
    lambda x: float.__new__(type(x), 0.0),
    lambda x, y: float.__new__(type(x), x + y),
    lambda x: float.__new__(type(x), 1.0),
    lambda x, g: float.__new__(type(x), g),
)
_COMPLEX = Space(
    "smooth",
    lambda x: complex.__new__(type(x), 0.0),
    lambda x, y: complex.__new__(type(x), x + y),
    lambda x: complex.__new__(type(x), 1.0),
    lambda x, g: complex.__new__(type(x), g),
)
_NUMBER = Space("smooth", lambda x: type(x)(0), _plus, lambda x: type(x)(1), lambda x, g: type(x)(g))
_INTEGER = Space("discrete", lambda x: type(x)(0), _plus, lambda x: type(x)(1), lambda x, g: type(x)(g))
_TRUTH = Space("discrete", lambda x: type(x)(0), _either, lambda x: type(x)(1), lambda x, g: type(x)(g))
_STATIC = Space("static", _same, _kept, _same, lambda x, g: x)
# Objects with a `__call__` written in Python: carried along as functions are, unless they hold numbers.
_CALLED = Space("static", _same, _kept, _same, lambda x, g: x)
_PROTOCOL = Space("smooth", lambda x: x.zero(), lambda x, y: x.add(y), lambda x: x.one(), _given)

_SMOOTH_ARRAY = Space("smooth", np.zeros_like, _array_plus, np.ones_like, _array_like)
_WHOLE_ARRAY = Space("discrete", np.zeros_like, _array_plus, np.ones_like, _array_like)
_TRUTH_ARRAY = Space("discrete", np.zeros_like, _array_either, np.ones_like, _array_like)
# By dtype.kind. Texts and dates are carried along; structured arrays ("V") are not known.
_ARRAYS = {"f": _SMOOTH_ARRAY, "c": _SMOOTH_ARRAY, "i": _WHOLE_ARRAY, "u": _WHOLE_ARRAY, "b": _TRUTH_ARRAY}
_ARRAYS |= dict.fromkeys("USMmT", _STATIC)

_CARRIED: tuple[type, ...] = (
    str,
    bytes,
    type(None),
    type,
    types.EllipsisType,
    slice,
    range,
    set,
    frozenset,
)
_CARRIED += (datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo)
_CARRIED += (np.dtype, np.datetime64, np.timedelta64)

# The table of leaf classes: what structgrad ships, and what `register_backprop` adds to it.
LEAVES: dict[type, Space] = {
    float: _FLOAT,
    complex: _COMPLEX,
    np.floating: _NUMBER,
    np.complexfloating: _NUMBER,
    Fraction: _NUMBER,
    Decimal: _NUMBER,
    bool: _TRUTH,
    np.bool_: _TRUTH,
    int: _INTEGER,
    np.integer: _INTEGER,
    np.memmap: _SMOOTH_ARRAY,
    **dict.fromkeys(_CARRIED, _STATIC),
}


# The answers to questions about classes, which are asked again when a class is registered.
_ANSWERS: list[Any] = []


def about_class(question: Callable[[type], T]) -> Callable[[type], T]:
    """A function of a class that answers from memory the second time, until `ask_again`."""
    answers = functools.lru_cache(maxsize=4096)(question)
    _ANSWERS.append(answers)
    return answers


def ask_again() -> None:
    """Forget what is known about classes: a table has changed."""
    for answers in _ANSWERS:
        answers.cache_clear()


@about_class
def class_space(cls: type) -> Space | None:
    """The space of the leaves of class cls, or None where structgrad does not know the class."""
    if cls in LEAVES:
        return LEAVES[cls]
    if issubclass(cls, enum.Enum | type | os.PathLike):  # pyright: ignore[reportGeneralTypeIssues]  # paths are PathLike without deriving from it
        return _STATIC
    if follows_protocol(cls):
        return _PROTOCOL
    for base in cls.__mro__:
        if base in LEAVES:
            return LEAVES[base]
    call = next((base.__dict__["__call__"] for base in cls.__mro__ if "__call__" in base.__dict__), None)
    return None if call is None else _CALLED if isinstance(call, types.FunctionType) else _STATIC


def follows_protocol(cls: type) -> bool:
    """Whether a class brings the three functions of `Backprop` itself."""
    return all(callable(getattr(cls, name, None)) for name in ("zero", "add", "one"))


def space_of(x: Any) -> Space:
    """The space leaf x lives in. UnknownLeafError, without a path, if its class is not known."""
    cls = type(x)
    space = _ARRAYS.get(x.dtype.kind) if cls is np.ndarray else class_space(cls)
    if space is None or (space is _CALLED and holds_numbers(getattr(x, "__dict__", {}).values())):
        raise UnknownLeafError(unknown(x))
    return space


def holds_numbers(values: Iterable[Any]) -> bool:
    """Whether there is a number with a slope among values, or in the lists, tuples and dicts among them."""
    stack, seen = list(values), set()
    while stack:
        value = stack.pop()
        if isinstance(value, list | tuple | dict):
            if id(value) not in seen:
                stack.extend(value.values() if isinstance(value, dict) else value)
                seen.add(id(value))
            continue
        space = _ARRAYS.get(value.dtype.kind) if type(value) is np.ndarray else class_space(type(value))
        if space is not None and space.role == "smooth":
            return True
    return False


def unknown(x: Any, path: str = "the value") -> str:
    """What to say of an object that is neither container nor leaf."""
    cls = type(x)
    what = f"{cls.__module__}.{cls.__qualname__}" + (f" of dtype {x.dtype}" if isinstance(x, np.ndarray) else "")
    return (
        f"{path} is a {what}, which structgrad cannot take apart. Annotate the field Static[...] to carry it "
        f"along, decorate the class with structgrad.extend.container, or give it zero, add and one "
        f"(register_backprop); an ndarray subclass becomes a leaf by np.asarray."
    )


def register_leaf(cls: type, space: Space) -> None:
    """Enter a class of leaves into the table. This and `register_backprop` are all that writes to it."""
    LEAVES[cls] = space
    ask_again()


def register_backprop(
    cls: type[T], /, *, zero: Callable[[T], T], add: Callable[[T, T], T], one: Callable[[T], T]
) -> None:
    """Make values of a foreign class differentiable leaves, by its zero, add and one.

    zero, one: from a value to a value of the same shape; add: of two such values. The laws of `Backprop`
    must hold; `testing.check_laws` tests them.

    >>> import datetime, structgrad as sg
    >>> class Celsius:
    ...     def __init__(self, degrees): self.degrees = degrees
    ...     def __mul__(self, other): return Celsius(self.degrees * other.degrees)
    >>> sg.register_backprop(Celsius, zero=lambda x: Celsius(0.0), one=lambda x: Celsius(1.0),
    ...                      add=lambda x, y: Celsius(x.degrees + y.degrees))
    >>> sg.add(Celsius(2.0), Celsius(3.0)).degrees
    5.0
    """
    register_leaf(cls, Space("smooth", zero, add, one, _given))

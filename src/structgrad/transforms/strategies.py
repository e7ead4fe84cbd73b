"""Hypothesis strategies: random structs over every container, with random leaves."""

import enum
import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeVar

import attrs
import numpy as np
from hypothesis import strategies as st

from structgrad.struct.leaf import Space
from structgrad.struct.walk import build, flatten, leaf_spaces
from structgrad.transforms.probe import smooth_leaves

T = TypeVar("T")
Strategy: TypeAlias = st.SearchStrategy[Any]

# Small binary fractions, so that sums of them round nowhere in float32 either.
_REAL = st.integers(-64, 64).map(lambda n: n / 8.0)
_SHAPES = st.lists(st.integers(0, 3), max_size=3).map(tuple)
_DTYPES = st.sampled_from([np.float64, np.float32, np.complex128])


class Colour(enum.Enum):
    """A leaf that is carried along."""

    RED = "red"
    BLUE = "blue"


@dataclass
class Plain:
    """A dataclass."""

    first: Any
    second: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A dataclass that refuses assignment, and has no `__dict__`."""

    first: Any
    second: Any


@attrs.define
class Attrs:
    """An attrs class, with slots."""

    first: Any
    second: Any


class Named(NamedTuple):
    """A tuple with names."""

    first: Any
    second: Any


def structs(*, max_leaves: int = 10, numbers: Strategy | None = None) -> Strategy:
    """A strategy of random structs: every container structgrad opens by itself, leaves of all roles.

    max_leaves: about how large they grow; each has one leaf with a slope at least. numbers: a strategy of
    these leaves; by default floats, complex numbers, NumPy scalars and arrays of ranks 0 to 3, some of them
    empty, all of multiples of 1/8 up to 8. Needs Hypothesis.

    >>> from hypothesis import given
    >>> import structgrad as sg
    >>> from structgrad.testing import check_laws, structs
    >>> @given(structs())
    ... def test_zero_is_idempotent(struct):
    ...     check_laws(struct)
    """
    leaves = (_numbers() if numbers is None else numbers) | _carried()
    nested = st.recursive(leaves, _containers, max_leaves=max_leaves)
    return (_containers(nested) | nested).filter(lambda x: bool(smooth_leaves(x)))


def structs_like(struct: T) -> "st.SearchStrategy[T]":
    """A strategy of structs like this one, with other numbers: what adds to it, or is a cotangent of it.

    >>> from structgrad.testing import structs_like
    >>> structs_like({"w": 2.0, "act": "relu"}).example()  # doctest: +SKIP
    {'w': -1.625, 'act': 'relu'}
    """
    leaves, nodes = flatten(struct)
    spaces = leaf_spaces(struct, leaves)
    drawn = st.tuples(*[_like(leaf, space) for leaf, space in zip(leaves, spaces, strict=True)])

    def built(values: tuple[Any, ...]) -> T:
        new: T = build(nodes, values)
        return new

    return drawn.map(built)


def _numbers() -> Strategy:
    complex_ = st.builds(complex, _REAL, _REAL)
    scalars = [_REAL, complex_, _REAL.map(np.float64), _REAL.map(np.float32), complex_.map(np.complex128)]
    arrays = st.builds(np.zeros, _SHAPES, _DTYPES).flatmap(structs_like)
    return st.one_of(*scalars, arrays)


def _carried() -> Strategy:
    """Leaves without a slope: discrete ones and static ones."""
    things: list[Any] = [None, "relu", b"", Colour.RED, np.tanh, len, float, slice(1), np.array(["a"])]
    numbers = [st.integers(-9, 9), st.booleans(), st.just(np.arange(3)), st.just(np.array([True, False]))]
    return st.one_of(*numbers, st.sampled_from(things))


def _containers(inner: Strategy) -> Strategy:
    # The strategy of the items stands here once: its description grows with every mention, at every depth.
    return st.builds(lambda make, items: make(items), st.sampled_from(_MAKERS), st.lists(inner, max_size=4))


def _pair(cls: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    def made(items: list[Any]) -> Any:
        first, second, *_ = *items, None, None
        return cls(first=first, second=second)

    return made


def _dict(items: list[Any]) -> dict[Any, Any]:
    return dict(zip(("b", 0, (1, "a"), None), items, strict=False))  # keys that nobody can sort


def _object_array(items: list[Any]) -> Any:
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


_MAKERS: tuple[Callable[[list[Any]], Any], ...] = (
    list,
    tuple,
    deque,
    _object_array,
    _dict,
    lambda items: OrderedDict(_dict(items)),
    lambda items: defaultdict(list, _dict(items)),
    lambda items: types.MappingProxyType(_dict(items)),
    lambda items: types.SimpleNamespace(**dict(zip("badc", items, strict=False))),
    *map(_pair, (Plain, Frozen, Attrs, Named)),
)


def _like(leaf: Any, space: Space) -> Strategy:
    if space.role != "smooth":
        return st.just(leaf)
    number = st.builds(complex, _REAL, _REAL) if np.iscomplexobj(leaf) else _REAL
    if not isinstance(leaf, np.ndarray):
        return number.map(lambda n: space.like(leaf, n))
    many = st.lists(number, min_size=leaf.size, max_size=leaf.size)
    return many.map(lambda ns: np.array(ns, dtype=leaf.dtype).reshape(leaf.shape))

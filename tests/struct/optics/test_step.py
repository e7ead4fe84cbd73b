"""Steps into every kind of container: found as Python finds them, and refused where none can be."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from structgrad.errors import NoFieldError, NoFocusError, OpticError
from structgrad.struct.optics import each, lens, traversal

CALLS: list[str] = []


@dataclass
class Data:
    w: float


class Pair(NamedTuple):
    x: float
    y: float


class Plain:
    w = 1.0


class Floats(list[float]):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        CALLS.append("init")


@pytest.mark.parametrize(
    ("struct", "key"),
    [
        ([1.0, 2.0], 1),
        ([1.0, 2.0], -1),
        ([1.0, 2.0], np.int64(1)),
        ((1.0, 2.0), -2),
        (Pair(1.0, 2.0), 0),
        (deque([1.0, 2.0]), 1),
        ({"a": 1.0}, "a"),
        ({(1, 2): 1.0, None: 2.0}, None),
        ({1: 1.0}, True),
        ({np.str_("a"): 1.0}, "a"),
        (MappingProxyType({"a": 1.0}), "a"),
        (Floats([1.0, 2.0]), 1),
    ],
)
def test_items_are_found_as_python_finds_them(struct: Any, key: Any) -> None:
    item = lens(type(struct), lambda s: s[key])
    value = struct[key]
    CALLS.clear()

    changed = item.set(struct, 9.0)

    assert [] == CALLS
    assert value == item.get(struct)
    assert 9.0 == changed[key]
    assert value == struct[key]
    assert len(struct) == len(changed)
    assert type(struct) is type(changed)


def test_a_missing_key_of_a_defaultdict_is_not_made() -> None:
    struct: defaultdict[str, float] = defaultdict(float)

    with pytest.raises(NoFocusError, match=r"the struct has no key 'a'\. Its keys: none\."):
        lens(defaultdict)["a"].get(struct)
    assert {} == struct


@pytest.mark.parametrize(
    ("struct", "path", "error", "message"),
    [
        ([1.0], lambda s: s["a"], OpticError, r"class list and has items by number; \['a'\] names none"),
        (
            Data(1.0),
            lambda s: s[0],
            OpticError,
            r"class Data, .* fields and no items, so \[0\] finds nothing",
        ),
        (
            {"w": 1.0},
            lambda s: s.w,
            NoFieldError,
            r"class dict, which has no field 'w'\. It has no fields; items",
        ),
        ([1.0], lambda s: s.w, NoFieldError, r"class list, which has no field 'w'\. It has no fields; items"),
        ({"a": 1.0}, lambda s: s["a"].real, NoFieldError, r"^\['a'\] is a leaf of class float, and \.real"),
        ({"a": np.ones(2)}, lambda s: s["a"][0], OpticError, r"Focus \['a'\], and index it .* inside the"),
        (
            {"a": np.ones(2)},
            lambda s: s["a"][:1],
            OpticError,
            r"\['a'\] is a leaf of class ndarray, and \[:1\]",
        ),
        ({"a": 1.0}, lambda s: each(s["a"]), OpticError, r"^\['a'\] is a leaf of class float, and each"),
        ({"a": Plain()}, lambda s: s["a"].w, NoFieldError, r"^\['a'\] is of class Plain, .* cannot take apart"),
        ({"a": Plain()}, lambda s: s["a"][0], OpticError, r"so \[0\] leads nowhere\. Make the class a dataclass"),
        (1.0, lambda s: s.w, NoFieldError, r"^the struct is a leaf of class float, and \.w leads into it"),
    ],
)
def test_a_step_into_the_wrong_kind_is_reported(
    struct: Any, path: Callable[[Any], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        traversal(object, path).to_list(struct)


def test_a_field_that_was_never_set_is_absent() -> None:
    @dataclass
    class Lazy:
        w: float
        cache: float = field(init=False)

    with pytest.raises(NoFocusError, match=r"^\.cache was never set: the struct is of class "):
        lens(Lazy).cache.get(Lazy(1.0))
    assert [] == traversal(Lazy, lambda l: l.cache).to_list(Lazy(1.0))
    assert 2.0 == lens(Lazy).w.set(Lazy(1.0), 2.0).w

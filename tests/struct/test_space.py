"""zero, add and one, container by container."""

import types
from collections import OrderedDict, defaultdict, deque
from typing import Any, NamedTuple

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructMismatchError


class Pair(NamedTuple):
    x: Any
    y: Any


@pytest.mark.feature(37)
def test_the_shorter_list_is_padded_and_nothing_is_lost() -> None:
    assert sg.add([1, 1], [1, 2, 3, 4, 5]) == [2, 3, 3, 4, 5]
    assert sg.add([1, 2, 3, 4, 5], [10] * 4) == [11, 12, 13, 14, 5]
    assert sg.add([], [1.0]) == [1.0]
    assert sg.add(deque([1.0]), deque([1.0, 2.0])) == deque([2.0, 2.0])
    assert sg.add([[1.0], [2.0, 3.0]], [[1.0, 1.0]]) == [[2.0, 1.0], [2.0, 3.0]]


@pytest.mark.feature(38)
def test_tuples_of_any_length_add_and_different_lengths_do_not() -> None:
    assert sg.zero(()) == sg.add((), ()) == sg.one(()) == ()
    for n in (1, 2, 12):
        assert sg.add((1.0,) * n, (2.0,) * n) == (3.0,) * n
    with pytest.raises(StructMismatchError, match=r"at \['t'\]: a tuple of 2 parts and one of 3 .*\['t'\]\[2\]"):
        sg.add({"t": (1.0, 2.0)}, {"t": (1.0, 2.0, 3.0)})


@pytest.mark.feature(39)
def test_dicts_give_the_union_of_their_keys() -> None:
    assert sg.add({"a": 1}, {"b": 2}) == {"a": 1, "b": 2}
    total = sg.add({"b": 1.0, "a": 1.0}, {"c": 3.0, "a": 5.0})
    assert list(total.items()) == [("b", 1.0), ("a", 6.0), ("c", 3.0)]


@pytest.mark.feature(39, 40)
def test_a_union_keeps_the_class_and_the_factory() -> None:
    pairs: list[tuple[Any, Any]] = [
        (OrderedDict(a=1.0), OrderedDict(b=2.0)),
        (defaultdict(float, a=1.0), defaultdict(float, b=2.0)),
        (types.MappingProxyType({"a": 1.0}), types.MappingProxyType({"b": 2.0})),
    ]
    for x, y in pairs:
        total = sg.add(x, y)
        assert type(total) is type(x)
        assert dict(total) == {"a": 1.0, "b": 2.0}
    assert sg.add(defaultdict(float, a=1.0), defaultdict(float, b=2.0))["new"] == 0.0


@pytest.mark.feature(39)
def test_the_gradient_of_a_dict_has_exactly_its_keys_in_their_order() -> None:
    grad = sg.grad_bp(lambda p: p["b"] * 2.0, {"z": 1.0, "b": 2.0, "a": 3.0})

    assert list(grad.items()) == [("z", 0.0), ("b", 2.0), ("a", 0.0)]


@pytest.mark.feature(41)
def test_none_is_its_own_zero_and_adds_as_nothing() -> None:
    assert sg.add(None, None) is sg.zero(None) is sg.one(None) is None
    for x in (1.0, [1.0], {"a": 1.0}, Pair(1.0, None)):
        assert sg.add(None, x) == x == sg.add(x, None)
    assert sg.add([None, 1.0], [2.0, None]) == [2.0, 1.0]


@pytest.mark.feature(42)
def test_two_classes_do_not_add_and_both_are_named() -> None:
    class Other(NamedTuple):
        x: float
        y: float

    with pytest.raises(StructMismatchError, match=r"at \[1\]: Pair and .*Other do not add"):
        sg.add([0.0, Pair(1.0, 2.0)], [0.0, Other(1.0, 2.0)])
    with pytest.raises(StructMismatchError, match="list and float do not add"):
        sg.add([1.0], 1.0)
    with pytest.raises(StructMismatchError, match=r"at \.x: ndarray and list do not add"):
        sg.add(Pair(np.ones(2), 0.0), Pair([1.0, 1.0], 0.0))


def test_a_shape_that_does_not_add_is_named_with_its_path() -> None:
    with pytest.raises(StructMismatchError, match=r"at \['w'\]\.x: shapes \(2,\) and \(3,\)"):
        sg.add({"w": Pair(np.ones(2), 1.0)}, {"w": Pair(np.ones(3), 1.0)})


def test_the_operands_of_a_sum_stay_as_they_were() -> None:
    x: list[Any] = [np.ones(2), {"a": 1.0}]
    y: list[Any] = [np.ones(2), {"b": 1.0}, 5.0]

    total = sg.add(x, y)
    total[0] += 1.0
    total[1]["c"] = 7.0

    assert repr(x) == "[array([1., 1.]), {'a': 1.0}]"
    assert repr(y) == "[array([1., 1.]), {'b': 1.0}, 5.0]"


@pytest.mark.feature(12)
def test_one_is_the_gradient_of_the_identity() -> None:
    for x in (3.0, np.float32(3.0), np.float64(-2.0)):
        assert sg.one(x) == sg.grad_bp(lambda v: v, x)
        assert type(sg.one(x)) is type(x)

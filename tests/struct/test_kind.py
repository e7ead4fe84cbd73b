"""Every container opens, and closes as what it was."""

import enum
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, make_dataclass
from typing import Any, NamedTuple, TypedDict

import attrs
import msgspec
import numpy as np
import pydantic
import pytest

import structgrad as sg
from structgrad import extend, tree
from structgrad.errors import StructMismatchError, UnknownLeafError
from structgrad.struct.kind import kind_of


class Point(NamedTuple):
    x: float
    n: int = 3


class Point3(Point):
    """A NamedTuple, inherited from."""


class Weights(TypedDict):
    x: float


class Params(dict[str, Any]):
    """A dict, inherited from."""

    def __init__(self) -> None:
        raise AssertionError("__init__ ran")


class Layers(list[Any]):
    """A list, inherited from."""

    def __init__(self) -> None:
        raise AssertionError("__init__ ran")


class Queue(deque[Any]):
    """A deque, inherited from."""


class Attributes(dict[str, Any]):
    """A dict whose attributes are its items."""

    def __init__(self, **items: Any) -> None:
        super().__init__(**items)
        self.__dict__ = self


@dataclass
class Data:
    x: float
    n: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenData:
    x: float
    n: int = 3


@attrs.define
class AttrsData:
    x: float
    n: int = 3


@attrs.frozen(kw_only=True, slots=False)
class FrozenAttrs:
    x: float
    n: int = 3


class Model(pydantic.BaseModel):
    x: float
    n: int = 3


class Message(msgspec.Struct, frozen=True):
    x: float
    n: int = 3


@extend.container
class Opened:
    def __init__(self, x: float) -> None:
        self.x = x
        self.n = 3


class Plain:
    """A class that structgrad knows nothing of."""

    x = 1.0


def filled(new: Any, *items: Any) -> Any:
    """A list or a dict without its __init__."""
    for item in items:
        if isinstance(new, dict):
            new[item[0]] = item[1]
        else:
            new.append(item)
    return new


def objects(*items: Any) -> Any:
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


def item(x: Any) -> Any:
    return x[0]


def key(x: Any) -> Any:
    return x["x"]


def attribute(x: Any) -> Any:
    return x.x


CONTAINERS: list[tuple[Any, Callable[[Any], Any]]] = [
    ((3.0, 3), item),
    ([3.0, 3], item),
    ({"x": 3.0, "n": 3}, key),
    ({1: None, "x": 3.0, (0, 1): 3}, key),
    (Point(3.0), attribute),
    (Point3(3.0), attribute),
    (OrderedDict(x=3.0, n=3), key),
    (defaultdict(list, x=3.0, n=3), key),
    (deque([3.0, 3], maxlen=2), item),
    (Queue([3.0, 3]), item),
    (filled(Params.__new__(Params), ("x", 3.0), ("n", 3)), key),
    (Counter({"x": 3.0, "n": 3}), key),
    (filled(Layers.__new__(Layers), 3.0, 3), item),
    (Attributes(x=3.0, n=3), attribute),
    (types.MappingProxyType({"x": 3.0, "n": 3}), key),
    (types.SimpleNamespace(x=3.0, n=3), attribute),
    (Weights(x=3.0), key),
    (objects(3.0, 3), item),
    (Data(3.0), attribute),
    (FrozenData(x=3.0), attribute),
    (AttrsData(3.0), attribute),
    (FrozenAttrs(x=3.0), attribute),
    (Model(x=3.0), attribute),
    (Message(3.0), attribute),
    (Opened(3.0), attribute),
    (make_dataclass("Made", [("x", float)])(3.0), attribute),
]
NAMES = [f"{i}-{type(struct).__name__}" for i, (struct, _) in enumerate(CONTAINERS)]
ROWS = pytest.mark.parametrize(("struct", "get"), CONTAINERS, ids=NAMES)


@ROWS
@pytest.mark.feature(3, 33, 34, 35, 40)
def test_a_gradient_is_the_container_that_it_was_taken_by(struct: Any, get: Callable[[Any], Any]) -> None:
    grad = sg.grad_bp(lambda s: get(s) * get(s), struct)

    assert type(grad) is type(struct)
    assert type(get(grad)) is float
    assert get(grad) == 6.0
    assert list(tree.paths(grad)) == list(tree.paths(struct))


@ROWS
@pytest.mark.feature(3, 18, 21)
def test_the_container_itself_is_left_alone(struct: Any, get: Callable[[Any], Any]) -> None:
    before = tree.paths(struct)

    grad = sg.grad_bp(lambda s: get(s) * get(s), struct)

    assert grad is not struct
    assert tree.paths(struct) == before


@ROWS
def test_the_function_sees_the_container_that_it_was_given(struct: Any, get: Callable[[Any], Any]) -> None:
    seen: list[Any] = []

    sg.grad_bp(lambda s: seen.append(type(s)) or get(s), struct)  # type: ignore[func-returns-value]  # notes it

    assert seen == [type(struct)]


@pytest.mark.feature(40)
def test_factories_lengths_and_orders_survive() -> None:
    assert sg.zero(defaultdict(float, a=1.0))["new"] == 0.0
    assert sg.zero(deque([1.0], maxlen=5)).maxlen == 5
    assert list(sg.zero(OrderedDict(b=1.0, a=2.0))) == ["b", "a"]
    assert list(sg.zero({"b": 1.0, "a": 2.0, 0: 3.0, None: 4.0})) == ["b", "a", 0, None]


@pytest.mark.feature(40)
def test_keys_that_look_alike_are_two_keys() -> None:
    class Key:
        def __repr__(self) -> str:
            return "key"

    first, second = Key(), Key()

    assert sg.add({first: 1.0, second: 2.0}, {second: 5.0}) == {first: 1.0, second: 7.0}


@pytest.mark.feature(49)
def test_items_of_object_arrays_and_ragged_lists_are_leaves_each_for_itself() -> None:
    ragged = np.empty((1, 2), dtype=object)
    ragged[0, 0], ragged[0, 1] = np.ones(2), np.ones((2, 3))

    def parts(s: Any) -> Any:
        return s[0] if isinstance(s, np.ndarray) else s

    for struct in (ragged, [np.ones(2), np.ones((2, 3))]):
        grad = sg.grad_bp(lambda s: np.sum(parts(s)[0] * 2.0) + np.sum(parts(s)[1] ** 2 * 3.0), struct)

        assert type(grad) is type(struct)
        np.testing.assert_array_equal(parts(grad)[0], np.full(2, 2.0))
        np.testing.assert_array_equal(parts(grad)[1], np.full((2, 3), 6.0))
    assert list(tree.paths({"w": ragged})) == ["['w'][0, 0]", "['w'][0, 1]"]


@pytest.mark.feature(49)
def test_object_arrays_of_other_shape_do_not_add() -> None:
    square = objects(1.0, 2.0, 3.0, 4.0).reshape(2, 2)

    with pytest.raises(StructMismatchError):
        sg.add(square, square.reshape(4))
    with pytest.raises(StructMismatchError):
        tree.map(lambda a, b: a + b, square, square.reshape(1, 4))


def test_attributes_beside_the_items_are_carried_along() -> None:
    params = filled(Params.__new__(Params), ("w", 2.0))
    params.note = "from the lab"

    assert sg.zero(params).note == "from the lab"


def test_numbers_beside_the_items_are_refused_for_no_gradient_would_reach_them() -> None:
    layers = filled(Layers.__new__(Layers), 1.0)
    layers.scale = {"out": [0.5]}

    with pytest.raises(UnknownLeafError, match="Layers holds numbers in 'scale'"):
        sg.grad_bp(lambda s: s[0] * s.scale["out"][0], layers)


class Colour(enum.Enum):
    RED = 1.0


@dataclass
class Wave:
    length: float


class Light(Wave, enum.Enum):
    """An Enum whose members are dataclasses: what they are is given, not learned."""

    GREEN = 520.0


@pytest.mark.feature(47)
def test_members_of_an_enum_are_leaves_be_they_dataclasses() -> None:
    assert kind_of(Colour.RED) is None
    assert sg.zero([1.0, Light.GREEN]) == [0.0, Light.GREEN]


@pytest.mark.parametrize("leaf", [3.0, 3, "x", None, Colour.RED, np.ones(2), np.tanh, float, Data, {1, 2}])
def test_what_is_no_container_is_a_leaf(leaf: Any) -> None:
    assert kind_of(leaf) is None


@pytest.mark.feature(31, 35)
def test_a_class_nobody_opened_is_refused_with_its_path() -> None:
    with pytest.raises(UnknownLeafError, match=r"\['layers'\]\[1\] is a .*test_kind.Plain"):
        sg.zero({"layers": [1.0, Plain()]})

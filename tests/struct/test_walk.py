"""Walks are loops: long, deep, shared and circular structs are no accident."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.errors import CycleError, StructMismatchError
from structgrad.struct.walk import build, flatten, leaf_paths, map_leaves
from structgrad.testing import check_gradient


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    start: Point
    end: Point


@dataclass(frozen=True)
class Dense:
    w: Any
    b: Any

    def __call__(self, x: Any) -> Any:
        return np.tanh(self.w * x + self.b)


@dataclass(frozen=True)
class Scale:
    factor: float

    def __call__(self, x: Any) -> Any:
        return self.factor * x


@dataclass(frozen=True)
class End:
    pass


@dataclass(frozen=True)
class Cons:
    head: Dense
    tail: "Cons | End"


def chain(depth: int) -> "Cons | End":
    """A recursive network of some depth."""
    net: Cons | End = End()
    for i in range(depth):
        net = Cons(Dense(1.0 + 0.01 * i, 0.1), net)
    return net


def run(net: "Cons | End", x: Any) -> Any:
    while isinstance(net, Cons):
        x, net = net.head(x), net.tail
    return x


def product(x: Any) -> Any:
    return x["a"][1].layers[0]["w"][0] ** 2 * x["a"][0]


@pytest.mark.feature(36)
def test_five_levels_of_nesting_match_differences_at_each_leaf() -> None:
    @dataclass
    class Net:
        layers: list[Any]

    check_gradient(product, {"a": (2.0, Net([{"w": [3.0, 4.0], "act": np.tanh}])), "n": 3})


@pytest.mark.feature(43)
def test_a_list_of_different_classes_keeps_them_in_order() -> None:
    layers = [Dense(0.5, 0.1), Scale(2.0), Dense(-1.0, 0.3)]

    def loss(layers: list[Any]) -> sg.Scalar:
        x = 1.5
        for layer in layers:
            x = layer(x)
        return x

    assert [type(layer) for layer in sg.grad_bp(loss, layers)] == [Dense, Scale, Dense]
    check_gradient(loss, layers)


@pytest.mark.feature(42)
def test_a_field_of_either_class_keeps_the_one_it_has() -> None:
    @dataclass
    class Net:
        layer: Dense | Scale

    for layer in (Dense(2.0, 1.0), Scale(2.0)):
        assert type(sg.zero(Net(layer)).layer) is type(sg.one(Net(layer)).layer) is type(layer)
    with pytest.raises(StructMismatchError, match=r"at \.layer: Dense and Scale do not add"):
        sg.add(Net(Dense(2.0, 1.0)), Net(Scale(2.0)))


@pytest.mark.feature(41)
def test_a_field_that_may_be_none_is_none_or_its_gradient() -> None:
    @dataclass
    class Layer:
        w: float
        b: float | None = None

    def loss(layer: Layer) -> sg.Scalar:
        return layer.w * 3.0 if layer.b is None else layer.w * layer.b

    assert sg.grad_bp(loss)(Layer(2.0)) == Layer(3.0)
    assert sg.grad_bp(loss)(Layer(2.0, 5.0)) == Layer(5.0, 2.0)
    assert sg.add(Layer(1.0), Layer(1.0, 4.0)) == Layer(2.0, 4.0)


@pytest.mark.feature(44)
@pytest.mark.parametrize("depth", [1, 3, 50])
def test_a_recursive_struct_of_any_depth_matches_differences(depth: int) -> None:
    check_gradient(run, chain(depth), 0.3)


def test_a_chain_of_a_thousand_structs_is_no_accident() -> None:
    net = chain(1000)

    grad = sg.grad_bp(lambda net: run(net, 0.3), net)
    total = sg.add(sg.add(grad, sg.zero(net)), sg.one(net))

    assert len(tree.leaves(total)) == 2000
    deep: Any = [1.0]
    for _ in range(10_000):
        deep = [deep]
    assert tree.leaves(sg.zero(deep)) == [0.0]


def test_a_list_of_a_hundred_thousand_is_no_accident() -> None:
    x = list(np.linspace(0.0, 1.0, 100_000))

    assert sum(sg.add(sg.one(x), sg.zero(x))) == 100_000.0
    assert sg.grad_bp(lambda x: x[-1] * x[0] + x[7], x)[7] == 1.0


def test_a_cycle_is_refused_with_the_path_that_closes_it() -> None:
    @dataclass
    class Node:
        value: float
        next: Any = None

    node = Node(1.0, {"back": [2.0]})
    node.next["back"].append(node.next)

    for function in (sg.zero, sg.one, tree.leaves, lambda s: sg.add(s, s)):
        with pytest.raises(CycleError, match=r": \.next\['back'\]\[1\] is \.next\."):
            function(node)
    with pytest.raises(CycleError, match=r"\.next\['back'\]\[1\] is .*\.next\."):
        sg.grad_bp(lambda n: n.value, node)


@pytest.mark.feature(59)
def test_the_same_object_in_two_places_is_two_leaves_and_one_variable_used_twice_is_one() -> None:
    def loss(line: Line) -> sg.Scalar:
        return 2.0 * line.start.x + 5.0 * line.end.y

    p = Point(1.0, 1.0)
    nested = [p, p]

    assert len(tree.leaves([nested, nested, [nested]])) == 12
    assert sg.grad_bp(loss)(Line(p, p)) == Line(Point(2.0, 0.0), Point(0.0, 5.0))
    assert sg.grad_bp(lambda x: loss(Line(Point(x, x), Point(x, x))), 1.0) == 7.0
    assert sg.grad_bp(lambda p: loss(Line(p, p)), p) == Point(2.0, 5.0)


@pytest.mark.feature(57)
def test_a_gradient_within_a_gradient_goes_through_the_struct() -> None:
    def loss(line: Line) -> sg.Scalar:
        return line.start.x**3 * line.end.y**2 + np.sin(line.start.y)

    def slope(line: Line) -> sg.Scalar:
        inner = sg.grad_bp(loss)(line)
        assert type(inner) is Line
        return inner.start.x * inner.end.y

    line = Line(Point(1.5, 0.3), Point(0.2, -0.7))

    check_gradient(slope, line)
    check_gradient(loss, line, order=2)


def test_flatten_and_build_are_inverse_and_keep_the_order_of_the_fields() -> None:
    struct = {"b": [1.0, (2.0, None)], "a": Line(Point(3.0, 4.0), Point(5.0, 6.0)), "empty": []}

    leaves, nodes = flatten(struct)

    assert leaves == [1.0, 2.0, None, 3.0, 4.0, 5.0, 6.0]
    assert build(nodes, leaves) == struct
    assert leaf_paths(struct) == [
        "['b'][0]",
        "['b'][1][0]",
        "['b'][1][1]",
        "['a'].start.x",
        "['a'].start.y",
        "['a'].end.x",
        "['a'].end.y",
    ]


def test_many_leaves_of_one_container_are_found_among_containers_too() -> None:
    objects = np.empty(2, dtype=object)
    objects[:] = [[1.0, 2.0], 3.0]
    struct = [np.ones(2), objects, *range(10), {"a": 1.0}]

    leaves, nodes = flatten(struct)

    assert len(leaves) == 1 + 3 + 10 + 1
    assert repr(build(nodes, leaves)) == repr(struct)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (["x"], "the whole is a dict in one struct and a list in the other"),
        ({"a": [1.0]}, "the whole has 2 parts in one struct and 1 in the other (['b'])"),
        ({"b": 1.0, "a": [1.0]}, "the whole has its parts in another order"),
        ({"a": (1.0,), "b": 1.0}, "['a'] is a list in one struct and a tuple in the other"),
        ({"a": 1.0, "b": 1.0}, "['a'] is a list in one struct and a float in the other"),
        ({"a": [1.0, 2.0], "b": 1.0}, "['a'] has 1 parts in one struct and 2 in the other (['a'][1])"),
    ],
)
def test_the_first_difference_of_two_structures_is_named(other: Any, says: str) -> None:
    with pytest.raises(StructMismatchError) as error:
        map_leaves(lambda a, b: a, {"a": [1.0], "b": 1.0}, other)

    assert says in str(error.value)


def test_a_walk_calls_no_constructor() -> None:
    calls: list[int] = []

    @dataclass
    class Counted:
        x: float
        seen: int = field(default=0)

        def __post_init__(self) -> None:
            calls.append(1)

    struct = [Counted(1.0), Counted(2.0)]
    calls.clear()

    assert map_leaves(lambda v: v * 2, struct)[1].x == 4.0
    assert calls == []
    assert replace(struct[0], x=3.0).x == 3.0

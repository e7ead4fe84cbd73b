"""extend.container: a class of one's own becomes a container."""

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.errors import StructMismatchError, UnknownLeafError
from structgrad.extend import container


@container
class Layer:
    act: sg.Static[Any]
    rate: sg.Static[float]

    def __init__(self, w: Any, b: Any) -> None:
        self.w = w
        self.b = b
        self.act = np.tanh
        self.rate = 0.5

    @functools.cached_property
    def norm(self) -> Any:
        return np.sum(self.w**2)


@pytest.mark.feature(35)
def test_attributes_of_an_opened_class_are_fields() -> None:
    layer = Layer(np.array([1.0, 2.0]), 3.0)

    grad = sg.grad_bp(lambda s: np.sum(s.w) * s.b * s.rate, layer)

    np.testing.assert_array_equal(grad.w, [1.5, 1.5])
    assert (type(grad), grad.b, grad.act, grad.rate) == (Layer, 1.5, np.tanh, 0.5)
    assert list(tree.paths(layer)) == [".w", ".b"]


def test_cached_properties_are_computed_anew() -> None:
    layer = Layer(np.array([1.0, 2.0]), 3.0)
    assert layer.norm == 5.0  # now it is cached

    grad = sg.grad_bp(lambda s: s.norm, layer)

    np.testing.assert_array_equal(grad.w, [2.0, 4.0])
    assert vars(layer)["norm"] == 5.0


@pytest.mark.feature(35)
def test_slots_private_names_and_subclasses_are_opened_too() -> None:
    @container
    class Slotted:
        __slots__ = ("__hidden", "unset", "x")

        def __init__(self) -> None:
            self.x = 2.0
            self.__hidden = 3.0

        def product(self) -> float:
            return self.x * self.__hidden

    class Child(Slotted):
        def __init__(self) -> None:
            super().__init__()
            self.y = 5.0

    grad = sg.grad_bp(lambda s: s.product() * s.y, Child())

    assert (type(grad), grad.x, grad.product(), grad.y) == (Child, 15.0, 150.0, 6.0)
    assert not hasattr(grad, "unset")


def test_a_class_of_somebody_else_is_opened_by_a_call() -> None:
    class Theirs:
        def __init__(self) -> None:
            self.x = 2.0

    with pytest.raises(UnknownLeafError):
        sg.zero(Theirs())
    container(Theirs)

    assert sg.zero(Theirs()).x == 0.0


def test_an_opened_dataclass_keeps_what_is_no_field() -> None:
    @container
    @dataclass
    class Line:
        slope: float

        def __post_init__(self) -> None:
            self.offset = 1.0

    grad = sg.grad_bp(lambda s: s.slope * s.offset, Line(3.0))

    assert (grad.slope, grad.offset) == (1.0, 3.0)


def test_objects_with_other_attributes_do_not_match() -> None:
    left, right = Layer(1.0, 2.0), Layer(1.0, 2.0)
    del right.b
    right.c = 2.0  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # that is the point

    with pytest.raises(StructMismatchError, match=r"\.b"):
        sg.add(left, right)
    with pytest.raises(StructMismatchError, match=r"\.b"):
        tree.map(lambda a, b: a, left, right)


@pytest.mark.feature(31)
def test_registering_a_class_counts_from_then_on() -> None:
    @dataclass
    class Metres:
        x: float

    assert sg.grad_bp(lambda m: m.x, Metres(2.0)) == Metres(1.0)
    sg.register_backprop(
        Metres, zero=lambda m: Metres(0.0), add=lambda a, b: Metres(a.x + b.x), one=lambda m: Metres(1.0)
    )

    assert tree.leaves([Metres(2.0), Fraction(1)]) == [Metres(2.0), Fraction(1)]

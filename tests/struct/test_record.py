"""Dataclasses and attrs classes in every form; nothing of the user runs when one is rebuilt."""

import functools
from dataclasses import InitVar, dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import attrs
import numpy as np
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.errors import StructMismatchError

T = TypeVar("T")


@pytest.mark.feature(33)
def test_fields_in_every_form_are_rebuilt() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Layer:
        w: sg.Array
        b: float = 2.0
        names: list[str] = field(default_factory=list)
        size: int = field(init=False, default=2)
        count: ClassVar[float] = 1.0

    layer = Layer(w=np.ones(2))

    grad = sg.grad_bp(lambda layer: np.sum(layer.w) * layer.b * layer.size, layer)

    assert repr(grad) == repr(Layer(w=np.array([4.0, 4.0]), b=4.0)).replace("size=2", "size=0")


@pytest.mark.feature(33)
def test_inherited_and_generic_dataclasses_keep_their_class() -> None:
    @dataclass
    class Pair(Generic[T]):
        first: T
        second: T

    @dataclass
    class Triple(Pair[T]):
        third: T

    grad = sg.grad_bp(lambda t: t.first * t.second * t.third, Triple(2.0, 3.0, 5.0))

    assert grad == Triple(15.0, 10.0, 6.0)


@pytest.mark.feature(33)
def test_slots_and_a_dict_may_be_mixed_by_inheritance() -> None:
    @dataclass(slots=True)
    class Slotted:
        x: float

    @dataclass
    class Mixed(Slotted):
        y: float

    assert sg.grad_bp(lambda m: m.x * m.y, Mixed(2.0, 3.0)) == Mixed(3.0, 2.0)


@pytest.mark.feature(33)
def test_neither_init_nor_post_init_nor_new_nor_setattr_runs() -> None:
    runs: list[str] = []

    @dataclass
    class Strict:
        x: float
        scale: InitVar[float] = 1.0
        y: float = field(init=False)

        def __post_init__(self, scale: float) -> None:
            runs.append("post_init")
            self.y = float(self.x) * scale  # float() of a traced value would raise

        def __new__(cls, *args: Any, **kwargs: Any) -> "Strict":
            runs.append("new")
            return super().__new__(cls)

        def __setattr__(self, name: str, value: Any) -> None:
            runs.append(name)
            super().__setattr__(name, value)

    strict = Strict(2.0, 3.0)
    runs.clear()

    grad = sg.grad_bp(lambda s: s.x * s.y, strict)

    assert (grad.x, grad.y, runs) == (6.0, 2.0, [])


@pytest.mark.feature(33)
def test_fields_never_set_stay_unset() -> None:
    @dataclass
    class Late:
        x: float
        cache: float = field(init=False)

    grad = sg.grad_bp(lambda s: s.x * 2.0, Late(3.0))

    assert grad.x == 2.0
    assert not hasattr(grad, "cache")


def test_two_records_with_other_fields_set_do_not_match() -> None:
    @dataclass
    class Either:
        x: float = field(init=False)
        y: float = field(init=False)

    left, right = Either(), Either()
    left.x, right.y = 1.0, 2.0

    with pytest.raises(StructMismatchError):
        tree.map(lambda a, b: a + b, left, right)
    with pytest.raises(StructMismatchError):
        sg.add(left, right)


def test_what_is_derived_from_fields_is_not_carried_along_stale() -> None:
    @dataclass
    class Circle:
        radius: float

        @functools.cached_property
        def area(self) -> float:
            return np.pi * self.radius**2

    circle = Circle(2.0)
    assert circle.area == np.pi * 4.0  # now it is cached

    assert sg.grad_bp(lambda c: c.area, circle).radius == np.pi * 4.0


@pytest.mark.feature(34)
def test_neither_converters_nor_validators_nor_hooks_of_attrs_run() -> None:
    runs: list[str] = []

    def noted(*args: Any) -> float:
        runs.append("ran")
        return float(args[-1])

    @attrs.define
    class Layer:
        w: float = attrs.field(converter=noted, validator=noted, on_setattr=noted)
        b: float = attrs.field(init=False, default=5.0)

        def __attrs_post_init__(self) -> None:
            runs.append("post_init")

    layer = Layer(2.0)
    runs.clear()

    grad = sg.grad_bp(lambda layer: layer.w * layer.b, layer)

    assert (grad.w, grad.b, runs) == (5.0, 2.0, [])


@pytest.mark.feature(34)
@pytest.mark.parametrize(
    "options", [{"frozen": True}, {"slots": False}, {"kw_only": True}, {"frozen": True, "slots": False}]
)
def test_attrs_classes_in_every_form_keep_their_class(options: dict[str, Any]) -> None:
    cls = attrs.make_class("Layer", ["w", "b"], **options)
    layer = cls(w=2.0, b=3.0)

    assert sg.grad_bp(lambda layer: layer.w * layer.b, layer) == cls(w=3.0, b=2.0)


@pytest.mark.feature(34)
def test_inherited_attrs_classes_with_private_names_are_rebuilt() -> None:
    @attrs.define
    class Base:
        _w: float

    @attrs.frozen  # pyright: ignore[reportGeneralTypeIssues]  # attrs lets it
    class Child(Base):
        b: float

    assert sg.grad_bp(lambda c: c._w * c.b, Child(2.0, 3.0)) == Child(3.0, 2.0)


def test_a_dataclass_of_one_or_no_field_is_rebuilt() -> None:
    @dataclass
    class One:
        x: float

    @dataclass
    class Nothing:
        pass

    assert sg.grad_bp(lambda s: s[0].x * 3.0, (One(2.0), Nothing())) == (One(3.0), Nothing())

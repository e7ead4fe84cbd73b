"""Static[T]: carried along, never differentiated, in whatever form it is written."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, NamedTuple, Optional

import attrs
import pytest

import structgrad as sg
from structgrad import Static, tree


@dataclass(frozen=True)
class Settings:
    rate: float


@dataclass
class Data:
    x: float
    plain: Static[float] = 2.0
    dotted: sg.Static[float] = 2.0
    final: Final[Static[float]] = 2.0
    optional: Static[float] | None = 2.0
    optional_inside: Static[float | None] = 2.0
    old_optional: Optional[Static[float]] = 2.0  # noqa: UP045  # one of the forms people write
    more: Annotated[Static[float], "unit"] = 2.0
    struct: Static[Settings] = Settings(2.0)
    parameters: Annotated[float, "unit"] = 2.0
    several: Static[float] | list[float] = 2.0


@dataclass(slots=True)
class Slots:
    x: float
    rate: Static[float] = 2.0


@dataclass
class Child(Slots):
    y: float = 5.0


@attrs.frozen
class Attrs:
    x: float
    rate: Static[float] = 2.0


class Named(NamedTuple):
    rate: Static[float]
    x: float
    last: Static[float] = 2.0


@pytest.mark.feature(47, 70)
def test_every_form_marks_its_field() -> None:
    assert list(tree.paths(Data(1.0))) == [".x", ".parameters", ".several"]


@pytest.mark.feature(47, 70)
@pytest.mark.parametrize("struct", [Slots(3.0), Child(3.0), Attrs(3.0), Named(2.0, 3.0)])
def test_a_static_field_is_carried_whatever_the_class(struct: Any) -> None:
    grad = sg.grad_bp(lambda s: s.x * s.x * s.rate, struct)

    assert type(grad) is type(struct)
    assert (grad.x, grad.rate) == (12.0, 2.0)
    assert ".rate" not in tree.paths(struct)


def test_a_static_field_is_neither_added_nor_compared() -> None:
    assert sg.add(Slots(1.0, rate=2.0), Slots(1.0, rate=7.0)) == Slots(2.0, rate=2.0)
    assert sg.zero(Data(1.0)).struct == Settings(2.0)


def test_a_static_field_holds_what_structgrad_does_not_know() -> None:
    @dataclass
    class Holder:
        x: float
        thing: Static[object]

    thing = object()

    assert sg.grad_bp(lambda s: s.x, Holder(1.0, thing)).thing is thing


def test_a_static_field_never_set_stays_unset() -> None:
    slots = Slots(1.0)
    del slots.rate

    assert not hasattr(sg.zero(slots), "rate")

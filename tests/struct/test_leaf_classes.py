"""Classes of one's own as leaves: by the protocol, by registration, or by one field."""

from dataclasses import dataclass
from typing import Any

import pytest

import structgrad as sg
from structgrad.errors import UnknownLeafError
from structgrad.testing import check_gradient, check_laws


class Money:
    """A class that brings the protocol."""

    def __init__(self, cents: float) -> None:
        self.cents = cents

    def zero(self) -> "Money":
        return Money(0.0)

    def one(self) -> "Money":
        return Money(1.0)

    def add(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __mul__(self, other: "Money") -> "Money":
        return Money(self.cents * other.cents)


@dataclass
class Sums:
    """A dataclass that brings the protocol: it is what it says, and is not taken apart."""

    total: float

    def zero(self) -> "Sums":
        return Sums(0.0)

    def one(self) -> "Sums":
        return Sums(1.0)

    def add(self, other: "Sums") -> "Sums":
        return Sums(self.total + other.total)


@pytest.mark.feature(52, 56)
def test_a_class_with_the_protocol_is_differentiated_through_its_own_operators() -> None:
    assert isinstance(Money(1.0), sg.Backprop)

    def cube(struct: dict[str, Any]) -> Any:
        return struct["m"] * struct["m"] * struct["m"]

    grad = sg.grad_bp(cube, {"m": Money(3.0), "n": 2})

    assert type(grad["m"]) is Money
    assert grad["m"].cents == 27.0


@pytest.mark.feature(31, 56)
def test_the_protocol_goes_before_the_fields() -> None:
    assert sg.tree.leaves([Sums(2.0)]) == [Sums(2.0)]
    assert sg.add({"a": Sums(1.0)}, {"a": Sums(2.0)}) == {"a": Sums(3.0)}
    check_laws(Sums(1.0), Sums(2.0))
    check_laws(Money(1.0), Money(2.0))


@pytest.mark.feature(31, 52)
def test_a_registered_class_is_a_leaf_in_every_way() -> None:
    class Degrees:
        def __init__(self, value: float) -> None:
            self.value = value

        def __mul__(self, other: "Degrees") -> "Degrees":
            return Degrees(self.value * other.value)

    def product(struct: dict[str, Any]) -> Any:
        return struct["a"] * struct["a"] * struct["b"][0]

    struct: dict[str, Any] = {"a": Degrees(3.0), "b": [Degrees(5.0)], "unused": Degrees(7.0)}
    with pytest.raises(UnknownLeafError, match="Degrees"):
        sg.grad_bp(product, struct)
    sg.register_backprop(
        Degrees,
        zero=lambda x: Degrees(0.0),
        add=lambda x, y: Degrees(x.value + y.value),
        one=lambda x: Degrees(1.0),
    )

    value: Any
    value, grad = sg.backprop(product, struct)

    assert value.value == 45.0
    assert [grad["a"].value, grad["b"][0].value, grad["unused"].value] == [30.0, 9.0, 0.0]
    check_laws(Degrees(1.0), Degrees(2.5))


@pytest.mark.feature(51)
def test_a_wrapper_of_one_field_wraps_its_gradient() -> None:
    @dataclass(frozen=True)
    class Metres:
        value: float

    assert sg.grad_bp(lambda d: d.value**2, Metres(3.0)) == Metres(6.0)
    check_gradient(lambda d: Metres(d.value**3), Metres(2.0))

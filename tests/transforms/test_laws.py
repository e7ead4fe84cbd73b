"""check_laws: every law can be broken, and is then named."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from structgrad.errors import GradientCheckError, StructMismatchError
from structgrad.struct import space
from structgrad.testing import check_laws, structs, structs_like
from structgrad.transforms import laws


def shortest(x: list[float], y: list[float]) -> list[float]:
    """Addition that stops with the shorter list."""
    return [a + b for a, b in zip(x, y, strict=False)]


def longer_lost(x: list[float], y: list[float]) -> list[float]:
    """Addition that pads, and leaves out what the first has more than the second."""
    return [*shortest(x, y), *y[len(x) :]]


def in_place(x: list[float], y: list[float]) -> list[float]:
    """Addition that writes into its first operand."""
    x[:] = space.add(x, y)
    return x


@pytest.mark.feature(32)
@pytest.mark.parametrize(
    ("faulty", "law"),
    [
        ({"add": shortest}, "add loses nothing"),
        ({"add": longer_lost}, "add is commutative"),
        ({"add": lambda x, y: [a - b for a, b in zip(x, y, strict=True)]}, "add(zero(x), x) == x"),
        ({"add": lambda x, y: [max(a, b, 0.0) for a, b in zip(x, y, strict=True)]}, "add(x, zero(x)) == x"),
        ({"add": in_place}, "changed an operand"),
        ({"add": lambda x, y: tuple(space.add(x, y))}, "add keeps the class"),
        ({"zero": lambda x: x}, "add(x, zero(x)) == x"),
        ({"zero": lambda x: tuple(x)}, "zero keeps the class"),
        ({"one": lambda x: [0.0] * len(x)}, "one is ones"),
        ({"one": lambda x: [1.0]}, "zero(one(x)) == zero(x)"),
        ({"one": lambda x: [2.0 * a for a in x]}, "one(one(x)) == one(x)"),
        ({"one": lambda x: (1.0,) * len(x)}, "one keeps the class"),
    ],
)
def test_a_broken_law_is_named(faulty: dict[str, Callable[..., Any]], law: str) -> None:
    samples = [[1.0, 2.0, -3.0], [4.0, -5.0, 6.0]]
    if faulty.get("add") in (shortest, longer_lost):
        samples.append([7.0])

    with pytest.raises(GradientCheckError) as error:
        check_laws(*samples, **faulty)

    assert law in str(error.value)


@pytest.mark.feature(32)
def test_an_addition_that_loses_what_lies_deep_is_found() -> None:
    with pytest.raises(GradientCheckError, match=r"add loses nothing: 2\.0 is not 3\.0"):
        check_laws([[1.0, 2.0]], [[3.0]], add=lambda x, y: [shortest(x[0], y[0])])


def test_addition_that_is_not_associative_is_found() -> None:
    with pytest.raises(GradientCheckError, match="add is associative"):
        check_laws(
            1.0, 2.0, -4.0, add=lambda x, y: x + y if 0.0 in (x, y) else x + y + 0.5 * (x - y) ** 2 * (x * y > 0)
        )


def test_refusing_one_way_only_is_found() -> None:
    def add(x: Any, y: Any) -> Any:
        if len(x) > len(y):
            raise StructMismatchError("too long")
        return space.add(x, y)

    with pytest.raises(GradientCheckError, match=r"add is commutative: .*refused"):
        check_laws([1.0], [1.0, 2.0], add=add)


def test_one_must_be_the_gradient_of_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "grad_bp", lambda f, x: 2.0 * f(x))

    with pytest.raises(GradientCheckError, match=r"one\(x\) == grad_bp\(identity\)\(x\): 1.0 is not 6.0"):
        check_laws(3.0)


class Vector:
    """A leaf of one's own, of any length, with no == of its own."""

    def __init__(self, *items: float) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def zero(self) -> "Vector":
        return Vector(*(0.0 for _ in self.items))

    def one(self) -> "Vector":
        return Vector(*(1.0 for _ in self.items))

    def add(self, other: "Vector") -> "Vector":
        return Vector(*space.add(list(self.items), list(other.items)))


class Truncating(Vector):
    """The same with an addition that stops with the shorter one."""

    def zero(self) -> "Truncating":
        return Truncating(*(0.0 for _ in self.items))

    def one(self) -> "Truncating":
        return Truncating(*(1.0 for _ in self.items))

    def add(self, other: Vector) -> "Truncating":
        return Truncating(*shortest(list(self.items), list(other.items)))


@pytest.mark.feature(32)
def test_classes_of_ones_own_are_checked_by_their_attributes() -> None:
    check_laws(Vector(1.0, 2.0), Vector(3.0), Vector(0.1, 0.2, 0.3))
    with pytest.raises(GradientCheckError, match="add loses nothing"):
        check_laws(Truncating(1.0, 2.0), Truncating(3.0))


@pytest.mark.feature(32)
@pytest.mark.parametrize(
    "samples",
    [
        (0.1, 0.7, -1e9),
        (0.1 + 2.0j, -3.0j),
        (np.float32(0.1), np.float32(0.3), np.float32(7.7)),
        (Fraction(1, 3), Fraction(2, 7), Fraction(-5)),
        (Decimal("0.1"), Decimal("2.3e5"), Decimal("1e-20")),
        (3, -4, 10**30),
        (True, False),
        (None, 1.0),
        ("a", "b", None),
        (np.eye(2), np.full((2, 2), 0.1), np.ones(2)),
        ([0.1, 0.2], [0.3], [], [0.4, 0.5, 0.6]),
        ({"a": 0.1}, {"b": 0.2, "a": 0.3}, {}, {"c": [0.1]}),
        ((1.0, 2.0), (3.0,)),
        ([1.0], (1.0,), {"a": 1.0}, "x", None),
    ],
)
def test_what_structgrad_ships_obeys_the_laws(samples: tuple[Any, ...]) -> None:
    check_laws(*samples)


@pytest.mark.feature(32, 175)
@settings(max_examples=10)
@given(st.data())
def test_random_structs_obey_the_laws(data: Any) -> None:
    x = data.draw(structs(max_leaves=5))

    check_laws(x, data.draw(structs_like(x)))


def test_no_samples_are_refused() -> None:
    with pytest.raises(TypeError):
        check_laws()

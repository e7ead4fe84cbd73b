"""Lenses of the user's own."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from structgrad.struct.optics import Lens, lens, traversal


class Polar(NamedTuple):
    r: float
    turns: float


@dataclass
class DoubleInt:
    high: int
    low: int


@dataclass
class Parts:
    a: int
    b: int
    c: float


@pytest.mark.feature(91)
def test_a_pair_of_functions_is_a_lens() -> None:
    degrees = Lens.of(lambda p: p.turns * 360.0, lambda p, d: Polar(p.r, d / 360.0))

    assert 90.0 == degrees.get(Polar(2.0, 0.25))
    assert Polar(2.0, 0.5) == degrees.set(Polar(2.0, 0.25), 180.0)
    assert Polar(2.0, 0.5) == degrees.over(Polar(2.0, 0.25), lambda d: 2.0 * d)


@pytest.mark.feature(91)
def test_a_lens_of_ones_own_composes_on_both_sides() -> None:
    def turned(p: Polar) -> list[float]:
        return [p.turns, p.r]

    def turned_back(p: Polar, parts: list[float]) -> Polar:
        return Polar(parts[1], parts[0])

    rs = traversal(dict, lambda d: d).each() >> Lens.of(turned, turned_back) >> lens(list)[1]
    struct = {"p": Polar(1.0, 2.0), "q": Polar(3.0, 4.0)}

    assert [1.0, 3.0] == rs.to_list(struct)
    assert {"p": Polar(0.0, 2.0), "q": Polar(0.0, 4.0)} == rs.set(struct, 0.0)


@pytest.mark.feature(97)
def test_an_isomorphism_of_two_parts_is_a_lens() -> None:
    def there(parts: tuple[int, int]) -> DoubleInt:
        return DoubleInt(*parts)

    def back(double: DoubleInt) -> tuple[int, int]:
        return double.high, double.low

    double = lens(Parts, lambda p: (p.b, p.a)) >> Lens.iso(there, back)
    parts = Parts(1, 2, 3.0)

    assert DoubleInt(2, 1) == double.get(parts)
    assert Parts(8, 7, 3.0) == double.set(parts, DoubleInt(7, 8))
    assert Parts(1, 7, 3.0) == (double >> lens(DoubleInt).high).set(parts, 7)


@pytest.mark.feature(97)
def test_an_isomorphism_of_three_parts_is_a_lens() -> None:
    def listed(parts: tuple[int, int, float]) -> list[float]:
        return list(parts)

    def unlisted(xs: list[float]) -> tuple[int, int, float]:
        return int(xs[0]), int(xs[1]), xs[2]

    total = lens(Parts, lambda p: (p.a, p.b, p.c)) >> Lens.iso(listed, unlisted)

    assert Parts(2, 3, 4.0) == total.over(Parts(1, 2, 3.0), lambda xs: [x + 1 for x in xs])


def test_lenses_of_the_same_functions_are_equal() -> None:
    def get(s: Any) -> Any:
        return s

    assert Lens.of(get, max) == Lens.of(get, max)
    assert Lens.iso(get, get) == Lens.iso(get, get)
    assert Lens.of(get, max) != Lens.of(get, min)

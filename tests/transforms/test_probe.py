"""What checks ask with: random cotangents, directions, and an inner product of real and imaginary parts."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import UnknownLeafError
from structgrad.transforms.probe import directions, doubled, inner, random_cotangent

RNG = np.random.default_rng(1)
VALUE = {"x": 1.0, "z": np.ones((2, 3), complex), "n": 3, "q": Fraction(1, 3), "s": np.ones(1, np.float32), "f": len}


def test_a_random_cotangent_is_shaped_like_its_value_and_nowhere_small_or_one() -> None:
    cotangent = random_cotangent(VALUE, RNG)

    assert repr(sg.zero(cotangent)) == repr(sg.zero(VALUE))
    for name in ("x", "z", "q", "s"):
        parts: Any = np.asarray(cotangent[name], dtype=complex)
        assert np.all(np.abs(parts.real) > 0.4)
        assert not np.any(np.abs(parts.real) == 1.0)
    assert np.all(np.abs(cotangent["z"].imag) > 0.4)
    assert (cotangent["n"], cotangent["f"]) == (0, len)


def test_doubling_leaves_alone_what_has_no_slope() -> None:
    twice = doubled({"x": 1.5, "n": 3, "f": len})

    assert twice == {"x": 3.0, "n": 3, "f": len}


def test_the_inner_product_is_that_of_real_and_imaginary_parts() -> None:
    assert inner({"z": 1.0 + 2.0j, "n": 5, "x": 2.0}, {"z": 3.0 - 4.0j, "n": 7, "x": 10.0}) == 3.0 - 8.0 + 20.0
    with pytest.raises(ValueError, match="changes its shape"):
        inner(np.ones(2), np.ones(3))


def test_few_numbers_are_asked_one_by_one_and_many_in_random_directions() -> None:
    few = list(directions(np.ones((2, 2)), RNG))
    assert [where for where, _ in few] == ["[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]"]
    assert [float(np.sum(direction)) for _, direction in few] == [1.0] * 4

    assert [where for where, _ in directions(1.0j, RNG)] == ["", " (imaginary part)"]

    many = list(directions(np.ones(51), RNG))
    assert len(many) == 3
    assert all(np.all(np.abs(direction) > 0.4) for _, direction in many)


def test_a_leaf_known_by_its_protocol_alone_has_no_random_cotangent() -> None:
    class Money:
        def zero(self) -> Any:
            return self

        def add(self, other: Any) -> Any:
            return self

        def one(self) -> Any:
            return self

    with pytest.raises(UnknownLeafError, match="Money"):
        random_cotangent([Money()], RNG)

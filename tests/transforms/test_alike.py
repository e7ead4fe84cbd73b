"""Structs are equal as a check means it: classes, shapes, dtypes, and numbers but for rounding."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from structgrad.transforms.alike import alike


class Money:
    """A class without ==."""

    def __init__(self, cents: Any) -> None:
        self.cents = cents


SAME: list[tuple[Any, Any, float]] = [
    ({"a": 1.0, "b": [2.0]}, {"b": [2.0], "a": 1.0}, 0.0),
    (np.array([1.0, np.nan]), np.array([1.0, np.nan]), 0.0),
    (0.1 + 0.2 + 0.3, 0.1 + (0.2 + 0.3), 1.0),
    (np.float32(1.0), np.float32(1.0) + np.float32(1e-7), 1.0),
    (Decimal(1) / 3 * 3, Decimal(1), 1.0),
    (Fraction(1, 3), Fraction(2, 6), 0.0),
    (Money([1.0]), Money([1.0]), 0.0),
    (Money(Money(0.1 + 0.2)), Money(Money(0.3)), 1.0),
    (np.array(["a"]), np.array(["a"]), 0.0),
]
OTHER: list[tuple[Any, Any, float]] = [
    (1.0, 1, 1.0),
    (1.0, np.float64(1.0), 1.0),
    (1.0, 1.0 + 1e-12, 1.0),
    (0.1 + 0.2, 0.3, 0.0),
    ([1.0], (1.0,), 1.0),
    ([1.0], [1.0, 0.0], 1.0),
    ({"a": 1.0}, {"b": 1.0}, 1.0),
    (np.ones(2), np.ones(2, np.float32), 1.0),
    (np.ones(2), np.ones((1, 2)), 1.0),
    (np.ones(2, int), np.array([1, 2]), 1.0),
    (Decimal(1), Decimal("1.0000000000000000001"), 1.0),
    (Fraction(1, 3), Fraction(1, 4), 1.0),
    (Money(1.0), Money(2.0), 1.0),
    (Money(1.0), Money([1.0]), 1.0),
    (3, 4, 1.0),
    ("a", "b", 1.0),
    (float, int, 1.0),
    (np.sin, np.cos, 1.0),
]


@pytest.mark.parametrize(("x", "y", "size"), SAME)
def test_equal_structs_are_alike(x: Any, y: Any, size: float) -> None:
    assert alike(x, y, size)


@pytest.mark.parametrize(("x", "y", "size"), OTHER)
def test_what_differs_is_seen(x: Any, y: Any, size: float) -> None:
    assert not alike(x, y, size)
    assert not alike([x], [y], size)

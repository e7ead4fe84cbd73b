"""Fingerprints: equal for the same numbers up to rounding, different for others."""

from typing import Any

import numpy as np
import pytest

from structgrad.transforms.fingerprint import fingerprint, matches

RNG = np.random.default_rng(0)
VALUES = [
    RNG.normal(size=50),
    RNG.normal(size=(5, 7)).T,
    RNG.normal(size=9).astype(np.float32),
    RNG.normal(size=4) + 1j * RNG.normal(size=4),
    np.arange(6),
    np.array([True, False, True]),
    2.5,
    np.float32(1.5),
    1 + 2j,
    np.zeros((0, 3)),
    np.array([np.inf, 1.0]),
    np.array([np.nan, 1.0]),
    np.array(["a", "b"]),
    "text",
    None,
    7,
]


@pytest.mark.parametrize("x", VALUES, ids=repr)
def test_a_value_matches_its_own_fingerprint(x: Any) -> None:
    assert matches(x, fingerprint(x))
    assert matches(x, fingerprint(x, numbers=False))


@pytest.mark.parametrize("x", VALUES[:4])
def test_other_numbers_another_order_shape_or_dtype_do_not_match(x: Any) -> None:
    seen = fingerprint(x)
    changed = x.copy()
    changed.flat[0] += np.abs(x).sum() * 1e-2

    assert not matches(changed, seen)
    assert not matches(x[::-1], seen)
    assert not matches(x[None], seen)
    assert not matches(x.astype(np.complex64), seen)
    assert not matches(None, seen)
    assert matches(changed, fingerprint(x, numbers=False))
    assert not matches(x[None], fingerprint(x, numbers=False))


def test_whole_numbers_match_exactly_and_floats_up_to_rounding() -> None:
    x = RNG.normal(size=1000)

    assert not matches(np.array([1, 2, 10**15 + 1]), fingerprint(np.array([1, 2, 10**15])))
    assert matches(x * (1.0 + 1e-12), fingerprint(x))
    assert not matches(x * (1.0 + 1e-6), fingerprint(x))


def test_the_class_of_what_is_no_number_counts() -> None:
    assert not matches("text", fingerprint(None))
    assert matches("another text", fingerprint("text"))  # only that: texts are not numbers

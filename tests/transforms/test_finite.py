"""Numbers that are not finite, found in values and in cotangents of every form."""

from typing import Any

import numpy as np
import pytest

from structgrad.tape.pieces import Parts, Scatter
from structgrad.transforms.finite import first_of, has_nan, wild_part

NAN, INF = float("nan"), float("inf")


def scattered(rest: Any) -> Scatter:
    whole = Scatter(0, 1.0)
    whole.rest = rest
    return whole


@pytest.mark.parametrize("x", [1.0, np.ones(3), np.arange(3), "nan", None, [np.ones(2), 3], Scatter(0, 1.0), 1 + 2j])
def test_what_is_finite_or_no_number_has_no_wild_part(x: Any) -> None:
    assert wild_part(x) is None
    assert not has_nan(x)


@pytest.mark.parametrize(
    "x",
    [
        INF,
        np.float32(NAN),
        np.array([1.0, -INF]),
        np.array(NAN),
        complex(0.0, NAN),
        [np.ones(2), (NAN,)],
        Scatter(1, np.array([INF])),
        scattered(np.array([INF, 0.0])),
        Parts(NAN, 0, []),
    ],
)
def test_one_that_is_not_finite_is_found(x: Any) -> None:
    assert not np.all(np.isfinite(wild_part(x)))


def test_the_first_one_is_named_by_its_index() -> None:
    x = np.array([[1.0, 2.0], [INF, NAN]])

    assert first_of(x) == (INF, (1, 0))
    assert first_of(x, nan=True)[1] == (1, 1)
    assert first_of(-INF) == (-INF, ())

"""reduce, accumulate, outer: the same as the functions they are."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.testing import check_gradient

X = np.random.default_rng(5).uniform(0.4, 2.0, (3, 4))
REDUCTIONS: list[tuple[str, Callable[..., Any]]] = [
    ("add", np.add.reduce),
    ("add last", lambda v: np.add.reduce(v, -1)),
    ("add all", lambda v: np.add.reduce(v, axis=None)),
    ("add pair", lambda v: np.add.reduce(v, axis=(0, 1), keepdims=True)),
    ("add from", lambda v: np.add.reduce(v, initial=2.0)),
    ("multiply", np.multiply.reduce),
    ("multiply last", lambda v: np.multiply.reduce(v, axis=1)),
    ("maximum", np.maximum.reduce),
    ("minimum", lambda v: np.minimum.reduce(v, axis=1, keepdims=True)),
    ("sums", np.add.accumulate),
    ("sums last", lambda v: np.add.accumulate(v, axis=1)),
    ("products", np.multiply.accumulate),
    ("any", lambda v: v * np.logical_or.reduce(v > 1.0)),
]


@pytest.mark.parametrize("f", [f for _, f in REDUCTIONS], ids=[name for name, _ in REDUCTIONS])
def test_reductions_run_over_the_first_axis_unless_told(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(f, X[:2, :2], order=2)
    check_gradient(f, X.astype(np.float32))


OUTER = [np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.hypot, np.arctan2]


@pytest.mark.parametrize("f", OUTER)
def test_outer_meets_every_item_with_every_item(f: np.ufunc) -> None:
    w = X[0, :2] * 1.7
    check_gradient(f.outer, X, w)
    check_gradient(f.outer, w, 0.83)
    check_gradient(f.outer, 0.83, w, order=2)
    check_gradient(lambda v: f.outer(v, [1.1, 2.1]), X)


def test_other_methods_are_refused() -> None:
    with pytest.raises(LostGradientError, match="bincount"):
        sg.vjp(lambda v: np.add.at(np.zeros(3), [1], v))(2.0)
    with pytest.raises(MissingRuleError, match=r"hypot\.reduce"):
        sg.grad_bp(lambda v: np.sum(np.hypot.reduce(v)), X)

"""Which methods of ufuncs differentiate, and how: reduce and accumulate by the functions they are, outer, at."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.rules.ufunc_methods import FLAT, SMOOTH
from structgrad.testing import check_gradient

X = np.random.default_rng(5).uniform(0.4, 2.0, (3, 4))
REDUCTIONS: list[tuple[str, Callable[..., Any]]] = [
    ("add", np.add.reduce),
    ("add last", lambda v: np.add.reduce(v, -1)),
    ("add all", lambda v: np.add.reduce(v, axis=None)),
    ("add pair", lambda v: np.add.reduce(v, axis=(0, 1), keepdims=True)),
    ("add from", lambda v: np.add.reduce(v, initial=2.0)),
    ("add wide", lambda v: np.add.reduce(v, dtype=np.float64)),
    ("multiply", np.multiply.reduce),
    ("multiply last", lambda v: np.multiply.reduce(v, axis=1)),
    ("multiply some", lambda v: np.multiply.reduce(v, where=X > 0.8)),
    ("maximum", np.maximum.reduce),
    ("maximum wide", lambda v: np.maximum.reduce(v, dtype=float)),
    ("maximum some", lambda v: np.maximum.reduce(v, axis=(0, 1), initial=0.1, where=X < 1.8)),
    ("minimum", lambda v: np.minimum.reduce(v, axis=1, keepdims=True)),
    ("sums", np.add.accumulate),
    ("sums last", lambda v: np.add.accumulate(v, axis=1)),
    ("products", np.multiply.accumulate),
    ("any", lambda v: v * np.logical_or.reduce(v > 1.0)),
]


@pytest.mark.parametrize("f", [f for _, f in REDUCTIONS], ids=[name for name, _ in REDUCTIONS])
def test_reductions_run_over_the_first_axis_unless_told(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(f, X.astype(np.float32))


@pytest.mark.parametrize("f", [np.add.reduce, np.multiply.reduce, np.add.accumulate, np.multiply.accumulate])
def test_reductions_have_a_second_order(f: Callable[..., Any]) -> None:
    check_gradient(f, X[:2, ::-2], order=2)


@pytest.mark.parametrize("f", [f for f in SMOOTH if f is not np.ldexp], ids=lambda f: f.__name__)
def test_outer_meets_every_item_with_every_item(f: np.ufunc) -> None:
    w = X[0, :2] * 1.7
    check_gradient(f.outer, X, w)
    check_gradient(f.outer, 0.83, w, order=2)
    check_gradient(lambda v: f.outer(v, [1.1, 2.1]), X)


def test_outer_of_unequal_pairs() -> None:
    check_gradient(lambda v: np.ldexp.outer(v, [1, -2]), X)
    check_gradient(lambda v: np.divmod.outer(v, np.array([0.3, 0.7]))[1], X)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # NumPy's stubs
    check_gradient(np.add.outer, X[0], 0.83)


@pytest.mark.parametrize("method", ["reduce", "accumulate"])
@pytest.mark.parametrize("f", [np.logical_and, np.logical_xor, np.floor_divide], ids=lambda f: f.__name__)
def test_methods_of_flat_ufuncs_answer_as_on_plain_values(f: np.ufunc, method: str) -> None:
    seen: list[Any] = []

    def loss(v: sg.Array) -> sg.Scalar:
        seen.append((getattr(f, method)(v, axis=1), f.outer(v, [1.0, 0.0, 2.0]), f.reduceat(v, [0, 2], axis=1)))
        return np.sum(v * v)

    with np.errstate(divide="ignore", invalid="ignore"):  # floor_divide by 0
        grad = sg.grad_bp(loss, X)
        plain = (getattr(f, method)(X, axis=1), f.outer(X, [1.0, 0.0, 2.0]), f.reduceat(X, [0, 2], axis=1))

    np.testing.assert_array_equal(grad, 2.0 * X)
    for answer, expected in zip(seen[0], plain, strict=True):
        assert type(answer) is np.ndarray
        np.testing.assert_array_equal(answer, expected)


def test_methods_of_whole_number_ufuncs_refuse_floats_in_numpys_words() -> None:
    for f in FLAT:
        if not any("d" in loop for loop in f.types):
            with pytest.raises(TypeError, match=f.__name__):
                sg.vjp(lambda v, f=f: f.reduce(v))(X)


def test_writing_by_index_without_a_rule_is_refused_with_a_way_out() -> None:
    with pytest.raises(LostGradientError, match=r"^spacing\.at on .* Write v\[i\] = w"):
        sg.vjp(lambda v: np.spacing.at(v, [1]))(X)

"""Functions without a slope answer as on plain values, and answer plainly."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.rules import zero
from structgrad.testing import check_gradient

X = np.array([[0.3, -1.7, 2.2], [1.4, 0.3, -0.6]])
FLAT: list[Callable[..., Any]] = [
    *(lambda v, f=f: f(v, 0.3) for f in zero.COMPARISONS),
    *(lambda v, f=f: f(v, X > 1) for f in (np.logical_and, np.logical_or, np.logical_xor)),
    *(np.logical_not, np.all, np.any, lambda v: v.all(axis=0), lambda v: np.any(v, axis=1, keepdims=True)),
    *(f for f in zero.TESTS if f is not np.isnat),
    *(f for f in zero.ROUNDING if f is not np.floor_divide),
    *(lambda v: v // 0.4, lambda v: 7 // v, lambda v: np.floor_divide(v, v[0]), lambda v: np.round(v, 1), np.sign),
    *(lambda v: v.round(1), lambda v: np.around(v, decimals=-1), lambda v: divmod(v, 0.4)[0], lambda v: -v // 1),
    *(np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero),
    *(lambda v: np.argmax(v, axis=1, keepdims=True), lambda v: v.argmin(axis=0), lambda v: v.argsort(axis=0)),
    *(lambda v: np.argpartition(v, 1), lambda v: np.lexsort(v), np.count_nonzero, lambda v: v.nonzero()),
    *(lambda v: np.searchsorted(v[0, :1], v[1]), lambda v: np.searchsorted([0.0, 1.0], v), lambda v: np.where(v)),
    *(lambda v: np.digitize(v, [0.0, 1.0]), lambda v: v[0].searchsorted(0.2)),
    *(np.shape, np.ndim, np.size, np.result_type, np.min_scalar_type, np.common_type, np.array_repr, np.array_str),
    *(lambda v: np.can_cast(v.dtype, "f4"), lambda v: np.may_share_memory(v, X), lambda v: np.array2string(v)),
    *(lambda v: len(v), lambda v: v.shape, lambda v: v.dtype, lambda v: str(v), lambda v: f"{v[0, 0]:.2f}"),
    *(lambda v: np.full_like(v, 2, dtype=int), np.diag_indices_from),
    *(lambda v: np.tril_indices_from(v), lambda v: np.unravel_index(np.argmax(v), v.shape), lambda v: v == v.T[0, 0]),
    *(lambda v: np.isin(v, [0.3]), lambda v: np.bincount(np.floor(v[0] + 2).astype(int))),
]


@pytest.mark.feature(73, 120)
@pytest.mark.parametrize("f", FLAT)
@pytest.mark.parametrize("levels", [1, 2])
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # NumPy 2.5 would have trunc
def test_the_answer_is_the_plain_one(f: Callable[..., Any], levels: int) -> None:
    x = X if f is not np.diag_indices_from else X[:, :2]
    seen: list[Any] = []

    def loss(v: sg.Array) -> sg.Scalar:
        seen.append(f(v))
        return np.sum(v * v)

    grad = sg.grad_bp(loss)
    if levels == 2:
        grad = sg.grad_bp(lambda v: np.sum(sg.grad_bp(loss)(v)))
    grad(x)

    expected = f(x)
    assert type(seen[-1]) is type(expected)
    np.testing.assert_equal(seen[-1], expected)


def test_a_flat_part_of_a_loss_adds_nothing_to_its_gradient() -> None:
    grad = sg.grad_bp(lambda v: np.sum(v * np.floor(v)) + np.sum(np.round(v)) + np.argmax(v), X)

    np.testing.assert_array_equal(grad, np.floor(X))


def test_a_constant_of_a_traced_shape_is_constant() -> None:
    grad = sg.grad_bp(lambda v: np.sum(v * np.ones_like(v) + np.zeros_like(v)), X)

    np.testing.assert_array_equal(grad, np.ones((2, 3)))


def test_whole_number_functions_refuse_floats_in_numpys_words() -> None:
    for f in (np.bitwise_and, np.left_shift, np.gcd):
        with pytest.raises(TypeError, match=f"ufunc '{f.__name__}'"):
            sg.vjp(lambda v, f=f: f(v, 1))(X)


@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.full_like(v, v[0, 0] * 2.0),
        lambda v: np.full_like(v, v[1]),
        lambda v: np.full_like(v, v[1], shape=(4, 3)),
        lambda v: np.full_like(v[0], v[0, 1], dtype=np.float64),
    ],
)
def test_full_like_of_a_traced_value_keeps_its_slope(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(lambda v: f(v * v), X, order=2)


def test_full_like_keeps_the_dtype_it_fills() -> None:
    x = X.astype(np.float32)

    assert sg.vjp(lambda v: np.full_like(v, np.sum(v, dtype=float)))(x)[0].dtype == np.float32
    value, pullback = sg.vjp(lambda v: np.full_like(v, v[0, 0] + 7.0, dtype=int) * v)(X)
    np.testing.assert_array_equal(value, 7 * X)
    np.testing.assert_array_equal(pullback(np.ones((2, 3))), np.full((2, 3), 7))


def test_full_like_of_a_plain_array_which_asks_nobody_is_refused() -> None:
    with pytest.raises(LostGradientError, match="like=v"):
        sg.grad_bp(lambda v: np.sum(np.full_like(X, v)), 2.0)


def test_saving_a_traced_value_is_refused() -> None:
    with pytest.raises(LostGradientError, match="Save what the function returns"):
        sg.vjp(lambda v: np.savetxt("nowhere", v))(X)

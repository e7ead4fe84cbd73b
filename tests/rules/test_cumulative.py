"""Running sums and products, and products: exact with zeros in the data, at every order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

V = np.array([0.7, -1.3, 2.1, 0.4])
M = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])
T = np.sin(1.0 + 1.7 * np.arange(24.0)).reshape(2, 3, 4)
MASK = M > -1.0
NUMBER = np.array(1.3)
ZEROS = np.array([[0.0, -1.7, 2.2, 0.0], [1.4, 0.0, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])  # two, one, none in a row

CALLS: list[tuple[str, Callable[..., Any], Any]] = [
    ("prod of all", lambda v: np.prod(v), M),
    ("prod along an axis", lambda v: np.prod(v, axis=1), M),
    ("prod along axes", lambda v: np.prod(v, axis=(-1, 0)), T),
    ("prod along no axes", lambda v: np.prod(v, axis=()), M),
    ("prod, kept", lambda v: np.prod(v, axis=-2, keepdims=True), T),
    ("prod where", lambda v: np.prod(v, axis=0, where=MASK), M),
    ("prod with initial", lambda v: np.prod(v, axis=1, initial=-2.0, where=MASK, keepdims=True), M),
    ("prod in complex", lambda v: np.prod(v, axis=1, dtype=complex), M),
    ("prod as a method", lambda v: v.prod(axis=0) * v.T.prod(), M),
    ("multiply.reduce", lambda v: np.multiply.reduce(v), M),
    ("prod of a number", lambda v: np.prod(v), 1.3),
    ("prod of a 0-d array", lambda v: np.prod(v, axis=0), NUMBER),
    ("prod in float32", lambda v: np.prod(v, axis=0), M.astype(np.float32)),
    ("prod of a view", lambda v: np.prod(v[::-1, ::2].T, axis=1), M),
    ("prod of complex numbers", lambda v: np.prod(v, axis=1), M + 1j * M[::-1]),
    ("cumprod of all", lambda v: np.cumprod(v), M[:2]),
    ("cumprod along an axis", lambda v: np.cumprod(v, axis=0), M),
    ("cumprod along the last axis", lambda v: np.cumprod(v, axis=-1), T),
    ("cumprod of a number", lambda v: np.cumprod(v), 1.3),
    ("cumprod as a method", lambda v: v.T.cumprod(1), M),
    ("cumprod in float32", lambda v: np.cumprod(v), V.astype(np.float32)),
    ("cumprod of complex numbers", lambda v: np.cumprod(v, axis=1), M + 1j * M[::-1]),
    ("multiply.accumulate", lambda v: np.multiply.accumulate(v), M),
    ("cumsum of all", lambda v: np.cumsum(v**2), M),
    ("cumsum along an axis", lambda v: np.cumsum(v**2, axis=0), M),
    ("cumsum along the last but one", lambda v: np.cumsum(v**2, axis=-2), T),
    ("cumsum of a number", lambda v: np.cumsum(v**2), 1.3),
    ("cumsum of a number, axis", lambda v: np.cumsum(v**2, axis=0), NUMBER),
    ("cumsum as a method", lambda v: v.T.cumsum(1) ** 2, M),
    ("cumsum in float32", lambda v: np.cumsum(v * v, axis=1), M.astype(np.float32)),
    ("cumsum to complex", lambda v: np.cumsum(v**2, dtype=complex), V),
    ("cumsum of complex numbers", lambda v: np.cumsum(v * v), M + 1j * M[::-1]),
    ("add.accumulate", lambda v: np.add.accumulate(v**2), M),
]
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    CALLS += [
        ("cumulative_sum", lambda v: np.cumulative_sum(v**2), V),
        ("cumulative_sum, axis", lambda v: np.cumulative_sum(v**2, axis=-1, include_initial=True), M),
        ("cumulative_prod", lambda v: np.cumulative_prod(v, include_initial=True), V),
        ("cumulative_prod, axis", lambda v: np.cumulative_prod(v, axis=0, dtype=np.float64), M),
    ]


@pytest.mark.feature(119, 132)
@pytest.mark.parametrize(("f", "x"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_running_sums_and_products_agree_with_differences(f: Callable[..., Any], x: Any) -> None:
    check_gradient(f, x, order=1 if x is T or x is NUMBER else 2)


@pytest.mark.feature(119)
@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.prod(v, axis=1),
        lambda v: np.prod(v),
        lambda v: np.prod(v, axis=0, keepdims=True),
        lambda v: np.prod(v, axis=1, where=MASK, initial=2.0),
        lambda v: np.cumprod(v, axis=1),
        lambda v: np.cumprod(v, axis=0),
        lambda v: np.cumprod(v[:2]),
    ],
)
def test_products_are_exact_with_zeros_at_order_1_and_2(f: Callable[..., Any]) -> None:
    check_gradient(f, ZEROS, order=2)
    check_gradient(f, ZEROS * (1 - 0.5j))


@pytest.mark.feature(119)
def test_third_derivatives_of_products_with_zeros() -> None:
    for f in (np.prod, np.cumprod):
        check_gradient(f, np.array([2.0, 0.0, 3.0, 0.0]), order=3)


@pytest.mark.feature(119)
@pytest.mark.parametrize(
    ("x", "expected"),
    [([2.0, 0.0, 3.0], [0.0, 6.0, 0.0]), ([0.0, 2.0, 0.0], [0.0, 0.0, 0.0]), ([5.0], [1.0]), ([0.0], [1.0]), ([], [])],
)
def test_gradient_of_a_product_in_whole_numbers(x: list[float], expected: list[float]) -> None:
    assert sg.grad_bp(np.prod, np.array(x)).tolist() == expected


def test_initial_is_differentiated() -> None:
    check_gradient(lambda v, i: np.prod(v, axis=0, initial=i), ZEROS, 1.7)
    check_gradient(lambda v, i: np.prod(v, initial=i, where=MASK), M, 0.0)


def test_products_of_large_and_small_numbers_keep_their_digits() -> None:
    x = np.array([1e-160, 1e-160, 1e160, 1e160])

    grad = sg.grad_bp(np.prod, x[[0, 2, 1, 3]])

    np.testing.assert_allclose(grad, [1e160, 1e-160, 1e160, 1e-160], rtol=1e-13)  # a few roundings
    with np.errstate(over="ignore"):  # of the last products, which are not asked for
        early = sg.grad_bp(lambda v: np.cumprod(v)[0], np.array([2.0, 1e307, 1e307]))
    assert early.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("f", [np.prod, np.cumsum, np.cumprod])
def test_empty_arrays(f: Callable[..., Any]) -> None:
    for shape in ((0,), (3, 0), (0, 2)):
        assert sg.grad_bp(lambda v: np.sum(f(v, axis=0)), np.ones(shape)).shape == shape


@pytest.mark.parametrize("f", [np.prod, np.cumsum, np.cumprod])
def test_the_gradient_of_a_number_is_a_number(f: Callable[..., Any]) -> None:
    for x in (2.0, np.float64(2.0), np.float32(2.0)):
        assert type(sg.grad_bp(lambda v: np.sum(f(v)), x)) is type(x)


@pytest.mark.parametrize("f", [np.prod, np.cumsum, np.cumprod])
def test_nested_derivatives(f: Callable[..., Any]) -> None:
    check_gradient(lambda v: sg.grad_bp(lambda w: np.sum(f(w**2) * np.sin(w)), v), V, order=2)


def test_long_products_are_linear_in_time_and_memory() -> None:
    x: sg.Array = np.full(50_000, 1.0)
    x[7] = 0.0

    grad = sg.grad_bp(lambda v: np.sum(np.cumprod(v)), x)

    assert (grad[0], grad[6], grad[7], grad[8]) == (7.0, 1.0, 49_993.0, 0.0)


def test_running_sums_want_an_axis_as_numpy_does() -> None:
    for name in ("cumulative_sum", "cumulative_prod"):
        f: Callable[..., Any] = getattr(np, name, np.cumsum)
        if f is not np.cumsum:
            with pytest.raises(ValueError, match="axis"):
                sg.vjp(f)(M)

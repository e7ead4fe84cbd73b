"""np.trapezoid and np.gradient with every form of spacing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

rng = np.random.default_rng(4)
Y = rng.normal(size=(3, 5, 4))
gradient: Any = np.gradient  # NumPy's stubs know no traced spacing
PLACES = np.array([0.0, 0.3, 1.1, 1.3, 2.9])


def test_integrals_agree_with_differences() -> None:
    check_gradient(lambda y: np.trapezoid(y), Y)
    check_gradient(lambda y, dx: np.trapezoid(y, dx=dx, axis=0), Y, 0.3)
    check_gradient(lambda y, x: np.trapezoid(y, x, axis=1), Y, PLACES)
    check_gradient(lambda y, x: np.trapezoid(y, x, axis=-2), Y, Y * Y)
    check_gradient(lambda y, x: np.trapezoid(y, x), Y[0, :, 0], PLACES, order=2)
    check_gradient(lambda a, b: np.trapezoid([a, b, a], [0.0, b, 3.0]), 0.3, 1.2)


def test_integrals_of_few_points_of_any_kind() -> None:
    check_gradient(lambda y, dx: np.trapezoid(y, dx=dx), Y[0, 0] + 1j * Y[1, 0], 0.3)
    check_gradient(lambda y: np.trapezoid(y, dx=0.5), Y[0, ::-2].astype(np.float32))
    check_gradient(lambda y: np.trapezoid(y), Y[0, 0, :1])
    check_gradient(lambda y: np.trapezoid(y), Y[:0])


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "f",
    [
        lambda y, h, k, **edge: np.gradient(y, **edge),
        lambda y, h, k, **edge: np.gradient(y, h, **edge),
        lambda y, h, k, **edge: np.gradient(y, h, 2.0 * h, 0.7, **edge),
        lambda y, h, k, **edge: np.gradient(y, h, k, axis=(0, 1), **edge),
        lambda y, h, k, **edge: np.gradient(y, k, axis=-2, **edge),
        lambda y, h, k, **edge: np.gradient(y, np.array([1, 2, 4, 7]), axis=2, **edge),
        lambda y, h, k, **edge: np.gradient(y, [h, 1.0, 2.0 * h + 1.0], axis=(0,), **edge),
    ],
)
def test_derivatives_agree_with_differences_for_all_spacings(f: Callable[..., Any], order: Any) -> None:
    check_gradient(lambda y, h, k: f(y, h, k, edge_order=order), Y, 0.3, PLACES)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    "x", [PLACES, np.arange(5.0), np.arange(5.0).astype(np.float32) / 4], ids=["uneven", "even", "f4"]
)
def test_places_that_are_traced_have_slopes_at_one_distance_too(x: Any, order: Any) -> None:
    check_gradient(lambda y, x: np.gradient(y, x, edge_order=order), Y[0, :, 0].astype(x.dtype), x, order=2)


@pytest.mark.parametrize("order", [1, 2])
def test_the_fewest_points_are_enough(order: Any) -> None:
    y = Y[0, : order + 1, 0]
    check_gradient(lambda y, h: np.gradient(y, h, edge_order=order), y, 0.3, order=2)
    check_gradient(lambda y, x: np.gradient(y, x, edge_order=order), y, PLACES[: order + 1], order=2)
    with pytest.raises(ValueError, match=f"needs {order + 1} points along axis 0"):
        sg.vjp(lambda y: np.gradient(y, edge_order=order))(y[:-1])


def test_dtypes_are_those_of_numpy() -> None:
    check_gradient(lambda y: np.gradient(y, PLACES, axis=1), Y[:1].astype(np.float32))
    check_gradient(lambda y: np.gradient(y, 0.5, axis=0), (Y + 1j * Y[::-1]).astype(np.complex64))
    check_gradient(lambda h: np.gradient(np.array([3, 1, 2], np.uint8), h), 0.7)
    check_gradient(lambda y: np.gradient(y, np.array([4, 2, 1], np.uint8), axis=0), Y[..., ::-2])


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda y: np.gradient(y, 1.0, 2.0), TypeError, "each of the 3 axes, not 2"),
        (lambda y: np.gradient(y, PLACES, axis=0), ValueError, r"3 places along axis 0, not \(5,\)"),
        (lambda y: gradient(y, edge_order=3), ValueError, "edge_order of 1 or 2, not 3"),
        (lambda y: np.gradient(y, axis=7), np.exceptions.AxisError, "axis 7"),
        (lambda y: np.trapezoid(y, axis=3), IndexError, "axis 3"),
    ],
)
def test_what_numpy_refuses_is_refused(f: Callable[..., Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error):
        f(Y)
    with pytest.raises(error, match=text):
        sg.vjp(f)(Y)

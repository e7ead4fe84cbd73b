"""np.convolve and np.correlate in all modes, whichever of the two sequences is longer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

V = np.random.default_rng(3).normal(size=(4, 5))
PRODUCTS = [np.convolve, np.correlate]
MODES = ["full", "same", "valid"]
LENGTHS = [(m, n) for m in range(1, 6) for n in (1, 2, 3, 4)]


@pytest.mark.parametrize("f", PRODUCTS)
@pytest.mark.parametrize("mode", MODES)
def test_both_factors_agree_with_differences_at_all_lengths(f: Callable[..., Any], mode: str) -> None:
    for m, n in LENGTHS:
        check_gradient(lambda a, v: f(a, v, mode), V[0, :m], V[1, :n])


@pytest.mark.parametrize("f", PRODUCTS)
@pytest.mark.parametrize("mode", MODES)
def test_complex_numbers_and_second_order(f: Callable[..., Any], mode: str) -> None:
    z = V[0] + 1j * V[1]
    for a, v in ((z, z[1:4]), (z[:2], V[2]), (V[2, ::2], z)):
        check_gradient(lambda a, v: f(a, v, mode), a, v, order=2)


@pytest.mark.parametrize("f", PRODUCTS)
def test_one_traced_factor_is_enough(f: Callable[..., Any]) -> None:
    check_gradient(lambda a: f(a, [1.0, 2.0]), V[0])
    check_gradient(lambda v: f([1, 2, 3], v), V[0, ::-2])
    check_gradient(lambda a: f(a, a, "full"), V[0], order=2)


def test_a_number_is_a_sequence_of_one_for_convolve_alone() -> None:
    check_gradient(np.convolve, 0.7, V[0])
    with pytest.raises(ValueError, match="too small depth"):
        sg.vjp(lambda v: np.correlate(v, 0.7))(V[0])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # the checker sees it as well


@pytest.mark.parametrize("f", PRODUCTS)
def test_a_list_of_traced_numbers_is_stacked(f: Callable[..., Any]) -> None:
    check_gradient(lambda a, b: f(a, [b, 1.0, b * b], "full"), V[0], -1.2)


def test_the_default_modes_are_those_of_numpy() -> None:
    assert sg.vjp(np.convolve)(V[0], V[1, :2])[0].shape == (6,)
    assert sg.vjp(np.correlate)(V[0], V[1, :2])[0].shape == (4,)


@pytest.mark.parametrize("f", PRODUCTS)
def test_float32_stays_float32(f: Callable[..., Any]) -> None:
    check_gradient(f, V[0].astype(np.float32), V[1, :3].astype(np.float32))


@pytest.mark.parametrize("f", PRODUCTS)
def test_an_empty_sequence_is_refused_in_numpys_words(f: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="empty"):
        sg.vjp(lambda a: f(a, np.ones(2)))(np.zeros(0))


def test_a_filter_of_a_long_signal_has_the_slope_of_its_definition() -> None:
    x, w = np.random.default_rng(0).normal(size=(2, 300))
    x = np.tile(x, 3)
    _, pullback = sg.vjp(lambda w: np.correlate(x, w))(w)
    g = np.cos(np.arange(601.0))

    windows = np.lib.stride_tricks.sliding_window_view(x, 300)
    np.testing.assert_allclose(pullback(g), g @ windows, rtol=1e-9)  # summed in another order

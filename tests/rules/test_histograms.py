"""Histograms by their weights; the counts have no slope, and moving edges are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

A = np.array([0.1, 0.5, 1.0, 2.0, 2.0, 0.999, -3.0, 7.0, np.nan])
B = np.linspace(0.0, 2.0, 9)
INSIDE = np.array([0.2, 0.7, 1.3])
W = np.random.default_rng(1).uniform(0.5, 1.5, 9)
BINS: list[dict[str, Any]] = [
    {"bins": 4, "range": (0, 2)},
    {"bins": [0.0, 0.5, 1.0, 2.0]},
    {"bins": np.array([0.0, 1.0, 1.5, 2.0, 2.5])},
]


@pytest.mark.parametrize("bins", BINS, ids=str)
@pytest.mark.parametrize("density", [False, True])
def test_weighted_histograms_agree_with_differences(bins: dict[str, Any], density: bool) -> None:
    check_gradient(lambda w: np.histogram(A, **bins, density=density, weights=w)[0], W, order=2)
    edges = sg.vjp(lambda w: (np.histogram(A, **bins, weights=w)[1], w))(W)[0][0]
    np.testing.assert_array_equal(edges, np.histogram(A, **bins)[1])


def test_bins_of_no_width_count_as_in_numpy() -> None:
    edges = np.array([0.0, 0.5, 0.5, 2.0, 2.0])
    check_gradient(lambda w: np.histogram(A, edges, weights=w)[0], W)
    check_gradient(lambda w: np.histogram(B, weights=w)[0], W)


@pytest.mark.parametrize("density", [False, True])
def test_histograms_in_several_dimensions_agree_with_differences(density: bool) -> None:
    edges: Any = [0.0, 0.7, 1.9]
    check_gradient(lambda w: np.histogram2d(B, B**2, [3, 2], density=density, weights=w)[0], W, order=2)
    check_gradient(lambda w: np.histogram2d(B, B, edges, weights=w, density=density)[0], W)
    check_gradient(lambda w: np.histogram2d(B, B, np.arange(4.0), weights=w, density=density)[0], W)
    points = np.stack([B, B**2, np.sin(B)], 1)
    boxes: Any = [[0.0, 1.0, 2.0], 2, 3]
    ends: Any = [None, (0, 3), None]
    check_gradient(lambda w: np.histogramdd(points, boxes, ends, density, w)[0], W)
    check_gradient(lambda w: np.histogramdd((B, B), 2, weights=w)[0], W)


def test_complex_and_narrow_weights_keep_their_kind() -> None:
    check_gradient(lambda w: np.histogram(B, 3, weights=w)[0], W + 1j * W[::-1])
    check_gradient(lambda w: np.histogram(B, 3, weights=w)[0], W.astype(np.float32))
    check_gradient(lambda w: np.histogram(B[:0], 3, weights=w)[0], W[:0])
    check_gradient(lambda w: np.histogram(np.ones((3, 3)), 3, weights=w)[0], W[::-1].reshape(3, 3))


@pytest.mark.parametrize("bins", BINS, ids=str)
def test_between_fixed_edges_the_counts_are_flat(bins: dict[str, Any]) -> None:
    check_gradient(lambda a: np.histogram(a, **bins)[0] * a[0], INSIDE)
    check_gradient(lambda a, w: np.histogram(a, **bins, weights=w)[0], INSIDE, W[:3])
    check_gradient(lambda a: a * np.histogram_bin_edges(a, **bins)[0], INSIDE)
    check_gradient(lambda a: np.histogram2d(a, a, 2, [[0, 3], [0, 3]])[0] * a[0], INSIDE)


MOVING: list[tuple[str, Callable[..., Any]]] = [
    ("histogram", lambda v: np.histogram(v)),
    ("histogram", lambda v: np.histogram(B, v)),
    ("histogram", lambda v: np.histogram(v, "auto", weights=None)),
    ("histogram", lambda v: np.histogram(v, 3, weights=v)),
    ("histogram", lambda v: np.histogram(v, 3, (v[0], v[1]))),
    ("histogram_bin_edges", lambda v: np.histogram_bin_edges(v)),
    ("histogram2d", lambda v: np.histogram2d(v, B)),
    ("histogram2d", lambda v: np.histogram2d(B, B, [B, v], weights=W)),
    ("histogramdd", lambda v: np.histogramdd(v[:, None], 3)),
]


@pytest.mark.parametrize(("name", "f"), MOVING)
def test_edges_that_move_are_refused_with_a_way_out(name: str, f: Callable[..., Any]) -> None:
    with pytest.raises(LostGradientError, match=rf"^{name} on .* np\.{name}\(stop_gradient\(v\)\)"):
        sg.grad_bp(lambda v: np.sum(f(v)[0]), B)


@pytest.mark.parametrize("options", [{}, {"minlength": 7}])
def test_bincount_has_a_slope_by_its_weights(options: dict[str, int]) -> None:
    ids = np.array([0, 2, 2, 5])

    check_gradient(lambda w: np.bincount(ids, w, **options) ** 2, np.array([0.3, -1.2, 2.0, 0.7]), order=2)
    check_gradient(lambda w: np.bincount([1, 1, 0], weights=w, **options), np.array([0.3, -1.2, 2.0]))

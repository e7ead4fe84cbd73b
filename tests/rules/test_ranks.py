"""Reading sorted samples at ranks: two maps that are adjoint, ties and ends included."""

from typing import Any

import numpy as np
import pytest

from structgrad.rules.ranks import at_ranks, from_ranks, slope_at, stepped
from structgrad.testing import check_gradient

A = np.array([[3.0, 1.0, 4.0, 1.5], [2.0, 7.0, 2.0, 2.0]])  # the second sample has a tie of three
X = np.array([[0.3, -1.2, 0.8, 2.0], [1.1, 0.6, -0.7, 0.4]])
RANKS = np.array([[0.3, 2.6], [1.5, 3.0]])


def test_a_sample_read_at_a_rank_is_the_sorted_one() -> None:
    assert at_ranks(A, A, np.array([[0.0, 1.5, 3.0], [0.0, 2.5, 3.0]]), 4).tolist() == [[1, 2.25, 4], [2, 4.5, 7]]


def test_what_ties_counts_as_its_mean() -> None:
    assert at_ranks(X, A, np.array([[3.0], [1.0]]), 4)[:, 0].tolist() == pytest.approx([0.8, (1.1 - 0.7 + 0.4) / 3])


def test_infinity_is_read_at_its_own_rank() -> None:
    a = np.array([[np.inf, 0.0, np.inf]])

    assert at_ranks(a, a, np.array([[0.0, 1.0, 2.0]]), 3).tolist() == [[0.0, np.inf, np.inf]]


@pytest.mark.parametrize("kind", [float, complex])
def test_reading_and_spreading_are_adjoint(kind: Any) -> None:
    x, g = X.astype(kind) * (1 - 0.3j if kind is complex else 1), RANKS.astype(kind)

    assert np.vdot(g, at_ranks(x, A, RANKS, 4)) == pytest.approx(np.vdot(from_ranks(g, A, RANKS, 4), x), rel=1e-14)


def test_both_agree_with_differences_to_second_order() -> None:
    for f, x in ((at_ranks, X), (from_ranks, RANKS)):
        check_gradient(lambda x, r, f=f: f(x**2, A, np.clip(r, 0, 3), 4), x, RANKS - 0.1, order=2)


def test_the_slope_by_a_whole_rank_is_the_mean_of_both_sides_and_at_an_end_that_of_the_inner_one() -> None:
    a = np.array([[0.0, 1.0, 5.0]])

    assert slope_at(a, a, np.array([[0.0, 0.5, 1.0, 1.5, 2.0]]), 3).tolist() == [[1.0, 1.0, 2.5, 4.0, 4.0]]
    assert slope_at(a[:, :1], a[:, :1], np.array([[0.0]]), 1).tolist() == [[0.0]]


def test_ranks_of_steps_are_those_that_numpy_takes() -> None:
    assert stepped(np.array([[0.3, 0.5]]), 6, "lower").tolist() == [[1.0, 2.0]]
    assert stepped(np.array([[0.5]]), np.array([[2], [5]]), "midpoint").tolist() == [[0.5], [2.0]]

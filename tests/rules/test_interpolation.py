"""np.interp by its points, its table, and what it gives beyond the table."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

XP = np.array([0.0, 1.1, 2.3, 3.0])
FP = np.array([0.4, -1.3, 2.2, 0.9])
X = np.array([[-0.5, 0.3, 1.2], [2.6, 3.5, 2.2]])  # two of them beyond the table


@pytest.mark.parametrize("x", [X, X[:, ::-2], 1.7, -1.0, 4.0, np.zeros((0, 2))], ids=str)
def test_points_and_table_agree_with_differences(x: Any) -> None:
    check_gradient(np.interp, x, XP, FP, order=2)
    check_gradient(lambda v: np.interp(v, XP, FP.tolist()), x)


def test_what_lies_beyond_has_a_slope_of_its_own() -> None:
    check_gradient(lambda x, xp, fp, *ends: np.interp(x, xp, fp, *ends), X, XP, FP, 0.3, -0.8, order=2)
    check_gradient(lambda v, left: np.interp(v, XP, FP, left), X, 0.3)


def test_complex_values_have_slopes_by_real_points() -> None:
    z = FP + 1j * FP[::-1]
    check_gradient(np.interp, X, XP, z, order=2)
    check_gradient(lambda v, a, b: np.interp(v, XP, z, a, b), X, 1.0 + 2.0j, 0.3 - 1.0j)


@pytest.mark.parametrize("period", [2.9, -3.7])
def test_a_period_has_a_slope_as_well(period: float) -> None:
    check_gradient(lambda x, xp, fp, p: np.interp(x, xp, fp, period=p), X, XP, FP, period, order=2)
    check_gradient(lambda x, fp: np.interp(x, XP[::-1], fp, 7.0, 8.0, period), X, FP)


def test_a_period_of_zero_is_an_error() -> None:
    with pytest.raises(ValueError, match="period"):
        sg.grad_bp(lambda x: np.interp(x, XP, FP, period=0.0), 1.0)


def test_float32_stays_float32() -> None:
    check_gradient(np.interp, *(a.astype(np.float32) for a in (X, XP, FP)))


def test_lists_of_traced_numbers_are_points_and_tables() -> None:
    check_gradient(lambda x, b: np.interp(x, [0.0, b, 3.0], [x[0, 0], 1.0, b]), X, 1.1)
    check_gradient(lambda b, fp: np.interp([0.3, b], XP, fp), 1.3, FP)


def test_on_a_knot_the_slope_is_the_mean_of_both_sides() -> None:
    by_x, by_xp, by_fp = sg.grad_bp(lambda p: np.interp(*p))(
        (1.0, np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0]))
    )

    assert by_x == 2.0
    assert by_xp.tolist() == [0.0, -2.0, 0.0]
    assert by_fp.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(("x", "slope"), [(0.0, 1.0), (2.0, 3.0), (-0.1, 0.0), (2.1, 0.0)])
def test_the_ends_of_the_table_belong_to_it(x: float, slope: float) -> None:
    assert sg.grad_bp(lambda x: np.interp(x, [0.0, 1.0, 2.0], [0.0, 1.0, 4.0]), x) == slope


@pytest.mark.parametrize(("x", "knot"), [(1.0, 2), (2.0, 4)])
def test_at_a_jump_the_value_is_that_of_its_last_knot_and_so_is_the_slope(x: float, knot: int) -> None:
    xp = np.array([0.0, 1.0, 1.0, 2.0, 2.0])
    grad = sg.grad_bp(lambda fp: np.interp(x, xp, fp), np.array([0.0, 1.0, 5.0, 6.0, 9.0]))

    assert grad.tolist() == np.eye(5)[knot].tolist()


def test_a_table_of_one_knot_is_two_constants_and_a_point() -> None:
    def slopes(x: float) -> list[Any]:
        return [g.tolist() for g in sg.grad_bp(lambda p: np.interp(x, p[0], p[1]))((np.array([1.0]), np.array([2.0])))]

    assert [slopes(x) for x in (0.0, 1.0, 3.0)] == [[[0.0], [1.0]]] * 3
    assert sg.grad_bp(lambda x: np.interp(x, [1.0], [2.0]), 1.0) == 0.0


def test_nan_leaves_the_table_alone() -> None:
    grad = sg.grad_bp(lambda fp: np.sum(np.interp([np.nan, 0.55], XP, fp)), FP)

    np.testing.assert_allclose(grad, [0.5, 0.5, 0.0, 0.0], rtol=1e-15)  # 0.55 / 1.1 rounds


def test_beyond_the_table_infinite_slopes_are_not_asked_for() -> None:
    assert sg.grad_bp(lambda x: np.interp(np.sqrt(x), [1.0, 2.0], [3.0, 4.0]), 0.0) == 0.0

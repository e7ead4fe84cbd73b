"""Unwrapping: the phases move as they did, whole periods as the period does."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructgradError
from structgrad.testing import check_gradient

PHASES = np.array([[0.1, 3.0, 6.5, -1.0, 9.0], [2.2, -4.0, 0.4, 7.3, 7.5]])


@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"discont": 3.9}, {"discont": 4.1, "axis": -2}, {"period": 2.5}])
def test_unwrapped_phases_agree_with_differences(options: dict[str, Any]) -> None:
    check_gradient(lambda p: np.unwrap(p, **options), PHASES)
    check_gradient(lambda p: np.unwrap(p, **options) ** 2, PHASES[:, ::-2], order=2)
    check_gradient(lambda p: np.unwrap(p, **options), PHASES.astype(np.float32))
    check_gradient(lambda p: np.unwrap(p, **options), np.zeros((2, 0)))


def test_the_period_has_the_number_of_periods_for_its_slope() -> None:
    check_gradient(lambda p, period: np.unwrap(p, period=period) ** 2, PHASES, 2.3, order=2)
    check_gradient(lambda p, period: np.unwrap(p, 2.0, period=period) ** 2, PHASES, 2.3, order=2)


def test_the_jump_that_counts_as_one_has_no_slope() -> None:
    def loss(q: tuple[Any, float]) -> Any:
        return np.sum(np.unwrap(q[0], q[1]))

    assert sg.grad_bp(loss, (PHASES[0], 3.3))[1] == 0.0


def test_a_period_of_plain_phases_is_refused() -> None:
    with pytest.raises(StructgradError):
        sg.grad_bp(lambda period: np.sum(np.unwrap(PHASES, period=period)), 2.3)

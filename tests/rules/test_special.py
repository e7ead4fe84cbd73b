"""sinc and i0 at orders above one, where series and integrals must hold as well."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg


def slope(f: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of an elementwise function."""
    return sg.grad_bp(lambda v: np.sum(f(v)))


POINTS = np.array([-2.3, -0.3, 0.0, 1e-6, 0.2, 0.35, 5.0])


@pytest.mark.parametrize(
    ("f", "exact"), [(np.sinc, mpmath.sincpi), (np.i0, lambda x: mpmath.besseli(0, x))], ids=["sinc", "i0"]
)
@pytest.mark.parametrize("order", [2, 3, 4])
def test_higher_derivatives_are_those_of_mpmath(f: Callable[..., Any], exact: Any, order: int) -> None:
    for _ in range(order):
        f = slope(f)
    with mpmath.workdps(60):
        slopes = [float(mpmath.diff(exact, mpmath.mpf(x), order)) for x in POINTS]

    # sinc: each derivative divides by x once more, and loses the digits that cancel
    np.testing.assert_allclose(f(POINTS), slopes, rtol=1e-9, atol=1e-9)

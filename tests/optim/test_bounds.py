"""Bounds of minima: that they are met, and what they must be like."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from structgrad import optim
from structgrad.errors import StructMismatchError
from structgrad.optim.method import METHODS


class Params(NamedTuple):
    first: float | None
    rest: Any


def parabola(p: Params) -> Any:
    assert p.first is not None
    return (p.first - 0.5) ** 2 + np.sum((p.rest - 2.0) ** 2) + 0.1 * p.first**4


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.bounds])
def test_an_active_bound_is_met(method: str) -> None:
    low = Params(None, np.array([-1.0, 2.5]))
    high = Params(0.25, None)
    start = Params(0.1, np.array([0.0, 3.0]))

    found = optim.minimize(parabola, start, method=method, bounds=(low, high))

    # Without bounds the minimum is at first = 0.47, x = 2. COBYLA's and the interior point's end early.
    np.testing.assert_allclose([found.params.first, *found.params.rest], [0.25, 2.0, 2.5], atol=2e-3)  # pyright: ignore[reportArgumentType, reportCallIssue]  # None is for bounds
    assert found.report.success


def test_bounds_that_do_not_fit_are_refused() -> None:
    p = {"w": np.zeros(2), "z": 1j}

    def f(p: Any) -> Any:
        return np.sum(p["w"] ** 2) + np.abs(p["z"]) ** 2

    by_leaf: Any = {"w": (0.0, 1.0), "z": None}  # as SciPy has it, a pair for each
    no_pairs: list[Any] = [by_leaf, [(0.0, 1.0)], 3.0]
    for no_pair in no_pairs:
        with pytest.raises(TypeError, match=r"minimize: bounds= is a pair \(low, high\)"):
            optim.minimize(f, p, bounds=no_pair)
    with pytest.raises(StructMismatchError, match=r"the low limits have another structure: .*\['z'\]"):
        optim.minimize(f, p, bounds=({"w": 0.0}, None))
    with pytest.raises(
        StructMismatchError, match=r"the high limit of \['w'\] is array.* expected None, a number, or .*\(2,\)"
    ):
        optim.minimize(f, p, bounds=(None, {"w": np.zeros(3), "z": None}))
    with pytest.raises(StructMismatchError, match=r"\['z'\] is 1.0; expected None, for complex"):
        optim.minimize(f, p, bounds=({"w": 0.0, "z": 1.0}, None))
    with pytest.raises(ValueError, match=r"at \['w'\] the low limit 1.0 is not below the high one, 0.5"):
        optim.minimize(f, p, bounds=({"w": np.array([0.0, 1.0]), "z": None}, {"w": 0.5, "z": None}))
    with pytest.raises(ValueError, match="low limit nan"):
        optim.minimize(f, p, bounds=({"w": np.nan, "z": None}, None))

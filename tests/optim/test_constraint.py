"""Constraints of minima: that they are met, and that their derivatives are exact."""

from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.optimize

import structgrad as sg
from structgrad import optim
from structgrad.errors import LostGradientError
from structgrad.optim.method import METHODS

scipys: Any = scipy.optimize


class Params(NamedTuple):
    first: float
    rest: sg.Array


START = Params(1.3, np.array([0.7, 0.8]))


def as_vector(p: Params) -> Any:
    return np.array([p.first, *p.rest])


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.constraints])
def test_active_constraints_are_met(method: str) -> None:
    # Nearest to (0, 2, 2) on x₀ + x₁ = 1 with x₂ ≤ 1.5 and x₀² ≤ 4: by hand (−1/2, 3/2, 3/2).
    def distance(p: Params) -> Any:
        return p.first**2 + np.sum((p.rest - 2.0) ** 2)

    constraints = [
        optim.Constraint(lambda p: np.array([p.first + p.rest[0]]), 1.0, 1.0),
        optim.Constraint(lambda p: {"square": p.first**2, "last": [p.rest[1]]}, None, {"square": 4.0, "last": [1.5]}),
    ]

    found = optim.minimize(distance, START, method=method, constraints=constraints)

    np.testing.assert_allclose(as_vector(found.params), [-0.5, 1.5, 1.5], atol=2e-4)  # COBYLA's tolerance is 1e-4
    assert found.report.success


@pytest.mark.parametrize("method", ["SLSQP", "trust-constr"])
def test_derivatives_of_constraints_are_exact(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    theirs = scipys.minimize

    def noted(*args: Any, constraints: Any, **given: Any) -> Any:
        seen.extend(constraints)
        return theirs(*args, constraints=constraints, **given)

    monkeypatch.setattr(scipys, "minimize", noted)
    curves = optim.Constraint(lambda p: [p.first**2 * p.rest[0] + p.rest[1] ** 2, np.exp(p.rest[0])], [1.0, 0.5])

    optim.minimize(lambda p: p.first**2 + np.sum(p.rest**4), START, method=method, constraints=[curves])

    x, weights = np.array([0.9, 0.4, -1.1]), np.array([0.7, -1.3])
    slopes = np.array([[2 * x[0] * x[1], x[0] ** 2, 2 * x[2]], [0.0, np.exp(x[1]), 0.0]])
    first = np.array([[2 * x[1], 2 * x[0], 0.0], [2 * x[0], 0.0, 0.0], [0.0, 0.0, 2.0]])
    second = weights[0] * first + weights[1] * np.diag([0.0, np.exp(x[1]), 0.0])
    np.testing.assert_allclose(seen[0].jac(x), slopes, rtol=1e-14)  # rounding
    assert np.array_equal([seen[0].lb, seen[0].ub], [[1.0, 0.5], [np.inf, np.inf]])
    if method == "trust-constr":
        np.testing.assert_allclose(seen[0].hess(x, weights) @ np.eye(3), second, rtol=1e-14)  # as above


def test_what_hides_in_a_constraint_is_refused_too() -> None:
    class Box:
        a: Any = None

    box = Box()

    def f(a: Any) -> Any:
        box.a = a

        def hidden() -> Any:
            return box

        constraint = optim.Constraint(lambda x: x - hidden().a, 0.0)
        return optim.minimize(lambda x: x**2, 2.0, constraints=[constraint]).params

    with pytest.raises(LostGradientError, match=r"given to a constraint .*holds it where"):
        sg.grad_bp(f)(1.0)

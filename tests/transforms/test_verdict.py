"""A verdict looks at the value, at what the pullback repeats and doubles, and at the type of the gradient."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import GradientCheckError
from structgrad.testing import check_gradient, check_op
from structgrad.transforms import verdict

Pullback = Callable[..., Any]
VECTOR = np.array([0.5, -1.5, 2.0])


def test_a_function_that_looks_whether_it_is_differentiated_is_found() -> None:
    def sees_through(x: Any) -> Any:
        return x * (1.0 if type(x) is float else 1.0 + 1e-15)

    with pytest.raises(GradientCheckError, match="where it is differentiated"):
        check_gradient(sees_through, 3.0)


def test_a_pullback_that_forgets_after_its_first_use_is_found() -> None:
    calls: list[int] = []

    def pullback(g: float) -> float:
        calls.append(1)
        return 2.0 * g if len(calls) == 1 else 0.0

    def double(x: float) -> tuple[float, Pullback]:
        return 2.0 * x, pullback

    with pytest.raises(GradientCheckError, match="the second time"):
        check_op(sg.op(double), 3.0)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda grad: (grad[0].astype(np.float32),), "an array of float32"),
        (lambda grad: (grad[0][:2],), "of shape \\(2,\\)"),
        (lambda grad: (float(grad[0][0]),), "is a float"),
        (lambda grad: list(grad), "another structure"),
    ],
)
def test_a_gradient_of_another_type_is_found(
    wrong: Callable[[Any], Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(fn: Any) -> Any:
        def pulled(at: Any) -> Any:
            value, pullback = sg.vjp(fn)(at)
            return value, lambda g: wrong(pullback(g))

        return pulled

    monkeypatch.setattr(verdict, "vjp", faulty)

    with pytest.raises(GradientCheckError, match=says):
        check_gradient(np.sin, VECTOR)

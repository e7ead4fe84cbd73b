"""Where functions give what they are given: the points, and how they move with what defines them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import LostGradientError, StructgradError, StructMismatchError
from structgrad.testing import check_gradient

# Differences of the point see its error divided by their step, 1e-5: far below the 1e-6 that check_gradient allows.
tight = partial(optim.fixed_point, tol=1e-14)
A = 0.5 * np.sin(1.7 * np.arange(9.0)).reshape(3, 3)
B = np.array([0.7, -1.3, 0.4])


def heron(x: float, a: float) -> float:
    return (x + a / x) / 2.0


def layer(x: Any, a: Any, b: Any) -> Any:
    return np.tanh(a @ x + b)


def test_a_square_root_and_three_of_its_derivatives_are_those_of_mpmath() -> None:
    f: Callable[[float], float] = partial(tight, heron, 1.0)
    for order in range(4):
        expected = float(mpmath.diff(mpmath.sqrt, 7.3, order))
        assert abs(f(7.3) - expected) <= 1e-13 * abs(expected)  # rounding of some ten operations
        f = sg.grad_bp(f)


def test_points_agree_with_differences_in_both_modes_and_at_second_order() -> None:
    check_gradient(lambda a, b: tight(layer, np.zeros(3), a, b), A, B, order=2)
    check_gradient(lambda a: tight(heron, 1.0, a), 2.0, order=3)


def test_products_alone_give_the_gradients_of_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(a: Any, b: Any) -> Any:
        return np.sum(tight(layer, np.zeros(3), a, b) ** 2)

    by_matrix = sg.grad_bp(of, argnums=(0, 1))(A, B), sg.hvp(of)(A, A, B)
    monkeypatch.setattr("structgrad.optim.fixed_points.DENSE", 0)
    by_products = sg.grad_bp(of, argnums=(0, 1))(A, B), sg.hvp(of)(A, A, B)

    np.testing.assert_allclose(by_products[0][0], by_matrix[0][0], rtol=1e-12)  # tol is 1e-14
    np.testing.assert_allclose(by_products[0][1], by_matrix[0][1], rtol=1e-12)
    np.testing.assert_allclose(by_products[1], by_matrix[1], rtol=1e-12)
    check_gradient(lambda b: tight(layer, np.zeros(3), A, b), B, order=2)


def test_a_large_point_has_the_gradient_of_the_closed_form() -> None:
    # x = θ ∘ roll(x) + b, of 300 numbers: (1 − D P) x = b, solved by numpy.
    n, shift = 300, np.roll(np.eye(300), 1, axis=0)
    theta, b = 0.5 * np.sin(np.arange(n)), np.cos(np.arange(n))
    weights = np.sin(0.3 * np.arange(n))

    found = sg.grad_bp(lambda t: np.sum(weights * tight(lambda x: t * np.roll(x, 1) + b, np.zeros(n))))(theta)

    x = np.linalg.solve(np.eye(n) - theta[:, None] * shift, b)
    u = np.linalg.solve((np.eye(n) - theta[:, None] * shift).T, weights)
    np.testing.assert_allclose(found, u * (shift @ x), rtol=1e-11, atol=1e-12)


def test_a_large_point_of_float32_has_a_gradient_to_its_precision() -> None:
    theta = 0.5 * np.sin(np.arange(300.0))

    def of(theta: Any, x0: Any) -> Any:
        return np.sum(optim.fixed_point(lambda x: theta * np.roll(np.cos(x), 1), x0, tol=1e-18) ** 2)

    found = sg.grad_bp(of)(theta.astype(np.float32), np.zeros(300, np.float32))

    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sg.grad_bp(of)(theta, np.zeros(300)), rtol=1e-4, atol=1e-5)  # 7 digits, less sums


@dataclass(frozen=True)
class State:
    u: sg.Array
    z: complex
    step: float
    kind: sg.Static[str] = "rest"
    count: int = 3


def advance(s: State, a: Any, b: Any) -> State:
    u = np.tanh(a @ s.u + b)
    return State(u, 0.3j * s.z * np.sum(u) + (1.0 + 2.0j) * b[0], 0.5 * np.cos(s.step) * b[1])


def test_a_dataclass_of_arrays_complex_and_static_fields_is_the_point() -> None:
    start, a, b = State(np.zeros(2), 0j, 0.0), A[:2, :2], B[:2]

    found = tight(advance, start, a, b)

    again = advance(found, a, b)
    np.testing.assert_allclose(found.u, again.u, rtol=1e-13)  # tol is 1e-14
    assert abs(found.z - again.z) < 1e-13  # as above
    assert (found.kind, found.count, type(found.z), type(found.step)) == ("rest", 3, complex, float)
    check_gradient(lambda a, b: tight(advance, start, a, b), a, b, order=2)


def test_float32_stays_float32_and_ends_where_it_resolves_no_more() -> None:
    a, b = A.astype(np.float32), B.astype(np.float32)

    found = optim.fixed_point(layer, np.zeros(3, np.float32), a, b)
    da = sg.grad_bp(lambda a: np.sum(optim.fixed_point(layer, np.zeros(3, np.float32), a, b)))(a)

    assert found.dtype == da.dtype == np.float32
    exact = sg.grad_bp(lambda a: np.sum(tight(layer, np.zeros(3), a, B)))(A)
    np.testing.assert_allclose(found, tight(layer, np.zeros(3), A, B), rtol=1e-5)  # float32 has 7 digits
    np.testing.assert_allclose(da, exact, rtol=1e-4, atol=1e-5)  # as above, after a linear system


def test_float32_that_rounding_keeps_moving_is_at_rest() -> None:
    def step(x: Any) -> Any:
        assert x.dtype == np.float32
        return np.exp(-x)

    found, pullback = sg.vjp(lambda a: optim.fixed_point(lambda x: a * step(x), np.float32(0.3)))(np.float32(1.0))

    assert type(found) is np.float32
    assert abs(found - float(mpmath.lambertw(1.0).real)) < 1e-6  # at rest is what moves by 8 roundings
    assert pullback(np.float32(1.0)) == pytest.approx(found / (1.0 + found), rel=2e-6)  # x = W(a), W' = W / a (1 + W)


def test_a_function_in_a_static_leaf_of_the_start_has_its_gradient() -> None:
    def f(a: Any) -> Any:
        start: dict[str, Any] = {"x": 0.0, "act": lambda x: np.cos(a * x)}
        return tight(lambda s: {"x": s["act"](s["x"]), "act": s["act"]}, start)["x"]

    check_gradient(f, 0.8, order=2)


def test_an_array_made_of_items_is_a_value() -> None:
    def items(x: Any, a: Any) -> Any:
        return np.array([0.5 * np.cos(x[1]) * a, 0.5 * np.sin(x[0])])

    check_gradient(lambda a: tight(items, np.zeros(2), a), 0.9, order=2)


def test_what_the_function_closes_over_has_its_gradient() -> None:
    def by_closure(a: Any, b: Any) -> Any:
        return tight(lambda x: np.tanh(a @ x + b), np.zeros(2))

    def by_default(a: Any, b: Any) -> Any:
        def f(x: Any, a: Any = a, *, b: Any = b) -> Any:
            return np.tanh(a @ x + b)

        return tight(f, np.zeros(2))

    def by_partial(a: Any, b: Any) -> Any:
        return tight(partial(layer, a=a, b=b), np.zeros(2))

    for way in (by_closure, by_default, by_partial):
        check_gradient(way, A[:2, :2], B[:2], order=1 if way is by_partial else 2)


def test_a_variable_that_is_assigned_later_counts_as_it_was() -> None:
    def total(a: Any) -> Any:
        scale, shift, rate = 0.5, np.array([0.2]), np.stack([a])
        point = tight(lambda x: scale * np.sin(x + shift) * rate, np.zeros(1))
        scale, shift[0], rate[0] = 0.25, 0.7, 2.0
        return point[0] * scale

    check_gradient(total, 0.9)


def test_the_start_has_gradient_zero() -> None:
    grads = sg.grad_bp(lambda x0, a: tight(heron, x0, a), argnums=(0, 1))(1.0, 9.0)

    assert grads[0] == 0.0
    assert abs(grads[1] - 1.0 / 6.0) < 1e-15
    assert sg.grad_bp(lambda x0: tight(heron, x0, 9.0))(1.0) == 0.0


def test_functions_of_the_library_stay_what_they_are() -> None:
    def f(a: Any) -> Any:
        from structgrad.scipy.special import logsumexp

        return tight(lambda x: a * logsumexp(x * np.ones(2)), 0.0)

    check_gradient(f, 0.3, order=2)


def test_a_value_hidden_where_nobody_looks_is_refused() -> None:
    class Box:
        a: Any = None

    box = Box()

    def f(a: Any) -> Any:
        box.a = a
        return optim.fixed_point(lambda x, held: heron(x, held().a), 1.0, lambda: box)

    with pytest.raises(LostGradientError, match=r"fixed_point.*holds it where"):
        sg.grad_bp(f)(9.0)


def test_a_change_of_what_holds_traced_values_is_refused() -> None:
    def f(a: Any) -> Any:
        def step(x: Any) -> Any:
            nonlocal a
            y = heron(x, a)
            a = a * 1.0
            return y

        return optim.fixed_point(step, 1.0)

    with pytest.raises(LostGradientError, match=r"fixed_point.*works on copies"):
        sg.grad_bp(f)(9.0)


def test_an_iteration_that_does_not_end_says_how_far_it_was() -> None:
    with pytest.raises(StructgradError, match=r"did not converge in 5 steps: the last one moved \['x'\] by 1, and tol"):
        optim.fixed_point(lambda s: {"x": s["x"] + 1.0}, {"x": 0.0}, steps=5)
    with pytest.raises(StructgradError, match=r"step \d+ gives inf at \['x'\]\[1\]"):
        optim.fixed_point(lambda s: {"x": [s["x"][0], s["x"][1] * 1e9]}, {"x": [1.0, 3.0]})


def test_no_step_is_too_few() -> None:
    with pytest.raises(ValueError, match="steps is 0"):
        optim.fixed_point(heron, 1.0, 9.0, steps=0)


def test_a_point_that_moves_at_no_finite_rate_is_refused() -> None:
    # x = x + (a − x₀ − x₁)/2, twice the same: a line of points, and 1 − ∂f/∂x of rank one.
    with pytest.raises(StructgradError, match="singular"):
        sg.grad_bp(lambda a: np.sum(optim.fixed_point(lambda x: x + (a - x[0] - x[1]) / 4.0, np.zeros(2))))(1.0)


@pytest.mark.parametrize(
    ("f", "x0", "said"),
    [
        (lambda x: [x], 1.0, "the whole is a float in one struct and a list in the other"),
        (
            lambda x: {"a": x["a"][:1]},
            {"a": np.zeros(2)},
            r"at \['a'\]: expected float64 of shape \(2,\), got .*\(1,\)",
        ),
        (lambda x: x * 1j, 1.0, "expected float64 of shape .*, got complex128"),
        (lambda s: {"x": 1.0, "n": s["n"] + 1}, {"x": 1.0, "n": 0}, r"changes \['n'\] from 0 to 1"),
    ],
)
def test_a_value_that_is_no_such_struct_is_refused(f: Any, x0: Any, said: str) -> None:
    with pytest.raises(StructMismatchError, match=said):
        optim.fixed_point(f, x0)


def test_it_needs_no_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)

    assert sg.grad_bp(lambda a: tight(heron, 1.0, a))(4.0) == 0.25

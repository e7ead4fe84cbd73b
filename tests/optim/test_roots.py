"""Roots of functions of structs, and how they move with what defines the function."""

import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import scipy.optimize

import structgrad as sg
from structgrad import optim
from structgrad.errors import LostGradientError, StructgradError, StructMismatchError
from structgrad.testing import check_gradient

scipys: Any = scipy.optimize
# So that differences of the root, which see its error divided by their step, are good to the 1e-6 that is allowed.
tight = partial(optim.root, tol=1e-13)
START = np.array([0.5, 0.5])
THETA = np.array([1.3, 0.4])


def crossing(x: Any, theta: Any) -> Any:
    """Where an ellipse meets an exponential: two equations."""
    return np.stack([x[0] ** 2 + theta[0] * x[1] ** 2 - 2.0, np.exp(theta[1] * x[0]) - x[1] - 0.5])


@pytest.mark.parametrize(
    "method",
    "hybr lm broyden1 broyden2 anderson linearmixing diagbroyden excitingmixing krylov df-sane".split(),
)
def test_each_method_gives_scipys_numbers(method: str) -> None:
    def mild(x: Any) -> Any:
        return 0.5 - x - 0.1 * np.sin(x[::-1])  # the mixing methods want a slope below 0

    def slope(x: Any) -> Any:
        c = 0.1 * np.cos(x)
        return -np.array([[1.0, c[1]], [c[0], 1.0]])

    jac = {"jac": slope} if method in ("hybr", "lm") else {}
    expected = scipys.root(mild, START, method=method, **jac)

    found = optim.root(mild, START, method=method)

    np.testing.assert_allclose(found.params, expected.x, rtol=1e-12)  # Jacobians that differ by rounding
    assert found.report.success
    assert found.value == np.max(np.abs(mild(found.params))) < 1e-5  # the loosest of SciPy's default tolerances
    if method in ("hybr", "lm"):
        assert (found.report.nfev, found.report.njev) == (expected.nfev, expected.njev)


def test_a_root_and_its_derivatives_are_those_of_mpmath() -> None:
    # x eˣ = a: Lambert's function.
    f: Any = lambda a: tight(lambda x, a: x * np.exp(x) - a, 1.0, a).params  # noqa: E731
    for order in range(4):
        expected = float(mpmath.diff(mpmath.lambertw, 2.0, order).real)
        assert abs(f(2.0) - expected) <= 1e-12 * abs(expected)  # tol is 1e-13
        f = sg.grad_bp(f)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_roots_agree_with_differences_whatever_found_them(method: str) -> None:
    solve = partial(optim.root, method=method, tol=1e-13)

    check_gradient(lambda theta: solve(crossing, START, theta).params, THETA, order=1 if method == "krylov" else 2)
    check_gradient(lambda theta: solve(lambda x: crossing(x, theta), START).params, THETA)


def test_products_alone_give_the_gradients_of_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("structgrad.optim.roots.DENSE", 0)

    check_gradient(lambda theta: tight(crossing, START, theta).params, THETA, order=2)


def test_a_large_root_has_the_gradient_of_the_closed_form_in_both_precisions() -> None:
    # x + θ roll(x) = b, of 150 numbers: (1 + D P) x = b, solved by numpy.
    n, shift = 150, np.roll(np.eye(150), 1, axis=0)
    theta, b, weights = 0.5 * np.sin(np.arange(n)), np.cos(np.arange(n)), np.sin(0.3 * np.arange(n))

    def of(theta: Any, x0: Any) -> Any:
        solved = optim.root(lambda x: x + theta * np.roll(x, 1) - b.astype(x.dtype), x0)
        assert solved.report.success
        return np.sum(weights.astype(theta.dtype) * solved.params)

    x = np.linalg.solve(np.eye(n) + theta[:, None] * shift, b)
    u = np.linalg.solve((np.eye(n) + theta[:, None] * shift).T, weights)
    wide, narrow = sg.grad_bp(of)(theta, np.zeros(n)), sg.grad_bp(of)(theta.astype(np.float32), np.zeros(n, np.float32))
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(wide, -u * (shift @ x), rtol=1e-9, atol=1e-11)  # a linear equation is met at once
    np.testing.assert_allclose(narrow, wide, rtol=1e-4, atol=1e-5)  # float32 has 7 digits


@dataclass(frozen=True)
class Pair:
    x: float
    z: sg.Array
    name: sg.Static[str] = "pair"
    n: int = 2


def complex_crossing(p: Pair, theta: Any) -> Pair:
    z = p.z**2 + theta[0] * p.x * 1j - 1.0
    return Pair(p.x**3 + theta[1] * np.real(p.z[0]) - 2.0, z)


def test_a_struct_of_real_and_complex_numbers_is_solved_for() -> None:
    start = Pair(1.0, np.array([1.0 + 0.5j, -1.0 + 0j]))

    found = tight(complex_crossing, start, THETA).params

    zero = complex_crossing(found, THETA)
    assert abs(zero.x) < 1e-12
    assert np.all(np.abs(zero.z) < 1e-12)
    assert (type(found), found.name, found.n, type(found.x), found.z.dtype.kind) == (Pair, "pair", 2, float, "c")
    check_gradient(lambda theta: tight(complex_crossing, start, theta).params, THETA, order=2)


def test_a_root_inside_of_a_root_agrees_with_differences() -> None:
    def inner(a: Any, x: Any) -> Any:
        return tight(lambda y: y**3 + a * y - x, 1.0).params

    check_gradient(lambda a: tight(lambda x: x + 0.1 * inner(a, x) - a, 1.0).params, 0.7, order=2)


def test_longdouble_is_solved_for_in_float64() -> None:
    found = optim.root(lambda x: x**2 - 2.0, np.ones(1, np.longdouble), tol=1e-15).params

    assert found.dtype == np.longdouble
    assert abs(found[0] - 2.0**0.5) < 1e-15


def test_float32_stays_float32() -> None:
    def of(theta: Any) -> Any:
        return optim.root(crossing, START.astype(np.float32), theta).params

    theta = THETA.astype(np.float32)
    assert of(theta).dtype == np.float32
    assert optim.root(crossing, START.astype(np.float32), theta).report.success
    found = sg.grad_bp(lambda theta: np.sum(of(theta)))(theta)
    exact = sg.grad_bp(lambda theta: np.sum(tight(crossing, START, theta).params))(THETA)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, exact, rtol=1e-4)  # float32 has 7 digits, the tolerance 6


def test_the_minimum_of_a_loss_moves_as_the_root_of_its_gradient() -> None:
    def loss(p: dict[str, Any], a: Any) -> Any:
        return (p["x"] - a) ** 2 + np.exp(p["y"] * a) + p["y"] ** 2 + 0.1 * p["x"] ** 4

    start = {"x": 0.0, "y": 0.0}
    near = optim.minimize(loss, start, 0.7).params

    check_gradient(lambda a: tight(sg.grad_bp(loss), near, a).params, 0.7, order=2)


def test_a_variable_that_is_assigned_later_counts_as_it_was() -> None:
    def total(theta: Any) -> Any:
        scale, shift = 1.2, np.array([0.2, 0.1])
        found = tight(lambda x: crossing(x * scale + shift, theta), START).params
        scale, shift[0] = 2.0, 0.5
        return found * scale

    check_gradient(total, THETA)


def test_the_start_has_gradient_zero() -> None:
    grads = sg.grad_bp(lambda x0, theta: np.sum(tight(crossing, x0, theta).params), argnums=(0, 1))(START, THETA)

    assert np.array_equal(grads[0], [0.0, 0.0])
    assert np.all(grads[1] != 0.0)


def above(x: Any, a: Any) -> Any:
    return x**2 + a


def test_a_search_that_fails_is_reported_and_not_differentiated() -> None:
    found = optim.root(above, 1.0, 1.0)
    assert not found.report.success
    assert found.value >= 1.0
    with pytest.raises(StructgradError, match=r"found none: the largest residual is 1.*SciPy says: The iteration"):
        sg.grad_bp(lambda a: optim.root(above, 1.0, a).params)(1.0)


def test_a_least_square_that_scipy_calls_a_success_is_not_differentiated() -> None:
    assert optim.root(above, 1.0, 1.0, method="lm").report.success
    with pytest.raises(StructgradError, match=r"found none: the largest residual is 1"):
        sg.grad_bp(lambda a: optim.root(above, 1.0, a, method="lm").params)(1.0)
    with pytest.raises(StructgradError, match=r"found none: the largest residual is 1"):
        sg.grad_bp(lambda a: optim.root(lambda x: above(x - 0.3, a), 1.0, method="lm").params)(1.0)
    with pytest.raises(StructgradError, match=r"found none: the largest residual is nan"):
        sg.grad_bp(lambda a: optim.root(lambda x: x * a * np.nan, 1.0, method="lm").params)(1.0)


def test_a_root_that_scipy_wants_better_than_rounding_allows_is_one() -> None:
    def rough(x: Any, a: Any) -> Any:
        return x - a + 1e-12 * sg.stop_gradient(np.sin(1e13 * x))

    found = optim.root(rough, 0.3, np.pi, tol=1e-15)

    assert not found.report.success
    assert sg.grad_bp(lambda a: optim.root(rough, 0.3, a, tol=1e-15).params)(np.pi) == 1.0


@pytest.mark.parametrize(("dense", "said"), [(100, r"root has no derivative here.*singular"), (0, r"nearly singular")])
def test_a_singular_jacobian_is_refused(dense: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("structgrad.optim.roots.DENSE", dense)

    def plane(x: Any, a: Any) -> Any:
        return np.sum(x) - a + 0.0 * x

    with pytest.raises(StructgradError, match=said):
        sg.grad_bp(lambda a: optim.root(plane, np.zeros(2), a, method="lm").params[0])(0.0)


def test_the_gradient_of_a_nan_is_nan() -> None:
    for dense in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("structgrad.optim.roots.DENSE", 100 if dense else 0)
            _, pullback = sg.vjp(lambda theta: tight(crossing, START, theta).params)(THETA)
            assert np.isnan(pullback(np.array([np.nan, 0.0]))).all()
            assert np.array_equal(pullback(np.zeros(2)), [0.0, 0.0])


def test_a_value_that_is_no_such_struct_is_refused() -> None:
    with pytest.raises(StructMismatchError, match=r"root: what the function returns does not fit: .*got .*\(1,\)"):
        optim.root(lambda x: x[:1], START)
    with pytest.raises(StructMismatchError, match="root: the function must return a struct like its first argument"):
        optim.root(lambda x: [x[0], x[1]], START)  # type: ignore[arg-type, return-value]  # pyright: ignore[reportArgumentType]  # what is refused


def test_a_value_hidden_in_a_global_is_refused() -> None:
    class Box:
        theta: Any = None

    box = Box()

    def f(theta: Any) -> Any:
        box.theta = theta
        return np.sum(optim.root(lambda x, held: crossing(x, held().theta), START, lambda: box).params)

    with pytest.raises(LostGradientError, match=r"root.*Pass it as an argument"):
        sg.grad_bp(f)(THETA)


def test_a_change_of_what_holds_traced_values_is_refused() -> None:
    def f(a: Any) -> Any:
        def cubic(x: Any) -> Any:
            nonlocal a
            y = x**3 - a
            a = a * 1.0
            return y

        return optim.root(cubic, 1.0).params

    with pytest.raises(LostGradientError, match=r"root.*works on copies"):
        sg.grad_bp(f)(8.0)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(ImportError, match=r"root needs SciPy: pip install structgrad\[scipy\]"):
        optim.root(crossing, START, THETA)

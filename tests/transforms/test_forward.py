"""Forward mode: values and tangents in one run, alone and nested with reverse mode to any order."""

import itertools
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad import extend
from structgrad.errors import CotangentError, EscapedError, NothingToDifferentiateError, StructMismatchError

X = np.array([[0.3, -1.7, 2.2], [1.4, 0.1, -0.6]])
T = np.array([[1.0, 0.5, -2.0], [0.7, -0.2, 0.9]])


@dataclass(frozen=True)
class Net:
    w: Any
    b: Any
    steps: int = 3
    act: Any = np.tanh


def along(f: Callable[[Any], Any], x: Any, t: Any, h: float = 1e-6) -> Any:
    return (f(x + h * t) - f(x - h * t)) / (2 * h)


def forward(f: Callable[[float], Any]) -> Callable[[float], Any]:
    return lambda x: sg.jvp(f)(x, 1.0)[1]


@pytest.mark.feature(26)
def test_a_struct_goes_in_and_any_struct_comes_out() -> None:
    net = Net(X, 0.5)

    value, tangent = sg.jvp(lambda n, x: {"y": n.act(n.w @ x + n.b), "n": n.steps, "none": 1.5})(
        net, Net(T, 1.0), np.array([1.0, 2.0, -1.0])
    )

    y = np.tanh(X @ [1.0, 2.0, -1.0] + 0.5)
    np.testing.assert_allclose(value["y"], y)
    np.testing.assert_allclose(tangent["y"], (1 - y * y) * (T @ [1.0, 2.0, -1.0] + 1.0))
    assert tangent["n"] == 0
    assert tangent["none"] == 0.0
    assert type(value["none"]) is type(tangent["none"]) is float


@pytest.mark.parametrize("modes", list(itertools.product("fr", repeat=4)), ids="".join)
def test_any_nesting_of_both_modes_gives_the_fourth_derivative(modes: tuple[str, ...]) -> None:
    f: Callable[[float], Any] = lambda x: np.exp(2.0 * x) * np.sin(x) / (1.0 + x * x)  # noqa: E731  # one of a chain
    for mode in modes:
        f = sg.grad_bp(f) if mode == "r" else forward(f)

    with mpmath.workdps(30):
        expected = mpmath.diff(lambda x: mpmath.exp(2 * x) * mpmath.sin(x) / (1 + x * x), 0.3, 4)
    assert float(f(0.3)) == pytest.approx(float(expected), rel=1e-11)


def test_the_hessian_along_a_tangent_is_a_struct_of_the_same_types() -> None:
    def loss(n: Net) -> sg.Scalar:
        return np.sum(np.tanh(n.w * n.b) ** 3) * n.b

    net, t = Net(X, 0.5), Net(T, 2.0)
    product = sg.hvp(loss)(net, t)
    gradient = sg.grad_bp(loss)

    h = 1e-6
    above, below = (gradient(Net(X + s * h * T, 0.5 + s * h * 2.0)) for s in (1, -1))
    np.testing.assert_allclose(product.w, (above.w - below.w) / (2 * h), atol=1e-8)  # of differences
    assert product.b == pytest.approx((above.b - below.b) / (2 * h), abs=1e-8)
    assert type(product.b) is float
    assert type(product) is Net


@pytest.mark.feature(26)
def test_the_hessian_of_a_quadratic_form_along_a_vector() -> None:
    rng = np.random.default_rng(1)
    H = rng.normal(size=(6, 6))
    H = H + H.T
    x, u = rng.normal(size=(2, 6))

    np.testing.assert_allclose(sg.hvp(lambda x: 0.5 * x @ H @ x)(x, u), H @ u, rtol=1e-12, atol=1e-12)  # rounding


def test_a_derivative_of_a_derivative_is_not_confused_with_that_of_a_closure() -> None:
    # d/dx x * (d/dy (x + y)) at 1 is 1; where the levels mix it is 2 (Siskind & Pearlmutter 2005).
    def one(x: Any) -> Any:
        def shifted(y: Any) -> Any:
            return x + y

        return x * sg.jvp(shifted)(1.0, 1.0)[1]

    def square(x: Any) -> Any:
        def scaled(y: Any) -> Any:
            return x * y

        return x * sg.jvp(scaled)(1.0, 1.0)[1]

    assert sg.jvp(one)(1.0, 1.0)[1] == 1.0

    assert sg.grad_bp(square)(3.0) == 6.0


def test_reading_many_items_costs_no_whole_arrays() -> None:
    v = np.linspace(0.0, 1.0, 500)

    def ends(v: Any) -> Any:
        return np.stack([v[i] * v[-1 - i] for i in range(500)])

    _, tangent = sg.jvp(ends)(v, v**2)

    np.testing.assert_allclose(tangent, v**2 * v[::-1] + v * v[::-1] ** 2)


def test_a_long_run_keeps_nothing() -> None:
    def chain(x: Any, n: int) -> Any:
        for _ in range(n):
            x = np.sin(x * 1.01)
        return np.sum(x)

    def peak(n: int) -> int:
        tracemalloc.start()
        sg.jvp(chain)(X, T, n)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(2000) < peak(200) + 2000  # bytes: the tape of 1,800 steps more would take 500 kB


def test_branches_follow_the_value_and_their_slopes_are_finite() -> None:
    f = lambda x: np.where(x > 0, np.sqrt(np.maximum(x, 0.0)), 0.0)  # noqa: E731  # used twice

    assert np.array_equal(sg.jvp(f)(np.array([0.0, 4.0, -1.0]), np.ones(3))[1], [0.0, 0.25, 0.0])


def test_complex_numbers_that_are_not_holomorphic() -> None:
    z, t = X + 1j * T, T - 0.5j
    for f in (lambda z: np.abs(z) ** 2, lambda z: np.exp(z) * z.conj(), lambda z: np.real(z * z), np.angle):
        np.testing.assert_allclose(sg.jvp(f)(z, t)[1], along(f, z, t), rtol=1e-7)  # of differences


def test_an_op_is_pushed_forward_through_its_pullback() -> None:
    @sg.op
    def cubed(x: Any) -> Any:
        return x**3, lambda g: 3.0 * g * x**2

    _, tangent = sg.jvp(lambda x: cubed(x) * 2.0)(X, T)

    np.testing.assert_allclose(tangent, 6.0 * X**2 * T)


def test_a_pushforward_that_is_written_is_used() -> None:
    used: list[str] = []

    def push(t: Any, x: Any) -> Any:
        used.append("push")
        return 2.0 * t * x

    squared = extend.primitive(lambda x: x * x)
    extend.rule(squared, params="x", x=lambda g, x: 2.0 * g * x, forward={"x": push})

    assert np.array_equal(sg.jvp(squared)(X, T)[1], 2.0 * X * T)
    assert used == ["push"]


def test_values_of_other_classes_are_exact() -> None:
    value, tangent = sg.jvp(lambda x: x * x + x)(Fraction(1, 3), Fraction(3, 1))

    assert (value, tangent) == (Fraction(4, 9), Fraction(5, 1))


def test_what_does_not_fit_is_named() -> None:
    f = sg.jvp(lambda n: np.sum(n.w))
    with pytest.raises(CotangentError, match=r"the tangent does not fit at \.w: expected float64 of shape \(2, 3\)"):
        f(Net(X, 0.5), Net(T[0], 0.5))
    with pytest.raises(StructMismatchError, match="the tangent is not shaped like params"):
        f(Net(X, 0.5), {"w": T})
    with pytest.raises(NothingToDifferentiateError, match=r"write 3 as 3\.0"):
        sg.jvp(lambda n: n)(3, 1)


def test_a_value_that_outlives_its_run_is_refused() -> None:
    kept: list[Any] = []
    sg.jvp(lambda x: kept.append(x * 2.0) or x)(X, T)  # type: ignore[func-returns-value]  # smuggles it out

    with pytest.raises(EscapedError):
        _ = kept[0] + 1.0


def test_the_leaf_of_a_lost_gradient_is_named() -> None:
    with pytest.raises(sg.StructgradError, match=r"forget the gradient of \.b"):
        sg.jvp(lambda n: float(n.b))(Net(X, 0.5), Net(T, 0.5))

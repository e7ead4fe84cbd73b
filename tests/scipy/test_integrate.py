"""Differential equations and integrals: SciPy's results, and the gradients that calculus gives."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize

import structgrad as sg
from structgrad import tree
from structgrad.errors import LostGradientError, MissingRuleError, StructgradError
from structgrad.scipy import integrate
from structgrad.testing import check_gradient

scipys: Any = scipy.integrate
# Tight enough for the default tolerance of check_gradient, 1e-6.
TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-11}
METHODS = ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"]
START = np.array([10.0, 5.0])
Y = np.sin(np.arange(30.0)).reshape(2, 5, 3)
X = np.array([0.0, 0.3, 1.0, 1.4, 2.0])


@dataclass(frozen=True)
class Rates:
    growth: float
    hunted: float
    starved: float
    fed: float
    name: str = "hares and lynxes"


RATES = Rates(1.0, 0.1, 1.5, 0.075)


def hunting(t: float, y: Any, rates: Rates) -> Any:
    hares, lynxes = y
    return [rates.growth * hares - rates.hunted * hares * lynxes, rates.fed * hares * lynxes - rates.starved * lynxes]


@dataclass(frozen=True)
class Pendulum:
    gravity: float
    friction: float


PENDULUM, SWUNG = Pendulum(1.7, 0.2), np.array([0.8, -0.3])


def swing(t: float, y: Any, p: Pendulum) -> Any:
    angle, speed = y
    return [speed, -p.gravity * np.sin(angle) - p.friction * speed]


def decay(y: Any, t: Any, k: Any) -> Any:
    return -k * y


@pytest.mark.parametrize("method", METHODS)
def test_on_plain_arguments_solutions_are_scipys(method: Any) -> None:
    ours, theirs = (
        module.solve_ivp(
            hunting, (0, 2), START, method, args=(RATES,), dense_output=True, events=lambda t, y, r: y[0] - 9
        )
        for module in (integrate, scipys)
    )

    assert np.array_equal(ours.y, theirs.y)
    assert np.array_equal(ours.t_events[0], theirs.t_events[0])
    times = np.linspace(0, 2, 4)
    assert np.array_equal(*(m.odeint(decay, [1.0, 2.0], times, args=(0.5,)) for m in (integrate, scipys)))
    assert np.array_equal(*(m.odeint(decay, 1.0, times, (0.5,), full_output=True)[0] for m in (integrate, scipys)))


def test_on_plain_arguments_integrals_are_scipys() -> None:
    for module in (integrate, scipys):
        assert module.quad(math.exp, 0, 1, limit=9) == scipys.quad(math.exp, 0, 1, limit=9)
        assert module.fixed_quad(np.exp, 0, 1, n=4) == scipys.fixed_quad(np.exp, 0, 1, n=4)
    for name in ("trapezoid", "simpson", "cumulative_trapezoid"):
        ours, theirs = (getattr(module, name) for module in (integrate, scipys))
        assert np.array_equal(ours(Y, X, axis=1), theirs(Y, X, axis=1))
    with pytest.raises(ValueError, match="finite"):
        integrate.fixed_quad(np.exp, 0, np.inf)


def test_what_is_not_mirrored_is_scipys() -> None:
    assert integrate.romb is scipys.romb


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_the_gradient_of_the_exponential(method: Any) -> None:
    def end(p: Any) -> Any:
        t0, t1, y0, k = p
        fun: Callable[..., Any] = lambda t, y, k: decay(y, t, k)  # noqa: E731
        return integrate.solve_ivp(fun, (t0, t1), [y0], method, args=(k,), rtol=1e-6, atol=1e-8).y[0, -1]  # pyright: ignore[reportArgumentType, reportCallIssue]  # the stubs want to know its parameters

    grads = sg.grad_bp(end)((0.2, 1.2, 3.0, 0.7))

    value = 3.0 * math.exp(-0.7)
    # A hundred times the tolerance asked for: errors add up over the steps.
    np.testing.assert_allclose(grads, (0.7 * value, -0.7 * value, value / 3.0, -value), rtol=1e-4)


@pytest.mark.parametrize("method", ["DOP853", "LSODA"])
def test_solve_ivp_agrees_with_differences_in_state_times_and_a_dataclass(method: Any) -> None:
    def solved(y0: Any, span: Any, at: Any, p: Pendulum) -> Any:
        found = integrate.solve_ivp(swing, span, y0, method, at, args=(p,), **TIGHT)
        return found.y, found.t

    check_gradient(solved, SWUNG, (0.0, 3.0), np.array([0.5, 1.5, 2.5]), PENDULUM)


def test_odeint_agrees_with_differences_forth_and_back_in_time() -> None:
    def solved(y0: Any, times: Any, p: Pendulum) -> Any:
        return integrate.odeint(swing, y0, times, args=(p,), tfirst=True, **TIGHT)

    for times in (np.array([0.0, 1.0, 2.0]), np.array([2.0, 1.0, 0.0])):
        check_gradient(solved, SWUNG, times, PENDULUM)
    check_gradient(lambda y0, p: solved(y0, [0.0, 0.5, 0.5, 1.0], p), SWUNG, PENDULUM)


def test_second_derivatives_agree_with_differences() -> None:
    def forced(y0: Any, times: Any, k: Any) -> Any:
        return integrate.odeint(lambda y, t, k: -k * np.tanh(y) * t, y0, times, args=(k,), **TIGHT)

    check_gradient(forced, np.array([1.3]), np.array([0.5, 1.5]), 0.7, order=2)


def test_second_derivatives_at_repeated_times_back_in_time_are_those_of_the_exponential() -> None:
    def loss(k: Any) -> Any:
        return np.sum(integrate.odeint(decay, [1.0], [1.0, 0.5, 0.5, 0.0], args=(k,), **TIGHT))

    second = sg.grad_bp(lambda k: sg.grad_bp(loss, k), 0.7)

    exact = 2 * 0.25 * math.exp(0.35) + math.exp(0.7)
    np.testing.assert_allclose(second, exact, rtol=1e-8)  # the solver's tolerance, added up


def test_third_derivatives_and_both_modes_are_those_of_the_exponential() -> None:
    def end(k: Any) -> Any:
        return integrate.odeint(decay, [1.0], [0.0, 1.0], args=(k,), **TIGHT)[-1, 0]

    third = sg.grad_bp(lambda k: sg.grad_bp(lambda k: sg.grad_bp(end, k), k), 0.5)
    _, slope = sg.jvp(end)(0.5, 1.0)

    np.testing.assert_allclose((third, slope), -math.exp(-0.5), rtol=1e-8)  # the solver's tolerance, added up


@pytest.mark.parametrize("method", ["Radau", "LSODA"])
def test_a_stiff_equation_has_its_gradient(method: Any) -> None:
    """y' = −k (y − cos t) forgets its start at once; solved backwards, it would grow by e²⁰⁰⁰."""

    def end(k: Any) -> Any:
        fun: Callable[..., Any] = lambda t, y: -k * (y - np.cos(t))  # noqa: E731
        return integrate.solve_ivp(fun, (0, 2), [0.0], method, rtol=1e-7, atol=1e-12).y[0, -1]

    k, c, s = 1e3, math.cos(2.0), math.sin(2.0)
    exact = (2 * k * c + s) / (k**2 + 1) - 2 * k * (k**2 * c + k * s) / (k**2 + 1) ** 2
    np.testing.assert_allclose(sg.grad_bp(end, k), exact, rtol=1e-3)  # a slope of 1e-6, of a value of order 1


def test_complex_states_agree_with_differences() -> None:
    def solved(y0: Any, k: Any) -> Any:
        return integrate.solve_ivp(lambda t, y: 1j * k * y * np.abs(y) ** 2, (0, 1), y0, "DOP853", **TIGHT).y[:, -1]

    def turned(k: Any) -> Any:
        return np.real(integrate.solve_ivp(lambda t, y: 1j * k * y, (0, 1), [1.0 + 0j], "DOP853", **TIGHT).y[0, -1])

    second = sg.grad_bp(lambda k: sg.grad_bp(turned, k), 0.8)

    np.testing.assert_allclose(second, -math.cos(0.8), rtol=1e-8)  # the solver's tolerance, added up
    check_gradient(solved, np.array([1.0 + 0.5j]), 0.8)
    check_gradient(lambda k: integrate.odeint(lambda y, t: np.abs(k) * y, [1.0], [0.0, 1.0], **TIGHT)[-1], 0.8 + 0.3j)


def test_a_dataclass_in_args_gets_a_dataclass() -> None:
    def loss(rates: Rates) -> Any:
        return np.sum(integrate.solve_ivp(hunting, (0, 1), START, t_eval=[1.0], args=(rates,)).y)

    grad = sg.grad_bp(loss)(RATES)

    assert type(grad) is Rates
    assert grad.name == "hares and lynxes"
    assert grad.growth > 0 > grad.hunted


def test_float32_comes_home_as_float32() -> None:
    grad = sg.grad_bp(lambda y: integrate.odeint(decay, y, [0.0, 1.0], args=(0.5,))[-1, 0], np.ones(1, np.float32))

    assert grad.dtype == np.float32


def test_slopes_are_as_good_for_small_and_large_cotangents() -> None:
    def scaled(size: float) -> Any:
        return sg.grad_bp(lambda k: size * integrate.odeint(decay, [1.0], [0.0, 1.0], args=(k,))[-1, 0], 0.5) / size

    np.testing.assert_allclose([scaled(1e-14), scaled(1e14)], scaled(1.0), rtol=1e-13)  # rounding alone


@dataclass(frozen=True)
class Field:
    k: float

    def __call__(self, y: Any, t: Any) -> Any:
        return -self.k * y

    def slope(self, y: Any, t: Any) -> Any:
        return self(y, t)


def by_recursion(k: Any) -> Callable[..., Any]:
    def slope(y: Any, t: Any, n: int = 2) -> Any:
        return slope(y, t, n - 1) if n else -k * y

    return slope


def of_function(slope: Callable[..., Any]) -> Callable[..., Any]:
    return lambda y, t: slope(y)


def of_struct(p: Any) -> Callable[..., Any]:
    return lambda y, t: -p["rates"][0] * y


CLOSURES: list[Callable[[Any], Callable[..., Any]]] = [
    lambda k: lambda y, t: -k * y,
    lambda k: lambda y, t, k=k: -k * y,
    lambda k: lambda y, t, *, k=k: -k * y,
    lambda k: of_function(lambda y: -k * y),
    lambda k: of_struct({"rates": [k]}),
    lambda k: functools.partial(lambda k, y, t: -k * y, k),
    Field,
    lambda k: Field(k).slope,
    by_recursion,
]


@pytest.mark.parametrize("closure", CLOSURES)
def test_what_a_right_hand_side_closes_over_is_not_lost(closure: Callable[[Any], Callable[..., Any]]) -> None:
    slope = sg.grad_bp(lambda k: integrate.odeint(closure(k), [1.0], [0.0, 1.0], **TIGHT)[-1, 0], 0.5)

    np.testing.assert_allclose(slope, -math.exp(-0.5), rtol=1e-8)  # the solver's tolerance, added up


def test_a_closure_counts_as_it_was_when_it_was_given() -> None:
    def loss(k: Any) -> Any:
        total: Any = 0.0
        buffer, table = np.zeros(1), {"w": 0.0}

        def slope(y: Any, t: Any, k: Any) -> Any:
            return -k * w * buffer * table["w"] * y

        for w in (1.0, 2.0, 3.0):
            buffer[:] = table["w"] = w
            total = total + integrate.odeint(slope, [1.0], [0.0, 1.0], args=(k,), **TIGHT)[-1, 0]
        return total

    exact = sum(-w * math.exp(-0.5 * w) for w in (1, 8, 27))
    np.testing.assert_allclose(sg.grad_bp(loss, 0.5), exact, rtol=1e-8)  # the solver's tolerance, added up


def test_a_right_hand_side_may_count_its_calls() -> None:
    calls, seen = 0, []

    def loss(k: Any) -> Any:
        def slope(y: Any, t: Any) -> Any:
            nonlocal calls
            calls += 1
            seen.append(t)
            return -k * y

        return integrate.odeint(slope, [1.0], [0.0, 1.0])[-1, 0]

    sg.grad_bp(loss, 0.5)

    assert calls == len(seen) > 10


class Hidden:
    def __init__(self, k: Any) -> None:
        self.k = k


@pytest.mark.parametrize("more", [(), (1.0,)])
def test_a_value_out_of_sight_is_refused_with_the_remedy(more: tuple[float, ...]) -> None:
    def loss(k: Any) -> Any:
        hidden = Hidden(k)
        start = k if more else 1.0
        return integrate.odeint(lambda y, t: -hidden.k * y, start, [0.0, 1.0])[-1, 0]

    with pytest.raises(LostGradientError, match="Pass it in args"):
        sg.grad_bp(loss, 0.5)


def solve(k: Any, **options: Any) -> Any:
    return integrate.solve_ivp(lambda t, y: -k * y, (0, 1), [1.0], **options).y


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda k: solve(k, events=lambda t, y: y[0] - 0.5), MissingRuleError, "events"),
        (lambda k: solve(k, dense_output=True), MissingRuleError, "t_eval"),
        (lambda k: solve(k, max_step=k), MissingRuleError, "max_step"),
        (lambda k: integrate.odeint(decay, [1.0], [0.0, 1.0], args=(k,), rtol=k), MissingRuleError, "rtol"),
        (lambda k: solve(k, first_step=0.1), LostGradientError, "t_eval"),
        (lambda k: integrate.quad(lambda x: k * x, 0, k, weight="cos", wvar=2.0), MissingRuleError, "weight"),
        (lambda k: integrate.quad(lambda x: k * x, 0, 1, complex_func=True), MissingRuleError, "complex"),
        (lambda k: integrate.quad(lambda x: x, 0, 1, points=[k]), MissingRuleError, "points"),
    ],
)
def test_what_has_no_derivative_is_refused_with_a_reason(f: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        sg.grad_bp(lambda k: np.sum(f(k)[0]), 0.5)


def test_a_solution_that_fails_on_the_way_back_raises() -> None:
    calls = 0

    def slope(t: float, y: Any, k: Any) -> Any:
        nonlocal calls
        calls += 1
        return -k * y if calls < 40 else np.nan * y

    with pytest.raises(StructgradError, match="tolerances"):
        sg.grad_bp(lambda k: integrate.solve_ivp(slope, (0, 1), [1.0], args=(k,)).y[0, -1], 0.5)


def test_an_infinite_cotangent_makes_the_gradient_nan() -> None:
    assert math.isnan(sg.grad_bp(lambda k: math.inf * integrate.odeint(decay, [1.0], [0.0, 1.0], (k,))[-1, 0], 0.5))


def test_options_of_solve_ivp_are_honoured() -> None:
    def solved(k: Any, **options: Any) -> Any:
        fun: Callable[..., Any] = lambda t, y, k: -k * y  # noqa: E731
        return integrate.solve_ivp(fun, (0, 1), [1.0, 2.0], t_eval=[1.0], args=(k,), **(TIGHT | options)).y  # pyright: ignore[reportArgumentType, reportCallIssue]  # likewise

    def columns(k: Any) -> Any:
        fun: Callable[..., Any] = lambda t, y: -k * y * np.ones((2, 1))  # noqa: E731
        return integrate.solve_ivp(fun, (0, 1), [1.0, 2.0], t_eval=[1.0], vectorized=True, **TIGHT).y

    def by_jacobian(k: Any) -> Any:
        return solved(k, method="BDF", jac=lambda t, y, k: -k * np.eye(2), rtol=1e-7)

    for function in (columns, by_jacobian):
        _, pullback = sg.vjp(function)(0.5)
        np.testing.assert_allclose(pullback(np.ones((2, 1))), -3 * math.exp(-0.5), rtol=1e-4)  # errors of BDF add up


def test_jacobians_may_close_over_the_same_values() -> None:
    def forgetful(k: Any, **options: Any) -> Any:
        # Stiff, for else odeint does without a Jacobian.
        return integrate.odeint(lambda y, t: -k * (y - np.cos(t)), [0.0], [0.0, 2.0], **options)[-1, 0]

    def by_radau(k: Any) -> Any:
        options: Any = {"method": "Radau", "jac": lambda t, y: [[-k]]}
        return integrate.solve_ivp(lambda t, y: -k * y, (0, 1), [1.0], rtol=1e-8, atol=1e-10, **options).y[0, -1]

    with_jacobian = sg.grad_bp(lambda k: forgetful(k, Dfun=lambda y, t: [[-k]]), 1e3)
    np.testing.assert_allclose(with_jacobian, sg.grad_bp(forgetful, 1e3), rtol=1e-3)  # odeint's own tolerance
    np.testing.assert_allclose(sg.grad_bp(by_radau, 0.5), -math.exp(-0.5), rtol=1e-6)  # the tolerance, added up


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # populations far off, which the search leaves again
def test_the_rates_of_hares_and_lynxes_are_found_from_their_numbers() -> None:
    times = np.linspace(0, 4, 5)

    def course(rates: Rates) -> Any:
        return integrate.solve_ivp(hunting, (0, 4), START, t_eval=times, args=(rates,), rtol=1e-5, atol=1e-5).y

    seen = course(RATES)
    vector, back = tree.ravel(tree.map(np.log, Rates(0.8, 0.08, 1.2, 0.06)))

    def loss(logs: Rates) -> Any:
        return np.mean(np.log(course(tree.map(np.exp, logs)) / seen) ** 2)

    def both(v: Any) -> Any:
        value, grad = sg.backprop(loss)(back(v))
        return value, tree.ravel(grad)[0]

    found = scipy.optimize.minimize(both, vector, jac=True, method="BFGS", options={"gtol": 1e-4})

    np.testing.assert_allclose(np.exp(found.x), tree.ravel(RATES)[0], rtol=1e-3)  # where the search stops


def test_integrals_agree_with_differences_to_order_2() -> None:
    def tanh(p: Any) -> Any:
        return integrate.quad(lambda x: np.tanh(p["w"] @ np.stack([x, 1.0])) * p["s"], -1.0, p["b"])[0]

    def fixed(a: Any, b: Any, k: Any) -> Any:
        f: Callable[..., Any] = lambda x: np.exp(-k * x)  # noqa: E731
        return integrate.fixed_quad(f, a, b, n=7)[0]

    check_gradient(lambda a, b, k: integrate.quad(lambda x, k: np.sin(k * x) / x, a, b, args=(k,))[0], 0.3, 1.7, 1.2)
    check_gradient(tanh, {"w": np.array([0.3, 0.2]), "b": 1.2, "s": 2.0}, order=2)
    check_gradient(lambda z: integrate.quad(lambda x: np.abs(np.exp(z * x)) ** 2, 0, 1)[0], 0.3 + 0.8j)
    check_gradient(lambda k: integrate.quad(lambda x: np.exp(-k * x), 0, 3, weight="cos", wvar=5.0)[0], 0.3)
    check_gradient(lambda k: integrate.quad(lambda x: integrate.quad(lambda y: k * x * y, 0, x)[0], 0, k)[0], 0.8)
    check_gradient(fixed, 0.1, 0.9, 0.8, order=2)


def test_an_integral_over_the_whole_line_has_the_slopes_of_the_gaussian() -> None:
    def gauss(a: Any) -> Any:
        return integrate.quad(lambda x: np.exp(-a * x * x), -np.inf, np.inf)[0]

    first = sg.grad_bp(gauss, 2.0)
    second = sg.grad_bp(lambda a: sg.grad_bp(gauss, a), 2.0)

    root = math.sqrt(math.pi)
    np.testing.assert_allclose((first, second), (-root / 2 * 2.0**-1.5, 0.75 * root * 2.0**-2.5), rtol=1e-8)  # of quad


def test_the_slope_by_a_limit_is_the_value_there() -> None:
    assert sg.grad_bp(lambda b: integrate.quad(lambda x: 1 / x**0.5, 0, b)[0], 4.0) == 0.5
    assert sg.grad_bp(lambda b: integrate.quad(math.exp, -np.inf, b)[0], 0.0) == 1.0


def test_the_slope_by_a_huge_parameter_keeps_its_digits() -> None:
    n = 6e23

    slope = sg.grad_bp(lambda n: integrate.quad(lambda x: np.exp(-((x - 0.3) ** 2) * n / 1e20), -1, 1)[0], n)

    np.testing.assert_allclose(slope, -0.5 * math.sqrt(math.pi * 1e20 / n) / n, rtol=1e-8)  # of quad


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("name", ["trapezoid", "simpson", "cumulative_trapezoid"])
def test_integrals_of_samples_agree_with_differences(name: str, n: int) -> None:
    function = getattr(integrate, name)
    at = np.stack([X, X**1.5, X + 0.1], axis=1)[:n] + np.zeros((2, n, 3))

    check_gradient(lambda y, x: function(y, x=x, axis=1), Y[:, :n], X[:n])
    check_gradient(lambda y, x: function(y, x=x, axis=1), Y[:, :n], at)
    check_gradient(lambda y, dx: function(y, dx=dx, axis=1), Y[:, :n], 0.3)
    check_gradient(lambda y, x: function(y, x=x), Y[0, :n, 0], X[:n], order=2)


def test_samples_at_one_place_and_an_initial_zero_are_honoured() -> None:
    check_gradient(lambda y: integrate.simpson(y, x=np.array([0, 0.5, 0.5, 1, 2, 2])), np.arange(6.0) ** 2)
    check_gradient(lambda y: integrate.cumulative_trapezoid(y, X, axis=1, initial=0), Y)

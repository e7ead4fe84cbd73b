"""Minima of losses of structs: SciPy's own numbers, with bounds and constraints, and what goes wrong."""

import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import scipy.optimize

import structgrad as sg
from structgrad import optim
from structgrad.errors import (
    LostGradientError,
    NothingToDifferentiateError,
    NotScalarError,
    UnknownLeafError,
)
from structgrad.optim.method import METHODS

scipys: Any = scipy.optimize


@dataclass(frozen=True)
class Inner:
    x: sg.Array
    act: Any = np.tanh


@dataclass(frozen=True)
class Params:
    first: float
    inner: Inner
    name: sg.Static[str] = "net"
    n: int = 2


START = Params(1.3, Inner(np.array([0.7, 0.8])))
VECTOR = np.array([1.3, 0.7, 0.8])


def rosenbrock(p: Params, scale: float = 1.0) -> Any:
    x = np.concatenate([np.reshape(p.first, (1,)), p.inner.x])
    return scale * np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def parabola(p: Params) -> Any:
    return (p.first - 0.5) ** 2 + np.sum((p.inner.x - 2.0) ** 2) + 0.1 * p.first**4


def as_vector(p: Params) -> Any:
    return np.array([p.first, *p.inner.x])


@pytest.mark.parametrize("method", [name for name in METHODS if name != "dogleg"])
def test_each_method_gives_scipys_numbers_of_the_exact_derivatives(method: str) -> None:
    given: dict[str, Any] = {"jac": scipys.rosen_der} if METHODS[method].gradient else {}
    given |= {"products": {"hessp": scipys.rosen_hess_prod}, "matrix": {"hess": scipys.rosen_hess}, "": {}}[
        METHODS[method].second
    ]
    options = {} if method == "TNC" else {"maxiter": 150}
    expected = scipys.minimize(scipys.rosen, VECTOR, method=method, options=options, **given)

    found = optim.minimize(rosenbrock, START, method=method, options=options)

    # Derivatives differ by rounding, which many steps in a curved valley make larger.
    np.testing.assert_allclose(as_vector(found.params), expected.x, atol=1e-5)
    assert abs(found.value - expected.fun) < 1e-9
    assert (found.report.success, found.report.nfev) == (expected.success, expected.nfev)
    assert found.value == found.report.fun
    assert isinstance(found, optim.Solution)
    assert (type(found.params), type(found.params.first), found.params.name, found.params.n) == (
        Params,
        float,
        "net",
        2,
    )
    assert found.params.inner.act is np.tanh


def test_dogleg_gives_scipys_numbers_where_the_hessian_is_positive() -> None:
    def f(x: Any) -> Any:
        return (x[0] - 0.5) ** 2 + np.sum((x[1:] - 2.0) ** 2) + 0.1 * x[0] ** 4

    def slope(x: Any) -> Any:
        return np.array([2 * (x[0] - 0.5) + 0.4 * x[0] ** 3, *(2 * (x[1:] - 2.0))])

    def curve(x: Any) -> Any:
        return np.diag([2 + 1.2 * x[0] ** 2, 2.0, 2.0])

    expected = scipys.minimize(f, VECTOR, method="dogleg", jac=slope, hess=curve)

    found = optim.minimize(parabola, START, method="dogleg")

    np.testing.assert_allclose(as_vector(found.params), expected.x, rtol=1e-12)  # rounding
    assert found.report.success
    assert found.report.nhev == expected.nhev > 0


def test_without_a_method_scipys_choice_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    theirs = scipys.minimize

    def noted(*args: Any, method: str, **given: Any) -> Any:
        names.append(method)
        return theirs(*args, method=method, **given)

    monkeypatch.setattr(scipys, "minimize", noted)

    optim.minimize(parabola, START)
    optim.minimize(parabola, START, bounds=(0.0, None))
    optim.minimize(parabola, START, constraints=[optim.Constraint(lambda p: p.first, 0.0, 1.0)])

    assert names == ["BFGS", "L-BFGS-B", "SLSQP"]


def test_arguments_reach_the_loss_and_options_reach_scipy() -> None:
    found = optim.minimize(rosenbrock, START, 3.0, method="L-BFGS-B", options={"maxiter": 2})

    assert found.value == pytest.approx(rosenbrock(found.params, 3.0), rel=1e-15)
    assert not found.report.success
    assert found.report.nit == 2
    assert "LIMIT" in found.report.message.upper()
    loose = optim.minimize(parabola, START, method="BFGS", tol=1.0)
    assert loose.report.nit < optim.minimize(parabola, START, method="BFGS", tol=1e-9).report.nit


def test_float32_leaves_come_back_float32() -> None:
    start: dict[str, Any] = {"w": np.zeros(3, np.float32), "b": np.float32(0.0), "c": 0.0}

    found = optim.minimize(lambda p: np.sum((p["w"] - 3.0) ** 2) + (p["b"] - 1.0) ** 2 + p["c"] ** 2, start)

    assert (found.params["w"].dtype, type(found.params["b"]), type(found.params["c"])) == (
        np.float32,
        np.float32,
        float,
    )
    np.testing.assert_allclose(found.params["w"], 3.0, rtol=1e-5)  # float32 has 7 digits
    assert np.array_equal(start["w"], np.zeros(3))


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact", "Nelder-Mead"])
def test_a_complex_number_is_solved_for_as_two(method: str) -> None:
    # |z − c|² + |z|⁴ is least on the line to c = 2 − i, where 4 r³ + 2 r = 2 |c|.
    found = optim.minimize(
        lambda z: np.sum(np.abs(z - (2.0 - 1.0j)) ** 2 + np.abs(z) ** 4), np.array([1.0 + 2.0j]), method=method
    )

    r = next(root.real for root in np.roots([4.0, 0.0, 2.0, -2.0 * 5**0.5]) if abs(root.imag) < 1e-12)
    np.testing.assert_allclose(found.params, r * (2.0 - 1.0j) / 5**0.5, atol=1e-4)  # Nelder-Mead's tolerance
    assert found.params.dtype == complex
    single = optim.minimize(lambda z: np.abs(z - (2.0 - 1.0j)) ** 2, 0j).params
    assert type(single) is complex
    assert abs(single - (2.0 - 1.0j)) < 1e-6


def test_the_callback_gets_structs_and_may_stop() -> None:
    seen: list[Params] = []

    def look(p: Params) -> None:
        seen.append(p)
        if len(seen) == 3:
            raise StopIteration

    for method in ("BFGS", "trust-constr", "Nelder-Mead"):
        seen.clear()
        found = optim.minimize(rosenbrock, START, method=method, callback=look)
        assert len(seen) == 3
        assert type(seen[0]) is Params
        assert rosenbrock(seen[2]) == pytest.approx(found.value)
        assert not np.shares_memory(seen[0].inner.x, seen[1].inner.x)


def undefined_below(x: Any) -> Any:
    with np.errstate(all="ignore"):
        return np.sum(x**2) + np.where(x[0] < 0.5, np.nan, 0.0)


def test_a_nan_on_the_way_is_told_and_params_are_the_best_seen() -> None:
    with pytest.warns(RuntimeWarning, match=r"NaN at 3 of 5 points, and at the last.*SciPy says: NaN result"):
        found = optim.minimize(undefined_below, np.array([2.0, 1.0]), method="BFGS")

    assert not found.report.success
    assert np.isnan(found.report.fun)
    assert found.value == undefined_below(found.params) < 5.0
    with pytest.warns(RuntimeWarning, match=r"NaN at \d+ of \d+ points\. SciPy says"):
        found = optim.minimize(undefined_below, np.array([2.0, 1.0]), method="Nelder-Mead")
    assert found.report.success
    assert np.array_equal(found.params, found.report.x)


def test_a_start_without_a_number_is_refused() -> None:
    with pytest.raises(optim.NotFiniteError, match="the loss is nan at the params given"):
        optim.minimize(undefined_below, np.zeros(2))
    with pytest.raises(optim.NotFiniteError, match="the loss is inf at the params given"):
        optim.minimize(lambda x: x + np.inf, 1.0, method="Powell")
    with (
        pytest.raises(optim.NotFiniteError, match=r"the gradient of the loss is inf by \['b'\]\[1\]"),
        np.errstate(all="ignore"),
    ):
        optim.minimize(lambda p: p["a"][0] + np.sqrt(p["b"][1]), {"a": [1.0], "b": [2.0, 0.0]})


def test_methods_that_would_ignore_bounds_or_constraints_are_refused() -> None:
    with pytest.raises(ValueError, match="BFGS takes no bounds; these do: Nelder-Mead, Powell, L-BFGS-B, TNC"):
        optim.minimize(parabola, START, method="bfgs", bounds=(0.0, None))
    with pytest.raises(ValueError, match="takes no constraints; these do: COBYLA, COBYQA, SLSQP, trust-constr"):
        optim.minimize(parabola, START, method="L-BFGS-B", constraints=[optim.Constraint(lambda p: p.first, 0.0)])
    with pytest.raises(ValueError, match="minimize has no method 'Newton'; there are Nelder-Mead"):
        optim.minimize(parabola, START, method="Newton")
    with pytest.raises(TypeError, match=r"a constraint is optim.Constraint\(fun, low, high\), not \{'type'"):
        optim.minimize(parabola, START, constraints=[{"type": "eq"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # what is refused


def test_params_without_numbers_are_refused() -> None:
    with pytest.raises(NothingToDifferentiateError, match=r"write 3 as 3.0"):
        optim.minimize(lambda p: p["n"] * 1.0, {"n": 3})
    with pytest.raises(NothingToDifferentiateError, match="minimize found no float"):
        optim.minimize(lambda p: np.sum(p), np.zeros(0))
    with pytest.raises(UnknownLeafError, match=r"\['d'\] is a Decimal"):
        optim.minimize(lambda p: float(p["d"]), {"d": Decimal(1)})


@pytest.mark.parametrize("method", ["BFGS", "Powell"])
def test_a_loss_that_is_no_number_is_refused(method: str) -> None:
    with pytest.raises(NotScalarError):
        optim.minimize(lambda x: x * 2.0, np.ones(2), method=method)


def test_what_is_differentiated_outside_is_refused_with_the_way_out() -> None:
    def by_argument(a: Any) -> Any:
        return optim.minimize(lambda x, a: (x - a) ** 2, 0.0, a).params

    def by_closure(a: Any) -> Any:
        return optim.minimize(lambda x: (x - a) ** 2, 0.0).params

    def by_start(a: Any) -> Any:
        return optim.minimize(lambda x: x**2, a).params

    def by_constraint(a: Any) -> Any:
        return optim.minimize(lambda x: x**2, 0.0, constraints=[optim.Constraint(lambda x: x, a)]).params

    def by_bound(a: Any) -> Any:
        return optim.minimize(lambda x: x**2, 0.0, bounds=(a, None)).params

    for way in (by_argument, by_closure, by_start, by_constraint, by_bound):
        with pytest.raises(LostGradientError, match=r"minimize was given a value.*optim.root\(grad_bp\(loss\)"):
            sg.grad_bp(way)(1.0)


@pytest.mark.parametrize("method", ["BFGS", "Powell"])
def test_what_hides_from_that_is_refused_too(method: str) -> None:
    class Box:
        a: Any = None

    box = Box()

    def f(a: Any) -> Any:
        box.a = a
        return optim.minimize(lambda x, held: (x - held().a) ** 2, 0.0, lambda: box, method=method).params

    with pytest.raises(LostGradientError, match=r"given to minimize .*holds it where"):
        sg.grad_bp(f)(1.0)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(ImportError, match=r"minimize needs SciPy: pip install structgrad\[scipy\]"):
        optim.minimize(parabola, START)

"""Least squares over structs: SciPy's own numbers and closed forms."""

import sys
from typing import Any, NamedTuple

import numpy as np
import pytest
import scipy.optimize

import structgrad as sg
from structgrad import optim
from structgrad.errors import LostGradientError, StructMismatchError
from structgrad.testing import check_gradient

scipys: Any = scipy.optimize
T = np.linspace(0.0, 3.0, 12)
DATA = 3.0 * np.exp(-0.5 * T) + 0.1 * np.sin(17.0 * T)
DATA[4] += 2.0  # one outlier, for what is robust


class Decay(NamedTuple):
    size: float
    rate: sg.Array
    kind: str = "decay"


START = Decay(1.0, np.array([0.1]))


def misfit(p: Decay, data: Any) -> Any:
    return {"all": p.size * np.exp(-p.rate * T) - data}


def slope(x: Any) -> Any:
    decay = np.exp(-x[1] * T)
    return np.stack([decay, -x[0] * T * decay], axis=1)


@pytest.mark.parametrize("method", ["trf", "dogbox", "lm"])
@pytest.mark.parametrize("loss", ["linear", "soft_l1", "cauchy"])
def test_each_method_gives_scipys_numbers_of_the_exact_jacobian(method: str, loss: str) -> None:
    if method == "lm" and loss != "linear":
        with pytest.raises(ValueError, match="lm"):  # SciPy's own words
            optim.least_squares(misfit, START, DATA, method=method, loss=loss)
        return
    expected = scipys.least_squares(
        lambda x: x[0] * np.exp(-x[1] * T) - DATA, [1.0, 0.1], slope, method=method, loss=loss, f_scale=0.3, xtol=1e-12
    )

    found = optim.least_squares(misfit, START, DATA, method=method, loss=loss, options={"f_scale": 0.3, "xtol": 1e-12})

    np.testing.assert_allclose(
        [found.params.size, *found.params.rate], expected.x, rtol=1e-9
    )  # rounding, some steps on
    assert found.value == pytest.approx(expected.cost, rel=1e-12)
    assert found.report.nfev == expected.nfev
    assert (type(found.params), type(found.params.size), found.params.kind) == (Decay, float, "decay")


@pytest.mark.parametrize("method", ["trf", "dogbox"])
def test_an_active_bound_is_met(method: str) -> None:
    found = optim.least_squares(misfit, START, DATA, method=method, bounds=(None, Decay(2.0, np.array([np.inf]))))

    assert found.params.size == pytest.approx(2.0, abs=1e-6)  # trf stays inside
    assert found.report.active_mask[0] == 1


def test_complex_params_and_residuals_are_two_numbers_each() -> None:
    a = np.sin(1.7 * np.arange(10.0)).reshape(5, 2) + 1j * np.cos(np.arange(10.0)).reshape(5, 2)
    b = np.exp(1j * np.arange(5.0))

    found = optim.least_squares(lambda z: a @ z - b, np.zeros(2, complex), tol=1e-14)

    expected = np.linalg.lstsq(a, b, rcond=None)[0]
    np.testing.assert_allclose(found.params, expected, rtol=1e-10)  # tol is 1e-14, the matrix's condition 10
    assert found.value == pytest.approx(0.5 * np.sum(np.abs(a @ expected - b) ** 2), rel=1e-12)


def test_an_array_made_of_items_and_whole_numbers_beside_it_are_a_value() -> None:
    def valley(p: dict[str, float]) -> Any:
        return {"r": np.array([10.0 * (p["y"] - p["x"] ** 2), 1.0 - p["x"]]), "n": 2}

    found = optim.least_squares(valley, {"x": -1.2, "y": 1.0}).params

    assert found == pytest.approx({"x": 1.0, "y": 1.0}, rel=1e-9)  # converges quadratically


def test_float32_leaves_come_back_float32() -> None:
    found = optim.least_squares(lambda p: [p["w"] - 3.0, {"x": 2.0 * p["w"] - 6.0}], {"w": np.zeros(2, np.float32)})

    assert found.params["w"].dtype == np.float32
    np.testing.assert_allclose(found.params["w"], 3.0, rtol=1e-5)  # float32 has 7 digits


def test_tol_is_that_of_all_three_criteria(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = scipys.least_squares
    seen: list[Any] = []

    def noted(*args: Any, **given: Any) -> Any:
        seen.append(given)
        return theirs(*args, **given)

    monkeypatch.setattr(scipys, "least_squares", noted)

    optim.least_squares(misfit, START, DATA, tol=1e-3)

    assert [seen[0][name] for name in ("ftol", "xtol", "gtol")] == [1e-3] * 3


def test_what_hides_from_the_look_for_traced_values_is_refused() -> None:
    class Box:
        a: Any = None

    box = Box()

    def f(a: Any) -> Any:
        box.a = a
        return optim.least_squares(lambda x, held: x - held().a, 0.0, lambda: box).params

    with pytest.raises(LostGradientError, match=r"given to least_squares .*holds it where"):
        sg.grad_bp(f)(1.0)


def test_what_scipy_refuses_at_the_start_stays_its_own_word() -> None:
    with pytest.raises(ValueError, match="not finite in the initial point"):
        optim.least_squares(lambda x: x * np.nan, 1.0)
    with pytest.raises(ValueError, match=r"outside of provided bounds|infeasible"):
        optim.least_squares(misfit, START, DATA, bounds=(2.0, 3.0))
    with pytest.raises(StructMismatchError, match="least_squares: the low limits have another structure"):
        optim.least_squares(misfit, START, DATA, bounds=([0.0], None))


def test_what_is_differentiated_outside_is_refused_and_the_way_out_is_right() -> None:
    with pytest.raises(LostGradientError, match=r"least_squares was given.*optim.root\(grad_bp\(lambda p, v"):
        sg.grad_bp(lambda data: optim.least_squares(misfit, START, data).params.size)(DATA)

    def size(data: Any) -> Any:
        near = optim.least_squares(misfit, START, sg.stop_gradient(data)).params
        square = sg.grad_bp(lambda p, data: np.sum(misfit(p, data)["all"] ** 2))
        return optim.root(square, near, data, tol=1e-12).params.size

    check_gradient(lambda a: size(DATA + a * np.sin(T)), 0.1)


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(ImportError, match=r"least_squares needs SciPy: pip install structgrad\[scipy\]"):
        optim.least_squares(misfit, START, DATA)

"""Central differences: as exact as promised, of the struct's own type, and unimpressed by edges."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import NothingToDifferentiateError, NotScalarError, UnknownLeafError
from structgrad.nn import normal_logpdf
from structgrad.testing import check_gradient, numerical_gradient
from structgrad.transforms.difference import ridders
from structgrad.transforms.strategies import Attrs, Frozen

H = np.array([[4.0, 1.0, -2.0], [1.0, 3.0, 0.5], [-2.0, 0.5, 6.0]])


@pytest.mark.feature(171)
def test_quadratics_are_exact_to_1e_8() -> None:
    x = np.array([1.0, -2.0, 0.5])

    grad = numerical_gradient(lambda x: 0.5 * x @ H @ x)(x)

    # 1e-8 is the row's own tolerance; 1e-14 is rounding, where the slope is zero.
    np.testing.assert_allclose(grad, H @ x, rtol=1e-8, atol=1e-14)


@pytest.mark.feature(171)
def test_the_result_has_the_type_of_the_struct() -> None:
    net: dict[str, Any] = {
        "layer": Frozen(first=np.ones((2, 2), np.float32), second=[np.array(2.0), np.float64(3.0)]),
        "steps": Attrs(7, True),
        "act": np.tanh,
        "name": "net",
    }

    def loss(net: dict[str, Any]) -> sg.Scalar:
        layer = net["layer"]
        return np.sum(net["act"](layer.first)) * layer.second[0] * layer.second[1]

    grad = numerical_gradient(loss)(net)
    exact = sg.grad_bp(loss, net)

    assert repr(sg.zero(grad)) == repr(sg.zero(exact)) == repr(sg.zero(net))
    # float32 rounds sums of about 20 at 2e-6; differences over 0.01 make 1e-4 of that.
    np.testing.assert_allclose(grad["layer"].first, exact["layer"].first, rtol=1e-3)
    assert grad["steps"] == Attrs(0, False)


def test_more_arguments_and_keywords_are_passed_on() -> None:
    grad = numerical_gradient(lambda x, y, *, z: x * y * z)(2.0, 3.0, z=4.0)

    assert math.isclose(grad, 12.0, rel_tol=1e-10)  # linear: only rounding is left


def test_complex_leaves_give_the_direction_of_ascent() -> None:
    grad = numerical_gradient(lambda z: (z * z.conjugate()).real + 3.0 * z.imag)(1.0 + 2.0j)

    assert type(grad) is complex
    assert abs(grad - (2.0 + 7.0j)) < 1e-9  # a quadratic: only rounding is left


@pytest.mark.parametrize(("x", "cls"), [(Fraction(1, 3), Fraction), (Decimal("0.75"), Decimal)])
def test_fractions_and_decimals_keep_their_class(x: Any, cls: type[Fraction | Decimal]) -> None:
    def square(x: Any) -> Any:
        return x * x

    grad: Any = numerical_gradient(square)(x)

    assert isinstance(grad, cls)
    assert math.isclose(grad, 2 * float(x), rel_tol=1e-9)  # the loss is rounded to a float


@pytest.mark.parametrize(
    ("f", "x", "slope"),
    [
        (np.log, 1e-8, 1e8),
        (lambda x: 1.0 / x, 1e-3, -1e6),
        (np.sqrt, 1e12, 5e-7),
        (math.log, 0.02, 50.0),
        (np.arcsin, 0.999, 1.0 / math.sqrt(1.0 - 0.999**2)),
        (lambda x: math.sin(8.0 * math.pi * x), 0.0, 8.0 * math.pi),
        (lambda x: math.exp(20.0 * x), 1.0, 20.0 * math.exp(20.0)),
        (abs, 0.0, 0.0),
        (lambda x: max(x, 0.0), 0.0, 0.5),
        (lambda x: max(x, 0.0), -0.01, 0.0),
        (math.floor, 0.5, 0.0),
    ],
)
def test_edges_kinks_and_scales_are_met_well(f: Any, x: float, slope: float) -> None:
    # 1e-8: what the worst of these (1/x at 1e-3) leaves after extrapolation.
    assert math.isclose(numerical_gradient(f)(x), slope, rel_tol=1e-8, abs_tol=1e-12)


def test_the_error_is_estimated_and_small_for_smooth_functions() -> None:
    slope, error = ridders(lambda t: math.exp(1.0 + t), 2e-16)

    assert abs(slope - math.e) <= 10.0 * error
    assert error < 1e-11


def test_steps_too_narrow_to_move_the_loss_do_not_pass_for_a_slope_of_zero() -> None:
    slope = numerical_gradient(lambda x: 0.6 + 8e-9 * math.sin(x))(0.3)

    # 0.6 is rounded at 1e-16, of which a step of 0.1 makes 1e-15.
    assert math.isclose(slope, 8e-9 * math.cos(0.3), abs_tol=1e-14)


def test_what_is_nowhere_finite_has_no_slope() -> None:
    assert math.isnan(numerical_gradient(lambda x: x * math.nan)(1.0))


def test_errors_of_the_loss_itself_are_not_swallowed() -> None:
    with pytest.raises(ValueError, match="math domain error"):
        numerical_gradient(math.log)(-1.0)


class Money:
    """A leaf known by its zero, add and one alone."""

    def zero(self) -> "Money":
        return Money()

    def add(self, other: "Money") -> "Money":
        return Money()

    def one(self) -> "Money":
        return Money()


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(NothingToDifferentiateError):
        numerical_gradient(lambda n: n)(3)
    with pytest.raises(NotScalarError):
        numerical_gradient(lambda x: x)(np.ones(2))
    with pytest.raises(UnknownLeafError, match="Money"):
        numerical_gradient(lambda m: 1.0)(Money())


def test_values_that_are_equal_in_float32_are_no_proof_of_a_slope_of_0() -> None:
    x = (np.sin(1 + 1.7 * np.arange(12.0)).reshape(4, 3) * 2).astype(np.float32)
    mean = np.array([0.3, -0.4, 1.1], np.float32)

    check_gradient(normal_logpdf, x, mean, np.abs(x) + 1)

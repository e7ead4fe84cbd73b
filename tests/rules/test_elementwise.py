"""Arithmetic, and what holds for every elementwise function: both sides, broadcasting, classes, complex numbers."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructgradError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
X, W = np.random.default_rng(1).uniform(0.3, 2.0, (2, 3, 4))
TWO: list[tuple[str, Function]] = [
    ("add", np.add),
    ("subtract", np.subtract),
    ("multiply", np.multiply),
    ("divide", np.divide),
    ("remainder", np.remainder),
    ("fmod", np.fmod),
    ("negative fmod", lambda x, w: np.fmod(-x, w)),
    ("negative remainder", lambda x, w: np.remainder(-x, w)),
    ("divmod", lambda x, w: np.divmod(x, w)[1] * 1.5),
    ("copysign", lambda x, w: np.copysign(x, -w)),
    ("nextafter", np.nextafter),
    ("hypot", np.hypot),
    ("arctan2", np.arctan2),
    ("arctan2 left", lambda x, w: np.arctan2(-x, -w)),
    ("logaddexp", np.logaddexp),
    ("logaddexp2", np.logaddexp2),
    ("maximum", np.maximum),
    ("minimum", np.minimum),
    ("fmax", np.fmax),
    ("fmin", np.fmin),
    ("power", np.power),
    ("float_power", lambda x, w: np.float_power(x, w)),
    ("float power of negative", lambda x, w: (-x) ** 3 + (-x) ** -2 + w),
]


@pytest.mark.parametrize(("f"), [f for _, f in TWO], ids=[name for name, _ in TWO])
@pytest.mark.feature(65, 126, 174)
def test_functions_of_two_arguments_broadcast_both_ways(f: Function) -> None:
    for x, w in (
        (X, W),
        (X, W[0]),
        (X[:, :1], W[:1]),
        (X[0, 0], W[1]),
        (X, 0.83),
        (float(X[1, 1]), W),
        (1.3, 0.9),
    ):
        check_gradient(f, x, w)
    check_gradient(f, X[0], W[1], order=2)
    check_gradient(f, X[:, :1], W[0], order=2)
    check_gradient(f, X[:, ::-2].T, W.T[::2])
    check_gradient(f, np.zeros((0, 4)), np.ones(4))
    check_gradient(f, X[0].astype(np.float32), W[0].astype(np.float32))


@pytest.mark.parametrize("b", [W[:, :1], W[0], W[1:2, 2:3], 0.7, np.float64(-1.2)])
@pytest.mark.feature(126)
def test_a_divisor_of_many_numbers_agrees_with_differences(b: Any) -> None:
    check_gradient(lambda v: np.sin(X / v), b, order=2)
    check_gradient(lambda v: np.sin(v / X) / v, b, order=2)
    check_gradient(lambda v: X / v, np.asarray(b, np.float32))
    check_gradient(lambda v: (X + 1j * W) / v, b * (0.8 - 0.3j))


@pytest.mark.feature(135)
def test_a_divisor_of_0_has_no_say_where_it_is_not_asked_for() -> None:
    b = np.array([[0.0], [2.0]])

    with np.errstate(divide="ignore"):  # NumPy's own
        grad = sg.grad_bp(lambda v: np.sum(np.where(b > 0, X[:2] / v, 0.0)), b)

    np.testing.assert_allclose(grad, [[0.0], [-np.sum(X[1]) / 4]], rtol=1e-14)


@pytest.mark.feature(144)
def test_a_divisor_of_0_that_is_asked_for_is_a_pole() -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(sg.grad_bp(lambda v: np.sum(X / v), np.zeros(4)), [-np.inf] * 4)


SIDES = [2, 2.0, W[0], np.arange(1, 5), np.array(1.7), np.float64(1.5), np.int64(3)]
OPERATORS: list[tuple[str, Function]] = [
    ("+", lambda a, b: a + b),
    ("-", lambda a, b: a - b),
    ("*", lambda a, b: a * b),
    ("/", lambda a, b: a / b),
    ("**", lambda a, b: a**b),
    ("%", lambda a, b: a % b),
]


@pytest.mark.parametrize("f", [f for _, f in OPERATORS], ids=[name for name, _ in OPERATORS])
@pytest.mark.parametrize("x", [X, 0.7, np.float64(1.1)], ids=["array", "float", "float64"])
@pytest.mark.feature(65, 66)
def test_numbers_and_plain_arrays_on_either_side(f: Function, x: Any) -> None:
    # np.float64.__pow__ and np.power, which a traced value is handed, may differ in the last bit.
    for constant in SIDES[:-2] if f(2, 3) == 8 else SIDES:
        check_gradient(lambda v, c=constant: f(v, c), x)
        check_gradient(lambda v, c=constant: f(c, v), x)


@pytest.mark.feature(66)
def test_an_array_on_the_left_makes_no_object_array() -> None:
    check_gradient(lambda v: W * v - W / v, X[0], order=2)
    check_gradient(lambda v: np.float64(2.0) * v - np.ones(3) / v, 0.4, order=2)


@pytest.mark.feature(67)
@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda a: a + a + a + a + a, 5.0),
        (lambda a: a * a * a * a * a, 50000.0),
        (lambda a: a - a, 0.0),
        (lambda a: a / a, 0.0),
        (lambda a: a**0, 0.0),
        (lambda a: a**0.0, 0.0),
    ],
)
def test_a_value_met_by_itself(f: Function, expected: float) -> None:
    assert sg.grad_bp(f, 10.0) == expected
    np.testing.assert_array_equal(sg.grad_bp(lambda a: np.sum(f(a)), np.array([10.0, 10.0])), [expected] * 2)


@pytest.mark.feature(68)
def test_comparisons_answer_on_values_with_plain_truth() -> None:
    seen: list[object] = []

    def loss(v: sg.Array) -> sg.Scalar:
        a = v[0]
        seen.extend((a < 3, a == 3.0, a != 3, a >= v[1], 5 > a, bool(a), {a: 1}[a], hash(a) == hash(3.0)))
        seen.append((v > 2.5) | (v == 1.0))
        return a * a

    sg.grad_bp(loss, np.array([3.0, 1.0, 2.0]))

    assert seen[:-1] == [False, True, False, True, True, True, 1, True]
    assert type(seen[-1]) is np.ndarray
    assert seen[-1].dtype == bool
    np.testing.assert_array_equal(seen[-1], [True, True, False])


@pytest.mark.feature(68)
def test_the_truth_of_several_numbers_is_refused_as_numpy_does() -> None:
    with pytest.raises(ValueError, match="ambiguous"):
        sg.grad_bp(lambda v: np.sum(v) if v else 0.0, np.array([1.0, 2.0]))


POLES: list[tuple[Function, float, float]] = [
    (lambda v: v / (v - v), 2.0, np.nan),
    (lambda v: 2.0 / (v - 3.0), 3.0, -np.inf),
    (np.log, 0.0, np.inf),
    (np.sqrt, 0.0, np.inf),
    (np.cbrt, 0.0, np.inf),
    (np.reciprocal, 0.0, -np.inf),
    (np.arctanh, 1.0, np.inf),
    (np.arcsin, 1.0, np.inf),
    (lambda v: v**-1, 0.0, -np.inf),
    (lambda v: v**0.5, 0.0, np.inf),
    (lambda v: np.exp(v) * 0.0, 1000.0, np.nan),
]


@pytest.mark.feature(144)
@pytest.mark.parametrize(("f", "x", "expected"), POLES)
def test_poles_are_infinite_and_no_epsilon_hides_them(f: Function, x: float, expected: float) -> None:
    with np.errstate(all="ignore"):
        assert sg.grad_bp(f, np.float64(x)) == pytest.approx(expected, nan_ok=True)
        np.testing.assert_array_equal(sg.grad_bp(lambda v: np.sum(f(v)), np.array([x])), [expected])


@pytest.mark.feature(144)
def test_a_pole_warns_as_numpy_does() -> None:
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert sg.grad_bp(np.sqrt, 0.0) == np.inf
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert sg.grad_bp(lambda x: x**0.5, 0.0) == np.inf  # and not Python's ZeroDivisionError


def exactly(number: Function) -> Any:
    """The gradient of a rational function by numbers of a class of their own."""

    def f(x: Any, y: Any) -> Any:
        return -(x * y - 3) / (x + 2 * y) ** 3 + x**2 - 1 / y + abs(y) * 0

    x, y = number(1) / 3, number(5) / 7
    return sg.vjp(lambda p: f(*p))((x, y))[1](number(2)), (x, y)


@pytest.mark.feature(46)
def test_the_gradient_by_fractions_is_an_exact_fraction() -> None:
    third: Function = lambda x: x * x / 3  # noqa: E731  # a def would have to name types that mypy refuses
    assert sg.grad_bp(third)(Fraction(1, 3)) == Fraction(2, 9)

    (dx, dy), (x, y) = exactly(Fraction)

    s = x + 2 * y
    assert type(dx) is type(dy) is Fraction
    assert dx == 2 * (-y / s**3 + 3 * (x * y - 3) / s**4 + 2 * x)
    assert dy == 2 * (-x / s**3 + 6 * (x * y - 3) / s**4 + 1 / y**2)


@pytest.mark.feature(46)
def test_the_gradient_by_decimals_has_their_28_digits() -> None:
    (dx, dy), _ = exactly(Decimal)
    (ex, ey), _ = exactly(Fraction)

    assert type(dx) is type(dy) is Decimal
    assert abs(Fraction(dx) / ex - 1) < Fraction(1, 10**25)  # rounded to 28 digits some ten times
    assert abs(Fraction(dy) / ey - 1) < Fraction(1, 10**25)


class Meters:
    """A number of the user's own, that knows + and * only."""

    def __init__(self, size: float) -> None:
        self.size = size

    def __add__(self, other: "Meters") -> "Meters":
        return Meters(self.size + other.size)

    def __mul__(self, other: "Meters") -> "Meters":
        return Meters(self.size * other.size)

    def zero(self) -> "Meters":
        return Meters(0.0)

    def add(self, other: "Meters") -> "Meters":
        return self + other

    def one(self) -> "Meters":
        return Meters(1.0)


@pytest.mark.feature(52)
def test_a_class_with_nothing_but_plus_and_times_is_differentiated() -> None:
    grad = sg.vjp(lambda x: x * x * x + x)(Meters(2.0))[1](Meters(1.0))

    assert type(grad) is Meters
    assert grad.size == 13.0


Z = np.array([0.3 - 0.7j, -1.1 + 0.2j, 0.4 + 0.9j])
COMPLEX = [
    np.exp, np.expm1, np.log, np.log1p, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinh,
    np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.square, np.sqrt, np.reciprocal, np.absolute, np.sign,
    np.conjugate, np.exp2, np.log2, np.log10, np.sinc, np.negative,
    lambda z: z**3, lambda z: z**-0.5, lambda z: 1.3**z, lambda z: (2 + 1j) / z * np.conj(z) + z,
]  # fmt: skip


@pytest.mark.feature(46, 143)
@pytest.mark.parametrize("f", COMPLEX)
def test_complex_gradients_point_uphill(f: Function) -> None:
    check_gradient(f, Z)
    check_gradient(f, Z[:2], order=2)
    check_gradient(f, complex(Z[0]))


@pytest.mark.feature(46)
def test_the_gradient_of_a_squared_modulus_is_twice_the_number() -> None:
    assert sg.grad_bp(lambda z: np.abs(z) ** 2, 3.0 - 4.0j) == pytest.approx(6.0 - 8.0j)
    assert sg.grad_bp(np.abs, 3.0 - 4.0j) == pytest.approx(0.6 - 0.8j)
    assert sg.grad_bp(np.abs, 0j) == 0j


@pytest.mark.parametrize("z", [800 + 1j, -800 + 1j, 15 - 0.3j])
def test_tanh_saturates_without_nan_for_complex_numbers(z: complex) -> None:
    slopes = sg.vjp(lambda v: np.tanh(v))(np.array(z))[1](np.array(1 + 0j))

    with mpmath.workdps(40):
        exact = complex(mpmath.conj(mpmath.sech(z) ** 2))
    assert slopes == pytest.approx(exact, rel=1e-12)


def test_parts_of_numbers_keep_their_slopes() -> None:
    x = np.array([2.7, -1.2, 0.4])
    check_gradient(lambda v: np.modf(v)[0] * v + np.modf(v)[1], x, order=2)
    check_gradient(lambda v: np.frexp(v)[0] * np.exp2(np.frexp(v)[1]), x, order=2)
    check_gradient(lambda v: np.ldexp(v, [1, -2, 3]), x, order=2)
    check_gradient(np.heaviside, np.array([-1.0, 2.0, 3.0]), x)
    assert sg.grad_bp(lambda h: np.heaviside(0.0, h), 0.5) == 1.0
    assert sg.grad_bp(lambda h: np.heaviside(2.0, h), 0.5) == 0.0


@pytest.mark.parametrize("f", [np.add, np.multiply, np.maximum, np.sqrt, np.power])
def test_where_of_a_ufunc_is_refused(f: np.ufunc) -> None:
    with pytest.raises(StructgradError, match="where"):
        sg.grad_bp(lambda v: np.sum(f(*[v] * f.nin, where=v > 1.0)), X)


def test_dtype_of_a_ufunc_is_kept_and_undone() -> None:
    check_gradient(lambda v: np.multiply(v, v, dtype=np.float64), X[0].astype(np.float32))
    assert sg.grad_bp(lambda v: np.exp(v, dtype=np.float64), np.float32(1.0)).dtype == np.float32

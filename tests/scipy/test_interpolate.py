"""Tables read between their points: SciPy's results, and gradients by the table, its points and where it is read."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.interpolate

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.scipy import interpolate
from structgrad.testing import check_gradient

scipys: Any = scipy.interpolate
X = np.array([0.0, 0.5, 1.2, 2.0, 3.1, 3.5])
Y = np.sin(1.7 * np.arange(24.0)).reshape(2, 6, 2)
LINE = Y[0, :, 0]
AT = np.array([[0.3, 1.21, 2.7], [0.9, 3.32, -0.4]])
INSIDE = np.abs(AT)
GRID = (np.array([0.0, 0.5, 0.7, 2.0]), np.array([-0.5, 1.0, 2.5]))
TABLE = np.cos(1.3 * np.arange(24.0)).reshape(4, 3, 2)
POINTS = np.array([[0.2, 0.1], [0.61, 1.9], [1.7, 2.3]])
BOUNDARIES: list[Any] = [
    "not-a-knot",
    "natural",
    "clamped",
    ((1, np.ones((2, 2))), (2, np.full((2, 2), 0.5))),
    ("not-a-knot", "natural"),
]


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("n", [2, 3, 6])
def test_cubic_splines_agree_with_differences(boundary: Any, n: int) -> None:
    def spline(x: Any, y: Any, at: Any) -> Any:
        made = interpolate.CubicSpline(x, y, axis=1, bc_type=boundary)
        return made(at), made(at, 1), made.derivative(2)(at)

    check_gradient(spline, X[:n], Y[:, :n], AT)


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_periodic_cubic_splines_agree_with_differences(n: int) -> None:
    def spline(x: Any, y: Any, at: Any) -> Any:
        y = np.concatenate([y[:, :-1], y[:, :1]], axis=1)
        return interpolate.CubicSpline(x, y, axis=1, bc_type="periodic")(at)

    check_gradient(spline, X[:n], Y[:, :n], AT)


def test_second_derivatives_of_cubic_interpolants_agree_with_differences() -> None:
    check_gradient(lambda x, y: interpolate.CubicSpline(x, y)(AT[:, :2]), X[:5], LINE[:5], order=2)
    check_gradient(lambda x, y: interpolate.PchipInterpolator(x, y)(AT[:, :2]), X[:3], LINE[:3], order=2)


def test_a_complex_spline_agrees_with_differences() -> None:
    check_gradient(lambda x, y: interpolate.CubicSpline(x, y)(AT), X, LINE + 1j * Y[0, :, 1])


@pytest.mark.parametrize("n", [2, 3, 6])
def test_monotone_and_hermite_cubics_agree_with_differences(n: int) -> None:
    check_gradient(lambda x, y: interpolate.PchipInterpolator(x, y, axis=1)(AT), X[:n], Y[:, :n])
    rising_then_steep = np.array([0.0, 0.1, -5.0, -5.5, -7.0, -7.2])
    check_gradient(lambda x, y: interpolate.PchipInterpolator(x, y)(AT), X[:n], rising_then_steep[:n])
    check_gradient(lambda x, y, s: interpolate.CubicHermiteSpline(x, y, s, axis=1)(AT), X[:n], Y[:, :n], Y[:, -n:])


@pytest.mark.parametrize("ends", [(0.3, 2.4), (2.4, 0.3), (-1.0, 4.2)])
def test_integrals_of_splines_agree_with_differences(ends: tuple[float, float]) -> None:
    check_gradient(lambda x, y, a, b: interpolate.CubicSpline(x, y).integrate(a, b), X, Y[0], *ends)
    check_gradient(interpolate.CubicSpline(X, Y[0]).integrate, *ends)


def test_the_slope_of_an_integral_by_an_end_on_a_knot_is_the_value_there() -> None:
    _, pullback = sg.vjp(lambda a: interpolate.PchipInterpolator(X, LINE).integrate(a, 3.0))(1.2)

    np.testing.assert_allclose(pullback(1.0), -LINE[2], rtol=1e-14)  # two pieces, added


@pytest.mark.parametrize(
    "read",
    [
        lambda y, at: interpolate.CubicSpline(X, y, extrapolate=False)(at),
        lambda y, at: interpolate.BSpline(np.arange(10.0) - 3.0, y, 3, extrapolate=False)(at),
        lambda y, at: interpolate.interp1d(X, y, "previous", fill_value="extrapolate")(at[:1]),
        lambda y, at: interpolate.interp1d(X, y, "next", fill_value="extrapolate")(at[1:]),
    ],
)
def test_where_a_table_is_not_a_number_it_is_flat(read: Any) -> None:
    value, pullback = sg.vjp(lambda y: read(y, np.array([-9.0, 9.0])))(LINE)

    assert np.isnan(value).all()
    assert not pullback(np.ones_like(value)).any()


@pytest.mark.parametrize(
    "spline",
    [
        interpolate.CubicSpline(X, LINE),
        interpolate.CubicSpline(X, LINE).derivative(),
        interpolate.PchipInterpolator(X, LINE),
        interpolate.BSpline(np.arange(10.0), Y, 3, axis=1),
        interpolate.interp1d(X, Y, "cubic", axis=1),
        interpolate.interp1d(X[::-1], Y, axis=1),
    ],
)
def test_a_plain_table_is_differentiable_in_where_it_is_read(spline: Callable[[Any], Any]) -> None:
    check_gradient(spline, INSIDE)
    check_gradient(lambda a: spline(np.array([a, 0.4])), 1.3)


@pytest.mark.parametrize("extrapolate", [True, False, "periodic"])
@pytest.mark.parametrize("k", [0, 1, 3])
def test_b_splines_agree_with_differences(k: int, extrapolate: Any) -> None:
    t = np.array([0.0, 0.4, 0.9, 1.5, 1.6, 2.2, 2.9, 3.1, 3.8, 4.0, 4.6, 5.1])[: 7 + k]
    c = Y[:, :6]
    at = t[k] + (t[6] - t[k]) * np.array([[0.11, 0.7], [0.53, 0.91]])

    def spline(t: Any, c: Any, at: Any, nu: int = 0) -> Any:
        return interpolate.BSpline(t, c, k, extrapolate=extrapolate, axis=1)(at, nu)

    check_gradient(spline, t, c, at)
    check_gradient(lambda t, c, at: spline(t, c, at, 1), t, c, at)
    check_gradient(lambda t, c: np.nan_to_num(spline(t, c, at * 2.0 - 0.7)), t, c)


def test_tables_on_a_grid_agree_with_differences() -> None:
    def read(grid: Any, values: Any, xi: Any, **options: Any) -> Any:
        return interpolate.RegularGridInterpolator(grid, values, **options)(xi)

    check_gradient(read, GRID, TABLE, POINTS)
    check_gradient(read, GRID, TABLE[..., 0], POINTS[:2], order=2)
    check_gradient(read, (GRID[0], GRID[1][::-1].copy()), TABLE + 1j, POINTS)
    for fill in (None, 7.0):
        check_gradient(
            lambda *given, fill=fill: read(*given, bounds_error=False, fill_value=fill), GRID, TABLE, 3 * POINTS - 1
        )
    check_gradient(lambda v, xi: read(GRID, v, xi, method="nearest"), TABLE, POINTS)
    check_gradient(lambda v: read((GRID[0], [1.0]), v, [[0.2, 1.0]]), TABLE[:, :1])
    check_gradient(lambda v: interpolate.interpn(GRID, v, [1.0, 1.2]), TABLE)


def test_a_plain_table_on_a_grid_is_differentiable_in_where_it_is_read() -> None:
    table = interpolate.RegularGridInterpolator(GRID, TABLE[..., 0])

    check_gradient(table, POINTS)
    check_gradient(lambda a, b: table((a, b)), POINTS[:, 0], 1.3)
    check_gradient(lambda a: table([[a, 0.5], [0.3, a]]), 1.3)


KINDS = ["linear", "slinear", "cubic", "zero", "previous", "next", "nearest", "nearest-up", 3]


@pytest.mark.parametrize("kind", KINDS)
def test_tables_along_an_axis_agree_with_differences(kind: Any) -> None:
    def read(x: Any, y: Any, at: Any, **options: Any) -> Any:
        return np.nan_to_num(interpolate.interp1d(x, y, kind, axis=1, **options)(at))

    check_gradient(lambda y, at: read(X, y, at), Y, INSIDE)
    check_gradient(lambda y: read(X, y, AT, bounds_error=False, fill_value=(1.0, 2.0)), Y)
    check_gradient(lambda y: read(X, y, [-1.0, 3.6], fill_value="extrapolate"), Y)
    check_gradient(lambda x, y: read(x, y, INSIDE), X[::-1].copy(), Y)


def test_on_a_knot_the_slope_is_the_mean_of_both_sides_and_at_an_end_that_within() -> None:
    x, y = np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0])

    for read in (interpolate.interp1d(x, y), interpolate.RegularGridInterpolator((x,), y)):
        loss: Callable[..., Any] = lambda a, read=read: np.sum(read([a]))  # noqa: E731
        assert [sg.grad_bp(loss)(a) for a in x.tolist()] == [1.0, 2.0, 3.0]


def test_a_table_counts_as_it_was_when_it_was_made() -> None:
    x, y = X.copy(), LINE.copy()
    table = interpolate.interp1d(x, y)
    expected = sg.grad_bp(lambda a: table(a)[()], 0.7)
    x += 1.0
    y += 5.0

    assert sg.grad_bp(lambda a: table(a)[()], 0.7) == expected

    def of_traced(y: Any) -> Any:
        x = X.copy()
        table = interpolate.interp1d(x, y)
        x += 0.1
        return table(0.7)[()]

    assert np.array_equal(sg.grad_bp(of_traced)(LINE), sg.grad_bp(lambda y: interpolate.interp1d(X, y)(0.7)[()])(LINE))


def test_on_plain_arguments_all_is_scipys() -> None:
    for name, args in {
        "CubicSpline": (X, LINE),
        "PchipInterpolator": (X, LINE),
        "CubicHermiteSpline": (X, LINE, LINE),
        "BSpline": (np.arange(10.0), LINE, 3),
        "interp1d": (X, LINE),
        "RegularGridInterpolator": ((X,), LINE),
    }.items():
        ours, theirs = (getattr(module, name)(*args) for module in (interpolate, scipys))
        at = INSIDE[..., None] if name == "RegularGridInterpolator" else INSIDE
        assert isinstance(ours, getattr(scipys, name))
        for made in (ours, pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours)):
            assert np.array_equal(made(at), theirs(at))
    assert np.array_equal(*(m.CubicSpline(X, LINE).roots() for m in (interpolate, scipys)))
    assert np.array_equal(*(m.interpn(GRID, TABLE, POINTS, "nearest") for m in (interpolate, scipys)))
    assert interpolate.CubicSpline(X, LINE).integrate(0.0, 1.0) == scipys.CubicSpline(X, LINE).integrate(0.0, 1.0)
    assert interpolate.make_interp_spline is scipys.make_interp_spline


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda y: interpolate.interp1d(X, y, "quadratic")(1.0), MissingRuleError, "cubic"),
        (lambda y: interpolate.interp1d(X, y, fill_value=y[0])(1.0), MissingRuleError, "fill_value"),
        (lambda y: interpolate.RegularGridInterpolator((X,), y, "cubic")([1.0]), MissingRuleError, "linear"),
        (lambda y: interpolate.RegularGridInterpolator((X,), y)([9.0]), ValueError, "bounds"),
        (lambda y: interpolate.CubicSpline(X, y, bc_type=((1, y[0]), (1, 0.0)))(1.0), MissingRuleError, "bc_type"),
        (lambda y: interpolate.CubicSpline(X, y).roots(), AttributeError, "stop_gradient"),
        (lambda y: interpolate.CubicSpline(X, y).integrate(0, 1, "periodic"), MissingRuleError, "period"),
        (lambda y: interpolate.CubicSpline(X[::-1], y)(1.0), ValueError, "increasing"),
        (lambda y: interpolate.make_interp_spline(X, y)(1.0), LostGradientError, "float"),
    ],
)
def test_what_has_no_derivative_is_refused_with_a_reason(f: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        sg.grad_bp(lambda y: np.sum(f(y)), LINE)

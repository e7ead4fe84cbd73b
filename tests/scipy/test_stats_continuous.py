"""The continuous distributions of structgrad.scipy.stats: SciPy's values, and slopes by x and every parameter."""

import operator
from typing import Any

import numpy as np
import pytest
import scipy.stats

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import stats
from structgrad.testing import check_gradient

inf, nan = np.inf, np.nan
SHAPES: dict[str, tuple[float, ...]] = {
    "norm": (),
    "cauchy": (),
    "laplace": (),
    "logistic": (),
    "gumbel_r": (),
    "gumbel_l": (),
    "t": (3.7,),
    "gennorm": (1.6,),
    "expon": (),
    "gamma": (2.3,),
    "chi2": (3.4,),
    "pareto": (2.6,),
    "uniform": (),
    "beta": (1.7, 2.6),
    "truncnorm": (-0.8, 1.9),
    "vonmises": (1.3,),
    "wrapcauchy": (0.4,),
}
METHODS = ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"]
Q = np.array([0.07, 0.94])
BOUNDED = ["expon", "gamma", "chi2", "pareto", "uniform", "beta", "truncnorm", "wrapcauchy"]
ENDLESS = ["cauchy", "t", "pareto", "truncnorm", "vonmises", "wrapcauchy"]  # no mean for some shapes, or a long one


def of(name: str, method: str) -> Any:
    return operator.attrgetter(f"{name}.{method}")(stats)


def points(name: str, method: str, *, loc: float = 0.0, scale: float = 1.0) -> Any:
    """Quantiles or probabilities, in the lower tail and in the upper tail."""
    return Q if method in ("ppf", "isf") else of(name, "ppf")(Q, *SHAPES[name], loc, scale)


def same(found: Any, expected: Any) -> None:
    """Equal to the last bit, and of one dtype."""
    assert np.asarray(found).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SHAPES)
def test_slopes_by_x_and_every_parameter_agree_with_differences(name: str, method: str) -> None:
    shapes = SHAPES[name]
    x = points(name, method, loc=0.3, scale=1.7)
    if name == "vonmises" and method not in ("pdf", "logpdf"):  # the shape of its cdf is refused
        check_gradient(lambda x, loc, scale: of(name, method)(x, *shapes, loc, scale), x, 0.3, 1.7)
    else:
        check_gradient(lambda x, *params: of(name, method)(x, *params), x, *shapes, 0.3, 1.7)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("method", ["pdf", "logpdf"])
def test_densities_differentiate_twice(name: str, method: str) -> None:
    check_gradient(lambda x, *params: of(name, method)(x, *params), points(name, method)[0], *SHAPES[name], order=2)


@pytest.mark.parametrize("name", ["norm", "gumbel_l", "pareto", "truncnorm"])
@pytest.mark.parametrize("method", ["cdf", "logcdf", "logsf", "ppf", "isf"])
def test_tails_and_quantiles_differentiate_twice(name: str, method: str) -> None:
    check_gradient(lambda x, *params: of(name, method)(x, *params), points(name, method)[1], *SHAPES[name], order=2)


@pytest.mark.parametrize("name", ["gamma", "beta", "t", "gennorm"])
@pytest.mark.parametrize("method", ["cdf", "ppf"])
def test_tails_with_shapes_differentiate_twice_by_x(name: str, method: str) -> None:
    check_gradient(lambda x: of(name, method)(x, *SHAPES[name], 0.3, 1.7), points(name, method)[1], order=2)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("method", METHODS)
def test_under_differentiation_the_values_are_scipys(name: str, method: str) -> None:
    scipys = getattr(getattr(scipy.stats, name), method)
    far = [0.0, 1e-300, 1e-9, 0.2, 0.999, 1.0, 1.5, -0.1, nan]
    if method not in ("ppf", "isf"):
        far += [*scipys.__self__.ppf([1e-12, 0.5, 1 - 1e-12], *SHAPES[name]), -40.0, 40.0, 1e3, -1e3, inf, -inf]
    x = np.array(far)
    with np.errstate(all="ignore"):
        for rest in [(), (0.3, 1.7), (1, 2), (np.float32(0.3), np.array([[2.0], [-1.0]]))]:
            found, _ = sg.vjp(lambda x, rest=rest: of(name, method)(x, *SHAPES[name], *rest))(x)
            same(found, scipys(x, *SHAPES[name], *rest))


@pytest.mark.parametrize("name", ["norm", "expon", "uniform", "t"])
@pytest.mark.parametrize("method", METHODS)
def test_gradients_of_float32_are_float32_and_values_as_wide_as_scipys(name: str, method: str) -> None:
    params = [np.float32(p) for p in (*SHAPES[name], 0.25, 1.5)]
    x = points(name, method).astype(np.float32)
    value, pullback = sg.vjp(lambda at: of(name, method)(at[0], *at[1]))((x, params))
    grads = pullback(np.ones_like(value))

    same(value, getattr(getattr(scipy.stats, name), method)(x, *params))
    assert [np.float32] * (1 + len(params)) == [g.dtype for g in (grads[0], *grads[1])]


@pytest.mark.parametrize(
    ("name", "method"), [("norm", "logcdf"), ("beta", "pdf"), ("gamma", "logpdf"), ("gamma", "ppf")]
)
def test_parameters_broadcast(name: str, method: str) -> None:
    x = points(name, method)[:, None] * np.ones((2, 3))[:, ::-1]
    shapes = [np.linspace(1.0, 1.3, 3) * shape for shape in SHAPES[name]]

    check_gradient(
        lambda x, shapes, loc, scale: of(name, method)(x, *shapes, loc=loc, scale=scale),
        x,
        shapes,
        np.array([[[0.0]], [[-0.1]]]),
        1.2,
    )


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("method", METHODS[:6])
def test_outside_of_the_support_nothing_moves(name: str, method: str) -> None:
    params = (*SHAPES[name], 0.3, 1.7)
    low, high = getattr(scipy.stats, name)(*params).support()
    for x in [low - 1e-3, high + 1e9 if np.isfinite(high) else low - 10.0]:
        grads = sg.grad_bp(lambda at: of(name, method)(*at), (x, *params))

        assert [0.0] * len(grads) == list(grads)


@pytest.mark.parametrize("name", BOUNDED)
def test_outside_of_the_support_nothing_moves_twice(name: str) -> None:
    at = np.array([*SHAPES[name], 0.0, 1.5])
    x = getattr(scipy.stats, name)(*at).support()[0] - 2.0

    for method in ("pdf", "logpdf"):
        bent = sg.hessian(lambda p, method=method: of(name, method)(x, *p))(at)
        np.testing.assert_array_equal(bent, np.zeros((at.size, at.size)))


@pytest.mark.parametrize("method", METHODS[:6])
def test_the_support_may_lie_far_from_zero(method: str) -> None:
    f = of("truncnorm", method)

    slopes = sg.jacobian(lambda ends: f(np.array([29.0, 30.1, 40.0]), *ends))(np.array([30.0, 35.0]))
    np.testing.assert_array_equal(slopes[::2], 0.0)
    check_gradient(lambda x, a, b: f(x, a, b), 30.1, 30.0, 30.5)


def test_points_outside_do_not_spoil_those_inside() -> None:
    x = np.array([-1.0, 0.0, 0.5, 2.0])

    _, (dx, da, db) = sg.backprop(lambda p: np.sum(stats.beta.pdf(*p)))((x, 1.7, 2.6))
    _, (inside, inside_a, inside_b) = sg.backprop(lambda p: stats.beta.pdf(*p))((0.5, 1.7, 2.6))

    np.testing.assert_array_equal(dx, [0.0, 0.0, inside, 0.0])
    assert (da, db) == (inside_a, inside_b)


@pytest.mark.feature(137)
def test_the_normal_density_has_the_slope_of_the_feature_list() -> None:
    by_x, by_mean, by_deviation = sg.grad_bp(lambda p: stats.norm.pdf(*p), (0.0, 1.0, 1.0))

    assert by_x == pytest.approx(0.2420, abs=5e-5)  # the four digits of the list
    assert (by_mean, by_deviation) == (-by_x, 0.0)
    check_gradient(lambda x, mean, var: stats.norm.pdf(x, mean, np.sqrt(var)), 0.3, 1.0, 2.5, order=2)
    check_gradient(lambda x, mean, std: stats.norm.logpdf(x, loc=mean, scale=std), Q, 1.0, 2.5, order=2)


def test_parameters_come_by_name_or_from_a_frozen_distribution() -> None:
    slopes = [
        sg.grad_bp(f, (0.4, 2.0, 3.0))
        for f in (
            lambda p: stats.gamma.logpdf(p[0], p[1], 0.1, p[2]),
            lambda p: stats.gamma.logpdf(p[0], a=p[1], scale=p[2], loc=0.1),
            lambda p: stats.gamma(p[1], 0.1, scale=p[2]).logpdf(p[0]),
            lambda p: stats.gamma.freeze(p[1], loc=0.1, scale=p[2]).logpdf(x=p[0]),
        )
    ]

    assert slopes == [slopes[0]] * 4
    assert stats.gamma(2.0).logpdf(0.4) == scipy.stats.gamma.logpdf(0.4, 2.0)
    assert sg.grad_bp(lambda x: stats.gamma(2.0).logpdf(x), 0.4) == 1.0 / 0.4 - 1.0


def test_lists_of_traced_values_are_arrays() -> None:
    check_gradient(lambda v, w: stats.norm.cdf([v, w, 0.3], [v, 0.0, w], 2.0), 0.4, -0.7)
    check_gradient(lambda v, w: stats.norm.ppf([v, w]), 0.4, 0.7)


@pytest.mark.parametrize(
    ("args", "kwargs"), [((1.0, 1.0, 1.0, 1.0), {}), ((), {}), ((2.0,), {"a": 1.0}), ((2.0,), {"b": 1.0})]
)
def test_no_more_than_scipy_takes(args: tuple[float, ...], kwargs: dict[str, float]) -> None:
    with pytest.raises(TypeError, match=r"gamma\.logpdf"):
        sg.grad_bp(lambda x: stats.gamma.logpdf(x, *args, **kwargs), 0.3)


@pytest.mark.parametrize("method", METHODS[2:])
def test_the_concentration_of_a_distribution_function_on_the_circle_is_refused(method: str) -> None:
    with pytest.raises(MissingRuleError, match=rf"vonmises\.{method} .* argument kappa \(test_stats_continuous"):
        sg.grad_bp(lambda kappa: of("vonmises", method)(0.3, kappa), 1.3)


@pytest.mark.parametrize("method", ["mean", "var", "std", "entropy"])
@pytest.mark.parametrize("name", SHAPES)
def test_summaries_agree_with_differences_where_they_have_a_short_form(name: str, method: str) -> None:
    params = (*SHAPES[name], np.array([0.3, -0.2]), 1.7)
    if name in (ENDLESS if method != "entropy" else ["truncnorm"]):
        with pytest.raises(MissingRuleError, match=rf"stats\.{name}\.{method} has no derivative \(test_stats_conti"):
            sg.grad_bp(lambda p: of(name, method)(*p), params)
    else:
        check_gradient(lambda *p: of(name, method)(*p), *params)

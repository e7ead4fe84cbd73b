"""Slopes of the distributions of structgrad.scipy.stats against mpmath: far tails, large shapes, neighbours of 1."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.scipy import stats
from structgrad.scipy.stats.digits import half_step, log_excess

mp = mpmath.MPContext()
mp.dps = 50
TINY = mp.mpf(10) ** -20  # a step whose square is far below all digits of a float
lg, log, exp = mp.loggamma, mp.log, mp.exp

# The logarithms of the densities, where they are smooth; of truncnorm without what the shapes do.
LOGS: dict[str, Callable[..., Any]] = {
    "norm": lambda x: -x * x / 2,
    "cauchy": lambda x: -log(1 + x * x),
    "laplace": lambda x: -abs(x),
    "logistic": lambda x: -x - 2 * mp.log1p(exp(-x)),
    "gumbel_r": lambda x: -x - exp(-x),
    "gumbel_l": lambda x: x - exp(x),
    "t": lambda x, n: lg((n + 1) / 2) - lg(n / 2) - log(n) / 2 - (n + 1) / 2 * mp.log1p(x * x / n),
    "gennorm": lambda x, b: log(b) - lg(1 / b) - abs(x) ** b,
    "expon": lambda x: -x,
    "gamma": lambda x, a: (a - 1) * log(x) - x - lg(a),
    "chi2": lambda x, n: (n / 2 - 1) * log(x) - x / 2 - lg(n / 2) - n / 2 * log(2),
    "pareto": lambda x, b: log(b) - (b + 1) * log(x),
    "beta": lambda x, a, b: (a - 1) * log(x) + (b - 1) * mp.log1p(-x) + lg(a + b) - lg(a) - lg(b),
    "truncnorm": lambda x, a, b: -x * x / 2 - log(mp.erfc(a / mp.sqrt(2)) - mp.erfc(b / mp.sqrt(2))),
    "vonmises": lambda x, k: k * mp.cos(x) - log(mp.besseli(0, k)),
    "wrapcauchy": lambda x, c: log((1 - c * c) / (1 + c * c - 2 * c * mp.cos(x))),
}
CASES: list[tuple[str, list[float], tuple[float, ...]]] = [
    ("norm", [-40.0, 1e-8, 1e5], ()),
    ("cauchy", [-1e200, 1e-9, 3.0, 1e10], ()),
    ("laplace", [-600.0, 1e-9], ()),
    ("logistic", [-700.0, 1e-9, 40.0], ()),
    ("gumbel_r", [-5.0, 1e-10, 700.0], ()),
    ("gumbel_l", [5.0, 1e-10, -700.0], ()),
    ("t", [-1e150, 1e-6, 4.0], (3.7,)),
    ("t", [-5.0, 1.55, 40.0], (19.0,)),
    ("t", [-5.0, 1.55, 40.0], (21.0,)),
    ("t", [-5.0, 0.1, 1e3], (1e9,)),
    ("t", [-5.0, 0.1, 1e3], (0.01,)),
    ("gennorm", [-30.0, 1e-7, 0.9, 4.0], (1.6,)),
    ("gennorm", [-1.1, 0.2, 0.9], (50.0,)),
    ("expon", [1e-9, 800.0], ()),
    ("gamma", [1e-300, 1e-5, 2.0, 1e3], (2.3,)),
    ("gamma", [1e-300, 1e-5, 2.0, 1e3], (0.01,)),
    ("gamma", [9e5, 1.001e6], (1e6,)),
    ("chi2", [1e-300, 1e-5, 2.0, 1e3], (3.4,)),
    ("pareto", [1.0001, 1e100], (2.6,)),
    ("beta", [1e-300, 1e-9, 0.4, 1 - 1e-9], (1.7, 2.6)),
    ("beta", [1e-300, 1e-9, 0.4, 1 - 1e-9], (0.01, 0.02)),
    ("beta", [0.49, 0.5001], (1e6, 1e6)),
    ("truncnorm", [-0.79, 1e-9, 1.89], (-0.8, 1.9)),
    ("truncnorm", [30.1, 34.0], (30.0, 35.0)),
    ("vonmises", [-3.1, 1e-9, 2.0, 3.14], (1.3,)),
    ("vonmises", [-1e-3, 2e-2], (1e4,)),
    ("wrapcauchy", [1e-9, 0.3, 3.1, 6.28], (0.4,)),
    ("wrapcauchy", [1e-5, 3.1, 6.28], (0.9999,)),
]


def _slope(f: Callable[..., Any], at: tuple[float, ...], i: int) -> float:
    def along(v: Any) -> Any:
        return f(*map(mp.mpf, at[:i]), v, *map(mp.mpf, at[i + 1 :]))

    return float(mp.diff(along, mp.mpf(at[i]), h=abs(at[i]) * TINY))


@pytest.mark.parametrize(("name", "points", "shapes"), CASES, ids=lambda case: str(case))
def test_slopes_of_log_densities_keep_their_digits(name: str, points: list[float], shapes: tuple[float, ...]) -> None:
    for x in points:
        at = (x, *shapes)
        found = sg.grad_bp(lambda p: getattr(stats, name).logpdf(*p), at)
        exact = [_slope(LOGS[name], at, i) for i in range(len(at))]
        # The logarithm of SciPy's mass between -34 and -30 is the difference of two near 500.
        rtol = 1e-10 if name != "truncnorm" else 3e-10
        np.testing.assert_allclose(found, exact, rtol=rtol)


def _hazard(name: str, x: float, upper: bool) -> float:
    """f / (1 − F) or f / F."""
    x = mp.mpf(x)
    side = 1 if upper else -1
    if name == "norm":
        return float(exp(-x * x / 2) * mp.sqrt(2 / mp.pi) / mp.erfc(side * x / mp.sqrt(2)))
    if name == "logistic":
        return float(1 / (1 + exp(-side * x)))
    if name == "laplace":
        return float(1 / (2 * exp(-side * x) - 1)) if side * x < 0 else 1.0
    u = exp(-x) if name == "gumbel_r" else exp(x)
    return float(u / mp.expm1(u)) if upper == (name == "gumbel_r") else float(u)


@pytest.mark.parametrize("name", ["norm", "logistic", "laplace", "gumbel_r", "gumbel_l"])
def test_slopes_of_log_tails_keep_their_digits_far_out(name: str) -> None:
    far = [-30.0, -6.0, -1e-3, 0.7, 6.0, 30.0] if "gumbel" not in name else [-6.0, -1e-3, 0.7, 6.0]
    for x in far:
        logcdf, logsf = sg.grad_bp(getattr(stats, name).logcdf, x), sg.grad_bp(getattr(stats, name).logsf, x)
        np.testing.assert_allclose([logcdf, -logsf], [_hazard(name, x, False), _hazard(name, x, True)], rtol=1e-12)


def test_the_slope_of_the_normal_log_tail_a_thousand_deviations_out() -> None:
    x = 1e3

    assert sg.grad_bp(lambda x: stats.norm.logsf(x), x) == pytest.approx(-(x + 1 / x - 2 / x**3), rel=1e-12)


@pytest.mark.parametrize("x", [-3.0, -0.5])
@pytest.mark.parametrize("df", [0.3, 2.0, 30.0, 1e4])
def test_the_slope_of_students_t_by_its_degrees_of_freedom(df: float, x: float) -> None:
    def lower(n: Any) -> Any:
        return mp.betainc(n / 2, mp.mpf(1) / 2, 0, n / (n + mp.mpf(x) ** 2), regularized=True) / 2

    exact = float(mp.diff(lower, mp.mpf(df), h=df * TINY))
    # Two terms of the order of 1/df leave one of 1/df².
    assert sg.grad_bp(lambda n: stats.t.cdf(x, n), df) == pytest.approx(exact, rel=1e-13 * max(df, 10))


@pytest.mark.parametrize("h", [0.3, 9.9, 10.1, 30.0, 1e6])
def test_a_half_step_of_the_digamma_function(h: float) -> None:
    exact = mp.digamma(mp.mpf(h) + 0.5) - mp.digamma(h) - 1 / (2 * mp.mpf(h))

    # Below 10 it is a difference of numbers near 2 that leaves 1e-3.
    assert half_step(np.float64(h)) == pytest.approx(float(exact), rel=1e-12 if h < 10 else 3e-15)


@pytest.mark.parametrize("u", [1e-9, 0.01, 0.124, 0.126, 3.0])
def test_the_excess_of_a_logarithm(u: float) -> None:
    exact = mp.log1p(u) - mp.mpf(u) / (1 + mp.mpf(u))

    assert log_excess(np.float64(u)) == pytest.approx(float(exact), rel=1e-14)


def test_infinitely_many_degrees_of_freedom_do_not_move() -> None:
    assert sg.grad_bp(lambda n: stats.t.logpdf(0.3, n), np.inf) == 0.0
    assert sg.grad_bp(lambda x: stats.t.logpdf(x, np.inf), 0.3) == -0.3


@pytest.mark.parametrize(("b", "x"), [(0.4, 1e-8), (0.4, 30.0), (1.6, 1e-8), (1.6, 3.0), (7.0, 0.9), (7.0, 1.3)])
def test_the_slope_of_gennorms_distribution_by_its_shape(b: float, x: float) -> None:
    def upper(b: Any) -> Any:
        return mp.gammainc(1 / b, mp.mpf(x) ** b, regularized=True) / 2

    exact = mp.diff(upper, mp.mpf(b), h=mp.mpf(10) ** -20)
    assert sg.grad_bp(lambda b: stats.gennorm.sf(x, b), b) == pytest.approx(float(exact), rel=1e-11)

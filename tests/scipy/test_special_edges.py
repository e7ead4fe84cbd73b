"""Kinks, ends and far tails of SciPy's special functions; NumPy's warnings are errors here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import structgrad as sg

inf = np.inf
Function = Callable[..., Any]


def slopes(f: Function, *at: float) -> list[float]:
    """The slopes of a function by each of its arguments."""
    return [float(g) for g in sg.grad_bp(lambda p: f(*p))(tuple(map(np.float64, at)))]


# Where, and what is right there by the conventions: 0 at kinks, the formula to the letter at singular ends.
EDGES: list[tuple[Function, tuple[float, ...], list[float]]] = [
    (special.xlogy, (0.0, 0.0), [-inf, 0.0]),
    (special.xlogy, (0.0, 2.0), [np.log(2.0), 0.0]),
    (special.xlog1py, (0.0, -1.0), [-inf, 0.0]),
    (special.entr, (0.0,), [inf]),
    (special.entr, (1.0,), [-1.0]),
    (special.rel_entr, (0.0, 2.0), [-inf, 0.0]),
    (special.kl_div, (0.0, 2.0), [-inf, 1.0]),
    (special.kl_div, (0.0, 0.0), [-inf, 1.0]),
    (special.kl_div, (2.0, 2.0), [0.0, 0.0]),
    (special.huber, (1.0, 1.0), [0.0, 1.0]),
    (special.huber, (1.0, -3.0), [2.0, -1.0]),
    (special.pseudo_huber, (0.0, 0.0), [0.0, 0.0]),
    (special.pseudo_huber, (1.0, 1e200), [1e200, 1.0]),
    (special.erfinv, (1.0,), [inf]),
    (special.erfinv, (-1.0,), [inf]),
    (special.erfcinv, (0.0,), [-inf]),
    (special.ndtr, (-100.0,), [0.0]),
    (special.ndtr, (100.0,), [0.0]),
    (special.log_ndtr, (-1e10,), [1e10]),
    (special.log_ndtr, (1e3,), [0.0]),
    (special.expit, (-1e4,), [0.0]),
    (special.expit, (1e4,), [0.0]),
    (special.log_expit, (-1e4,), [1.0]),
    (special.log_expit, (1e4,), [0.0]),
    (special.boxcox, (0.0, 2.0), [0.0, 0.25]),
    (special.boxcox1p, (-1.0, 2.0), [0.0, 0.25]),
    (special.boxcox, (2.0, 0.0), [0.5, np.log(2.0) ** 2 / 2]),
    (special.powm1, (0.0, 2.0), [0.0, 0.0]),
    (special.gammainc, (2.0, 0.0), [0.0, 0.0]),
    (special.gammainc, (1.0, 0.0), [0.0, 1.0]),
    (special.betainc, (2.0, 3.0, 0.0), [0.0, 0.0, 0.0]),
    (special.betainc, (2.0, 1.0, 1.0), [0.0, 0.0, 2.0]),
    (special.fdtr, (2.0, 3.0, 0.0), [0.0, 0.0, 1.0]),
    (special.stdtr, (2.0, 0.0), [0.0, 0.125**0.5]),
    (lambda t: special.stdtr(inf, t), (1.0,), [np.exp(-0.5) / np.sqrt(2 * np.pi)]),
    (lambda p: special.bdtr(5, 5, p), (0.3,), [0.0]),
    (lambda p: special.bdtrc(-1, 5, p), (0.3,), [0.0]),
    (special.i0e, (0.0,), [0.0]),
    (special.i1e, (0.0,), [0.5]),
    (lambda x: special.jv(1, x), (0.0,), [0.5]),
    (lambda x: special.jv(0.5, x), (0.0,), [inf]),
    (lambda x: special.beip(x), (0.0,), [0.5]),
    (lambda x: special.sici(x)[0], (0.0,), [1.0]),
    (lambda x: special.shichi(x)[0], (0.0,), [1.0]),
    (lambda x: special.it2j0y0(x)[0], (0.0,), [0.0]),
    (special.exprel, (0.0,), [0.5]),
    (special.spence, (1.0,), [-1.0]),
    (special.rgamma, (-3.0,), [-6.0]),
    (lambda n: special.binom(n, 3), (1.0,), [-1 / 6]),
    (lambda a: special.beta(a, -3.0 - a), (-0.5,), [0.0]),
    (special.ellipk, (0.0,), [np.pi / 8]),
    (special.ellipe, (0.0,), [-np.pi / 8]),
    (special.ellipkinc, (0.0, 0.3), [1.0, 0.0]),
    (lambda z: special.lambertw(z).real, (0.0,), [1.0]),
    (special.voigt_profile, (1.0, 0.0, 1.0), [-0.5 / np.pi, 0.0, 0.0]),
    (lambda x: special.eval_legendre(0, x), (0.3,), [0.0]),
    (lambda x: special.lpmv(0, 3, x), (1.0,), [6.0]),
    (special.zeta, (2.0,), [-0.937548254315843754]),
    (special.tklmbda, (3.0, 2.0), [0.0, 0.0]),
]


@pytest.mark.parametrize(("f", "at", "expected"), EDGES, ids=[f"{row[0].__name__}{row[1]}" for row in EDGES])
def test_slopes_at_edges(f: Function, at: tuple[float, ...], expected: list[float]) -> None:
    np.testing.assert_allclose(slopes(f, *at), expected, rtol=1e-13, atol=0)


INFINITE: list[tuple[Function, tuple[float, ...], list[float]]] = [
    (special.xlogy, (2.0, 0.0), [-inf, inf]),
    (special.gdtr, (2.0, 0.5, 0.0), [0.0, 0.0, inf]),
    (special.ndtri, (0.0,), [inf]),
    (special.logit, (1.0,), [inf]),
    (special.log1p, (-1.0,), [inf]),
    (special.exp1, (0.0,), [-inf]),
]


@pytest.mark.parametrize(("f", "at", "expected"), INFINITE, ids=[row[0].__name__ for row in INFINITE])
def test_infinite_slopes_are_infinite(f: Function, at: tuple[float, ...], expected: list[float]) -> None:
    with np.errstate(divide="ignore"):  # as in NumPy's own 1 / 0
        np.testing.assert_array_equal(slopes(f, *at), expected)


def test_what_is_not_chosen_has_no_say() -> None:
    x = np.array([0.0, 0.5])

    for f in (special.entr, lambda v: special.xlogy(v, v), lambda v: special.kl_div(v, 0.5), special.erfcinv):
        grad = sg.grad_bp(lambda v, f=f: np.sum(np.where(v > 0, f(v), 0.0)))(x)
        assert grad[0] == 0.0
        assert np.isfinite(grad[1])


def test_the_second_derivative_is_right_where_branches_meet() -> None:
    def second(f: Function) -> Function:
        return sg.grad_bp(lambda x: sg.grad_bp(f)(x))

    for f, at in (
        (special.erfcx, 10.0),
        (special.dawsn, 10.0),
        (special.exprel, 1.0),
        (special.spence, 1.125),
        (special.log_ndtr, 0.0),
        (special.rgamma, 0.5),
        (lambda x: special.gammainc(9.0, x), 9.0 * 1.2),
        (lambda x: special.struve(1.3, x), 1.0),
    ):
        below, above = second(f)(at * (1 - 1e-12) - 1e-12), second(f)(at * (1 + 1e-12) + 1e-12)
        np.testing.assert_allclose(below, above, rtol=1e-9)  # it moves by 1e-11, and the far side has 1e-12 itself


def test_the_noncentral_distributions_go_over_into_the_central_ones() -> None:
    at = 0.7
    central = sg.grad_bp(lambda x: special.chdtr(3.0, x))(at)

    for nc in (0.0, 1e-12):
        np.testing.assert_allclose(sg.grad_bp(lambda x, nc=nc: special.chndtr(x, 3.0, nc))(at), central, rtol=1e-11)
        f = sg.grad_bp(lambda x, nc=nc: special.ncfdtr(3.0, 5.0, nc, x))(at)
        np.testing.assert_allclose(f, sg.grad_bp(lambda x: special.fdtr(3.0, 5.0, x))(at), rtol=1e-11)


def test_zero_size_arrays_have_zero_size_gradients() -> None:
    x = np.zeros((0, 3))

    for f in (special.erf, special.gamma, special.erfcx, lambda v: special.gammainc(v, v), special.zeta):
        assert sg.grad_bp(lambda v, f=f: np.sum(f(v)))(x).shape == (0, 3)
    assert sg.grad_bp(lambda v: np.sum(special.ellipj(v, 0.3)[0]))(x).shape == (0, 3)

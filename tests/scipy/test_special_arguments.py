"""The slopes of SciPy's special functions of several arguments against mpmath's, by one argument at a time."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy import special

import structgrad as sg

Function = Callable[..., Any]
SIGNED = [-3.7, -1.3, 1e-9, 0.4, 2.2, 6.5]
POSITIVE = [1e-8, 0.3, 1.0, 2.5, 7.0, 40.0]
UNIT = [1e-9, 0.1, 0.5, 0.8, 0.999]


def erfcx(x: Any) -> Any:
    return mp.exp(x * x) * mp.erfc(x)


def voigt(x: Any, sigma: Any, gamma: Any) -> Any:
    z = mp.mpc(gamma, -x) / (sigma * mp.sqrt(2))
    return mp.re(erfcx(z)) / (sigma * mp.sqrt(2 * mp.pi))


def gammainc(a: Any, x: Any) -> Any:
    return mp.gammainc(a, 0, x, regularized=True)


def betainc(a: Any, b: Any, x: Any) -> Any:
    return mp.betainc(a, b, 0, x, regularized=True)


def stdtr(df: Any, t: Any) -> Any:
    return (1 + mp.sign(t) * betainc(mp.mpf(1) / 2, df / 2, t * t / (df + t * t))) / 2


def fdtr(m: Any, n: Any, x: Any) -> Any:
    return betainc(m / 2, n / 2, m * x / (n + m * x))


def boxcox(x: Any, a: Any) -> Any:
    return (x**a - 1) / a if a else mp.log(x)


def owens_t(h: Any, a: Any) -> Any:
    return mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * mp.pi)


# A name, which argument moves, the others, mpmath's function of all, and points.
MANY: list[tuple[str, int, tuple[float, ...], Function, list[float]]] = [
    ("voigt_profile", 0, (0.7, 0.2), voigt, [-20.0, 0.3, 5.0, 30.0, 1e3]),
    ("voigt_profile", 1, (5.0, 0.2), voigt, [1e-3, 0.3, 1.0, 5.0, 40.0]),
    ("voigt_profile", 2, (5.0, 0.4), voigt, [1e-9, 1e-3, 0.3, 1.0, 50.0]),
    ("owens_t", 0, (0.6,), owens_t, [-2.0, 0.3, 1.0, 3.0, 5.0]),
    ("owens_t", 1, (0.7,), owens_t, [-2.0, 0.3, 1.0, 3.0, 5.0]),
    ("zeta", 0, (0.3,), mp.zeta, [1.0001, 1.5, 2.0, 7.0, 50.0]),
    ("zeta", 1, (1.3,), mp.zeta, [0.01, 0.4, 2.0, 30.0, 1e4]),
    ("beta", 0, (0.7,), mp.beta, [1e-6, 0.3, 2.0, 50.0, 1e3]),
    ("beta", 1, (1e-6,), mp.beta, [1e-6, 0.3, 2.0, 50.0, 1e3]),
    ("beta", 0, (-2.3,), mp.beta, [-1.6, -0.4, 0.3, 2.0, 5.0]),
    ("betaln", 1, (3.0,), lambda a, b: mp.log(mp.beta(a, b)), [1e-6, 0.3, 2.0, 50.0, 1e10]),
    ("poch", 0, (3.0,), lambda a, m: mp.rf(a, m), [-7.5, -0.7, 0.31, 2.0, 1e8]),
    ("poch", 0, (1e-5,), lambda a, m: mp.gamma(a + m) / mp.gamma(a), [-7.5, -0.7, 0.31, 2.0, 50.0]),
    ("poch", 1, (0.3,), lambda a, m: mp.gamma(a + m) / mp.gamma(a), [-0.1, 0.31, 2.0, 8.0, 50.0]),
    ("binom", 0, (3.0,), mp.binomial, [0.0, 1.0, 2.0, 2.5, 50.5, 1e8]),
    ("binom", 0, (0.5,), mp.binomial, [0.3, 1.0, 2.2, 7.0, 50.5]),
    ("binom", 1, (5.0,), mp.binomial, [-0.3, 0.3, 2.2, 4.0, 6.3]),
    ("gammainc", 1, (0.3,), gammainc, [1e-8, 0.3, 1.0, 9.0, 40.0]),
    ("gammainc", 1, (300.0,), gammainc, [200.0, 299.0, 301.0, 340.0, 400.0]),
    ("gammainc", 0, (1.7,), gammainc, [0.01, 0.3, 1.0, 2.5, 9.0]),
    ("gammaincc", 0, (30.0,), lambda a, x: mp.gammainc(a, x, regularized=True), [3.0, 20.0, 30.0, 31.0, 50.0]),
    ("betainc", 2, (0.3, 2.5), betainc, UNIT),
    ("betainc", 2, (80.0, 40.0), betainc, [0.4, 0.6, 0.67, 0.7, 0.9]),
    ("betainc", 0, (2.5, 0.3), betainc, [0.01, 0.3, 1.0, 2.5, 20.0]),
    ("betainc", 1, (2.5, 0.3), betainc, [0.01, 0.3, 1.0, 2.5, 20.0]),
    ("gdtr", 0, (2.3, 1.5), lambda a, b, x: gammainc(b, a * x), [*POSITIVE[1:-1], 0.7]),
    ("chdtr", 0, (3.3,), lambda v, x: gammainc(v / 2, x / 2), [*POSITIVE[1:-1], 0.7]),
    ("chdtr", 1, (3.3,), lambda v, x: gammainc(v / 2, x / 2), POSITIVE[1:]),
    ("pdtr", 1, (4.0,), lambda k, m: mp.gammainc(k + 1, m, regularized=True), POSITIVE[1:]),
    ("bdtr", 2, (3, 10), lambda k, n, p: betainc(n - k, k + 1, 1 - p), [*UNIT[1:], 0.3]),
    ("nbdtr", 2, (3, 10), lambda k, n, p: betainc(n, k + 1, p), UNIT),
    ("stdtr", 1, (3.3,), stdtr, [-30.0, -1.0, 0.3, 2.0, 1e3]),
    ("stdtr", 1, (1e6,), stdtr, [-5.0, -1.0, 0.3, 2.0, 5.0]),
    ("stdtr", 0, (1.3,), stdtr, [0.3, 1.0, 3.3, 20.0, 100.0]),
    ("fdtr", 0, (5.0, 1.2), fdtr, [0.3, 1.0, 3.3, 20.0, 100.0]),
    ("fdtr", 1, (5.0, 1.2), fdtr, [0.3, 1.0, 3.3, 20.0, 100.0]),
    ("fdtr", 2, (3.0, 5.0), fdtr, POSITIVE[1:]),
    ("xlogy", 0, (0.4,), lambda x, y: x * mp.log(y), POSITIVE),
    ("xlog1py", 1, (0.4,), lambda x, y: x * mp.log1p(y), POSITIVE),
    ("rel_entr", 0, (0.4,), lambda x, y: x * mp.log(x / y), POSITIVE),
    ("kl_div", 0, (0.4,), lambda x, y: x * mp.log(x / y) - x + y, [1e-9, 0.1, 0.39999999, 0.41, 3.0]),
    ("kl_div", 1, (0.4,), lambda x, y: x * mp.log(x / y) - x + y, [1e-9, 0.1, 0.3999, 0.41, 3.0]),
    ("huber", 1, (1.2,), lambda d, r: r * r / 2 if abs(r) < d else d * (abs(r) - d / 2), SIGNED),
    ("pseudo_huber", 0, (1.2,), lambda d, r: d * d * (mp.sqrt(1 + (r / d) ** 2) - 1), POSITIVE),
    ("pseudo_huber", 1, (1.2,), lambda d, r: d * d * (mp.sqrt(1 + (r / d) ** 2) - 1), SIGNED),
    ("boxcox", 0, (0.4,), boxcox, POSITIVE),
    ("boxcox", 1, (2.5,), boxcox, [-3.0, -1e-9, 1e-5, 0.5, 4.0]),
    ("boxcox1p", 0, (0.4,), lambda x, a: boxcox(1 + x, a), [-0.9, 1e-9, 0.3, 2.0, 50.0]),
    ("boxcox1p", 1, (2.5,), lambda x, a: boxcox(1 + x, a), [-3.0, -1e-9, 1e-5, 0.5, 4.0]),
    ("inv_boxcox", 1, (0.8,), lambda y, a: (a * y + 1) ** (1 / a), [-0.9, -0.1, 0.1, 0.5, 4.0]),
    ("powm1", 0, (0.4,), mp.power, POSITIVE),
    ("powm1", 1, (2.5,), mp.power, SIGNED),
    ("agm", 0, (0.4,), mp.agm, [1e-6, 0.4, 0.400001, 3.0, 1e9]),
    ("jv", 1, (2.4,), mp.besselj, POSITIVE),
    ("yv", 1, (2.4,), mp.bessely, POSITIVE),
    ("iv", 1, (2.4,), mp.besseli, POSITIVE),
    ("kv", 1, (2.4,), mp.besselk, POSITIVE),
    ("yn", 1, (2,), mp.bessely, POSITIVE),
    ("kn", 1, (2,), mp.besselk, POSITIVE),
    ("jve", 1, (2.4,), mp.besselj, POSITIVE),
    ("yve", 1, (2.4,), mp.bessely, POSITIVE),
    ("ive", 1, (2.4,), lambda v, x: mp.besseli(v, x) * mp.exp(-x), [1e-3, 2.0, 199.0, 1e4, 1e8]),
    ("kve", 1, (2.4,), lambda v, x: mp.besselk(v, x) * mp.exp(x), [1e-3, 2.0, 199.0, 1e4, 1e8]),
    ("struve", 1, (1.4,), mp.struveh, [1e-3, 0.7, 1.1, 5.0, 30.0]),
    ("modstruve", 1, (1.4,), mp.struvel, [1e-3, 0.7, 1.1, 5.0, 30.0]),
    ("expn", 1, (0,), mp.expint, POSITIVE),
    ("expn", 1, (3,), mp.expint, POSITIVE),
    ("hyp0f1", 1, (1.3,), mp.hyp0f1, SIGNED),
    ("hyp1f1", 2, (1.3, 2.1), mp.hyp1f1, SIGNED),
    ("hyp2f1", 3, (1.3, 2.1, 1.7), mp.hyp2f1, [-9.0, -0.5, 1e-9, 0.4, 0.99]),
    ("hyperu", 2, (1.3, 2.1), mp.hyperu, [0.01, 0.3, 1.0, 2.5, 20.0]),
    ("ellipkinc", 0, (0.4,), mp.ellipf, [-0.5, 1e-6, 0.7, 1.5, 5.0]),
    ("ellipkinc", 1, (0.7,), mp.ellipf, [-5.0, 1e-9, 0.3, 0.9, 1.0]),
    ("ellipkinc", 1, (5.0,), mp.ellipf, [-5.0, 1e-9, 0.3, 0.9, 0.999]),
    ("ellipeinc", 0, (0.4,), mp.ellipe, [-0.5, 1e-6, 0.7, 1.5, 5.0]),
    ("ellipeinc", 1, (5.0,), mp.ellipe, [-5.0, 1e-9, 0.3, 0.9, 0.999]),
    ("elliprc", 0, (0.4,), mp.elliprc, [1e-3, 0.3, 0.4, 2.5, 50.0]),
    ("elliprc", 1, (0.4,), mp.elliprc, [1e-3, 0.3, 0.4, 2.5, 50.0]),
    ("elliprd", 0, (0.4, 1.3), mp.elliprd, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("elliprd", 2, (0.4, 1.3), mp.elliprd, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("elliprf", 1, (0.4, 1.3), mp.elliprf, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("elliprg", 1, (0.4, 1.3), mp.elliprg, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("elliprj", 0, (0.4, 1.3, 0.9), mp.elliprj, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("elliprj", 3, (0.4, 1.3, 0.9), mp.elliprj, [1e-3, 0.3, 1.3, 2.5, 50.0]),
    ("eval_legendre", 1, (3,), mp.legendre, [-1.0, -0.5, 1e-9, 0.4, 1.0]),
    ("eval_legendre", 1, (2.5,), mp.legendre, [-0.9, -0.5, 1e-9, 0.4, 1.0]),
    ("eval_jacobi", 3, (3, 0.7, 1.2), mp.jacobi, [-1.0, -0.5, 1e-9, 0.4, 1.0]),
    ("eval_gegenbauer", 2, (3, 0.7), mp.gegenbauer, [-1.0, -0.5, 1e-9, 0.4, 1.0]),
    ("eval_chebyt", 1, (3,), mp.chebyt, [-1.0, -0.4, 1e-9, 0.4, 1.0]),
    ("eval_chebyu", 1, (3,), mp.chebyu, [-0.9, -0.5, 1e-9, 0.4, 0.9]),
    ("eval_hermite", 1, (3,), mp.hermite, SIGNED),
    ("eval_laguerre", 1, (3,), lambda n, x: mp.laguerre(n, 0, x), SIGNED),
    ("eval_genlaguerre", 2, (3, 0.7), mp.laguerre, SIGNED),
    ("lambertw", 0, (), lambda z: mp.lambertw(z).real, [-0.3, 1e-9, 0.3, 5.0, 1e9]),
    ("lambertw", 0, (-1,), lambda z, k: mp.lambertw(z, int(k)).real, [-0.36, -0.3, -0.1, -1e-3, -1e-9]),
]
# SciPy's own values of U(a, b, x), of which the slopes are made, have no more digits at x = 20.
LOOSE = {"hyperu": 1e-9}


def slope(f: Function, x: float) -> float:
    """The derivative by mpmath's f: a central difference with 40 digits, good to 20 and more."""
    with mp.workdps(40):
        at = mp.mpf(x)
        h = (abs(at) or mp.mpf(1)) * mp.mpf(10) ** -12
        return float(((f(at + h) - f(at - h)) / (2 * h)).real)


def agree(f: Function, exact: Function, points: list[float], rtol: float) -> None:
    """The slopes at all points at once, met by cotangents that are no ones."""
    g = np.linspace(-2.5, 3.0, len(points))
    value, pullback = sg.vjp(f)(np.array(points))

    found = pullback(g.astype(value.dtype))

    np.testing.assert_allclose(found, [c * slope(exact, x) for c, x in zip(g, points, strict=True)], rtol=rtol, atol=0)


def moving(at: int, rest: tuple[float, ...], f: Function) -> Function:
    """A function of its argument number `at`, the others held."""
    return lambda x: f(*rest[:at], x, *rest[at:])


@pytest.mark.parametrize(
    ("name", "at", "rest", "exact", "points"), MANY, ids=[f"{row[0]}-{row[1]}-{row[2]}" for row in MANY]
)
def test_slopes_by_one_of_many_arguments_are_those_of_mpmath(
    name: str, at: int, rest: tuple[float, ...], exact: Function, points: list[float]
) -> None:
    f = moving(at, rest, getattr(special, name))
    wide = tuple(mp.mpf(x) if type(x) is float else x for x in rest)

    agree(f, moving(at, wide, exact), points, LOOSE.get(name, 1e-10))

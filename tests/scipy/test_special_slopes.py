"""The slopes of SciPy's special functions against mpmath's, over the usual domains and beyond them."""

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


def log_ndtr(x: Any) -> Any:
    rest = mp.erfc(abs(x) / mp.sqrt(2)) / 2
    return mp.log(rest) if x < 0 else mp.log1p(-rest)


ONE: dict[str, tuple[Function, list[float]]] = {
    "erf": (mp.erf, SIGNED),
    "erfc": (mp.erfc, [-4.0, -1.3, 0.4, 2.0, 20.0]),
    "erfi": (mp.erfi, SIGNED),
    "erfcx": (erfcx, [-5.0, -1e-3, 3.0, 9.99, 10.0, 1e4, 1e8]),
    "dawsn": (lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x), [-30.0, -3.0, 1e-5, 9.99, 10.01, 40.0]),
    "erfinv": (mp.erfinv, [-0.999999, -0.5, 1e-9, 0.3, 0.9]),
    "erfcinv": (lambda x: mp.erfinv(1 - x), [1e-6, 0.1, 0.5, 1.3, 1.9]),
    "ndtr": (mp.ncdf, [-37.0, -10.0, -1.0, 1e-9, 2.0, 9.0]),
    "ndtri": (lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), [1e-9, 0.1, 0.5, 0.9, 0.99999]),
    "log_ndtr": (log_ndtr, [-1e4, -1e3, -10.0, -1e-9, 1e-9, 9.0, 37.0]),
    "gamma": (mp.gamma, [-20.7, -1.5, 1e-8, 1.46, 7.5, 150.0]),
    "gammaln": (lambda x: mp.log(abs(mp.gamma(x))), [-20.7, -1.5, 1e-8, 1.46, 7.5, 1e6]),
    "loggamma": (mp.loggamma, [1e-8, 0.3, 1.46, 7.5, 1e6]),
    "rgamma": (mp.rgamma, [-5.0, -1.0, -0.3, 0.0, 0.49, 0.51, 20.0]),
    "psi": (mp.digamma, [-20.7, -1.5, 1e-8, 1.46, 7.5, 1e6]),
    "zeta": (mp.zeta, [-20.1, -4.0, -1.5, -0.5, 0.5, 1.0001, 2.0, 30.0]),
    "zetac": (mp.zeta, [-20.1, -4.0, -1.5, -0.5, 0.5, 1.0001, 2.0, 30.0]),
    "cbrt": (mp.cbrt, POSITIVE),
    "exp2": (lambda x: mp.mpf(2) ** x, SIGNED),
    "exp10": (lambda x: mp.mpf(10) ** x, SIGNED),
    "expm1": (mp.expm1, SIGNED),
    "log1p": (mp.log1p, [-0.999, -0.5, 1e-9, 3.0, 1e9]),
    "cosm1": (mp.cos, [-2.0, -1e-9, 1e-5, 0.5, 3.0]),
    "exprel": (lambda x: mp.expm1(x) / x, [-50.0, -1.01, -0.99, 1e-9, 0.99, 1.01, 30.0]),
    "expit": (lambda x: 1 / (1 + mp.exp(-x)), [-500.0, -3.0, 1e-9, 2.0, 30.0]),
    "logit": (lambda p: mp.log(p / (1 - p)), UNIT),
    "log_expit": (lambda x: -mp.log1p(mp.exp(-x)), [-500.0, -3.0, 1e-9, 2.0, 30.0]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [-500.0, -3.0, 1e-9, 2.0, 30.0]),
    "sinc": (mp.sincpi, SIGNED),
    "sindg": (lambda x: mp.sin(mp.radians(x)), [-100.0, -45.0, 1e-6, 33.0, 200.0]),
    "cosdg": (lambda x: mp.cos(mp.radians(x)), [-100.0, -45.0, 1e-6, 33.0, 200.0]),
    "tandg": (lambda x: mp.tan(mp.radians(x)), [-100.0, -45.0, 1e-6, 33.0, 200.0]),
    "cotdg": (lambda x: mp.cot(mp.radians(x)), [-100.0, -45.0, 1e-3, 33.0, 200.0]),
    "entr": (lambda x: -x * mp.log(x), POSITIVE),
    "expi": (mp.ei, [-20.0, -1.0, 1e-6, 0.5, 30.0]),
    "exp1": (mp.e1, POSITIVE),
    "spence": (lambda z: mp.polylog(2, 1 - z), [1e-6, 0.5, 0.86, 0.88, 1.0, 1.13, 7.0]),
    "ellipk": (mp.ellipk, [-1e6, -2.0, -1e-9, 0.3, 0.9, 0.99999]),
    "ellipe": (mp.ellipe, [-1e6, -2.0, -1e-9, 0.3, 0.9, 0.99999]),
    "ellipkm1": (lambda p: mp.ellipk(1 - p), [1e-12, 1e-3, 0.5, 1.0, 7.0]),
    "j0": (lambda x: mp.besselj(0, x), SIGNED),
    "j1": (lambda x: mp.besselj(1, x), SIGNED),
    "y0": (lambda x: mp.bessely(0, x), POSITIVE),
    "y1": (lambda x: mp.bessely(1, x), POSITIVE),
    "i0": (lambda x: mp.besseli(0, x), SIGNED),
    "i1": (lambda x: mp.besseli(1, x), SIGNED),
    "k0": (lambda x: mp.besselk(0, x), POSITIVE),
    "k1": (lambda x: mp.besselk(1, x), POSITIVE),
    "i0e": (lambda x: mp.besseli(0, x) * mp.exp(-abs(x)), [-900.0, -3.0, 1e-6, 2.0, 199.0, 201.0, 1e8]),
    "i1e": (lambda x: mp.besseli(1, x) * mp.exp(-abs(x)), [-900.0, -3.0, 1e-6, 2.0, 199.0, 401.0, 1e8]),
    "k0e": (lambda x: mp.besselk(0, x) * mp.exp(x), [1e-6, 2.0, 199.0, 201.0, 1e8]),
    "k1e": (lambda x: mp.besselk(1, x) * mp.exp(x), [1e-6, 2.0, 199.0, 401.0, 1e8]),
    "ber": (lambda x: mp.ber(0, x), POSITIVE[1:]),
    "bei": (lambda x: mp.bei(0, x), POSITIVE[1:]),
    "ker": (lambda x: mp.ker(0, x), POSITIVE[1:]),
    "kei": (lambda x: mp.kei(0, x), POSITIVE[1:]),
    "wrightomega": (lambda x: mp.lambertw(mp.exp(x)).real, SIGNED),
    "kolmogorov": (lambda x: 1 - mp.jtheta(4, 0, mp.exp(-2 * x * x)), [0.25, 0.5, 0.99, 1.01, 2.0]),
}

HALF = mp.mpf(1) / 2
# SciPy's function gives several outputs: the number of that one.
PARTS: list[tuple[str, int, tuple[float, ...], Function, list[float]]] = [
    ("sici", 0, (), mp.si, [1e-9, 0.3, 1.0, 5.0, 30.0]),
    ("sici", 1, (), mp.ci, [1e-9, 0.3, 1.0, 5.0, 30.0]),
    ("shichi", 0, (), mp.shi, [1e-9, 0.3, 1.0, 5.0, 30.0]),
    ("shichi", 1, (), mp.chi, [1e-9, 0.3, 1.0, 5.0, 30.0]),
    ("fresnel", 0, (), mp.fresnels, SIGNED),
    ("fresnel", 1, (), mp.fresnelc, SIGNED),
    ("airy", 0, (), mp.airyai, SIGNED),
    ("airy", 1, (), lambda x: mp.airyai(x, derivative=1), SIGNED),
    ("airy", 2, (), mp.airybi, SIGNED),
    ("airy", 3, (), lambda x: mp.airybi(x, derivative=1), SIGNED),
    ("airye", 0, (), lambda x: mp.airyai(x) * mp.exp(2 * x**1.5 / 3), POSITIVE),
    ("airye", 2, (), lambda x: mp.airybi(x) * mp.exp(-2 * x**1.5 / 3), POSITIVE),
    ("pbdv", 0, (1.3,), mp.pcfd, [-2.0, 0.1, 0.7, 2.0, 4.0]),
    ("pbdv", 1, (1.3,), lambda v, x: x / 2 * mp.pcfd(v, x) - mp.pcfd(v + 1, x), [-2.0, 0.1, 0.7, 2.0, 4.0]),
    ("pbvv", 0, (1.3,), lambda v, x: mp.pcfv(-v - HALF, x), [-2.0, 0.1, 0.7, 2.0, 4.0]),
    ("pbwa", 0, (0.4,), mp.pcfw, [0.1, 0.3, 0.7, 1.5, 2.0]),
    ("ellipj", 0, (0.7,), lambda m, u: mp.ellipfun("sn", u, m), [0.1, 0.3, 0.7, 1.5, 5.0]),
]
# Functions defined as integrals from 0 to x, or from x on: mpmath's integrand, for each output.
INTEGRALS: dict[str, list[Function]] = {
    "itstruve0": [lambda x: mp.struveh(0, x)],
    "itmodstruve0": [lambda x: mp.struvel(0, x)],
    "it2struve0": [lambda x: -mp.struveh(0, x) / x],
    "itj0y0": [lambda x: mp.besselj(0, x), lambda x: mp.bessely(0, x)],
    "iti0k0": [lambda x: mp.besseli(0, x), lambda x: mp.besselk(0, x)],
    "it2j0y0": [lambda x: (1 - mp.besselj(0, x)) / x, lambda x: -mp.bessely(0, x) / x],
    "it2i0k0": [lambda x: (mp.besseli(0, x) - 1) / x, lambda x: -mp.besselk(0, x) / x],
    "itairy": [mp.airyai, mp.airybi, lambda x: mp.airyai(-x), lambda x: mp.airybi(-x)],
    "modfresnelp": [lambda x: -mp.expj(x * x)],
    "modfresnelm": [lambda x: -mp.expj(-x * x)],
}


def slope(f: Function, x: float) -> float:
    """The derivative by mpmath's f: a central difference with 40 digits, good to 20 and more."""
    with mp.workdps(40):
        at = mp.mpf(x)
        h = (abs(at) or mp.mpf(1)) * mp.mpf(10) ** -12
        return float(((f(at + h) - f(at - h)) / (2 * h)).real)


def agree(f: Function, exact: Function, points: list[float]) -> None:
    """The slopes at all points at once, met by cotangents that are no ones."""
    g = np.linspace(-2.5, 3.0, len(points))
    value, pullback = sg.vjp(f)(np.array(points))

    found = pullback(g.astype(value.dtype))

    np.testing.assert_allclose(found, [c * slope(exact, x) for c, x in zip(g, points, strict=True)], rtol=1e-10, atol=0)


@pytest.mark.parametrize("name", ONE)
def test_slopes_of_one_argument_are_those_of_mpmath(name: str) -> None:
    exact, points = ONE[name]

    agree(getattr(special, name), exact, points)


@pytest.mark.parametrize(
    ("name", "part", "rest", "exact", "points"), PARTS, ids=[f"{row[0]}-{row[1]}" for row in PARTS]
)
def test_slopes_of_one_of_many_outputs_are_those_of_mpmath(
    name: str, part: int, rest: tuple[float, ...], exact: Function, points: list[float]
) -> None:
    f = getattr(special, name)
    wide = tuple(mp.mpf(x) for x in rest)
    if name == "ellipj":  # the parameter comes last
        agree(lambda u: f(u, *rest)[part], lambda u: exact(*wide, u), points)
    else:
        agree(lambda x: f(*rest, x)[part], lambda x: exact(*wide, x), points)


@pytest.mark.parametrize("name", INTEGRALS)
def test_slopes_of_integrals_are_mpmaths_integrands(name: str) -> None:
    def outputs(x: Any) -> Any:
        y = getattr(special, name)(x)
        return np.stack(y) if isinstance(y, tuple) else np.stack([y])

    points = [1e-3, 0.7, 0.99, 1.01, 8.0]
    g = np.linspace(-2.5, 3.0, 5)
    value, pullback = sg.vjp(outputs)(np.array(points))
    for part, integrand in enumerate(INTEGRALS[name]):
        bar = np.zeros_like(value)
        bar[part] = g
        with mp.workdps(30):
            expected = [c * float(integrand(mp.mpf(x)).real) for c, x in zip(g, points, strict=True)]

        np.testing.assert_allclose(pullback(bar), expected, rtol=1e-10, atol=0)


def test_a_slope_wrong_in_the_tenth_digit_is_seen() -> None:
    @sg.op
    def textbook(x: Any) -> Any:  # where eight digits cancel
        y = special.erfcx(x)
        return y, lambda g: g * (2 * x * y - 2 / np.sqrt(np.pi))

    with pytest.raises(AssertionError):
        agree(textbook, erfcx, [1e4])

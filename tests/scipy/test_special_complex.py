"""Special functions of complex numbers: the holomorphic ones against mpmath, and those freed of a modulus."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy import special

import structgrad as sg
from structgrad.testing import check_gradient

Function = Callable[..., Any]
NEAR = [1 + 0.5j, -2 + 0.1j, -0.7 - 1.1j, 3 - 2j, 0.3 + 0.01j]
FAR = [12 + 3j, -12 + 0.001j, 30j, 15 - 1e-3j, 100 + 99j, -3 - 3j]


def erfcx(z: Any) -> Any:
    return mp.exp(z * z) * mp.erfc(z)


HOLOMORPHIC: dict[str, tuple[Function, Function, list[complex]]] = {
    "erf": (special.erf, mp.erf, NEAR),
    "erfc": (special.erfc, mp.erfc, NEAR),
    "erfi": (special.erfi, mp.erfi, NEAR),
    "erfcx": (special.erfcx, erfcx, NEAR + FAR),
    "wofz": (special.wofz, lambda z: erfcx(-1j * z), NEAR + FAR),
    "dawsn": (special.dawsn, lambda z: mp.sqrt(mp.pi) / 2 * mp.exp(-z * z) * mp.erfi(z), [*NEAR, 12 + 3j, 40 - 39j]),
    "log_ndtr": (special.log_ndtr, lambda z: mp.log(mp.erfc(-z / mp.sqrt(2)) / 2), NEAR[:2] + NEAR[4:]),
    "gamma": (special.gamma, mp.gamma, NEAR + FAR[:3]),
    "loggamma": (special.loggamma, mp.loggamma, NEAR + FAR),
    "rgamma": (special.rgamma, mp.rgamma, NEAR + FAR[:3]),
    "psi": (special.psi, mp.digamma, NEAR + FAR + [-12.5 + 0.001j, 0.3 - 200j]),
    "zeta": (special.zeta, mp.zeta, [2 + 1j, 0.5 + 14.1j, -0.7 + 1j, -3.3 + 2j, 1.1 + 60j]),
    "expi": (special.expi, mp.ei, NEAR),
    "exp1": (special.exp1, mp.e1, NEAR),
    "spence": (special.spence, lambda z: mp.polylog(2, 1 - z), [*NEAR, 1.05 + 0.1j]),
    "sici": (lambda z: special.sici(z)[0], mp.si, NEAR),
    "shichi": (lambda z: special.shichi(z)[1], mp.chi, NEAR),
    "fresnel": (lambda z: special.fresnel(z)[1], mp.fresnelc, NEAR),
    "airy": (lambda z: special.airy(z)[3], lambda z: mp.airybi(z, derivative=1), NEAR),
    "airye": (lambda z: special.airye(z)[0], lambda z: mp.airyai(z) * mp.exp(2 * z * mp.sqrt(z) / 3), NEAR),
    "jv": (lambda z: special.jv(1.3, z), lambda z: mp.besselj(mp.mpf(1.3), z), NEAR),
    "yv": (lambda z: special.yv(1.3, z), lambda z: mp.bessely(mp.mpf(1.3), z), NEAR),
    "iv": (lambda z: special.iv(1.3, z), lambda z: mp.besseli(mp.mpf(1.3), z), NEAR),
    "kv": (lambda z: special.kv(1.3, z), lambda z: mp.besselk(mp.mpf(1.3), z), NEAR),
    "kve": (lambda z: special.kve(1.3, z), lambda z: mp.besselk(mp.mpf(1.3), z) * mp.exp(z), NEAR),
    "hankel1": (lambda z: special.hankel1(1.3, z), lambda z: mp.hankel1(mp.mpf(1.3), z), NEAR),
    "hankel2": (lambda z: special.hankel2(1.3, z), lambda z: mp.hankel2(mp.mpf(1.3), z), NEAR),
    "hankel1e": (lambda z: special.hankel1e(1, z), lambda z: mp.hankel1(1, z) * mp.exp(-1j * z), NEAR),
    "hankel2e": (lambda z: special.hankel2e(1, z), lambda z: mp.hankel2(1, z) * mp.exp(1j * z), NEAR),
    "hyp0f1": (lambda z: special.hyp0f1(1.3, z), lambda z: mp.hyp0f1(mp.mpf(1.3), z), NEAR),
    "hyp1f1": (lambda z: special.hyp1f1(1.5, 2.5, z), lambda z: mp.hyp1f1(1.5, 2.5, z), NEAR),
    "hyp2f1": (lambda z: special.hyp2f1(1.5, 0.5, 2.5, z), lambda z: mp.hyp2f1(1.5, 0.5, 2.5, z), NEAR),
    "elliprf": (lambda z: special.elliprf(z, 1.5, 2), lambda z: mp.elliprf(z, 1.5, 2), NEAR[:1] + NEAR[3:]),
    "elliprc": (lambda z: special.elliprc(1.5, z), lambda z: mp.elliprc(1.5, z), NEAR[:1] + NEAR[3:]),
    "elliprj": (lambda z: special.elliprj(1, 1.5, 2, z), lambda z: mp.elliprj(1, 1.5, 2, z), NEAR[:1] + NEAR[3:]),
    "lambertw": (special.lambertw, mp.lambertw, NEAR),
    "lambertw_1": (lambda z: special.lambertw(z, 1), lambda z: mp.lambertw(z, 1), NEAR),
    "wrightomega": (special.wrightomega, lambda z: mp.lambertw(mp.exp(z)), NEAR),
    "xlogy": (lambda z: special.xlogy(0.3 + 1j, z), lambda z: mp.mpc(0.3, 1) * mp.log(z), NEAR),
    "eval_legendre": (lambda z: special.eval_legendre(3, z), lambda z: mp.legendre(3, z), NEAR),
    "expm1": (special.expm1, mp.expm1, NEAR),
}


@pytest.mark.parametrize("name", HOLOMORPHIC)
def test_slopes_are_the_conjugates_of_mpmaths(name: str) -> None:
    f, exact, points = HOLOMORPHIC[name]
    g = np.exp(1j * np.arange(len(points)))
    expected = []
    with mp.workdps(40):
        for c, z in zip(g, points, strict=True):
            at, h = mp.mpc(z), abs(z) * mp.mpf(10) ** -12
            expected.append(c * np.conj(complex((exact(at + h) - exact(at - h)) / (2 * h))))

    _, pullback = sg.vjp(f)(np.array(points))

    np.testing.assert_allclose(pullback(g), expected, rtol=1e-10, atol=0)


MODULUS: dict[str, Function] = {
    "jve": lambda z: special.jve(1.3, z),
    "yve": lambda z: special.yve(1.3, z),
    "ive": lambda z: special.ive(1.3, z),
    "airye": lambda z: special.airye(z)[2:],
}


@pytest.mark.parametrize("name", MODULUS)
def test_functions_freed_of_a_modulus_are_not_holomorphic_and_right(name: str) -> None:
    check_gradient(MODULUS[name], np.array(NEAR), order=2)


@pytest.mark.parametrize("name", ["wofz", "psi", "dawsn", "jv", "spence", "lambertw", "elliprf"])
def test_second_derivatives_of_complex_numbers_agree_with_differences(name: str) -> None:
    f, _, points = HOLOMORPHIC[name]

    check_gradient(lambda z: np.real(f(z)) ** 2, np.array([points[0], points[3 % len(points)]]), order=2)


@pytest.mark.parametrize("f", [special.wofz, lambda x: special.hankel1e(1.3, x), special.kelvin, special.lambertw])
@pytest.mark.parametrize("x", [0.7, np.array([0.7, 2.1]), np.array([[0.7]], np.float32)])
def test_complex_values_of_real_numbers_have_real_gradients(f: Function, x: Any) -> None:
    check_gradient(f, x)


@pytest.mark.parametrize("f", [special.erf, special.gamma, lambda z: special.jv(1, z), special.wofz])
def test_complex64_stays_complex64(f: Function) -> None:
    grad = sg.grad_bp(lambda z: np.sum(np.abs(f(z))))(np.array(NEAR, np.complex64))

    assert grad.dtype == np.complex64

"""structgrad.scipy.special: what is no ufunc in scipy.special, under the same names, with SciPy's own values."""

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.special

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.scipy import special
from structgrad.testing import check_gradient

Function = Callable[..., Any]
X = np.sin(1.0 + 1.7 * np.arange(12.0)).reshape(3, 4) * 2.0


COUNTS: dict[str, tuple[Function, tuple[Any, ...]]] = {
    "comb": (special.comb, (np.array([5.3, 7.1]), np.array([[1.2], [3.4]]))),
    "comb of one": (lambda n: special.comb(n, 2), (5.5,)),
    "comb with repetition": (lambda n: special.comb(n, 2, repetition=True), (5.5,)),
    "perm": (special.perm, (np.array([5.3, 7.1]), np.array([[1.2], [3.4]]))),
    "factorial": (special.factorial, (np.array([5.3, 7.1]),)),
    "factorial below 0": (lambda n: special.factorial(n, extend="complex"), (np.array([-1.3, 7.1]),)),
    "factorial of complex": (lambda n: special.factorial(n, extend="complex"), (np.array([-1.3 + 1j]),)),
    "polygamma": (lambda x: special.polygamma([[0], [1], [3]], x), (np.array([0.3, 5.0]),)),
    "multigammaln": (lambda a: special.multigammaln(a, 3), (np.array([1.2, 5.0]),)),
    "diric": (lambda x: special.diric(x, 5), (np.array([-2.0, 0.3, 6.2]),)),
    "diric of even n": (lambda x: special.diric(x, 8), (np.array([-2.0, 0.0, 6.2]),)),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts_between_whole_numbers_agree_with_differences(name: str) -> None:
    f, at = COUNTS[name]

    check_gradient(f, *at, order=2)
    if not np.iscomplexobj(at[0]):
        assert sg.grad_bp(lambda v: np.sum(f(v, *at[1:])))(np.float32(5.3)).dtype == np.float32


@pytest.mark.parametrize(
    ("f", "exact", "points"),
    [
        (lambda x: special.polygamma(2, x), lambda x: mp.polygamma(2, x), [0.01, 0.3, 1.0, 7.0, 1e3]),
        (special.factorial, mp.factorial, [0.0, 0.3, 1.0, 7.0, 100.0]),
        (lambda a: special.multigammaln(a, 2), lambda a: mp.loggamma(a) + mp.loggamma(a - 0.5), [0.51, 1, 2, 7, 1e3]),
        (lambda n: special.comb(n, 3), lambda n: mp.binomial(n, 3), [3.0, 4.5, 7.0, 50.0, 1e8]),
        (lambda n: special.perm(n, 3), lambda n: mp.ff(n, 3), [3.0, 4.5, 7.0, 50.0, 1e8]),
        (lambda x: special.spherical_jn(2, x), lambda x: mp.sqrt(mp.pi / 2 / x) * mp.besselj(2.5, x), [1e-3, 0.7, 5.0]),
        (lambda x: special.spherical_kn(2, x), lambda x: mp.sqrt(mp.pi / 2 / x) * mp.besselk(2.5, x), [1e-3, 0.7, 5.0]),
        (lambda x: special.legendre_p(3, x)[0], lambda x: mp.legendre(3, x), [-1.0, -0.3, 1e-9, 0.7, 1.0]),
    ],
)
def test_slopes_are_those_of_mpmath(f: Function, exact: Function, points: list[float]) -> None:
    at = np.array(points, float)
    with mp.workdps(40):
        h = mp.mpf(10) ** -12
        slopes = [float((exact(x + h) - exact(x - h)) / (2 * h)) for x in map(mp.mpf, at.tolist())]

    np.testing.assert_allclose(sg.grad_bp(lambda v: np.sum(f(v)))(at), slopes, rtol=1e-10)


def test_comb_counts_nothing_where_scipy_puts_0() -> None:
    grad = sg.grad_bp(lambda n: np.sum(special.comb(n, 3)))(np.array([2.0, 3.0, -1.0]))

    np.testing.assert_allclose(grad, [0.0, 11 / 6, 0.0], rtol=1e-14)


@pytest.mark.parametrize("name", ["spherical_jn", "spherical_yn", "spherical_in", "spherical_kn"])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_spherical_bessel_functions_agree_with_differences(name: str, n: int) -> None:
    f = getattr(special, name)

    check_gradient(lambda z: f(n, z), np.array([0.7, 2.3, -1.2]), order=2)
    check_gradient(lambda z: f(n, z, derivative=True), np.array([0.7, 2.3]))
    check_gradient(lambda z: f([[0], [n]], z), np.array([0.7 + 0.2j, 2.3 - 1j]))


@pytest.mark.parametrize("name", ["legendre_p", "assoc_legendre_p", "sph_legendre_p"])
@pytest.mark.parametrize("end", ["", "_all"])
def test_legendre_functions_agree_with_differences(name: str, end: str) -> None:
    f, orders = getattr(special, name + end), (3,) if name == "legendre_p" else (3, 1)

    check_gradient(lambda z: f(*orders, z), np.array([0.3, -0.5]), order=2)
    check_gradient(lambda z: f(*orders, z, diff_n=1), 0.3)
    with pytest.raises(MissingRuleError, match="up to the second"):
        sg.vjp(lambda z: f(*orders, z, diff_n=2))(0.3)[1](f(*orders, 0.3, diff_n=2))


@pytest.mark.parametrize("name", ["sph_harm_y", "sph_harm_y_all"])
def test_spherical_harmonics_agree_with_differences(name: str) -> None:
    f = getattr(special, name)
    theta, phi = np.array([[0.3], [1.5]]), np.array([0.7, -2.0, 0.0])

    check_gradient(lambda t, p: f(3, 1, t, p), theta, phi)
    check_gradient(lambda t, p: f(3, -2, t, p), 0.3, 0.7, order=2)
    check_gradient(lambda t, p: f(3, 1, t, p, diff_n=1), 0.3, 0.7)


def test_spherical_harmonics_at_the_pole_have_slopes() -> None:
    grad = sg.grad_bp(lambda t: special.sph_harm_y(1, 1, t, 0.0).real)(0.0)

    np.testing.assert_allclose(grad, -np.sqrt(3 / (8 * np.pi)), rtol=1e-14)


PLAIN: dict[str, Function] = {
    "softplus": lambda v: scipy.special.softplus(v),
    "sinc": lambda v: scipy.special.sinc(v),
    "zeta": lambda v: scipy.special.zeta(v, 2.0),
    "lambertw": lambda v: scipy.special.lambertw(v),
    "jvp": lambda v: scipy.special.jvp(1.3, v, 2),
    "kvp": lambda v: scipy.special.kvp(1.3, v),
    "assoc_laguerre": lambda v: scipy.special.assoc_laguerre(v, 3, 0.5),
}


@pytest.mark.parametrize("name", PLAIN)
def test_functions_over_ufuncs_need_no_mirror(name: str) -> None:
    check_gradient(PLAIN[name], np.array([1.3, 2.4]), order=2)


@pytest.mark.parametrize("name", special.__all__)
def test_a_mirror_has_scipys_name_signature_and_values(name: str) -> None:
    mirror, original = getattr(special, name), getattr(scipy.special, name)

    assert mirror.__name__ == original.__name__
    if inspect.isfunction(original):
        assert inspect.signature(mirror) == inspect.signature(original)


def test_plain_arguments_are_scipys_own_affair() -> None:
    assert special.logsumexp([1, 2], b=[1, -1], return_sign=True)[1] == -1.0
    assert special.comb(5, 2, exact=True) == 10
    assert special.factorial(5, exact=True) == 120
    assert special.stirling2(4, 2, exact=True) == 7
    np.testing.assert_array_equal(special.softmax(X, axis=1), scipy.special.softmax(X, axis=1))


def test_all_of_scipy_special_is_here() -> None:
    public = [name for name in vars(scipy.special) if not name.startswith("_")]

    assert [] == [name for name in public if not hasattr(special, name)]
    assert special.erf is scipy.special.erf
    with pytest.raises(AttributeError, match="no_such"):
        _ = special.no_such


@pytest.mark.parametrize(
    ("f", "error", "remedy"),
    [
        (lambda v: special.comb(v, 2, exact=True), MissingRuleError, "Leave exact=True away"),
        (lambda v: special.perm(v, 2, exact=True), MissingRuleError, "Leave exact=True away"),
        (lambda v: special.factorial(v, exact=True), MissingRuleError, "Leave exact=True away"),
        (special.factorial2, LostGradientError, "scipy.special.gamma"),
        (lambda v: special.stirling2(v, 2), LostGradientError, "scipy.special.gamma"),
        (lambda v: special.polygamma(v, 2.0), MissingRuleError, "argument n"),
    ],
)
def test_what_counts_is_refused_with_a_remedy(f: Function, error: type[Exception], remedy: str) -> None:
    with pytest.raises(error, match=remedy):
        sg.grad_bp(f)(3.0)


def test_functions_in_front_of_ufuncs_change_nothing() -> None:
    code = (
        "import numpy as np, structgrad as sg; from scipy import special; assert not isinstance(special.erf, np.ufunc);"
        "assert sg.grad_bp(special.erf)(0.0) == 2 / np.sqrt(np.pi)"
    )

    subprocess.run([sys.executable, "-c", code], env=os.environ | {"SCIPY_ARRAY_API": "1"}, check=True)

"""np.emath: slopes where the real numbers end, and dtypes as NumPy chooses them."""

from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

E = np.emath
ONE = [E.sqrt, E.log, E.log2, E.log10, E.arccos, E.arcsin, E.arctanh]
# All real, some beyond: then all become complex. Away from 0 and 1, where the slopes are infinite.
REALS = [np.array([0.3, 0.7]), np.array([0.3, -0.7]), np.array([-2.7, 0.4, 1.6]), 0.4, -0.4, 2.3, -2.3]


@pytest.mark.parametrize("f", ONE, ids=lambda f: f.__name__)
def test_functions_of_real_numbers_agree_with_differences(f: Any) -> None:
    for x in REALS:
        check_gradient(f, x, order=2)
    check_gradient(f, np.array([[-2.7, 0.4], [1.6, 0.2]])[:, ::-1].T)
    check_gradient(f, np.zeros((0, 2)))


@pytest.mark.parametrize("f", ONE, ids=lambda f: f.__name__)
def test_functions_of_complex_numbers_agree_with_differences(f: Any) -> None:
    for z in (np.array([0.3 + 1j, -0.7 - 0.4j]), 0.7 - 0.4j):
        check_gradient(f, z, order=2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64])
@pytest.mark.parametrize("f", [*ONE, lambda x: E.power(x, -2), lambda x: E.logn(3.0, x)])
def test_dtypes_are_those_of_numpy(f: Any, dtype: Any) -> None:
    for x in (np.array([0.25, -0.75], dtype), np.array([0.25, -1.75], dtype), dtype(-0.75), dtype(-1.75)):
        y, pullback = sg.vjp(f)(x)

        assert y.dtype == f(x).dtype
        np.testing.assert_array_equal(y, f(x))
        assert pullback(y).dtype == dtype


def test_dtypes_of_long_complex_numbers_and_of_short_exponents_are_those_of_numpy() -> None:
    for z in (np.array([-0.5 + 1j], np.clongdouble), np.array([-0.5], np.clongdouble)):
        assert sg.vjp(E.sqrt)(z)[0].dtype == E.sqrt(z).dtype
    for p in (np.array([2, 3], np.int8), np.array([-2, 3], np.int8), 2, -2):
        x = np.array([0.5, 2.0], np.float32)
        assert sg.vjp(lambda x, p=p: E.power(x, p))(x)[0].dtype == E.power(x, p).dtype


BASES: list[tuple[Any, Any]] = [
    (2.0, np.array([0.3, 4.0])),
    (2.0, np.array([0.3, -4.0])),
    (np.array([[-2.0], [0.3]]), np.array([0.4, -4.0])),
    (np.array([2.0, 0.3]), np.array([0.4 - 1j, -4.0])),
]


@pytest.mark.parametrize(("n", "x"), BASES)
def test_logarithms_to_any_base_agree_with_differences(n: Any, x: Any) -> None:
    check_gradient(E.logn, n, x[:, :1] if np.ndim(x) > 1 else x[:1], order=2)
    check_gradient(lambda n: E.logn(n, x.real), n)
    check_gradient(lambda x: E.logn(3, x), x.real)


POWERS: list[tuple[Any, Any]] = [
    (np.array([2.0, 3.0]), np.array([0.5, -1.5])),
    (np.array([2.0, -3.0]), np.array([0.5, 1.5])),
    (np.array([2.0, -3.0]), -2),
    (np.array([2.0, -3.0]), np.array([1, -2])),
    (np.array([2, -3]), np.array([0.5, 1.5])),
    (np.array([2.0, -3.0]), 0.5 - 1j),
    (-2.0, 0.3),
    (-2.0, 2),
    (2, np.array([-0.3, 0.4])),
    (-2, np.array([-0.3, 0.4])),
    (0.4 - 2.0j, -0.3),
]


@pytest.mark.parametrize(("x", "p"), POWERS)
def test_powers_agree_with_differences(x: Any, p: Any) -> None:
    check_gradient(E.power, x, p, order=2)


def test_a_list_stands_for_an_array() -> None:
    check_gradient(lambda p: E.power([2.0, -3.0], p), 0.5)
    check_gradient(lambda n: E.logn(n, [2.0, -3.0]), 0.5)


@pytest.mark.parametrize("name", ["sqrt", "log", "acos", "asin", "atanh"])
def test_slopes_beyond_the_reals_are_those_of_mpmath(name: str) -> None:
    f = getattr(E, name.replace("acos", "arccos").replace("asin", "arcsin").replace("atanh", "arctanh"))
    for x in (-3.7, -1.2, 1.2, 3.7):
        _, pullback = sg.vjp(lambda v: np.real(f(v)))(x)
        _, turned = sg.vjp(lambda v: np.imag(f(v)))(x)
        found = complex(pullback(1.0), turned(1.0))

        # NumPy continues beyond 1 and -1 from above, as mpmath does with a small positive imaginary part.
        with mpmath.workdps(40):
            at = mpmath.mpc(x, mpmath.mpf(10) ** -30)
            exact = complex(mpmath.diff(getattr(mpmath, name), at, h=mpmath.mpf(10) ** -34))
        assert found == pytest.approx(exact, rel=1e-12)


def test_where_nothing_is_beyond_the_reals_it_is_the_function_of_that_name() -> None:
    def slope(h: Any) -> Any:
        return sg.grad_bp(lambda v: np.sum(h(v)), np.array([0.25, 0.5])).tolist()

    assert [slope(f) for f in ONE] == [slope(getattr(np, f.__name__)) for f in ONE]

"""np.roots and np.poly: from coefficients to zeros and back."""

from typing import Any

import mpmath
import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

P = np.array([0.7, -1.3, 2.1, 0.4, -0.9])


@pytest.mark.parametrize("p", [P, P[:3], P[::-2], P + 1j * P[::-1], 2.0 * P[:2], P[:4].astype(np.float32)], ids=str)
def test_roots_agree_with_differences(p: Any) -> None:
    check_gradient(np.roots, p, order=2 if p.dtype == float else 1)


def test_slopes_of_roots_have_the_digits_of_the_roots() -> None:
    def root(i: int, k: int) -> Any:
        """Root i by coefficient k, by differences of 40 digits."""
        near = mpmath.mpc(complex(np.roots(P)[i]))

        def moved(c: Any) -> Any:
            p = [*map(mpmath.mpf, P.tolist())]
            p[k] = c
            return mpmath.findroot(lambda z: sum(c * z ** (4 - j) for j, c in enumerate(p)), near)

        return complex(mpmath.diff(moved, P[k]))

    with mpmath.workdps(40):
        expected = np.array([[root(i, k) for k in range(5)] for i in range(4)])
    _, pullback = sg.vjp(lambda p: np.roots(p))(P.astype(complex))
    slopes = np.array([pullback(np.eye(4)[i] + 0j) for i in range(4)])

    np.testing.assert_allclose(slopes, expected.conj(), rtol=1e-13)  # NumPy's roots have 14 digits here


def test_zeros_at_either_end_do_not_disturb_the_other_roots() -> None:
    p = np.array([0.0, 1.0, -3.0, 2.0, 0.0])  # 0 z⁴ + z³ − 3 z² + 2 z: roots 2, 1, 0

    _, pullback = sg.vjp(lambda p: np.roots(p))(p)

    z = np.array([2.0, 1.0, 0.0])
    slope = 3.0 * z * z - 6.0 * z + 2.0
    for i in range(3):
        np.testing.assert_allclose(pullback(np.eye(3)[i]), -(z[i] ** np.arange(4.0, -1.0, -1.0)) / slope[i], atol=1e-15)


def test_a_polynomial_without_roots_has_none_to_move() -> None:
    for p in (np.array([3.0]), np.zeros(3), np.array([0.0, 2.0])):
        value, pullback = sg.vjp(lambda p: np.roots(p))(p)

        assert value.shape == (0,)
        assert pullback(value).tolist() == [0.0] * len(p)


def test_a_double_root_has_no_finite_slope() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        grad = sg.grad_bp(lambda p: np.sum(np.roots(p) ** 2), np.array([1.0, 0.0, 0.0]))  # pyright: ignore[reportArgumentType]  # real it is

    assert not np.isfinite(grad).all()


def test_coefficients_by_zeros_agree_with_differences() -> None:
    check_gradient(np.poly, P, order=2)
    check_gradient(np.poly, P[:3] + 1j * P[2:])
    check_gradient(np.poly, P[::-2].astype(np.float32))
    check_gradient(lambda a, b: np.poly([a, 2.0, a * b]), 0.3, 1.2)
    check_gradient(lambda p: np.poly1d(p, True).coeffs, P)


def test_zeros_in_conjugate_pairs_have_real_coefficients() -> None:
    def real(a: Any, b: Any) -> Any:
        return np.poly(np.stack([a + 1j * b, a - 1j * b]))

    check_gradient(real, 0.3, 0.4, order=2)
    check_gradient(lambda p: np.poly(np.roots(p)), P)
    assert sg.vjp(real)(0.3, 0.4)[0].dtype == float


def test_coefficients_of_nothing_are_the_number_one() -> None:
    assert sg.vjp(np.poly)(np.zeros(0))[0] == 1.0
    with pytest.raises(ValueError):
        sg.vjp(np.poly)(np.zeros((2, 3)))


def test_the_characteristic_polynomial_of_a_matrix_agrees_with_differences() -> None:
    check_gradient(np.poly, np.array([[0.3, 1.1, -0.4], [0.7, -0.2, 0.9], [1.5, 0.6, 0.1]]))

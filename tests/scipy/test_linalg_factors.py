"""Cholesky, LU and QR factors, what is solved by them, and polar factors: of any shape, real and complex."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import linalg

RNG = np.random.default_rng(2)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
Z = A + 1j * RNG.normal(size=(3, 3))
B = RNG.normal(size=(3, 2))
TALL = RNG.normal(size=(4, 2))
WIDE = RNG.normal(size=(2, 3)) + 1j * RNG.normal(size=(2, 3))
S = np.stack([A, A.T + 1])
POSITIVE = A @ A.T + A
HERMITIAN = Z @ Z.conj().T + Z
SHAPES = [A, Z, TALL, TALL + 1j * Z[:, :2].imag[[0, 1, 2, 0]], WIDE, WIDE.real, S, A[:1, :1]]


@pytest.mark.feature(139)
@pytest.mark.parametrize("lower", [False, True])
def test_cholesky_factors_agree_with_differences(along: Any, lower: bool) -> None:
    for a in (POSITIVE, HERMITIAN):  # of which one triangle is read
        along(lambda a: linalg.cholesky(a, lower), a, order=1 if lower else 2)
        along(lambda a: linalg.cho_factor(a, lower)[0], a)
    along(lambda a: linalg.cholesky(a, lower), S @ np.swapaxes(S, 1, 2))


@pytest.mark.feature(139)
@pytest.mark.parametrize("lower", [False, True])
def test_systems_by_cholesky_factors_agree_with_differences(along: Any, lower: bool) -> None:
    def f(c: Any, b: Any) -> Any:
        return linalg.cho_solve((c, lower), b)

    along(f, A, B, order=2)
    along(f, Z, B[:, 0] + 1j)
    along(f, S, B[:, 0])
    along(lambda a: linalg.cho_solve(linalg.cho_factor(a, lower), B), POSITIVE)


def test_what_is_not_positive_definite_is_refused_as_scipy_refuses_it() -> None:
    with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
        sg.grad_bp(lambda a: np.sum(linalg.cholesky(a)), -np.eye(2))


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", SHAPES)
def test_lu_factors_agree_with_differences(along: Any, a: Any) -> None:
    along(lambda a: linalg.lu(a)[1:], a, order=2 if a.dtype == float and a.ndim == 2 else 1)
    along(lambda a: linalg.lu(a, permute_l=True), a)
    along(lambda a: linalg.lu_factor(a)[0], a)


@pytest.mark.parametrize("options", [{}, {"p_indices": True}])
@pytest.mark.parametrize("a", SHAPES)
def test_the_permutation_is_plain_and_scipys(a: Any, options: Any) -> None:
    found = []

    def f(a: Any) -> Any:
        p, _, u = linalg.lu(a, **options)
        found.append(p)
        return u

    sg.vjp(f)(a)

    p = scipy.linalg.lu(a, **options)[0]
    assert type(found[0]) is np.ndarray
    assert found[0].dtype == p.dtype
    np.testing.assert_array_equal(found[0], p)


@pytest.mark.feature(139)
@pytest.mark.parametrize("trans", [0, 1, 2])
def test_systems_by_lu_factors_agree_with_differences(along: Any, trans: Any) -> None:
    for a, b in ((A, B), (Z, B[:, 0] + 1j)):
        lu, piv = scipy.linalg.lu_factor(a)
        along(lambda lu, b, p=piv: linalg.lu_solve((lu, p), b, trans), lu, b, order=1 if trans else 2)
    along(lambda a, b: linalg.lu_solve(linalg.lu_factor(a), b, trans), S, B[:, 0])


@pytest.mark.feature(139)
@pytest.mark.parametrize("pivoting", [False, True])
@pytest.mark.parametrize("mode", ["full", "economic", "r"])
@pytest.mark.parametrize("a", SHAPES)
def test_qr_factors_agree_with_differences(along: Any, a: Any, mode: Any, pivoting: Any) -> None:
    """All of Q, too: the columns that complete it follow from LAPACK's reflections."""
    order = 2 if mode == "full" and not pivoting and a.dtype == float and a.ndim == 2 else 1
    y: Any = (
        slice(1 if mode == "r" else 2) if a.ndim == 2 or mode != "r" or pivoting else ...
    )  # SciPy gives one array there
    along(lambda a: linalg.qr(a, mode=mode, pivoting=pivoting)[y], a, order=order)


def test_the_raw_form_of_qr_is_refused() -> None:
    with pytest.raises(MissingRuleError, match="mode='economic'"):
        sg.grad_bp(lambda a: np.sum(linalg.qr(a, mode="raw")[1]), A)


def test_a_matrix_without_full_rank_has_no_derivative_of_qr() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.sum(linalg.qr(a)[0]), np.diag([1.0, 0.0]))


@pytest.mark.feature(139)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("a", SHAPES)
def test_polar_factors_agree_with_differences(along: Any, a: Any, side: Any) -> None:
    along(lambda a: linalg.polar(a, side), a, order=2 if a.dtype == float and a.ndim == 2 and side == "right" else 1)


def test_polar_factors_of_equal_singular_values_agree_with_differences(along: Any) -> None:
    along(linalg.polar, 2.0 * np.eye(3))

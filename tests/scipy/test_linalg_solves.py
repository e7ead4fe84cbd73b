"""Systems of linear equations, inverses and determinants, with every structure that SciPy is told to assume."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import linalg

RNG = np.random.default_rng(1)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
Z = A + 1j * RNG.normal(size=(3, 3))
B = RNG.normal(size=(3, 2))
S = np.stack([A, A.T + 1])
# Matrices that the assumption fits on one triangle at least; the rest of them is not read, and has slope 0.
WHOLE = A @ A.T + A
HERMITIAN = Z @ Z.conj().T + Z
STRUCTURES = [None, "gen", "sym", "her", "pos", "diagonal", "upper triangular", "lower triangular"]


@pytest.mark.feature(139)
def test_solutions_agree_with_differences(along: Any) -> None:
    along(linalg.solve, A, B, order=2)
    along(linalg.solve, A, B[:, 0], order=2)
    along(linalg.solve, Z, B + 1j, order=2)
    along(lambda a, b: linalg.solve(a, b, transposed=True), A[:, ::-1], B)


def test_batches_of_systems_agree_with_differences(along: Any) -> None:
    along(linalg.solve, S, B)
    along(linalg.solve, A, np.stack([B, B - 1]))
    along(linalg.solve, S, B[:, 0])


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("assume_a", [*STRUCTURES, "tridiagonal", "banded", "positive definite", "symmetric"])
def test_what_is_assumed_of_the_matrix_says_what_is_read_of_it(along: Any, assume_a: Any, lower: bool) -> None:
    along(lambda a, b: linalg.solve(a, b, lower, assume_a=assume_a), HERMITIAN, B[:, 0] + 1j)


@pytest.mark.parametrize("a", [2.5, np.array([[2.5]]), np.array([[[2.5]]])])
def test_a_single_number_divides_right_hand_sides_of_any_length(along: Any, a: Any) -> None:
    along(linalg.solve, a, B, order=2)
    along(linalg.solve, a, B[:, 0])


@pytest.mark.feature(139)
@pytest.mark.parametrize("assume_a", STRUCTURES)
def test_inverses_agree_with_differences(along: Any, assume_a: Any) -> None:
    diagonal = assume_a == "diagonal"
    for a in (WHOLE, HERMITIAN):
        along(lambda a: linalg.inv(np.diag(a) if diagonal else a, assume_a=assume_a), np.diag(a) if diagonal else a)


def test_inverses_of_batches_have_second_derivatives(along: Any) -> None:
    along(linalg.inv, S, order=2)
    along(linalg.inv, Z, order=2)


def test_an_inverse_assumed_diagonal_of_what_is_not_is_refused() -> None:
    with pytest.raises(MissingRuleError, match="Take the diagonal"):
        sg.grad_bp(lambda a: np.sum(linalg.inv(a, assume_a="diagonal")), A)


@pytest.mark.feature(139)
def test_determinants_agree_with_differences(along: Any) -> None:
    along(linalg.det, A, order=2)
    along(linalg.det, Z, order=2)
    along(linalg.det, S)
    along(linalg.det, np.array([[2.5]]))


def test_a_singular_matrix_has_the_cofactors_for_slopes_of_its_determinant(along: Any) -> None:
    a = A.copy()
    a[2] = a[0] + a[1]

    along(linalg.det, a)
    along(linalg.det, np.diag([0.0, 2.0, 3.0]))


@pytest.mark.feature(139)
@pytest.mark.parametrize("trans", [0, "T", 2])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit_diagonal", [False, True])
def test_triangular_systems_agree_with_differences(along: Any, trans: Any, lower: bool, unit_diagonal: bool) -> None:
    def f(a: Any, b: Any) -> Any:
        return linalg.solve_triangular(a, b, trans, lower, unit_diagonal)

    along(f, A[:2, :2], B[:2], order=2)
    along(f, np.asfortranarray(Z), B[:, 0] + 1j)


def test_batches_of_triangular_systems(along: Any) -> None:
    along(lambda a, b: linalg.solve_triangular(a, b, lower=True), S, B[:, 0])


def test_what_is_not_read_of_a_matrix_has_slope_0() -> None:
    grad = sg.grad_bp(lambda a: np.sum(linalg.solve_triangular(a, B)), A)

    np.testing.assert_array_equal(np.tril(grad, -1), 0.0)


@pytest.mark.parametrize("f", [linalg.inv, lambda a: linalg.solve(a, B), lambda a: linalg.solve(a[0, 0] - 1, B)])
def test_singular_matrices_are_refused_as_scipy_refuses_them(f: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.sum(f(a)), np.ones((3, 3)))


def test_overwriting_has_no_effect_on_what_is_differentiated() -> None:
    a = np.asfortranarray(A)

    grad = sg.grad_bp(lambda a: np.sum(linalg.solve(a * 1.0, B, overwrite_a=True, overwrite_b=True)), a)

    x = scipy.linalg.solve(A, B)
    np.testing.assert_allclose(grad, -scipy.linalg.solve(A.T, np.ones((3, 2))) @ x.T, rtol=1e-13)  # rounding

"""Matrices made of vectors, systems kept as diagonals, and norms."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import linalg

RNG = np.random.default_rng(5)
V = RNG.normal(size=4)
W = RNG.normal(size=3)
C = V + 1j * V[::-1]
BATCH = RNG.normal(size=(2, 4))
A = RNG.normal(size=(3, 3))
B = RNG.normal(size=(4, 2))


@pytest.mark.feature(139)
@pytest.mark.parametrize("f", [linalg.circulant, linalg.toeplitz, linalg.companion, linalg.fiedler])
def test_matrices_of_a_vector_agree_with_differences(along: Any, f: Any) -> None:
    along(f, V, order=2)
    along(f, BATCH[:, ::-1])
    along(f, C)


@pytest.mark.feature(139)
def test_matrices_of_two_vectors_agree_with_differences(along: Any) -> None:
    along(linalg.toeplitz, V, W, order=2)
    along(linalg.toeplitz, BATCH, W + 1j)
    along(linalg.hankel, V, order=2)
    along(linalg.hankel, C, W)
    along(linalg.leslie, V, W, order=2)
    along(linalg.leslie, BATCH, W)


@pytest.mark.feature(139)
def test_matrices_of_matrices_agree_with_differences(along: Any) -> None:
    along(linalg.block_diag, A, 2.0, V, B + 1j)
    along(linalg.block_diag, np.stack([A, A.T]), B)
    along(lambda a: linalg.block_diag(a, [[1, 2]], a), A, order=2)  # pyright: ignore[reportArgumentType, reportCallIssue]  # lists are matrices too
    along(linalg.khatri_rao, A[:, :2], B, order=2)
    along(linalg.khatri_rao, np.stack([A, A.T])[..., :2], B)


def test_lists_of_numbers_and_single_numbers_make_matrices(along: Any) -> None:
    along(lambda a, b: linalg.toeplitz([a, b, 1.0]), 1.3, 2.0)
    along(linalg.circulant, 1.3)


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda v: linalg.hankel(v.reshape(2, 2)), "ravel"),  # pyright: ignore[reportDeprecated]  # and so refused
        (lambda v: linalg.companion(v * 0.0), "zero"),
        (lambda v: linalg.companion(v[:1]), "at least 2"),
        (lambda v: linalg.leslie(v, v), "leslie"),
        (lambda v: linalg.khatri_rao(v, v), "2-dimensional"),
        (lambda v: linalg.khatri_rao(v.reshape(2, 2), v.reshape(1, 4)), "columns"),
    ],
)
def test_what_makes_no_matrix_is_refused(f: Any, text: str) -> None:
    with pytest.raises((ValueError, MissingRuleError), match=text):
        sg.grad_bp(lambda v: np.sum(f(v)), V)


@pytest.mark.feature(139)
@pytest.mark.parametrize(("l", "u"), [(1, 1), (2, 1), (0, 2), (0, 0), (3, 3)])
def test_banded_systems_agree_with_differences(along: Any, l: int, u: int) -> None:
    ab = RNG.normal(size=(l + u + 1, 4))
    ab[u] += 5

    def f(ab: Any, b: Any) -> Any:
        return linalg.solve_banded((l, u), ab, b)

    along(f, ab, B[:, :1], order=2 if l == 2 else 1)
    along(f, ab + 0.3j * ab[::-1], B[:, 0])
    along(f, np.stack([ab, ab + 1]), B)


def test_a_banded_system_of_one_equation(along: Any) -> None:
    along(lambda ab, b: linalg.solve_banded((1, 1), ab, b), np.array([[0.0], [2.0], [0.0]]), B[:1])


@pytest.mark.feature(139)
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("u", [0, 1, 2])
def test_positive_banded_systems_agree_with_differences(along: Any, u: int, lower: bool) -> None:
    ab = RNG.normal(size=(u + 1, 4))
    ab[0 if lower else -1] += 8

    def f(ab: Any, b: Any) -> Any:
        return linalg.solveh_banded(ab, b, lower=lower)

    along(f, ab, B[:, :1], order=2 if u == 2 and lower else 1)
    along(f, ab + 0.3j * ab[::-1], B[:, 0])
    along(f, np.stack([ab, ab + 1]), B)


@pytest.mark.feature(139)
def test_toeplitz_systems_agree_with_differences(along: Any) -> None:
    c = V + np.array([5.0, 0, 0, 0])
    along(linalg.solve_toeplitz, c, B, order=2)
    along(linalg.solve_toeplitz, c + 0.3j * V, B[:, 0])
    along(lambda c, r, b: linalg.solve_toeplitz((c, r), b), c, V, B, order=2)
    along(lambda c, r, b: linalg.solve_toeplitz((c, r), b), np.stack([c, c + 1]), C, B)


@pytest.mark.feature(139)
@pytest.mark.parametrize("ord", [None, 1, 2, np.inf, -np.inf, 3])
def test_norms_agree_with_differences(along: Any, ord: Any) -> None:
    along(lambda v: linalg.norm(v, ord), V, order=2)
    along(lambda v: linalg.norm(v, ord, axis=0, keepdims=True), B)
    if ord != 3:
        along(lambda a: linalg.norm(a, ord), B, order=2)
        along(lambda a: linalg.norm(a, ord), np.asfortranarray(B + 1j * B**2))


def test_norms_of_zeros_have_slope_0_and_largest_sums_share() -> None:
    assert sg.grad_bp(lambda v: linalg.norm(v), np.zeros(2)).tolist() == [0.0, 0.0]
    assert sg.grad_bp(lambda a: linalg.norm(a, 1), np.array([[1.0, -2], [1, 0]])).tolist() == [[0.5, -0.5], [0.5, 0]]


def test_norms_of_what_is_not_finite_are_refused_unless_allowed() -> None:
    x = np.array([[1.0, np.inf]])
    with pytest.raises(ValueError, match="infs"):
        sg.grad_bp(lambda v: linalg.norm(v, "fro"), x)
    assert sg.vjp(lambda v: linalg.norm(v, 1, axis=1, check_finite=False))(x)[0] == np.inf

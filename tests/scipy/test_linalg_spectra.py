"""Eigenvalues, singular values, Schur and Hessenberg forms, pseudoinverses and least squares."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.scipy import linalg

RNG = np.random.default_rng(3)
A = RNG.normal(size=(4, 4))
Z = A + 1j * RNG.normal(size=(4, 4))
SYMMETRIC = A + A.T + 0.1 * A  # of which one triangle is read
HERMITIAN = Z + Z.conj().T + 0.1 * Z
POSITIVE = A @ A.T + np.eye(4)
PAIRS = A - A.T + np.diag([1.0, 2.0, 3.0, 4.0])
TALL = RNG.normal(size=(4, 2))
S = np.stack([A[:3, :3], A[1:, 1:]])


def _signed(w: Any, v: Any) -> Any:
    """Vectors with a sign that LAPACK does not choose anew at every step of the differences."""
    return w, v * np.sign(np.real(v[..., 1:2, :]))


def _unphased(w: Any, v: Any) -> Any:
    return w, v[..., :, None, :] * v.conj()[..., None, :, :]


@pytest.mark.feature(139)
@pytest.mark.parametrize("lower", [True, False])
def test_eigenvectors_agree_with_differences(along: Any, lower: bool) -> None:
    along(lambda a: _signed(*linalg.eigh(a, lower=lower)), SYMMETRIC[:3, :3], order=2)
    along(lambda a: _unphased(*linalg.eigh(a, lower=lower)), HERMITIAN[:3, :3])
    along(lambda a: linalg.eigh(a, lower=lower, eigvals_only=True), HERMITIAN[:3, :3])
    along(lambda a: _signed(*linalg.eigh(a, lower=lower)), S)


@pytest.mark.parametrize("driver", ["ev", "evd", "evr", "evx"])
def test_every_driver_has_the_same_derivative(along: Any, driver: Any) -> None:
    along(lambda a: linalg.eigh(a, driver=driver)[1] ** 2, SYMMETRIC)


@pytest.mark.parametrize("subset", [{"subset_by_index": [1, 2]}, {"subset_by_value": (-1.0, 2.0)}])
def test_a_subset_turns_towards_all_others(along: Any, subset: Any) -> None:
    along(lambda a: _signed(*linalg.eigh(a, **subset)), SYMMETRIC, order=2)
    along(lambda a: _unphased(*linalg.eigh(a, **subset)), HERMITIAN)
    along(lambda a: linalg.eigvalsh(a, **subset), SYMMETRIC)
    along(lambda a, b: _signed(*linalg.eigh(a, b, **subset)), SYMMETRIC, POSITIVE)
    along(lambda a, b: linalg.eigh(a, b, eigvals_only=True, **subset), SYMMETRIC, POSITIVE)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("kind", [1, 2, 3])
def test_generalized_problems_agree_with_differences(along: Any, kind: Any, lower: Any) -> None:
    def f(a: Any, b: Any) -> Any:
        return linalg.eigh(a, b, type=kind, lower=lower)

    along(lambda a, b: _signed(*f(a, b)), SYMMETRIC[:2, :2], POSITIVE[:2, :2], order=2)
    along(lambda a, b: _unphased(*f(a, b)), HERMITIAN[:2, :2], (Z @ Z.conj().T + np.eye(4))[:2, :2])
    along(lambda a, b: linalg.eigvalsh(a, b, type=kind, lower=lower), SYMMETRIC[:3, :3], POSITIVE[:3, :3])


@pytest.mark.feature(139)
def test_tridiagonal_eigenvectors_agree_with_differences(along: Any) -> None:
    d, e = A[0], A[1, :3]
    along(lambda d, e: _signed(*linalg.eigh_tridiagonal(d, e)), d, e, order=2)
    along(linalg.eigvalsh_tridiagonal, d, e, order=2)
    along(lambda d, e: _signed(*linalg.eigh_tridiagonal(d, e, False, "i", (1, 2))), d, e)
    along(lambda d, e: linalg.eigh_tridiagonal(d, e, True, select="i", select_range=(1, 2)), d, e)
    along(lambda d, e: _signed(*linalg.eigh_tridiagonal(d, e)), A[:2], A[1:3, :3])


def test_equal_eigenvalues_share() -> None:
    one = np.eye(3)
    np.testing.assert_allclose(sg.grad_bp(lambda a: np.sum(linalg.eigvalsh(a)), one), one, atol=1e-15)  # rounding
    np.testing.assert_allclose(sg.grad_bp(lambda a: np.sum(linalg.eigh(a)[0]), one), one, atol=1e-15)  # the same


@pytest.mark.parametrize(
    "f",
    [
        lambda a: linalg.eigh(a)[1],
        lambda a: linalg.eigh(a, subset_by_index=[0, 1])[1],
        lambda a: linalg.eigvalsh(a, subset_by_index=[0, 1]),
    ],
)
def test_what_equal_eigenvalues_do_not_determine_is_refused(f: Any) -> None:
    with pytest.raises(MissingRuleError, match="coincide"):
        sg.grad_bp(lambda a: np.sum(f(a)), np.eye(3))


@pytest.mark.parametrize("f", [lambda a: linalg.eigh(a)[1], lambda a: linalg.svd(a)[0], lambda a: linalg.schur(a)[1]])
def test_phases_that_nothing_determines_are_refused(f: Any) -> None:
    with pytest.raises(MissingRuleError, match="phases"):
        sg.grad_bp(lambda a: np.sum(f(a)).real, HERMITIAN)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", [A[:3, :3], TALL, TALL.T, S])
@pytest.mark.parametrize("driver", ["gesdd", "gesvd"])
def test_singular_vectors_agree_with_differences(along: Any, a: Any, driver: Any) -> None:
    def f(a: Any) -> Any:
        u, s, vh = linalg.svd(a, full_matrices=False, lapack_driver=driver)
        sign = np.sign(u[..., 1:2, :])
        return u * sign, s, vh * np.swapaxes(sign, -1, -2)

    along(f, a, order=2 if driver == "gesdd" and a.ndim == 2 else 1)
    along(lambda a: linalg.svd(a, compute_uv=False, lapack_driver=driver), a)
    along(linalg.svdvals, a)


def test_singular_vectors_of_complex_matrices_and_of_full_bases(along: Any) -> None:
    def nearest(a: Any) -> Any:
        u, s, vh = linalg.svd(a)
        return u[:, :2] * s[:2] @ vh[:2]

    along(nearest, Z[:3, :3])
    along(lambda a: linalg.svd(a)[0][:, :2] ** 2, TALL)
    with pytest.raises(MissingRuleError, match="basis"):
        sg.grad_bp(lambda a: np.sum(linalg.svd(a)[0]), TALL)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", [A[:3, :3], S, PAIRS, A[:1, :1]])
def test_real_schur_forms_agree_with_differences(along: Any, a: Any) -> None:
    along(linalg.schur, a, order=2 if len(a) == 3 else 1)


def test_a_real_matrix_with_a_pair_of_complex_eigenvalues_is_among_them() -> None:
    assert np.any(np.diagonal(scipy.linalg.schur(PAIRS)[0], -1))


def test_sorted_and_complex_schur_forms_agree_with_differences(along: Any) -> None:
    along(lambda a: linalg.schur(a, sort="rhp")[:2], POSITIVE - 6 * np.eye(4))
    for a in (A[:3, :3], Z[:3, :3]):
        along(lambda a: [np.abs(x) for x in linalg.schur(a, output="complex")], a)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", [A, Z[:3, :3], S, Z[:2, :2], A[:1, :1]])
def test_hessenberg_forms_agree_with_differences(along: Any, a: Any) -> None:
    along(lambda a: linalg.hessenberg(a, calc_q=True), a, order=2 if len(a) == 3 else 1)
    along(linalg.hessenberg, a)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", [A[:3, :3], Z[:3, :3], TALL, TALL.T + 1j, S])
def test_pseudoinverses_agree_with_differences(along: Any, a: Any) -> None:
    along(lambda a: linalg.pinv(a, return_rank=True)[0], a, order=2 if a.shape == (4, 2) else 1)


@pytest.mark.feature(139)
@pytest.mark.parametrize("driver", [None, "gelss", "gelsy"])
@pytest.mark.parametrize("a", [A[:3, :3], TALL, TALL.T + 1j])
def test_least_squares_agree_with_differences(along: Any, a: Any, driver: Any) -> None:
    def f(a: Any, b: Any) -> Any:
        return [y for y in linalg.lstsq(a, b, lapack_driver=driver) if y is not None]

    along(f, a, A[: len(a), 0])
    along(lambda a, b: f(a, b)[0], a, A[: len(a), :1], order=2 if a is TALL and not driver else 1)


def test_batches_of_least_squares(along: Any) -> None:
    along(lambda a, b: linalg.lstsq(a, b), S[..., :2], A[0, :3])
    along(lambda a, b: linalg.lstsq(a, b)[0], S[..., :2], A[:3, :2])


def test_along_matrices_of_the_same_rank_pseudoinverses_move_smoothly(along: Any) -> None:
    u, v = TALL, A[:2, :3]
    along(lambda u, v: linalg.pinv(u @ v), u, v)
    along(lambda u, v: linalg.lstsq(u @ v, A[0], cond=1e-10)[0], u, v)


def test_cutting_off_singular_values_that_are_not_0_is_refused() -> None:
    with pytest.raises(MissingRuleError, match="cuts off"):
        sg.grad_bp(lambda a: np.sum(linalg.pinv(a, rtol=0.5)), A)
    with pytest.raises(MissingRuleError, match="cuts off"):
        sg.grad_bp(lambda a: np.sum(linalg.lstsq(a, A[0], cond=0.5)[0]), A)


@pytest.mark.parametrize("name", ["null_space", "orth", "eig", "eigvals"])
def test_what_has_no_derivative_is_refused_with_what_to_take_instead(name: str) -> None:
    with pytest.raises(LostGradientError, match=r"Take .*(pinv|np\.linalg)"):
        sg.grad_bp(lambda a: np.sum(getattr(linalg, name)(a)), A)

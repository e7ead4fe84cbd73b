"""Eigenvalues and eigenvectors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

eig, eigh, eigvals, eigvalsh = np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


def adjoint(x: Any) -> Any:
    return np.swapaxes(x, -1, -2).conj()


def hermitian(*shape: int) -> Any:
    """Hermitian matrices of complex numbers."""
    a = array(*shape) + 1j * array(*shape, phase=2.0)
    return a + adjoint(a)


def without_phase(v: Any) -> Any:
    """All products of two entries of each vector."""
    return v[..., :, None, :] * v[..., None, :, :].conj()


SHAPES = [(0, 0), (1, 1), (2, 2), (4, 4), (2, 2, 2), (0, 2, 2)]


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("uplo", ["L", "u"])
def test_hermitian_matrices_agree_with_differences(shape: tuple[int, int, *tuple[int, ...]], uplo: Any) -> None:
    order = 1 if len(shape) > 2 else 2
    check_gradient(lambda a: eigh(a, uplo), array(*shape), order=order)
    check_gradient(lambda a: eigvalsh(a, UPLO=uplo), array(*shape), order=order)

    def f(a: Any) -> Any:
        w, v = eigh(a, UPLO=uplo)
        return w, without_phase(v)

    check_gradient(f, hermitian(*shape), order=order if shape[-1] < 4 else 1)
    check_gradient(lambda a: eigvalsh(a, uplo), hermitian(*shape), order=order)


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
def test_any_matrices_agree_with_differences(shape: tuple[int, int, *tuple[int, ...]]) -> None:
    order = 1 if len(shape) > 2 or shape[-1] > 2 else 2

    def f(a: Any) -> Any:
        w, v = eig(a)
        return w, without_phase(v)

    turning = array(*shape) + 2.0 * np.tri(shape[-1], k=-1) - 2.0 * np.tri(shape[-1], k=-1).T
    for a in (array(*shape) + 2.0 * np.tri(shape[-1]), turning, hermitian(*shape) + array(*shape)):
        check_gradient(f, a, order=order)
        check_gradient(eigvals, a, order=order)


def test_real_matrices_may_have_real_or_complex_eigenvectors() -> None:
    real, turning = np.array([[1.0, 2.0], [0.5, 3.0]]), np.array([[1.0, -2.0], [1.5, 0.0]])

    assert eig(real).eigenvectors.dtype == float
    check_gradient(eig, real, order=2)  # real vectors have a sign, but no phase
    assert eig(turning).eigenvectors.dtype == complex
    assert sg.grad_bp(lambda a: np.sum(np.abs(eig(a)[1]) ** 4), turning).dtype == float


def test_eigenvalues_that_lapack_gives_in_another_order_without_vectors() -> None:
    """The slope of Σ λ² is 2 aᵀ; each eigenvalue has a weight of its own."""
    a = array(140, 140)

    grad = sg.grad_bp(lambda a: np.sum(eigvals(a) ** 2).real, a)

    assert np.abs(grad - 2 * a.T).max() < 1e-9  # numbers up to 2, by vectors of a condition of some thousand


def test_what_is_not_read_has_no_slope() -> None:
    grad = sg.grad_bp(lambda a: np.sum(eigvalsh(a) ** 2), array(3, 3))

    assert grad[np.triu_indices(3, 1)].tolist() == [0.0, 0.0, 0.0]
    assert sg.grad_bp(lambda x: np.sum(eigvalsh(np.sqrt(x))), np.array([[4.0, 0.0], [1.0, 9.0]]))[0, 1] == 0.0


def test_the_results_are_the_named_tuples() -> None:
    def f(a: Any) -> Any:
        y, z = eigh(a), eig(a)
        assert type(y) is type(eigh(np.eye(2)))
        assert type(z) is type(eig(np.eye(2)))
        return y.eigenvalues * y.eigenvectors + z.eigenvalues * z.eigenvectors

    a = array(3, 3)
    check_gradient(f, a @ a.T)


def test_matrix_functions_of_views_at_higher_order() -> None:
    def exponential(a: Any) -> Any:
        w, v = eigh(a[::2, ::2])
        return v * np.exp(w) @ v.T

    check_gradient(exponential, array(4, 4), order=3)
    check_gradient(lambda a: sg.grad_bp(lambda b: np.sum(exponential(b @ b.T) ** 2), a), array(4, 4))


@pytest.mark.parametrize("f", [lambda a: np.sum(eigh(a)[1] ** 3), lambda a: np.sum(eigvals(a @ a.T) ** 3)])
def test_float32_stays_float32(f: Callable[..., Any]) -> None:
    narrow, wide = (sg.grad_bp(f, array(3, 3).astype(dtype)) for dtype in "fd")

    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-4)  # a hundred roundings


@pytest.mark.parametrize(
    ("f", "a"), [(eigh, hermitian(3, 3)), (eig, hermitian(3, 3)), (eig, array(3, 3) - array(3, 3).T)]
)
def test_losses_that_depend_on_the_phase_are_refused(f: Any, a: Any) -> None:
    with pytest.raises(MissingRuleError, match=r"linalg.eigh?: .*\(test_spectra.py:\d+\) .*phases.*v @ v.conj\(\).T"):
        sg.grad_bp(lambda a: np.sum(f(a)[1].real), a)


@pytest.mark.parametrize("f", [eigh, eigvalsh])
def test_a_triangle_that_does_not_exist_is_refused_as_numpy_does(f: Any) -> None:
    with pytest.raises(ValueError, match="UPLO"):
        sg.grad_bp(lambda a: np.sum(f(a, "D")[0]), array(2, 2))

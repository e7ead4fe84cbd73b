"""Singular values and vectors, ranks."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

svd, svdvals = np.linalg.svd, np.linalg.svdvals


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


def adjoint(x: Any) -> Any:
    return np.swapaxes(x, -1, -2).conj()


SHAPES = [(0, 0), (1, 1), (3, 3), (3, 2), (2, 3), (3, 1), (1, 3), (2, 0), (0, 2), (2, 3, 2), (2, 2, 3), (0, 2, 2)]


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
def test_singular_values_agree_with_differences(shape: tuple[int, ...]) -> None:
    order = 1 if len(shape) > 2 else 2
    for a in (array(*shape), array(*shape) + 1j * array(*shape, phase=2.0)):
        check_gradient(svdvals, a, order=order)
        check_gradient(lambda a: svd(a, compute_uv=False), a)


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
def test_singular_vectors_agree_with_differences(shape: tuple[int, ...]) -> None:
    order = 1 if len(shape) > 2 else 2
    check_gradient(lambda a: svd(a, full_matrices=False), array(*shape), order=order)

    def f(a: Any) -> Any:
        """What does not depend on phases."""
        u, s, vh = svd(a, full_matrices=False)
        return s, np.abs(u), np.abs(vh), u[..., :, None, :] * adjoint(vh)[..., None, :, :].conj()

    check_gradient(f, array(*shape) + 1j * array(*shape, phase=2.0), order=order if shape != (3, 3) else 1)


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
def test_full_matrices_agree_with_differences(shape: tuple[int, ...]) -> None:
    def f(a: Any) -> Any:
        """What does not depend on phases, nor on the basis of what is beyond the singular vectors."""
        u, s, vh = svd(a)
        k, v = s.shape[-1], adjoint(vh)
        inner = u[..., :k] * s[..., None, :] @ adjoint(v[..., :k])
        return u[..., k:] @ adjoint(u[..., k:]), v[..., k:] @ adjoint(v[..., k:]), inner

    check_gradient(f, array(*shape))
    check_gradient(f, array(*shape) + 1j * array(*shape, phase=2.0))


def test_a_single_column_beyond_has_but_a_sign() -> None:
    check_gradient(svd, array(3, 2), order=2)
    check_gradient(svd, array(2, 3))


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 3), (2, 2, 2)])
def test_hermitian_matrices(shape: tuple[int, ...]) -> None:
    order = 1 if len(shape) > 2 else 2
    a = array(*shape)
    check_gradient(lambda a: svd(a, hermitian=True), a, order=order)
    check_gradient(lambda a: svd(a, compute_uv=False, hermitian=True), a, order=order)

    def f(a: Any) -> Any:
        u, s, vh = svd(a, hermitian=True)
        return s, u * np.exp(s)[..., None, :] @ vh

    check_gradient(f, a + 1j * array(*shape, phase=2.0))


def test_the_result_is_the_named_tuple() -> None:
    def f(a: Any) -> Any:
        y, z = svd(a, full_matrices=False), svd(a @ a.T, hermitian=True)
        assert type(y) is type(z) is type(svd(np.eye(2)))
        return y.U * y.S @ y.Vh + z.U @ z.Vh @ a * np.sum(z.S)

    check_gradient(f, array(2, 3))


def test_functions_of_views_at_higher_order() -> None:
    check_gradient(lambda a: svd(a[::2, ::-1].T, full_matrices=False)[0], array(4, 2), order=3)
    check_gradient(lambda a: sg.grad_bp(lambda b: np.sum(svdvals(b) ** 3), a), array(3, 2))


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("f", [lambda u, s, vh: u[:, :2], lambda u, s, vh: vh])
def test_losses_that_depend_on_the_phase_are_refused(full: bool, f: Callable[..., Any]) -> None:
    with pytest.raises(MissingRuleError, match=r"linalg.svd: .*\(test_singular.py:\d+\) .*phases"):
        sg.grad_bp(lambda a: np.sum(f(*svd(a, full)).real), array(3, 2) * (1 + 0.3j * array(3, 2, phase=2.0)))


@pytest.mark.parametrize(("i", "a"), [(0, array(4, 2)), (2, array(2, 4))])
def test_losses_that_depend_on_the_basis_beyond_are_refused(i: int, a: Any) -> None:
    with pytest.raises(MissingRuleError, match=r"linalg.svd: .*which vectors complete a basis"):
        sg.grad_bp(lambda a: np.sum(svd(a)[i]), a)


def test_float32_stays_float32() -> None:
    for f in (lambda a: np.sum(svd(a)[0] ** 3), lambda a: np.sum(svdvals(a) ** 3)):
        narrow, wide = (sg.grad_bp(f, array(3, 3).astype(dtype)) for dtype in "fd")
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, wide, atol=1e-4)  # a hundred roundings of numbers of about 1


def test_a_rank_is_a_plain_number() -> None:
    ranks = []

    def f(a: Any) -> Any:
        ranks.append(np.linalg.matrix_rank(a))
        return np.sum(a) * np.linalg.matrix_rank(a, tol=1e-3)

    assert sg.grad_bp(f, np.diag([1.0, 2.0, 0.0])).tolist() == np.full((3, 3), 2.0).tolist()
    assert [(int(rank), type(rank)) for rank in ranks] == [(2, np.int64)]

"""Cholesky and QR factors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

cholesky, qr = np.linalg.cholesky, np.linalg.qr


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


def tall_or_wide(*shape: int) -> Any:
    """Matrices of full rank."""
    return array(*shape) + 1.5 * np.eye(shape[-2], shape[-1])


def adjoint(x: Any) -> Any:
    return np.swapaxes(x, -1, -2).conj()


def positive(*shape: int, phase: float = 1.0) -> Any:
    """Hermitian matrices far from singular."""
    a = array(*shape, phase=phase)
    return a @ adjoint(a) + np.eye(shape[-1])


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (4, 4), (2, 1, 2, 2)])
@pytest.mark.parametrize("upper", [False, True])
def test_cholesky_factors_agree_with_differences(shape: tuple[int, int, *tuple[int, ...]], upper: bool) -> None:
    order = 1 if len(shape) > 2 else 2
    check_gradient(lambda a: cholesky(a, upper=upper), positive(*shape), order=order)
    a = array(*shape) + 1j * array(*shape, phase=2.0)
    check_gradient(lambda a: cholesky(a, upper=upper), a @ adjoint(a) + np.eye(shape[-1]), order=order)


@pytest.mark.parametrize("n", [64, 65, 130])
def test_large_factors_agree_with_small_ones(n: int) -> None:
    """log det(a) by the factor has the slope a⁻¹."""
    a = positive(n, n)

    grad = sg.grad_bp(lambda a: 2 * np.sum(np.log(np.diagonal(cholesky((a + a.T) / 2)))), a)

    np.testing.assert_allclose(grad, np.linalg.inv(a), atol=1e-10)  # rounded some hundred times


def test_what_cholesky_does_not_read_has_no_slope() -> None:
    a = positive(3, 3)

    assert sg.grad_bp(lambda a: np.sum(cholesky(a)), a)[np.triu_indices(3, 1)].tolist() == [0.0, 0.0, 0.0]
    assert sg.grad_bp(lambda a: np.sum(cholesky(a, upper=True)), a)[np.tril_indices(3, -1)].tolist() == [0.0] * 3


def test_what_cholesky_does_not_read_may_have_an_infinite_slope() -> None:
    x = np.array([[4.0, 0.0], [1.0, 9.0]])

    assert sg.grad_bp(lambda x: np.sum(cholesky(np.sqrt(x))), x)[0, 1] == 0.0


SHAPES = [(0, 0), (1, 1), (3, 3), (3, 2), (2, 3), (3, 1), (1, 3), (3, 0), (0, 3), (2, 3, 2), (2, 2, 3)]


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", ["reduced", "r"])
def test_qr_factors_agree_with_differences(shape: tuple[int, ...], mode: Any) -> None:
    order = 1 if len(shape) > 2 else 2
    a = tall_or_wide(*shape)
    check_gradient(lambda a: qr(a, mode), a, order=order)
    check_gradient(lambda a: qr(a, mode), a + 1j * array(*shape, phase=2.0), order=order)


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
def test_complete_factors_agree_with_differences(shape: tuple[int, ...]) -> None:
    k = min(shape[-2:])

    def f(a: Any) -> Any:
        q, r = qr(a, "complete")
        return q[..., :k], q[..., k:] @ adjoint(q[..., k:]) * (1 + np.sum(a)), r

    check_gradient(f, tall_or_wide(*shape))
    check_gradient(f, tall_or_wide(*shape) + 1j * array(*shape, phase=2.0))


def test_which_basis_completes_q_is_not_differentiated() -> None:
    with pytest.raises(MissingRuleError, match=r"linalg.qr: .*\(test_factors.py:\d+\) .*complete a basis"):
        sg.grad_bp(lambda a: np.sum(qr(a, "complete").Q), array(4, 2))
    check_gradient(lambda a: qr(a, "complete"), tall_or_wide(3, 2))  # a single column has but a sign


def test_factors_of_views_at_higher_order() -> None:
    check_gradient(lambda a: qr(a[::2, ::-1].T).R, tall_or_wide(4, 2), order=3)
    check_gradient(lambda a: sg.grad_bp(lambda b: np.sum(cholesky(b @ b.T)[::2]), a), tall_or_wide(3, 3))


def test_the_result_is_the_named_tuple() -> None:
    def f(a: Any) -> Any:
        y = qr(a)
        assert type(y) is type(qr(np.eye(2)))
        return y.Q @ y.R * np.sum(y.Q)

    check_gradient(f, tall_or_wide(3, 2))


def test_the_raw_factors_are_refused() -> None:
    with pytest.raises(MissingRuleError, match=r"mode='raw' .*Take mode='reduced'"):
        sg.grad_bp(lambda a: np.sum(qr(a, "raw")[0]), array(3, 3))


def test_singular_matrices_are_refused_by_numpy_itself() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.sum(qr(a).R), np.zeros((2, 2)))
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.sum(cholesky(a)), -np.eye(2))


@pytest.mark.parametrize("f", [lambda a: cholesky(a @ a.T), lambda a: qr(a).Q])
def test_float32_stays_float32(f: Callable[..., Any]) -> None:
    narrow, wide = (sg.grad_bp(lambda a: np.sum(f(a) ** 3), tall_or_wide(3, 3).astype(dtype)) for dtype in "fd")

    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, atol=1e-4)  # a hundred roundings of numbers of about 1

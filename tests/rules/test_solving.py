"""solve, inv and what is made of them: values, gradients of order 1 and 2, batches, edges."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

solve: Any = np.linalg.solve
inv: Any = np.linalg.inv


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


def matrix(*shape: int, phase: float = 1.0) -> Any:
    """Square matrices far from singular."""
    return array(*shape, phase=phase) + 2.5 * np.eye(shape[-1])


SYSTEMS = [
    ((1, 1), (1,)),
    ((2, 2), (2,)),
    ((3, 3), (3, 2)),
    ((4, 4), (4,)),
    ((3, 3), (3, 0)),
    ((0, 0), (0,)),
    ((0, 0), (0, 2)),
    ((2, 3, 3), (3,)),
    ((2, 3, 2, 2), (3, 2, 1)),
    ((2, 2), (3, 2, 2)),
    ((1, 2, 2), (3, 2, 2)),
    ((0, 2, 2), (2, 1)),
]


@pytest.mark.feature(139)
@pytest.mark.parametrize(("m", "n"), SYSTEMS)
def test_solutions_agree_with_differences(m: tuple[int, ...], n: tuple[int, ...]) -> None:
    a, b = matrix(*m), array(*n, phase=2.0)

    check_gradient(solve, a, b, order=1 if a.ndim > 2 or b.ndim > 2 else 2)
    check_gradient(lambda a: solve(a, b), a)
    check_gradient(lambda b: solve(a, b), b)
    check_gradient(solve, a * (1 - 0.5j), b + 1j * b[::-1])
    check_gradient(solve, a, b * 1j)


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (2, 1, 2, 2), (0, 2, 2)])
def test_inverses_agree_with_differences(shape: tuple[int, ...]) -> None:
    check_gradient(inv, matrix(*shape), order=1 if len(shape) > 2 else 2)
    check_gradient(inv, matrix(*shape) + 1j * array(*shape, phase=2.0))


def test_a_system_has_the_same_gradient_whoever_else_is_differentiated() -> None:
    a, b = matrix(3, 3), array(3, 2)

    both = sg.grad_bp(lambda p: np.sum(solve(*p) ** 3), (a, b))

    alone = sg.grad_bp(lambda a: np.sum(solve(a, b) ** 3), a), sg.grad_bp(lambda b: np.sum(solve(a, b) ** 3), b)
    for x, y in zip(both, alone, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-13)  # the same sums in the same order, or nearly so


def test_systems_of_views_of_lists_and_of_a_matrix_with_itself() -> None:
    a = matrix(4, 4)

    check_gradient(lambda a: solve(a[::2, ::2].T, a[1::2, ::-1]), a, order=2)
    check_gradient(lambda a: solve(a, a.T @ a), a)
    check_gradient(lambda b: solve(a.tolist(), b), a[0])
    check_gradient(lambda a: solve(a, [1.0, 2.0, 3.0, 4.0]), a)
    check_gradient(lambda b: sg.grad_bp(lambda a: np.sum(solve(a, b) ** 2), a), a[0])


def test_forward_mode_solves_for_the_tangent() -> None:
    a, b, t = matrix(3, 3), array(3), array(3, phase=2.0)

    assert sg.jvp(lambda b: solve(a, b))(b, t)[1].tolist() == solve(a, t).tolist()


TENSORS: list[tuple[Callable[..., Any], tuple[int, ...], tuple[int, ...]]] = [
    (lambda a, b: np.linalg.tensorsolve(a, b), (2, 3, 6), (2, 3)),
    (lambda a, b: np.linalg.tensorsolve(a, b, axes=(0, 2)), (2, 4, 2), (4,)),
    (lambda a, b: np.linalg.tensorsolve(a, b), (3, 3), (3,)),
    (lambda a, b: np.linalg.tensorinv(a) * np.sum(b), (2, 3, 6), (2,)),
    (lambda a, b: np.linalg.tensorinv(a, ind=1) * np.sum(b), (4, 2, 2), (2,)),
]


@pytest.mark.feature(139)
@pytest.mark.parametrize(("f", "m", "n"), TENSORS)
def test_systems_of_tensors(f: Callable[..., Any], m: tuple[int, ...], n: tuple[int, ...]) -> None:
    check_gradient(f, array(*m, phase=0.3), array(*n))


def test_what_numpy_refuses_is_refused() -> None:
    for f, x in (
        (inv, np.zeros((2, 2))),
        (inv, array(2, 3)),
        (lambda a: solve(a, np.ones(2)), np.ones((2, 2))),
        (lambda a: np.linalg.tensorsolve(a, np.ones(2)), array(2, 3)),
    ):
        with pytest.raises(np.linalg.LinAlgError):
            f(x)
        with pytest.raises(np.linalg.LinAlgError):
            sg.vjp(f)(x)
    for f, error in (
        (lambda a: np.linalg.tensorinv(a, ind=0), ValueError),
        (lambda a: np.linalg.tensorsolve(a, np.ones(3), axes=(-1,)), ValueError),
    ):
        with pytest.raises(error):
            f(matrix(3, 3))
        with pytest.raises(error):
            sg.vjp(f)(matrix(3, 3))


@pytest.mark.parametrize("f", [inv, lambda a: solve(a, a[0]), lambda a: solve(a, a.T), np.linalg.det])
def test_float32_stays_float32(f: Callable[..., Any]) -> None:
    narrow, wide = (sg.grad_bp(lambda a: np.sum(f(a) ** 2), matrix(3, 3).astype(dtype)) for dtype in "fd")

    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-4)  # a hundred roundings

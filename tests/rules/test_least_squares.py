"""The pseudo-inverse and least squares."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

pinv, lstsq = np.linalg.pinv, np.linalg.lstsq


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


SHAPES = [(1, 1), (3, 3), (3, 2), (2, 3), (3, 1), (1, 3), (2, 0), (0, 2)]


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", [*SHAPES, (2, 3, 2), (2, 2, 3), (0, 2, 2), (2, 0, 3)])
def test_pseudo_inverses_agree_with_differences(shape: tuple[int, ...]) -> None:
    order = 1 if len(shape) > 2 else 2
    check_gradient(pinv, array(*shape), order=order)
    check_gradient(lambda a: pinv(a, rcond=1e-10), array(*shape) + 1j * array(*shape, phase=2.0), order=order)


@pytest.mark.feature(139)
@pytest.mark.parametrize("kind", [float, complex])
def test_pseudo_inverses_of_a_rank_that_stays(kind: Any) -> None:
    """Differences need the rank to stay, so the matrix is a product."""
    left, right = array(4, 2).astype(kind), array(2, 3, phase=2.0).astype(kind)
    if kind is complex:
        left, right = left + 1j * array(4, 2, phase=0.5), right - 1j * array(2, 3, phase=0.7)

    check_gradient(lambda x, y: pinv(x @ y, rtol=1e-8), left, right, order=2 if kind is float else 1)
    check_gradient(lambda x, y: lstsq(x @ y, array(4), rcond=1e-8)[0], left, right, order=2 if kind is float else 1)
    # A matrix of all directions tells a slope that leaves the rank from one that does not.
    a, t = left @ right, array(4, 3, phase=3.0)
    expected = pinv(a, 1e-8) @ a @ sg.jvp(lambda a: pinv(a, 1e-8))(a, t.astype(kind))[1] @ a @ pinv(a, 1e-8)
    np.testing.assert_allclose(expected, -pinv(a, 1e-8) @ t @ pinv(a, 1e-8), rtol=1e-10)  # rounded some ten times


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 2, 2)])
def test_pseudo_inverses_of_hermitian_matrices(shape: tuple[int, int, *tuple[int, ...]]) -> None:
    order = 1 if len(shape) > 2 else 2
    a = array(*shape) + np.eye(shape[-1]) * 2
    check_gradient(lambda a: pinv(a, hermitian=True), a, order=order)
    check_gradient(lambda a: pinv(a, hermitian=True), a + 1j * array(*shape, phase=2.0))


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("columns", [(), (2,), (0,)])
def test_solutions_and_residuals_agree_with_differences(shape: tuple[int, ...], columns: tuple[int, ...]) -> None:
    a, b = array(*shape), array(shape[0], *columns, phase=2.0)

    check_gradient(lambda a, b: lstsq(a, b)[:2], a, b, order=2 if columns == (2,) else 1)
    check_gradient(lambda a: lstsq(a, b)[0], a)
    check_gradient(lambda b: lstsq(a, b, rcond=-1)[:2], b)
    check_gradient(lambda a, b: lstsq(a, b)[:2], a + 1j * array(*shape, phase=0.5), b * (1 + 2j))


def test_rank_and_singular_values_of_a_least_squares_problem() -> None:
    a, b = array(4, 2), array(4, phase=2.0)

    def f(a: Any, b: Any) -> Any:
        x, _, rank, s = lstsq(a, b)
        assert int(rank) == 2
        assert not isinstance(rank, float)
        return x, s

    check_gradient(f, a, b, order=2)


def test_an_underdetermined_problem_has_the_shortest_solution_and_its_slopes() -> None:
    a, b = array(2, 4), array(2, phase=2.0)

    found = sg.grad_bp(lambda a: np.sum(lstsq(a, b)[0] ** 3), a)

    expected = sg.grad_bp(lambda a: np.sum((a.T @ np.linalg.solve(a @ a.T, b)) ** 3), a)
    np.testing.assert_allclose(found, expected, rtol=1e-10)  # rounded some ten times


def test_problems_of_views_of_lists_and_of_one_array() -> None:
    a = array(6, 3)

    check_gradient(lambda a: lstsq(a[::2, :2], a[1::2, ::-1])[:2], a)
    check_gradient(lambda b: lstsq(a.tolist(), b)[0], array(6))
    check_gradient(lambda a: pinv(a[::2, ::-2]), a, order=2)
    check_gradient(lambda a: sg.grad_bp(lambda b: np.sum(lstsq(b, array(6))[0] ** 2), a), a)


def test_float32_stays_float32() -> None:
    for f in (lambda a: np.sum(pinv(a) ** 3), lambda a: np.sum(lstsq(a, array(3).astype(a.dtype))[0] ** 3)):
        narrow, wide = (sg.grad_bp(f, array(3, 2).astype(dtype)) for dtype in "fd")
        assert narrow.dtype == np.float32
        np.testing.assert_allclose(narrow, wide, rtol=1e-3)  # a hundred roundings, of a matrix of condition 3


def test_what_numpy_refuses_is_refused() -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.sum(lstsq(a, np.ones(3))[0]), array(2, 2))
    with pytest.raises(ValueError, match="rcond"):
        sg.grad_bp(lambda a: np.sum(pinv(a, 1e-3, rtol=1e-3)), array(2, 2))

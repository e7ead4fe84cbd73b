"""det and slogdet, also where the matrix is singular."""

import itertools
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

det, slogdet = np.linalg.det, np.linalg.slogdet


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


def matrix(*shape: int, phase: float = 1.0) -> Any:
    """Square matrices far from singular."""
    return array(*shape, phase=phase) + 1.5 * np.eye(shape[-1])


def of_rank(rank: int, n: int = 3) -> Any:
    """A matrix of small whole numbers, so that its minors are exact."""
    left = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 1.0, 1.0], [1.0, -1.0, 2.0]])
    right = np.array([[1.0, 0.0, 2.0, 1.0], [-1.0, 1.0, 1.0, 0.0], [0.0, 3.0, -1.0, 2.0]])
    return left[:n, :rank] @ right[:rank, :n]


def leibniz(a: Any) -> Any:
    """The determinant by its definition."""
    return sum(
        np.linalg.det(np.eye(len(a))[list(p)]).round() * np.prod([a[i, k] for i, k in enumerate(p)])
        for p in itertools.permutations(range(len(a)))
    )


@pytest.mark.feature(139)
@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (2, 2, 2), (0, 3, 3)])
def test_determinants_agree_with_differences(shape: tuple[int, ...]) -> None:
    order = 1 if len(shape) > 2 else 2
    for a in (matrix(*shape), matrix(*shape) + 1j * array(*shape, phase=2.0)):
        check_gradient(det, a, order=order)
        check_gradient(lambda a: slogdet(a).logabsdet, a, order=order)
        check_gradient(lambda a: slogdet(a).sign * np.sum(a), a, order=order)


def test_the_third_derivative() -> None:
    check_gradient(det, matrix(3, 3), order=3)
    check_gradient(det, of_rank(2), order=3, atol=1e-8)  # the third slopes of a minor of 2 are 0 or 1


@pytest.mark.feature(139)
@pytest.mark.parametrize(("n", "rank"), [(1, 0), (2, 1), (2, 0), (3, 2), (3, 1), (3, 0), (4, 3), (4, 2)])
def test_singular_matrices_have_the_slopes_of_the_polynomial(n: int, rank: int) -> None:
    a, t = of_rank(rank, n), array(n, n)

    def first_and_second(f: Any) -> Any:
        return sg.grad_bp(f, a), sg.grad_bp(lambda a: np.sum(sg.grad_bp(f, a) * t), a)

    for found, expected in zip(first_and_second(det), first_and_second(leibniz), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-12)  # numbers up to 50, rounded a few times


def test_a_singular_complex_matrix() -> None:
    a = of_rank(2) * (1 + 0.5j) + 0j
    a[2] = a[0] * 1j + a[1]

    check_gradient(det, a, order=2)


def test_a_matrix_close_to_singular_keeps_its_digits() -> None:
    for tiny in (1e-6, 1e-10, 1e-14):
        a = of_rank(2) + tiny * np.eye(3)

        np.testing.assert_allclose(sg.grad_bp(det, a), sg.grad_bp(leibniz, a), rtol=1e-8)


def test_singular_and_other_matrices_in_one_batch() -> None:
    batch = np.stack([of_rank(2), of_rank(0), matrix(3, 3)])

    together = sg.grad_bp(lambda a: np.sum(det(a) * [1.0, 2.0, 3.0]), batch)

    for a, scale, grad in zip(batch, (1.0, 2.0, 3.0), together, strict=True):
        np.testing.assert_allclose(grad, scale * sg.grad_bp(leibniz, a), atol=1e-13)  # numbers up to 10, rounded


def test_the_logarithm_of_a_singular_matrix_that_nobody_asks_for() -> None:
    batch = np.stack([np.diag([1.0, 2.0, 0.0]), matrix(3, 3)])

    def safe(a: Any) -> Any:
        sign, logarithm = slogdet(a)
        return np.sum(np.where(sign != 0, logarithm, 0.0))

    grad = sg.grad_bp(safe, batch)
    np.testing.assert_array_equal(grad[0], 0.0)
    np.testing.assert_allclose(grad[1], np.linalg.inv(batch[1]).T, rtol=1e-13)  # rounded a few times
    for f in (sg.grad_bp, lambda f, a: sg.jvp(f)(a, a)):
        with pytest.raises(np.linalg.LinAlgError):
            f(lambda a: np.sum(slogdet(a)[1]), batch)


def test_the_result_is_the_named_tuple() -> None:
    def f(a: Any) -> Any:
        y = slogdet(a)
        assert type(y) is type(slogdet(np.eye(2)))
        return y.logabsdet * y.sign

    check_gradient(f, matrix(2, 2))


def test_determinants_of_views_and_of_what_is_not_finite() -> None:
    check_gradient(lambda a: det(a[::2, ::-2]), matrix(4, 4), order=2)
    with np.errstate(invalid="ignore"):  # NumPy's own
        assert np.isnan(sg.grad_bp(det, np.full((2, 2), np.nan))).all()

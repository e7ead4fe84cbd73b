"""matmul of every rank, powers and chains of matrices, traces."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.testing import check_gradient


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + 1.7 * np.arange(float(np.prod(shape)))).reshape(shape)


def check_float32(f: Callable[..., Any], *args: Any) -> None:
    """In float32 the gradient is float32, and that of float64 but for rounding."""
    narrow, wide = (sg.grad_bp(lambda p: np.sum(f(*p) ** 2), tuple(a.astype(t) for a in args)) for t in "fd")
    for x, y in zip(narrow, wide, strict=True):
        assert x.dtype == np.float32
        np.testing.assert_allclose(x, y, atol=1e-5)  # some ten roundings of numbers below 10


SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((1, 3), (3, 1)),
    ((2, 3), (3, 0)),
    ((2, 0), (0, 3)),
    ((5, 2, 3), (3,)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((3,), (5, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((2, 1, 2, 3), (5, 3, 1)),
    ((2, 5, 1, 3), (3,)),
    ((2, 5, 1, 3), (1, 5, 3, 2)),
    ((0, 2, 3), (3, 2)),
    ((0, 2, 3), (3,)),
]


@pytest.mark.feature(127)
@pytest.mark.parametrize(("m", "n"), SHAPES)
def test_products_of_all_ranks_agree_with_differences(m: tuple[int, ...], n: tuple[int, ...]) -> None:
    a, b = array(*m), array(*n, phase=2.0)

    check_gradient(lambda a, b: a @ b, a, b, order=2)
    check_gradient(lambda a: a @ b, a)
    check_gradient(lambda b: a @ b, b)
    check_float32(np.matmul, a, b)
    check_gradient(np.linalg.matmul, a, b)
    check_gradient(lambda a, b: a @ b, a * (1 - 2j), b + 1j * b[::-1])
    check_gradient(lambda a, b: a @ b, a, b * 1j)


@pytest.mark.feature(127)
def test_products_of_views_and_of_a_matrix_with_itself() -> None:
    a = array(4, 4)

    check_gradient(lambda a: a[::2].T @ a[1::2, ::-1], a, order=2)
    check_gradient(lambda a: a @ a.T @ a[0], a, order=2)
    check_gradient(lambda a: [1.0, 2.0, 3.0, 4.0] @ a @ [[1], [2], [3], [4]], a)
    check_gradient(lambda a: sg.grad_bp(lambda b: np.sum(np.tanh(b @ b)), a), a, order=2)


def test_a_single_matrix_against_a_batch_gets_the_sum_over_the_batch() -> None:
    x, w, g = array(3, 2, 4), array(4, 5), array(3, 2, 5)

    dw = sg.vjp(lambda w: x @ w)(w)[1](g)

    expected = sum(np.outer(x[i, j], g[i, j]) for i in range(3) for j in range(2))
    np.testing.assert_allclose(dw, expected, rtol=1e-13)  # summed in another order


def test_what_matmul_cannot_undo_is_refused() -> None:
    with pytest.raises(MissingRuleError, match="axes"):
        sg.grad_bp(lambda a: np.sum(np.matmul(a, a, axes=[(0, 1), (0, 1), (0, 1)])), array(3, 3))
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda a: np.sum(np.matmul(a, a, out=np.zeros((3, 3)))), array(3, 3))


@pytest.mark.parametrize("n", range(8))
@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2)])
def test_powers_of_matrices(n: int, shape: tuple[int, ...]) -> None:
    check_gradient(lambda a: np.linalg.matrix_power(a, n) + 0.0 * a, array(*shape), order=2)


@pytest.mark.parametrize("n", [-1, -2, -3, -5])
def test_powers_of_the_inverse(n: int) -> None:
    check_gradient(lambda a: np.linalg.matrix_power(a + 3.0 * np.eye(3), n), array(2, 3, 3), order=2)


def test_a_power_that_is_no_whole_number_is_refused_in_numpys_words() -> None:
    with pytest.raises(TypeError):
        sg.grad_bp(lambda a: np.sum(np.linalg.matrix_power(a, 2.0)), array(3, 3))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the point


CHAINS = [
    ((2, 3), (3, 4)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((3,), (3,)),
    ((2, 3), (3, 4), (4, 2)),
    ((3,), (3, 4), (4,)),
    ((2, 3), (3, 4), (4, 1), (1, 5)),
    ((3,), (3, 4), (4, 2), (2, 3), (3,)),
]


@pytest.mark.parametrize("shapes", CHAINS)
def test_chains_of_matrices(shapes: tuple[tuple[int, ...], ...]) -> None:
    arrays = [array(*shape, phase=float(i)) for i, shape in enumerate(shapes)]

    check_gradient(lambda *xs: np.linalg.multi_dot(list(xs)), *arrays, order=2)
    check_gradient(lambda *xs: np.linalg.multi_dot(xs), *[x * (1 + 1j) for x in arrays])
    check_gradient(lambda x: np.linalg.multi_dot([x, *arrays[1:]]), arrays[0])  # the rest are constants
    check_gradient(lambda x: np.linalg.multi_dot([*[a.tolist() for a in arrays[:-1]], x]), arrays[-1])


def test_a_chain_out_of_one_array() -> None:
    check_gradient(np.linalg.multi_dot, array(3, 2, 2))
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda a: np.sum(np.linalg.multi_dot([a, a], out=np.zeros((3, 3)))), array(3, 3))


DIAGONALS: list[Callable[..., Any]] = [
    lambda a: np.trace(a**2),
    lambda a: np.trace(a**2, 1, 2, 0),
    lambda a: np.trace(a**2, offset=-1, axis1=0, axis2=-1, dtype=np.float64),
    lambda a: (a**2).trace(0, 1, 2),
    lambda a: np.linalg.trace(a**2, offset=1),
    lambda a: np.linalg.diagonal(a**2, offset=-1),
    lambda a: np.linalg.matrix_transpose(a**2) @ a,
    lambda a: np.diagonal(a**2, 1, 0, 2),
]


@pytest.mark.feature(128)
@pytest.mark.parametrize("f", DIAGONALS)
def test_traces_and_diagonals(f: Callable[..., Any]) -> None:
    check_gradient(f, array(2, 3, 4))
    check_float32(f, array(2, 3, 2))


@pytest.mark.feature(128)
def test_the_gradient_of_a_trace_is_the_identity() -> None:
    np.testing.assert_array_equal(sg.grad_bp(np.trace, array(3, 3)), np.eye(3))
    np.testing.assert_array_equal(
        sg.grad_bp(lambda v: np.sum(np.diag(v) * [2.0, 3.0]), array(2, 2)), np.diag([2.0, 3.0])
    )
    np.testing.assert_array_equal(
        sg.grad_bp(lambda v: np.sum(np.diag(v) * [[2.0, 5.0], [5.0, 3.0]]), array(2)), [2.0, 3.0]
    )

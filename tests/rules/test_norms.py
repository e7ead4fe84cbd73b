"""Norms of every order, and their slope 0 where they are 0."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.testing import check_gradient

inf = np.inf
V = np.array([0.7, -1.3, 2.1, 0.4])
M = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])
T = np.sin(1.0 + np.arange(24.0) ** 1.7).reshape(2, 3, 4)
ORDERS = [None, 1, 2, 2.0, 3, 4, 1.5, 0.5, -1, -2, -2.5, inf, -inf, 0]
MATRIX_ORDERS = [None, "fro", "nuc", 1, -1, 2, -2, inf, -inf]


@pytest.mark.feature(132)
@pytest.mark.parametrize("ord", ORDERS)
def test_norms_of_vectors_agree_with_differences(ord: Any) -> None:
    check_gradient(lambda v: np.linalg.norm(v, ord), V, order=2)
    check_gradient(lambda v: np.linalg.norm(v, ord, axis=-2, keepdims=True), T[..., ::2])
    check_gradient(lambda v: np.linalg.norm(v, ord=ord, axis=1), M[:2, ::-2], order=2)
    if ord is not None:
        check_gradient(lambda v: np.linalg.vector_norm(v, ord=ord), M[:2, 1:], order=2)
        check_gradient(lambda v: np.linalg.vector_norm(v, axis=(2, 0), ord=ord, keepdims=True), T)


@pytest.mark.parametrize("ord", ORDERS)
def test_float32_stays_float32(ord: Any) -> None:
    narrow, wide = (
        sg.grad_bp(lambda v: np.sum(np.linalg.norm(v, ord, axis=0) * M[0]), M.astype(dtype)) for dtype in "fd"
    )

    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, atol=1e-5)  # a hundred roundings, of numbers up to 2


@pytest.mark.feature(132)
@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_norms_of_matrices_agree_with_differences(ord: Any) -> None:
    check_gradient(lambda v: np.linalg.norm(v, ord), M, order=2)
    check_gradient(lambda v: np.linalg.norm(v, ord, axis=(-1, 0)), T)
    check_gradient(lambda v: np.linalg.norm(v, ord, (0, 2), keepdims=True), T)
    check_gradient(lambda v: np.linalg.matrix_norm(v, ord=ord or "fro"), T)


@pytest.mark.parametrize("ord", [None, 1, 2, 3, 0.5, inf])
def test_norms_of_complex_numbers(ord: Any) -> None:
    check_gradient(lambda z: np.linalg.norm(z, ord), V + 1j * M[0], order=2)
    check_gradient(lambda z: np.linalg.norm(z, ord, axis=1), M + 1j * M[::-1])


def test_norms_of_whatever_has_one() -> None:
    check_gradient(lambda v: np.linalg.norm(v), T)
    check_gradient(lambda v: np.linalg.norm(v, axis=None, keepdims=True), T)
    check_gradient(lambda v: np.linalg.norm(v), -1.3)
    check_gradient(lambda v: np.linalg.vector_norm(v), T)
    check_gradient(lambda v: np.linalg.vector_norm(v), 1.3)
    check_gradient(lambda v: sg.grad_bp(lambda w: np.linalg.norm(w**2, 3), v), V, order=2)


@pytest.mark.feature(132)
@pytest.mark.parametrize("ord", ORDERS)
def test_the_norm_of_zeros_has_slope_0_at_order_1_and_2(ord: Any) -> None:
    def slope(v: Any) -> Any:
        return sg.grad_bp(lambda w: 3.0 * np.linalg.norm(w, ord), v)

    with np.errstate(divide="ignore"):  # NumPy's own 0 ** −1
        for zeros in (np.zeros(3), np.zeros(3, np.float32), np.zeros(3, complex)):
            np.testing.assert_array_equal(slope(zeros), zeros)
        again = sg.grad_bp(lambda v: np.sum(slope(v) * np.array([1.0, 2.0, 3.0])), np.zeros(3))
    np.testing.assert_array_equal(again, 0.0)


@pytest.mark.feature(132)
def test_a_zero_row_leaves_the_others_alone() -> None:
    x = np.array([[0.0, 0.0], [3.0, -4.0]])
    for ord, row in ((2, [0.6, -0.8]), (1, [1.0, -1.0]), (inf, [0.0, -1.0])):
        _, pullback = sg.vjp(np.linalg.norm)(x, ord, axis=1)

        np.testing.assert_array_equal(pullback(np.array([5.0, 1.0])), [[0.0, 0.0], row])


@pytest.mark.feature(132)
def test_a_zero_in_a_vector_is_a_kink_of_its_own() -> None:
    x = np.array([0.0, 3.0, 4.0])

    assert sg.grad_bp(lambda v: np.linalg.norm(v), x).tolist() == [0.0, 0.6, 0.8]
    assert sg.grad_bp(lambda v: np.linalg.norm(v, 1), x).tolist() == [0.0, 1.0, 1.0]


@pytest.mark.feature(132)
@pytest.mark.parametrize("g", [1e-300, 1e-200, 1.0, 1e200, 1e300])
@pytest.mark.parametrize("size", [1e-150, 1e-100, 1.0, 1e150])
def test_the_direction_of_a_vector_has_all_its_digits_at_every_scale(size: float, g: float) -> None:
    _, pullback = sg.vjp(lambda v: np.linalg.norm(v, axis=0))(np.array([[3.0, 1.0], [-4.0, 0.0]]) * size)

    np.testing.assert_allclose(pullback(np.array([g, -g])), np.array([[0.6, -1.0], [-0.8, 0.0]]) * g, rtol=1e-14)


@pytest.mark.feature(132)
def test_a_row_that_nobody_asks_for_has_slope_0() -> None:
    _, pullback = sg.vjp(lambda v: np.linalg.norm(v, axis=1))(np.array([[3.0, 4.0], [1.0, 0.0]]))

    np.testing.assert_array_equal(pullback(np.array([0.0, 2.0])), [[0.0, 0.0], [2.0, 0.0]])


def test_a_negative_order_is_0_where_one_number_is_0_and_so_is_its_slope() -> None:
    with np.errstate(divide="ignore"):  # NumPy's own 0 ** −2
        assert sg.grad_bp(lambda v: np.linalg.norm(v, -2), np.array([0.0, 3.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("ord", [0.5, 1.5, 3])
def test_a_zero_does_not_disturb_the_others(ord: float) -> None:
    x = np.array([0.0, 3.0, 4.0])

    whole, rest = (sg.grad_bp(lambda v: 3.0 * np.linalg.norm(v, ord), v) for v in (x, x[1:]))

    assert whole.tolist() == [0.0, *rest]


def test_ties_of_the_infinite_norm_share() -> None:
    grad = sg.grad_bp(lambda v: 6.0 * np.linalg.norm(v, inf), np.array([2.0, -2.0, 1.0]))

    assert grad.tolist() == [3.0, -3.0, 0.0]


def test_infinite_slopes_of_what_is_not_largest_are_not_asked_for() -> None:
    grad = sg.grad_bp(lambda v: np.linalg.norm(np.sqrt(v), inf), np.array([0.0, 4.0]))

    assert grad.tolist() == [0.0, 0.25]


def test_large_and_small_numbers_keep_their_slopes() -> None:
    for size in (1e-150, 1e150):
        grad = sg.grad_bp(lambda v: np.linalg.norm(v, 3), np.array([1.0, -2.0]) * size ** (2 / 3))

        np.testing.assert_allclose(grad, np.array([1.0, -4.0]) / 9 ** (2 / 3), rtol=1e-13)  # powers round


@pytest.mark.feature(132)
@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_norms_of_complex_float32_and_empty_matrices(ord: Any) -> None:
    check_gradient(lambda v: np.linalg.norm(v, ord), M + 1j * M[::-1])
    narrow, wide = (sg.grad_bp(lambda v: np.linalg.norm(v[::2, ::-1], ord), M.astype(dtype)) for dtype in "fd")
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, atol=1e-5)  # ten roundings, of numbers up to 2
    check_gradient(lambda v: np.linalg.norm(v, ord, axis=(1, 2)), np.zeros((0, 2, 3)))
    if ord not in (-1, -2, -inf):
        check_gradient(lambda v: np.linalg.norm(v, ord), np.zeros((2, 0)))


@pytest.mark.feature(132)
@pytest.mark.parametrize("ord", [None, "fro", "nuc", 2, -2])
def test_the_norm_of_a_zero_matrix_has_slope_0(ord: Any) -> None:
    for zeros in (np.zeros((2, 3)), np.zeros((3, 3), np.float32), np.zeros((2, 2), complex)):
        np.testing.assert_array_equal(sg.grad_bp(lambda v: 3.0 * np.linalg.norm(v, ord), zeros), zeros)


@pytest.mark.feature(139)
@pytest.mark.parametrize("p", MATRIX_ORDERS)
def test_condition_numbers_agree_with_differences(p: Any) -> None:
    check_gradient(lambda a: np.linalg.cond(a, p), M[:, 1:], order=2)
    check_gradient(lambda a: np.linalg.cond(a, p), np.stack([M[:, :3], M[:, 1:]]) * (1 + 0.5j))
    if p in (None, 2, -2):
        check_gradient(lambda a: np.linalg.cond(a, p), M)


@pytest.mark.parametrize(("a", "p"), [(np.zeros((0, 2)), None), (np.zeros((2, 2)), 2), (np.diag([1.0, 0.0]), 1)])
def test_some_condition_numbers_have_no_slope(a: Any, p: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad_bp(lambda a: np.linalg.cond(a, p), a)


def test_the_condition_of_a_singular_matrix_is_infinite() -> None:
    assert sg.vjp(np.linalg.cond)(np.diag([1.0, 0.0]))[0] == inf
    assert not sg.grad_bp(lambda a: np.linalg.cond(a, -2), np.diag([1.0, 0.0])).any()


@pytest.mark.parametrize(("ord", "x"), [("fro", V), (5, M), (None, T), ("max", M)])
def test_what_numpy_refuses_is_refused(ord: Any, x: Any) -> None:
    f: Callable[..., Any] = lambda v: np.linalg.norm(v, ord, axis=0 if x is V else (0, 1, 2)[: x.ndim])  # noqa: E731
    with pytest.raises(ValueError):
        f(x)
    with pytest.raises(ValueError):
        sg.grad_bp(f, x)


@pytest.mark.parametrize("ord", MATRIX_ORDERS)
def test_two_different_axes_are_needed(ord: Any) -> None:
    with pytest.raises(ValueError):
        sg.grad_bp(lambda v: np.linalg.norm(v, ord, axis=(0, -2)), M)


@dataclass(frozen=True)
class Layer:
    w: sg.Array
    b: sg.Array
    scale: float
    name: str = "hidden"


@pytest.mark.feature(138)
def test_one_norm_over_a_whole_struct() -> None:
    layer = Layer(M, V, 0.5)

    def by_ravel(p: Layer) -> Any:
        return np.linalg.norm(tree.ravel(p)[0])

    def by_leaves(p: Layer) -> Any:
        return np.sqrt(sum(np.sum(leaf**2) for leaf in (p.w, p.b, p.scale)))

    for f in (by_ravel, by_leaves):
        value, grad = sg.backprop(f, layer)
        assert type(grad) is Layer
        assert grad.name == "hidden"
        for leaf, x in ((grad.w, M), (grad.b, V), (grad.scale, 0.5)):
            np.testing.assert_allclose(leaf, x / value, rtol=1e-14)  # summed in another order
        check_gradient(f, layer)

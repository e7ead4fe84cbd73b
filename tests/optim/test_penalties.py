"""Penalties and norms of whole structs: values by NumPy, gradients against differences, rows, masks, ends."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import NoFocusError
from structgrad.testing import check_gradient

EACH: dict[str, tuple[Callable[..., Any], Callable[[Any], Any]]] = {
    "l1": (optim.l1, lambda v: np.sum(np.abs(v))),
    "l2": (optim.l2, lambda v: np.sum(np.abs(v) ** 2)),
    "norm": (optim.norm, np.linalg.norm),
}
each = pytest.mark.parametrize("name", EACH)


@pytest.mark.feature(164)
@each
@pytest.mark.parametrize("dtype", [float, complex])
def test_the_number_is_that_of_all_leaves_as_one_vector(name: str, dtype: Any, held: Any) -> None:
    ours, by_numpy = EACH[name]
    params = held.model(dtype)
    vector = np.concatenate([np.ravel(leaf) for leaf in held.smooth(params)])
    assert type(ours(params)) is float
    np.testing.assert_allclose(ours(params), by_numpy(vector), rtol=1e-14)  # twelve numbers
    assert ours([np.array([3.0, 4.0])]) == {"l1": 7.0, "l2": 25.0, "norm": 5.0}[name]
    assert ours({"n": 3, "name": "x"}) == 0.0


@pytest.mark.feature(138, 164)
@each
@pytest.mark.parametrize("dtype", [float, complex])
def test_gradients_agree_with_differences_to_the_second_order(name: str, dtype: Any, held: Any) -> None:
    check_gradient(EACH[name][0], held.model(dtype), order=2)
    check_gradient(lambda p: np.sin(EACH[name][0]([p["w"] * 2.0, p["b"]])), {"w": np.array([[0.3, -2.0]]), "b": 0.7})


@pytest.mark.feature(138)
def test_the_gradient_of_a_norm_is_what_it_is_of_over_the_norm(held: Any) -> None:
    params = held.model()
    found = sg.grad_bp(optim.norm)(params)
    expected = sg.tree.map(lambda p: p / optim.norm(params), params)
    held.agree(found, held.smooth(expected), tol=1e-15)


@each
def test_zeros_have_the_gradient_zero_for_themselves(name: str) -> None:
    ours, _ = EACH[name]
    found = sg.grad_bp(ours)({"zero": np.zeros(3), "b": 0.0, "w": np.array([0.0, 2.0])})
    assert (found["zero"].tolist(), found["b"]) == ([0.0] * 3, 0.0)
    assert found["w"].tolist() == [0.0, {"l1": 1.0, "l2": 4.0, "norm": 1.0}[name]]
    assert sg.grad_bp(ours)(np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.feature(164)
@each
def test_rows_that_are_named_twice_count_as_their_sum(name: str) -> None:
    ours, _ = EACH[name]
    rows = sg.SparseRows(np.array([2, 0, 2]), np.array([[1.0, 2.0], [-3.0, 0.5], [-4.0, 1.0]]), (5, 2))
    assert ours({"t": rows, "b": 0.5}) == pytest.approx(ours({"t": rows.dense(), "b": 0.5}), rel=1e-15)


@each
def test_a_mask_says_what_counts(name: str, held: Any) -> None:
    ours, _ = EACH[name]
    params = held.model()
    layer = sg.lens(type(params), lambda m: m.layer)
    assert ours(params, layer) == ours(params.layer)
    grad = sg.grad_bp(lambda p: ours(p, layer))(params)
    held.agree(grad.layer, held.smooth(sg.grad_bp(ours)(params.layer)), tol=0.0)
    assert (grad.shift.tolist(), grad.gain) == ([0.0] * 4, 0.0)
    each_layer = sg.traversal(list, lambda xs: sg.each(xs))
    assert ours([3.0, -4.0], each_layer) == ours([3.0, -4.0])
    with pytest.raises(NoFocusError, match="finds nothing in this struct: there would be no penalty"):
        ours([], each_layer)


@each
def test_float32_gradients_stay_float32(name: str) -> None:
    ours, _ = EACH[name]
    p = {"w": np.array([3.0, 4.0], np.float32), "b": 12.0}
    assert ours(p) == {"l1": 19.0, "l2": 169.0, "norm": 13.0}[name]
    grad = sg.grad_bp(ours)(p)
    assert (grad["w"].dtype, type(grad["b"])) == (np.float32, float)

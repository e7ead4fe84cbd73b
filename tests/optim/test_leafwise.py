"""Formulas leaf by leaf: blocks are the whole, rows are what whole steps would have made of them."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.optim.leafwise import BLOCK

METHODS = {
    "sgd": optim.sgd(0.1),
    "momentum": optim.momentum(0.1),
    "nesterov": optim.nesterov(0.1),
    "adagrad": optim.adagrad(0.1),
    "rmsprop": optim.rmsprop(0.1),
    "adam": optim.adam(0.1),
    "lion": optim.lion(0.1),
    "clipped adam": optim.chain(optim.clip_norm(0.5), optim.adam(0.1)),
    "clipped sgd": optim.chain(optim.clip(0.2), optim.sgd(0.1)),
}
N, D = 7, 2


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("name", METHODS)
def test_blocks_of_a_large_leaf_are_stepped_as_its_parts_are(name: str, order: Any, inplace: bool) -> None:
    opt, rng = METHODS[name], np.random.default_rng(0)
    n = BLOCK // 32 + 3  # five rows of n float64s are one block and a quarter
    whole = np.asarray(rng.normal(size=(5, n)), order=order)
    parts = [row.copy() for row in whole]
    s, t = opt.init(whole), opt.init(parts)
    for _ in range(3):
        grad = rng.normal(size=(5, n))
        whole, s = opt.step(whole, grad, s, inplace=inplace)
        parts, t = opt.step(parts, list(grad), t)
    # The norm of a clipped gradient is summed in another order.
    np.testing.assert_allclose(whole, np.stack(parts), rtol=0.0, atol=1e-15 if "clip" in name else 0.0)


@pytest.mark.feature(164)
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", METHODS)
def test_rows_that_all_have_a_gradient_are_stepped_as_the_array_is(name: str, inplace: bool) -> None:
    opt, rng = METHODS[name], np.random.default_rng(0)
    p = q = rng.normal(size=(N, D))
    p, s, t = p.copy(), opt.init(q), opt.init(q)
    for _ in range(4):
        g = rng.normal(size=(N + 1, D))
        rows = np.append(rng.permutation(N), 2)  # one of them twice
        grad: Any = sg.SparseRows(rows, g, (N, D))
        p, s = opt.step(p, grad, s, inplace=inplace)
        q, t = opt.step(q, grad.dense(), t)
    np.testing.assert_allclose(p, q, rtol=1e-13)  # a norm over rows is summed in another order


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", ["momentum", "nesterov", "adagrad", "rmsprop", "adam", "lion"])
def test_the_slots_of_a_row_are_at_its_turn_what_zero_gradients_would_have_made_of_them(
    name: str, inplace: bool
) -> None:
    """Against the same method on whole gradients with zeros: the slots of a row that is touched are the same then."""
    opt, rng = METHODS[name], np.random.default_rng(1)
    p, dense = np.zeros((N, D)), np.zeros((N, D))
    s, t = opt.init(p), opt.init(dense)
    for step in range(30):
        rows = rng.integers(0, N, 2)
        grad: Any = sg.SparseRows(rows, rng.normal(size=(2, D)), (N, D))
        if step in {7, 19}:  # a whole gradient in between brings all rows up to date
            whole, rows = rng.normal(size=(N, D)), np.arange(N)
            p, s = opt.step(p, whole, s, inplace=inplace)
            dense, t = opt.step(dense, whole, t)
        else:
            p, s = opt.step(p, grad, s, inplace=inplace)
            dense, t = opt.step(dense, grad.dense(), t)
        for key in t.slots:
            # b ** k at once, or b times b times ...
            np.testing.assert_allclose(s.slots[key][rows], t.slots[key][rows], rtol=1e-12)


def test_rows_without_a_gradient_stay_to_the_bit() -> None:
    opt, p = optim.chain(optim.decay(0.1), optim.adamw(0.1)), np.ones((N, D))
    grad: Any = sg.SparseRows(np.array([1]), np.ones((1, D)), (N, D))
    moved, _ = opt.step(p, grad, opt.init(p))
    assert np.array_equal(np.delete(moved, 1, 0), np.ones((N - 1, D)))
    assert not np.any(moved[1] == 1.0)
    assert np.all(p == 1.0)


def test_a_step_in_place_by_rows_allocates_nothing_of_the_size_of_the_table() -> None:
    import tracemalloc

    opt, table = optim.adam(0.1), np.zeros((200_000, 8))
    state = opt.init(table)
    grad: Any = sg.SparseRows(np.array([5, 5, 199_999]), np.ones((3, 8)), table.shape)
    tracemalloc.start()
    moved, after = opt.step(table, grad, state, inplace=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000
    assert moved is table
    assert after.slots["m"] is state.slots["m"]
    assert np.flatnonzero(table[:, 0]).tolist() == [5, 199_999]


def test_a_vector_by_rows_and_a_number_beside_it() -> None:
    params: dict[str, Any] = {"bias": np.zeros(5), "scale": 1.0}
    grad: Any = {"bias": sg.SparseRows(np.array([3, 3]), np.array([1.0, 2.0]), (5,)), "scale": 1.0}
    opt = optim.momentum(0.5)
    moved, state = opt.step(params, grad, opt.init(params))
    moved, _ = opt.step(moved, grad, state)
    assert moved["bias"].tolist() == [0.0, 0.0, 0.0, -1.5 - 0.5 * (0.9 * 3 + 3), 0.0]
    assert moved["scale"] == pytest.approx(1.0 - 0.5 - 0.5 * 1.9)

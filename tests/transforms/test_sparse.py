"""Row-sparse gradients: what `grad_bp(f, sparse=True)` gives is the dense gradient, and costs what its rows cost."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import structgrad as sg

N, D = 6, 3
Loss = Callable[[Any], Any]


@dataclass(frozen=True)
class Model:
    table: sg.Array
    bias: sg.Array
    scale: float


def model(seed: int = 0, n: int = N) -> Model:
    rng = np.random.default_rng(seed)
    return Model(rng.normal(size=(n, D)), rng.normal(size=n), 1.5)


ids = np.array([4, 1, 4])
LOSSES: dict[str, Loss] = {
    "repeated rows": lambda m: np.sum(m.table[ids] ** 2) * m.scale,
    "two reads": lambda m: np.sum(m.table[ids] * m.table[np.array([0, 1, 2])]),
    "one row": lambda m: np.sum(m.table[2] ** 3) + m.bias[-1] ** 2,
    "take": lambda m: np.sum(np.take(m.table, ids, axis=0) ** 2) + np.sum(np.take(m.bias, ids) ** 2),
    "a mask": lambda m: np.sum(m.table[np.arange(N) % 2 == 0] ** 2),
    "a slice": lambda m: np.sum(m.table[1:3] ** 2),
    "rows of a vector": lambda m: np.sum(m.bias[ids] ** 3),
    "rows, then items": lambda m: np.sum(m.table[ids][:, 0] ** 2),
    "a list": lambda m: np.sum(m.table[[0, 0, 5]] ** 2),
}
DENSE: dict[str, Loss] = {
    "rows and the whole": lambda m: np.sum(m.table[ids] ** 2) + np.sum(m.table) * m.scale,
    "columns": lambda m: np.sum(m.table[:, 1] ** 2),
    "rows and columns": lambda m: np.sum(m.table[ids] ** 2) + np.sum(m.table[:, 1] ** 2),
    "pairs": lambda m: np.sum(m.table[ids, np.array([0, 1, 2])] ** 2),
    "read after it was changed": lambda m: np.sum((2.0 * m.table)[ids] ** 2),
}


@pytest.mark.feature(154)
@pytest.mark.parametrize("name", [*LOSSES, *DENSE])
def test_a_sparse_gradient_made_dense_is_the_dense_gradient(name: str) -> None:
    f, at = (LOSSES | DENSE)[name], model()
    value, sparse = sg.backprop(f, sparse=True)(at)
    expected_value, expected = sg.backprop(f)(at)
    assert value == expected_value
    # Rows that are named twice may add in another order.
    np.testing.assert_allclose(np.asarray(sparse.table), expected.table, rtol=1e-15)
    np.testing.assert_allclose(np.asarray(sparse.bias), expected.bias, rtol=1e-15)
    assert sparse.scale == expected.scale


@pytest.mark.parametrize("name", LOSSES)
def test_what_was_read_by_rows_has_a_gradient_by_rows(name: str) -> None:
    grad = sg.grad_bp(LOSSES[name], sparse=True)(model())
    assert isinstance(grad, Model)
    assert sg.SparseRows in {type(leaf) for leaf in sg.tree.leaves(grad)}


@pytest.mark.feature(154)
@pytest.mark.parametrize("name", DENSE)
def test_dense_use_of_a_table_makes_its_gradient_dense(name: str) -> None:
    assert type(sg.grad_bp(DENSE[name], sparse=True)(model()).table) is np.ndarray


def test_a_table_that_is_not_used_has_a_gradient_without_rows() -> None:
    grad: Any = sg.grad_bp(lambda m: m.scale * 2.0, sparse=True)(model())
    assert type(grad.table) is sg.SparseRows
    assert grad.table.shape == (N, D)
    assert len(grad.table.rows) == 0
    assert grad.scale == 2.0


@given(st.lists(st.lists(st.integers(-N, N - 1), max_size=5), min_size=1, max_size=4))
def test_any_reads_of_rows_add_up(reads: list[list[int]]) -> None:
    def f(m: Model) -> sg.Scalar:
        return sum(((i + 1.0) * np.sum(m.table[np.array(r, int)] ** 2) for i, r in enumerate(reads)), 0.0 * m.scale)

    sparse, dense = sg.grad_bp(f, sparse=True)(model()), sg.grad_bp(f)(model())
    np.testing.assert_allclose(np.asarray(sparse.table), dense.table, rtol=1e-14)  # sums in another order


def test_rows_keep_the_dtype_of_the_table() -> None:
    table = np.ones((N, D), np.float32)
    grad: Any = sg.grad_bp(lambda t: np.sum(t[ids].astype(np.float64) ** 2), sparse=True)(table)
    assert grad.dtype == np.float32


def test_wrt_gives_the_rows_of_the_focus() -> None:
    table = sg.lens(Model, lambda m: m.table)
    grad: Any = sg.grad_bp(LOSSES["repeated rows"], wrt=table, sparse=True)(model())
    assert type(grad) is sg.SparseRows


def test_the_batch_may_be_overwritten_afterwards() -> None:
    batch = np.array([1, 2])
    grad: Any = sg.grad_bp(lambda m: np.sum(m.table[batch] ** 2), sparse=True)(model())
    batch[:] = 5
    assert grad.table.rows.tolist() == [1, 2]


def test_gradients_of_two_tables_share_no_memory() -> None:
    def f(m: Any) -> Any:
        return np.sum(m[0][ids] + m[1][ids])

    grad: Any = sg.grad_bp(f, sparse=True)([np.ones((N, D)), np.ones((N, D))])
    assert not np.shares_memory(grad[0].values, grad[1].values)


def test_inside_another_gradient_rows_are_made_dense_and_stay_right() -> None:
    def inner(t: Any) -> Any:
        grad: Any = sg.grad_bp(lambda v: np.sum(v[ids] ** 3), sparse=True)(t)
        return np.sum(grad**2)

    def dense(t: Any) -> Any:
        return np.sum(sg.grad_bp(lambda v: np.sum(v[ids] ** 3))(t) ** 2)

    at = model().table
    np.testing.assert_array_equal(sg.grad_bp(inner)(at), sg.grad_bp(dense)(at))


@pytest.mark.feature(154)
def test_three_rows_of_a_table_of_a_million_cost_less_than_a_megabyte() -> None:
    table, f = np.ones((1_000_000, 16)), sg.grad_bp(lambda t, i: np.sum(t[i] ** 2), sparse=True)
    rows = np.array([7, 999_999, 7])
    f(table, rows)
    tracemalloc.start()
    grad: Any = f(table, rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6
    assert grad.summed().rows.tolist() == [7, 999_999]
    assert grad.summed().values[:, 0].tolist() == [4.0, 2.0]


def test_zeros_of_a_gather_do_not_silence_a_leaf_but_do_what_is_before_it() -> None:
    """Rows that were not read have no say, be their slopes infinite: sqrt at 0."""
    grad = sg.grad_bp(lambda t: np.sum(np.sqrt(t)[np.array([1])]))(np.array([0.0, 4.0]))
    assert grad.tolist() == [0.0, 0.25]

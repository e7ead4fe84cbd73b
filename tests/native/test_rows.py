"""Rows of tables, and kernels on arrays, against NumPy."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import structgrad as sg
from structgrad.native import native
from structgrad.struct.rows import SparseRows
from structgrad.tape.cotangent import assemble, is_finite


def bits(x: Any) -> Any:
    """A leaf so that == asks for the very same: class, dtype and bits; NaN is as it is, and so is −0."""
    return (type(x), x.dtype, x.shape, x.tobytes()) if isinstance(x, np.ndarray) else (type(x), repr(x))


Ids = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(Ids, st.sampled_from([np.float64, np.float32]), st.sampled_from([(), (3,), (2, 2)]))
def test_rows_named_twice_add_up_as_numpy_adds_them(ids: list[int], dtype: Any, shape: tuple[int, ...]) -> None:
    rows = np.array(ids)
    values = np.random.default_rng(len(ids)).normal(size=(len(ids), *shape)).astype(dtype)
    once = SparseRows(rows, values, (6, *shape)).summed()
    assert len(set(once.rows.tolist())) == len(once.rows) == len(set(ids))
    whole = np.zeros((6, *shape), dtype)
    np.add.at(whole, rows, values)
    dense = once.dense()
    assert (dense.dtype, dense.shape) == (whole.dtype, whole.shape)
    # A dozen terms may be added in another order.
    np.testing.assert_allclose(dense, whole, rtol=0.0, atol=12 * np.finfo(dtype).eps * np.max(np.abs(values)))


@given(st.lists(st.integers(-6, 5), min_size=1, max_size=12), st.sampled_from([np.float64, np.float32]))
def test_a_table_read_twice_gets_the_sum_of_both(ids: list[int], dtype: Any) -> None:
    table = np.random.default_rng(0).normal(size=(6, 3)).astype(dtype)
    weights = np.random.default_rng(1).normal(size=(len(ids), 3)).astype(dtype)
    expected = np.zeros_like(table)
    np.add.at(expected, ids, weights)
    assert bits(sg.grad_bp(lambda t: np.sum(t[np.array(ids)] * weights))(table)) == bits(expected)


def test_one_row_is_added_to_each_that_is_named_as_numpy_broadcasts_it() -> None:
    whole = assemble([np.array([1.0, 2.0, 3.0])], [np.array([0, 2, 0])], (3, 3), np.dtype(float))
    np.testing.assert_array_equal(whole, [[2.0, 4.0, 6.0], [0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])


def test_rows_are_named_by_numbers_that_lie_apart_in_memory() -> None:
    table, ids = np.ones((6, 2)), np.array([[0, 3], [3, 3], [5, 1]]).T
    weights = np.random.default_rng(0).normal(size=(2, 3, 2))
    expected = np.zeros_like(table)
    np.add.at(expected, ids, weights)
    assert bits(sg.grad_bp(lambda t: np.sum(t[ids] * weights))(table)) == bits(expected)

    rows, values = np.array([2, 9, 1, 9, 2, 9])[::2], np.arange(12.0).reshape(6, 2)[::2]
    for named in (rows, rows.copy()):
        once = SparseRows(named, values, (4, 2)).summed()
        assert once.rows.tolist() == [1, 2]
        assert once.values.tolist() == [[4.0, 5.0], [8.0, 10.0]]


def test_an_index_that_names_no_row_raises_as_numpy_does() -> None:
    for index in (np.array([6]), np.array([-7])):
        with pytest.raises(IndexError, match="out of bounds"):
            sg.grad_bp(lambda t, index=index: np.sum(t[index]))(np.ones((6, 3)))


WILD = [0.0, 1.0, -1e308, 1e308, np.inf, -np.inf, np.nan]


@given(st.lists(st.sampled_from(WILD), max_size=20))
def test_an_array_is_finite_if_each_number_is(numbers: list[float]) -> None:
    x = np.array(numbers, float)
    with np.errstate(all="ignore"):
        overflows = native is None and not np.isfinite(np.sum(x * x))  # of Python alone, which then looks again
    assert is_finite(x) == bool(np.all(np.isfinite(x))) or overflows
    for spread in (np.broadcast_to(1.0, (3, 0)), np.broadcast_to(np.float64(1.0), (3, 4))):
        assert is_finite(spread)


def test_rows_named_in_another_byte_order_are_the_rows_named() -> None:
    rows = SparseRows(np.array([2, 1, 2], ">i8"), np.arange(6.0).reshape(3, 2), (4, 2))
    assert rows.summed().rows.tolist() == [1, 2]
    assert rows.dense()[2].tolist() == [4.0, 6.0]


def test_numbers_that_lie_askew_in_memory_are_read_as_they_are() -> None:
    askew = np.frombuffer(b"x" + np.arange(4.0).tobytes(), np.uint8)[1:].view(float)
    assert not askew.flags.aligned
    assert is_finite(askew)
    assert sg.grad_bp(lambda x: np.sum(np.where(x > 1.0, x * x, 0.0)))(askew).tolist() == [0.0, 0.0, 4.0, 6.0]

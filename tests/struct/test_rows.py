"""SparseRows: a leaf that adds, and the rows that an index names."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import structgrad as sg
from structgrad.errors import GradientCheckError, StructMismatchError
from structgrad.struct.rows import rows_of
from structgrad.testing import check_laws

N, D = 5, 2


@st.composite
def sparse_rows(draw: st.DrawFn) -> sg.SparseRows:
    """Whole numbers as values: sums of them are exact in any order."""
    rows = draw(st.lists(st.integers(0, N - 1), max_size=8))
    values = draw(st.lists(st.integers(-9, 9), min_size=len(rows) * D, max_size=len(rows) * D))
    return sg.SparseRows(np.array(rows, np.intp), np.array(values, float).reshape(-1, D), (N, D))


def same(x: sg.SparseRows, y: sg.SparseRows) -> bool:
    return x.shape == y.shape and np.array_equal(x.dense(), y.dense())


@given(sparse_rows(), sparse_rows(), sparse_rows())
@pytest.mark.feature(63)
def test_rows_are_a_vector_space(x: sg.SparseRows, y: sg.SparseRows, z: sg.SparseRows) -> None:
    assert same(sg.add(x, sg.zero(x)), x)
    assert same(sg.add(x, y), sg.add(y, x))
    assert same(sg.add(sg.add(x, y), z), sg.add(x, sg.add(y, z)))
    assert same(sg.zero(sg.zero(x)), sg.zero(x))
    assert same(sg.one(sg.one(x)), sg.one(x))
    assert np.array_equal(sg.add(x, y).dense(), x.dense() + y.dense())


def test_the_law_checker_agrees() -> None:
    x, y = (sg.SparseRows(np.array(rows), np.full((2, D), 2.0), (N, D)) for rows in ([1, 1], [0, 4]))
    assert isinstance(x, sg.Backprop)
    check_laws(x, y)
    with pytest.raises(GradientCheckError, match="add"):
        check_laws(x, y, add=lambda r, s: sg.SparseRows(r.rows, r.values, r.shape))


@given(sparse_rows())
def test_rows_that_are_named_twice_add_up(x: sg.SparseRows) -> None:
    expected = np.zeros((N, D))
    for row, value in zip(x.rows, x.values, strict=True):
        expected[row] += value
    once = x.summed()
    assert len(set(once.rows.tolist())) == len(once.rows) == len(once.values)
    assert np.array_equal(once.dense(), expected)
    assert np.array_equal(np.asarray(x), expected)
    assert once.summed() is once


@given(sparse_rows())
def test_scaling_rows_is_scaling_the_array(x: sg.SparseRows) -> None:
    assert np.array_equal((2.0 * x).dense(), 2.0 * x.dense())
    assert np.array_equal((x * 2.0).dense(), 2.0 * x.dense())
    assert np.array_equal((x / 2.0).dense(), x.dense() / 2.0)
    assert np.array_equal((-x).dense(), -x.dense())


def test_other_shapes_do_not_add() -> None:
    x = sg.SparseRows(np.array([1]), np.ones((1, 2)), (5, 2))
    y = sg.SparseRows(np.array([1]), np.ones((1, 2)), (6, 2))
    with pytest.raises(StructMismatchError, match=r"\(5, 2\) and \(6, 2\)"):
        sg.add({"table": x}, {"table": y})


def test_rows_and_an_array_add_to_an_array() -> None:
    x = sg.SparseRows(np.array([1, 1]), np.ones((2, 2)), (5, 2))
    left: Any = {"t": x}
    for total in (sg.add(left, {"t": np.ones((5, 2))}), sg.add({"t": np.ones((5, 2))}, left)):
        assert isinstance(total["t"], np.ndarray)
        assert total["t"][:2, 0].tolist() == [1.0, 3.0]
    with pytest.raises(StructMismatchError, match=r"\['t'\].*\(5, 2\) and \(4, 2\)"):
        sg.add({"t": x}, {"t": np.ones((4, 2))})


INDICES: list[Any] = [
    np.array([3, 0, 3]),
    np.array([[3, 0], [1, -1]]),
    [1, -5],
    2,
    -1,
    np.int32(1),
    slice(1, 4),
    slice(None, None, -2),
    np.array([True, False, True, False, True]),
    (np.array([0, 1]), slice(None)),
    (np.array([0, 1]), ...),
    np.array([3], np.uint8),
]


@pytest.mark.parametrize("index", INDICES, ids=repr)
def test_the_rows_of_an_index_are_those_that_numpy_reads(index: Any) -> None:
    table = np.arange(N * D, dtype=float).reshape(N, D)
    rows = rows_of(index, N)
    assert rows is not None
    assert np.array_equal(table[rows], table[index].reshape(-1, D))


OTHERS = [(0, 1), (np.array([0]), np.array([1])), (slice(None), 0), ..., None, True, np.ones((N, D), bool), ()]


@pytest.mark.parametrize("index", OTHERS, ids=repr)
def test_an_index_of_anything_else_names_no_rows(index: Any) -> None:
    assert rows_of(index, N) is None


def test_small_indices_name_rows_of_a_large_table() -> None:
    rows = rows_of(np.array([3, 255], np.uint8), 100_000)
    assert rows is not None
    assert rows.tolist() == [3, 255]
    assert rows.dtype == np.dtype(np.intp)
    assert rows_of(np.empty((2, 0), int), 0) is not None

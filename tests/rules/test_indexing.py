"""Indexing of every kind: against central differences, twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
X = np.random.default_rng(3).normal(size=(2, 3, 4))
BASIC: list[Any] = [
    0,
    -1,
    np.int64(1),
    (1, 2, 3),
    (),
    ...,
    None,
    slice(None, None, -1),
    slice(5, 0, -2),
    slice(0, 0),
    (..., 1),
    (None, 0),
    (..., None),
    (slice(1, None), slice(None, None, 2), slice(None, None, -2)),
    (slice(None), -1, None, slice(1, 3)),
]
ADVANCED: list[Any] = [
    [1, 0, 1],
    [-1, 1],
    [],
    [[0, 1], [1, 1]],
    np.array([[0, 1], [1, 1]]),
    np.array(1),
    np.array([], dtype=int),
    ([0, 1, 1], [2, 2, 0]),
    ([[0], [1]], [[0, 2]]),
    (0, [1, 1, 2]),
    (0, slice(None), [1, 1, 2]),
    ([0, 1], slice(None), [1, 3]),
    (slice(None), [0, 0], slice(1, 3)),
    (None, [1], None),
    (..., np.array([3, 3, 0])),
    np.ix_([1, 0, 1], [0, 2]),
]
MASKS: list[Any] = [
    X > 0,
    np.array([True, False]),
    np.zeros(2, bool),
    np.ones((2, 3), bool),
    (slice(None), [True, False, True]),
    (slice(None), slice(None), np.array([True, False, True, True])),
    (np.array([True, True]), [0, 2]),
    True,
    False,
]
TAKING: list[tuple[str, Function]] = [
    ("take", lambda a: np.take(a, [1, 3, 1])),
    ("take one", lambda a: a.take(-2)),
    ("take along", lambda a: np.take(a, [[2, 0], [0, 0]], axis=-1)),
    ("take around", lambda a: np.take(a, [5, -1, 9], axis=1, mode="wrap")),
    ("take clipped", lambda a: np.take(a, [50, -1], axis=0, mode="clip")),
    ("take by truth values", lambda a: np.take(a, np.array([True, False, True]), axis=1)),
    ("take_along_axis, sorting", lambda a: np.take_along_axis(a, np.argsort(X, axis=1), axis=1)),
    ("take_along_axis, last", lambda a: np.take_along_axis(a, np.array([[[0, 0, -1]]]), axis=-1)),
    ("take_along_axis, flat", lambda a: np.take_along_axis(a, np.array([0, 5, 5]), axis=None)),
]


@pytest.mark.feature(94)
@pytest.mark.parametrize("index", [*BASIC, *ADVANCED, *MASKS], ids=lambda index: repr(index)[:40])
def test_indexing_agrees_with_differences_to_second_order(index: Any) -> None:
    check_gradient(lambda x: x[index] ** 2, X, order=2)


@pytest.mark.feature(94)
@pytest.mark.parametrize("f", [pytest.param(f, id=name) for name, f in TAKING])
def test_taking_agrees_with_differences_to_second_order(f: Function) -> None:
    check_gradient(lambda x: f(x) ** 2, X, order=2)


@pytest.mark.feature(94)
def test_columns_that_are_read_repeatedly_add_up() -> None:
    grad = sg.grad_bp(lambda x: np.sum(x[:, [0, 2, 0]]), np.ones((2, 5)))

    assert [[2.0, 0.0, 1.0, 0.0, 0.0]] * 2 == grad.tolist()


@pytest.mark.feature(140)
def test_rows_of_an_embedding_that_are_read_repeatedly_add_up() -> None:
    table, ids = np.arange(12.0).reshape(4, 3), np.array([[1, 3], [1, 1]])

    grad = sg.grad_bp(lambda t: np.sum(t[ids] * np.arange(1.0, 5.0).reshape(2, 2, 1)), table)

    assert [[0.0] * 3, [8.0] * 3, [0.0] * 3, [2.0] * 3] == grad.tolist()
    check_gradient(lambda t: t[ids] ** 2, table, order=2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
@pytest.mark.parametrize("shape", [(50,), (50, 40)])
def test_many_rows_add_up_in_the_dtype_of_the_array(dtype: Any, shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(4)
    ids = rng.integers(-50, 50, 3000)
    weights = rng.integers(-3, 4, (3000, *shape[1:])).astype(dtype)  # whole numbers add up exactly
    by_hand = np.zeros(shape, dtype)
    for i, weight in zip(ids, weights, strict=True):
        by_hand[i] += weight

    _, pullback = sg.vjp(lambda x: x[ids])(np.ones(shape, dtype))

    assert by_hand.dtype == pullback(weights).dtype
    assert np.array_equal(by_hand, pullback(weights))


def test_reads_of_one_array_in_many_ways_add_up() -> None:
    def f(x: Any) -> Any:
        return x[0] * x[1, ::-1] + x[[0, 1, 1]].sum(axis=0) ** 2 + x[x > 0].sum() * x.sum(axis=0)

    check_gradient(f, X[0], order=2)


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_indexing_keeps_the_dtype(dtype: Any) -> None:
    x = np.ones((3, 2), dtype)
    for index in (1, slice(1, None), [0, 0], x != 0):
        y, pullback = sg.vjp(lambda x, index=index: x[index])(x)
        assert (dtype, dtype) == (y.dtype, pullback(y).dtype)


@pytest.mark.parametrize("x", [np.ones((0, 3)), np.array(2.0)])
def test_arrays_of_no_items_and_of_rank_0_are_indexed(x: Any) -> None:
    for index in ((), ..., None, x > 0):
        y, pullback = sg.vjp(lambda x, index=index: x[index])(x)
        assert x[index].shape == y.shape
        assert np.array_equal(np.ones(x.shape), pullback(np.ones_like(y)).reshape(x.shape))


def test_indices_changed_after_use_do_not_change_the_gradient() -> None:
    def loss(x: sg.Array) -> sg.Scalar:
        ids, places, mask, rows = [0, 1], [[0, 1], [1, 1]], np.array([True, False]), np.array([1, 0])
        y = x[ids].sum() + x[places].sum() + x[mask].sum() + x[rows, rows].sum() + np.take(x, rows).sum()
        ids[:], places[0][:], mask[:], rows[:] = [1, 1], [1, 1], False, 1
        return y

    untouched = np.zeros((2, 2))
    untouched[[0, 1]] += 1  # x[ids]
    untouched += [[1, 1], [3, 3]]  # x[places]
    untouched[0] += 1  # x[mask]
    untouched[[0, 1], [0, 1]] += 1  # x[rows, rows]
    untouched[0] += 1  # np.take, the flat items 0 and 1
    assert untouched.tolist() == sg.grad_bp(loss)(np.ones((2, 2))).tolist()


@pytest.mark.parametrize(
    "pick",
    [
        lambda y: y[y > 0],
        lambda y: y[np.array([1, 2])],
        lambda y: np.take(y, [1, 2]),
        lambda y: np.delete(y, 0),
    ],
)
def test_items_that_are_not_picked_have_no_say(pick: Function) -> None:
    grad = sg.grad_bp(lambda x: np.sum(pick(np.sqrt(x))), np.array([0.0, 1.0, 4.0]))  # the root has no slope at 0

    assert [0.0, 0.5, 0.25] == grad.tolist()


@pytest.mark.feature(95)
def test_iterating_gives_the_items_and_their_unit_gradients() -> None:
    items, pullback = sg.vjp(lambda v: list(v))(np.array([1.0, 2.0, 3.0]))
    assert [1.0, 2.0, 3.0] == items
    for unit in np.eye(3):
        assert unit.tolist() == pullback(list(unit)).tolist()

    def weighted(v: sg.Array) -> sg.Scalar:
        total = 0.0
        for i in range(len(v)):
            assert type(i) is int
            total = total + i * v[i]
        return total

    assert [0.0, 1.0, 2.0] == sg.grad_bp(weighted)(np.ones(3)).tolist()


@pytest.mark.feature(95)
def test_iterating_over_a_matrix_gives_rows() -> None:
    check_gradient(lambda x: np.stack([row * i for i, row in enumerate(x)]) ** 2, X[0], order=2)


@pytest.mark.feature(84)
@pytest.mark.parametrize("container", [list, tuple, np.array])
def test_containers_are_taken_apart_into_their_items(container: Function) -> None:
    def f(v: Any) -> sg.Scalar:
        x, y, z = v
        return z * np.sqrt(x / y)

    value, grad = sg.backprop(f, container([3.0, 5.0, -2.0]))

    assert value == pytest.approx(-1.5491933385, rel=1e-10)  # the ten digits of the feature list
    assert list(grad) == pytest.approx([-0.2581988897, 0.1549193338, 0.7745966692], rel=1e-9)


@pytest.mark.feature(86)
def test_unpacking_of_tuples_and_arrays() -> None:
    def make_t(x: Any) -> tuple[Any, Any]:
        return x, x

    def added(x: float) -> sg.Scalar:
        a, b = make_t(x)
        return a + b

    def two(v: sg.Array) -> sg.Scalar:
        a, b = v
        return a * b

    assert 2.0 == sg.grad_bp(added)(1.5)
    assert [3.0, 2.0] == sg.grad_bp(two)(np.array([2.0, 3.0])).tolist()
    with pytest.raises(ValueError, match="too many values to unpack"):
        sg.grad_bp(two)(np.ones(3))


@dataclass
class Tables:
    by_name: dict[str, float]
    layers: list[float]


@pytest.mark.feature(93)
def test_dicts_and_lists_are_read_as_ever() -> None:
    def loss(t: Tables) -> sg.Scalar:
        assert ["b", "a"] == list(t.by_name)
        assert 3 == len(t.layers)
        total = t.by_name["a"] * t.layers[2] + sum(t.layers[1:])
        for key, item in t.by_name.items():
            total = total + len(key) * item
        return total

    grad = sg.grad_bp(loss)(Tables({"b": 2.0, "a": 3.0}, [1.0, 4.0, 5.0]))

    assert Tables({"b": 1.0, "a": 6.0}, [0.0, 1.0, 4.0]) == grad
    with pytest.raises(KeyError, match="'c'"):
        sg.grad_bp(lambda d: d["c"], {"a": 1.0})
    with pytest.raises(IndexError):
        sg.grad_bp(lambda v: v[5], np.ones(3))


@pytest.mark.parametrize(
    "write",
    [
        lambda v: np.put(np.zeros(3), [0], v[:1]),
        lambda v: np.put_along_axis(np.zeros(3), np.array([0]), v[:1], 0),
        lambda v: np.place(np.zeros(3), np.array([True, False, False]), v),
        lambda v: np.copyto(np.zeros(3), v),
        lambda v: np.take(v, [0], 0, np.zeros(1)),
    ],
)
def test_writing_into_plain_arrays_is_refused(write: Function) -> None:
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda v: write(v) or v[0], np.ones(3))

"""Batches: every row once an epoch, in an order that only the seed and the epoch decide."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, assert_type

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray

import structgrad as sg
from structgrad import optim


@dataclass
class Pairs:
    x: sg.Array
    label: NDArray[np.int64]
    source: str = "digits"


def rows(batches: Any) -> list[list[int]]:
    """The rows of each batch of one array that counts them."""
    return [batch.tolist() for (batch,) in batches]


@pytest.mark.parametrize("size", [1, 3, 5, 10, 64])
def test_every_row_comes_once_an_epoch(size: int) -> None:
    given = rows(optim.batches(np.arange(10), size=size, epochs=3))
    once = -(-10 // size)
    for e in range(3):
        epoch = given[e * once : (e + 1) * once]
        assert sorted(itertools.chain(*epoch)) == list(range(10))
        assert all(len(batch) == size for batch in epoch[:-1])


def test_rows_of_all_arrays_stay_together_and_keep_their_dtype() -> None:
    x = np.arange(14, dtype=np.float32).reshape(7, 2)
    for a, b in optim.batches(x, np.arange(7), size=3):
        assert a.dtype == np.float32
        assert np.array_equal(a, x[b])


def test_the_order_is_that_of_numpy_for_seed_and_epoch() -> None:
    """It must stay so in later versions: a saved run goes on by it."""
    given = rows(optim.batches(np.arange(8), size=8, seed=5, epochs=3))
    assert given == [np.random.default_rng([5, e]).permutation(8).tolist() for e in range(3)]
    assert given[0] != given[1] != given[2]


def test_the_order_does_not_depend_on_what_was_drawn_before() -> None:
    data = optim.batches(np.arange(20), size=4, seed=3, epochs=2)
    whole = rows(data)
    one, other = iter(data), iter(data)
    next(one)
    np.random.default_rng(0).random(100)
    assert rows(itertools.islice(other, 7)) == whole[:7]
    assert rows(one) == whole[1:]
    assert rows(data) == whole
    assert rows(optim.batches(np.arange(20), size=4, seed=4, epochs=2)) != whole


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_after_gives_what_follows_without_making_what_was(drop_last: bool, shuffle: bool) -> None:
    data = optim.batches(np.arange(11), size=4, epochs=3, drop_last=drop_last, shuffle=shuffle)
    whole = rows(data)
    assert len(whole) == len(data) == (6 if drop_last else 9)
    for n in range(len(whole) + 1):
        assert rows(data.after(n)) == whole[n:]
    with pytest.raises(ValueError, match=rf"no {len(whole) + 1} batches to pass over: 3 epochs have {len(whole)}"):
        data.after(len(whole) + 1)


def test_batches_without_end_go_on_and_have_no_length() -> None:
    data = optim.batches(np.arange(4), size=3, epochs=None)
    assert rows(itertools.islice(data, 100)) == rows(optim.batches(np.arange(4), size=3, epochs=50))
    assert rows(itertools.islice(data.after(10**12 + 1), 1)) == rows(itertools.islice(data.after(10**12), 1, 2))
    with pytest.raises(TypeError, match="no end"):
        len(data)


def test_a_generator_is_asked_for_one_seed() -> None:
    rng = np.random.default_rng(7)
    data = optim.batches(np.arange(9), size=9, seed=rng, epochs=2)
    assert rows(data) == rows(data)
    again, other = optim.batches(np.arange(9), size=9, seed=np.random.default_rng(7), epochs=2), rng
    assert rows(again) == rows(data)
    assert rows(optim.batches(np.arange(9), size=9, seed=other, epochs=2)) != rows(data)


def test_without_shuffling_rows_come_in_order_and_as_views() -> None:
    x = np.arange(5)
    given = [batch for (batch,) in optim.batches(x, size=2, shuffle=False)]
    assert [batch.tolist() for batch in given] == [[0, 1], [2, 3], [4]]
    assert all(np.shares_memory(batch, x) for batch in given)


def test_structs_are_cut_leaf_by_leaf_and_texts_are_carried() -> None:
    data = Pairs(np.arange(12.0).reshape(6, 2), np.arange(6))
    for (batch,) in optim.batches(data, size=4):
        assert type(batch) is Pairs
        assert batch.source == "digits"
        assert np.array_equal(batch.x, data.x[batch.label])


def test_sparse_arrays_are_cut_into_rows() -> None:
    x = np.eye(5)
    for a, i in optim.batches(scipy.sparse.csr_array(x), np.arange(5), size=2):
        assert np.array_equal(a.toarray(), x[i])


WRONG: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "lengths": ((np.ones(3), {"y": np.ones(4)}), {}, ValueError, r"data\[0\] has 3, and data\[1\]\['y'\] has 4"),
    "a list": (([1.0, 2.0],), {}, TypeError, r"data\[0\]\[0\] is 1\.0, which has no rows; use np\.asarray"),
    "a number beside": ((np.ones(3), 2), {}, TypeError, r"data\[1\] is 2, which has no rows"),
    "an array of rank 0": ((np.float64(1.0),), {}, TypeError, "has no rows"),
    "an object": ((np.ones(3), object()), {}, TypeError, r"data\[1\] is <object"),
    "nothing": ((), {}, ValueError, "need an array"),
    "a text alone": (("x",), {}, ValueError, "need an array"),
    "no rows": ((np.ones((0, 2)),), {}, ValueError, "0 rows make no batch of 2"),
    "few rows": ((np.ones(1),), {"drop_last": True}, ValueError, "1 rows make no batch of 2 with drop_last"),
    "size": ((np.ones(3),), {"size": 0}, ValueError, "at least 1, and are 0 and 1"),
    "epochs": ((np.ones(3),), {"epochs": 0}, ValueError, "at least 1, and are 2 and 0"),
    "seed": ((np.ones(3),), {"seed": -1}, ValueError, "from 0, or a generator, and is -1"),
    "seed of another kind": ((np.ones(3),), {"seed": 0.5}, ValueError, "a generator, and is 0.5"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_batches_is_refused(name: str) -> None:
    data, options, error, message = WRONG[name]
    with pytest.raises(error, match=message):
        optim.batches(*data, **{"size": 2} | options)


def test_batches_say_their_order() -> None:
    x = np.ones(7)
    assert repr(optim.batches(x, size=2, seed=3, epochs=9)) == "batches of 2 of 7 rows, seed 3"
    assert (
        repr(optim.batches(x, size=2, shuffle=False, drop_last=True)) == "batches of 2 of 7 rows, in order, drop_last"
    )


def test_batches_are_typed_as_the_data() -> None:
    pairs = Pairs(np.ones(3), np.arange(3))
    data = optim.batches(pairs.x, pairs.label, pairs, size=2)
    assert_type(data, optim.Batches[sg.Array, NDArray[np.int64], Pairs])
    assert_type(iter(data), Iterator[tuple[sg.Array, NDArray[np.int64], Pairs]])

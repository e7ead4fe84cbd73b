"""Batches: every row once an epoch, in an order that only the seed and the epoch decide."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError


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


def noisy(x: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    return x, rng.random(len(x))


def test_map_gives_what_is_made_of_each_batch() -> None:
    data = optim.batches(np.arange(7), np.arange(7) * 10, size=3, seed=2, epochs=2)
    made = list(data.map(lambda x, y, rng: {"sum": x + y}))
    assert [m["sum"].tolist() for m in made] == [(x + y).tolist() for x, y in data]


def test_map_draws_by_the_seed_the_epoch_and_the_number_of_the_batch_from_1() -> None:
    """It must stay so in later versions: a saved run goes on by it."""
    data = optim.batches(np.arange(7), size=3, seed=5, epochs=2).map(noisy)
    drawn = [noise.tolist() for _, noise in data]
    expected = [np.random.default_rng([5, e, k]).random(len(x)) for (e, k), (x, _) in zip(SIX, data, strict=True)]
    assert drawn == [noise.tolist() for noise in expected]
    assert drawn == [noise.tolist() for _, noise in data]
    assert len({noise[0] for noise in drawn}) == 6


SIX = [(e, k) for e in range(2) for k in (1, 2, 3)]


def test_map_draws_nothing_that_the_order_was_drawn_by() -> None:
    """NumPy fills seeds up with zeros, so that [seed, epoch, 0] would be the generator of the order."""
    states = optim.batches(np.arange(6), size=3, seed=5, epochs=2).map(lambda x, rng: rng.bit_generator.state["state"])
    orders = [np.random.default_rng([5, e]).bit_generator.state["state"] for e in range(2)]
    assert np.random.default_rng([5, 1, 0]).bit_generator.state["state"] == orders[1]
    assert not [state for state in states if state in orders]


@pytest.mark.parametrize("shuffle", [False, True])
def test_map_keeps_length_and_goes_on_to_the_bit_without_making_what_was(shuffle: bool) -> None:
    calls: list[int] = []

    def counted(x: Any, rng: np.random.Generator) -> list[float]:
        calls.append(len(x))
        return [*x, *rng.random(2)]

    data = optim.batches(np.arange(11.0), size=4, seed=1, epochs=3, shuffle=shuffle).map(counted)
    whole = list(data)
    assert len(whole) == len(data) == 9
    assert data.in_epoch == 3
    for n in range(10):
        calls.clear()
        assert list(data.after(n)) == whole[n:]
        assert len(calls) == 9 - n
    with pytest.raises(ValueError, match="no 10 batches to pass over: 3 epochs have 9"):
        data.after(10)
    assert list(optim.batches(np.arange(11.0), size=4, seed=2, epochs=3, shuffle=shuffle).map(counted)) != whole


def test_map_of_batches_without_end_goes_on() -> None:
    data = optim.batches(np.arange(4), size=3, epochs=None).map(noisy)
    (_, one), (_, other) = next(data.after(10**12)), next(itertools.islice(data.after(10**12 - 1), 1, 2))
    assert one.tolist() == other.tolist()
    with pytest.raises(TypeError, match="no end"):
        len(data)


def test_mapped_batches_say_by_what() -> None:
    data = optim.batches(np.ones(7), size=2, seed=3)
    assert repr(data.map(noisy)) == "batches of 2 of 7 rows, seed 3, mapped by noisy"
    assert repr(data.map(partial(noisy))) == "batches of 2 of 7 rows, seed 3, mapped by partial"
    in_order = optim.batches(np.ones(7), size=2, seed=3, shuffle=False)
    assert repr(in_order.map(noisy)) == "batches of 2 of 7 rows, in order, mapped by noisy with seed 3"
    with pytest.raises(TypeError, match=r"map takes a function of a batch and a generator, and got 0\.1"):
        data.map(0.1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused


def fit(w: Any, x: Any, noise: Any) -> Any:
    return np.mean((w * x - noise) ** 2)


def test_a_descent_by_mapped_batches_goes_on_from_a_file_to_the_bit(tmp_path: Path) -> None:
    batches = optim.batches(np.arange(1.0, 8.0), size=3, seed=4, epochs=4)
    whole = list(optim.descend(fit, 0.5, batches.map(noisy), optim.adam(0.1)))
    assert [now.step for now in whole] == list(range(1, 13))
    for n in (1, 3, 5):
        sg.save(tmp_path / "run", whole[n - 1])
        rest = list(optim.descend(fit, 0.5, batches.map(noisy), optim.adam(0.1), start=tmp_path / "run"))
        assert [(now.params, now.value) for now in rest] == [(now.params, now.value) for now in whole[n:]]


def test_a_descent_does_not_go_on_by_another_function() -> None:
    def shifted(x: Any, rng: np.random.Generator) -> tuple[Any, Any]:
        return x, rng.random(len(x)) + 1.0

    batches = optim.batches(np.arange(1.0, 8.0), size=3, seed=4)
    start = next(optim.descend(fit, 0.5, batches.map(noisy), optim.adam(0.1)))
    for others in (batches.map(shifted), batches):
        data: Any = others
        with pytest.raises(StructMismatchError, match="by batches of 3 of 7 rows, seed 4, mapped by noisy, and cannot"):
            next(optim.descend(fit, 0.5, data, optim.adam(0.1), start=start))


def test_mapped_batches_are_typed_as_what_is_made() -> None:
    def made(x: sg.Array, label: NDArray[np.int64], rng: np.random.Generator) -> tuple[sg.Array, float]:
        return x, rng.random()

    def loss(w: float, x: sg.Array, noise: float) -> sg.Scalar:
        return w * noise * np.sum(x)

    data = optim.batches(np.ones(3), np.arange(3), size=2).map(made)
    assert_type(data, optim.Mapped[tuple[sg.Array, float]])
    assert_type(optim.descend(loss, 1.0, data, optim.sgd(0.1)), Iterator[optim.Descent[float]])

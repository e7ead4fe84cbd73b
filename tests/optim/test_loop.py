"""The loop: lazy states of the very steps one would make by hand, taken up again to the bit."""

import copy
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, assert_type

import numpy as np
import pytest
from attrs import evolve

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError
from structgrad.saving import load, save


@dataclass(frozen=True)
class Net:
    w: sg.Array  # (inputs, hidden)
    v: sg.Array  # (hidden,)
    b: float = 0.5
    act: Callable[[sg.Array], sg.Array] = field(default=np.tanh)

    def __call__(self, x: sg.Array) -> sg.Array:
        return self.act(x @ self.w) @ self.v + self.b


def loss(net: Net, x: sg.Array, y: sg.Array) -> sg.Scalar:
    return np.mean((net(x) - y) ** 2)


RNG = np.random.default_rng(1)
X = RNG.normal(size=(50, 6))
Y = np.sin(X[:, 0])
NET = Net(RNG.normal(size=(6, 20)), RNG.normal(size=20))
DATA = optim.batches(X, Y, size=8, epochs=7, seed=11)  # 7 batches an epoch
ADAM = optim.chain(optim.clip_norm(1.0), optim.adam(lambda n: 0.01 * min(1.0, (n + 1) / 20)))


def bits(struct: Any) -> list[Any]:
    """All leaves of a struct, arrays as bytes: NaN is NaN, and -0.0 is not 0.0."""
    return [
        (leaf.dtype, leaf.shape, leaf.tobytes()) if isinstance(leaf, np.ndarray) else repr(leaf)
        for leaf in sg.tree.leaves(struct)
    ]


def test_states_are_those_of_steps_by_hand() -> None:
    net, state = NET, ADAM.init(NET)
    given = optim.descend(loss, NET, DATA, ADAM)
    for n, ((x, y), s) in enumerate(zip(DATA, given, strict=True)):
        value, grad = sg.backprop(loss)(net, x, y)
        net, state = ADAM.step(net, grad, state)
        assert (s.value, s.step) == (value, n + 1)
        assert bits((s.params, s.state)) == bits((net, state))
        assert type(s.params) is Net


def test_nothing_is_run_before_it_is_asked_for() -> None:
    calls: list[int] = []

    def counted(w: Any, i: int) -> Any:
        calls.append(i)
        return w

    states = optim.descend(counted, 1.0, itertools.count(), optim.sgd(1.0))
    assert calls == []
    next(states)
    next(states)
    assert calls == [0, 1]


def test_earlier_states_and_the_params_given_stay_as_they_were() -> None:
    before = copy.deepcopy(NET)
    states = list(optim.descend(loss, NET, DATA, ADAM))
    again = [bits(s) for s in optim.descend(loss, NET, DATA, ADAM)]
    assert [bits(s) for s in states] == again
    assert bits(NET) == bits(before)


class Item(NamedTuple):
    x: float


def test_a_plain_tuple_is_the_arguments_and_anything_else_is_one() -> None:
    (one,) = optim.descend(lambda w, x, y: w * x * y, 1.0, [(2.0, 3.0)], optim.sgd(1.0))
    assert one.params == -5.0
    (one,) = optim.descend(lambda w, item: w * item[1], 1.0, [[2.0, 3.0]], optim.sgd(1.0))
    assert one.params == -2.0
    (one,) = optim.descend(lambda w, item: w * item.x, 1.0, [Item(2.0)], optim.sgd(1.0))  # pyright: ignore[reportAttributeAccessIssue]  # a NamedTuple is a tuple to checkers
    assert one.params == -1.0
    *_, last = optim.descend(lambda w: w**2, 1.0, itertools.repeat((), 60), optim.sgd(0.25))
    assert (last.step, last.params) == (60, 0.5**60)


@pytest.mark.parametrize("opt", [ADAM, optim.adamw(0.01), optim.momentum(0.01), optim.lion(0.01)], ids=repr)
def test_a_descent_goes_on_to_the_bit_from_every_state(opt: optim.Optimizer) -> None:
    options: Any = {"held_out": lambda net: loss(net, X, Y), "every": 5, "patience": 3}
    whole = list(optim.descend(loss, NET, DATA, opt, **options))
    for n in {1, 6, 7, 8, 14, len(whole) // 2, len(whole) - 1}:
        rest = optim.descend(loss, NET, DATA, opt, start=whole[n - 1], **options)
        assert [bits(s) for s in rest] == [bits(s) for s in whole[n:]]


@pytest.mark.parametrize("opt", [optim.sgd(0.01), optim.adam(0.01)], ids=repr)
def test_the_layout_of_the_params_changes_no_bit(opt: optim.Optimizer, tmp_path: Path) -> None:
    """A matrix product in another layout adds in another order: seen with BLAS, where the sizes are odd."""
    x = RNG.normal(size=(40, 65))
    data = optim.batches(x, x[:, 0], size=8, epochs=3)
    net = Net(np.asfortranarray(RNG.normal(size=(65, 140))), RNG.normal(size=280)[::2])
    whole = list(optim.descend(loss, net, data, opt))
    save(tmp_path / "run", whole[8])
    rest = optim.descend(loss, net, data, opt, start=tmp_path / "run")
    assert [bits(s) for s in rest] == [bits(s) for s in whole[9:]]
    assert bits(next(optim.descend(loss, Net(net.w.copy(), net.v.copy()), data, opt))) == bits(whole[0])


PROGRAM = """
import hashlib, itertools, sys
from dataclasses import dataclass
import numpy as np
import structgrad as sg
from structgrad import optim
from structgrad.saving import save

@dataclass(frozen=True)
class Net:
    w: sg.Array
    v: sg.Array
    b: float = 0.5

rng = np.random.default_rng(3)
x = rng.normal(size=(50, 6))
data = optim.batches(x, np.sin(x[:, 0]), np.arange(50), size=8, epochs=None, seed=rng)
net = Net(rng.normal(size=(6, 20)), rng.normal(size=20))
opt = optim.adam(lambda n: 0.01 * min(1.0, (n + 1) / 20))
order = []

def loss(net, step, x, y, rows):
    order.append(rows.tolist())
    kept = np.random.default_rng([5, step]).random(20) > 0.2  # dropout that depends on the step alone
    return np.mean((np.tanh(x @ net.w) * kept @ net.v + net.b - y) ** 2)

def train(steps, path, start=None):
    batches = ((step, *batch) for step, batch in enumerate(itertools.islice(data, steps)))
    held_out = lambda net: np.mean(net.w**2)
    for s in optim.descend(loss, net, batches, opt, held_out=held_out, every=10, start=start):
        pass
    save(path, s)

for steps, *paths in eval(sys.argv[1]):
    train(steps, *paths)
    print(order)
    order.clear()
"""


def program(*runs: tuple[Any, ...]) -> list[Any]:
    """For each run of a fresh process, the rows of each batch that it trained by."""
    child = subprocess.run([sys.executable, "-c", PROGRAM, repr(runs)], capture_output=True, text=True, check=True)
    return [eval(line) for line in child.stdout.splitlines()]


@pytest.mark.feature(170)
def test_a_fresh_process_goes_on_from_a_file_to_the_bit(tmp_path: Path) -> None:
    whole, first, rest = (str(tmp_path / name) for name in ("whole", "first", "rest"))
    orders = program((40, whole), (17, first)) + program((40, rest, first))
    assert [len(order) for order in orders] == [40, 17, 23]
    assert orders[1] + orders[2] == orders[0]
    assert Path(rest).read_bytes() == Path(whole).read_bytes()
    assert Path(first).read_bytes() != Path(whole).read_bytes()


def test_a_state_is_a_struct_that_load_gives_back(tmp_path: Path) -> None:
    *_, last = optim.descend(loss, NET, DATA, ADAM, held_out=lambda net: loss(net, X, Y))
    save(tmp_path / "run", last)
    assert bits(load(tmp_path / "run", like=last)) == bits(last)
    (again,) = optim.descend(loss, NET, DATA, ADAM, start=tmp_path / "run", held_out=lambda net: loss(net, X, Y))
    assert bits(again) == bits(last)


def test_of_other_iterables_the_first_items_are_passed_over() -> None:
    seen: list[int] = []

    def items() -> Iterator[int]:
        for i in range(6):
            seen.append(i)
            yield i

    start = optim.Descent(1.0, optim.sgd(1.0).init(1.0), step=4)
    states = optim.descend(lambda w, i: w * i, 1.0, items(), optim.sgd(1.0), start=start)
    assert seen == []
    assert [(s.step, s.params) for s in states] == [(5, -3.0), (6, -8.0)]
    assert seen == list(range(6))


def test_a_finished_descent_gives_its_last_state() -> None:
    start = optim.Descent(1.0, optim.sgd(1.0).init(1.0), value=2.0, step=4)
    assert list(optim.descend(lambda w, i: w * i, 1.0, range(4), optim.sgd(1.0), start=start)) == [start]


def test_more_epochs_go_on_where_fewer_ended() -> None:
    fewer = optim.batches(X, Y, size=8, epochs=2, seed=11)
    *_, last = optim.descend(loss, NET, fewer, ADAM)
    *_, more = optim.descend(loss, NET, DATA, ADAM, start=last)
    *_, whole = optim.descend(loss, NET, DATA, ADAM)
    assert bits(more) == bits(whole)


def test_other_data_begin_at_their_beginning() -> None:
    first = next(optim.descend(loss, NET, DATA, ADAM))
    other = optim.batches(X[:4], Y[:4], size=4, shuffle=False)
    (after,) = optim.descend(loss, NET, other, ADAM, start=evolve(first, step=0))
    assert (after.step, after.state.count) == (1, 2)
    assert after.value == loss(first.params, X[:4], Y[:4])
    more = optim.batches(X[:4], Y[:4], size=4, shuffle=False, epochs=3)
    assert [s.step for s in optim.descend(loss, NET, more, ADAM, start=after)] == [2, 3]


def test_a_start_that_does_not_fit_is_refused_at_the_door(tmp_path: Path) -> None:
    first = next(optim.descend(loss, NET, DATA, ADAM))
    save(tmp_path / "run", first)
    other = optim.batches(X, Y, size=8, seed=12)
    with pytest.raises(
        StructMismatchError,
        match="1 steps by batches of 8 of 50 rows, seed 11, and cannot go on by batches of 8 of 50 rows, seed 12",
    ):
        optim.descend(loss, NET, other, ADAM, start=first)
    with pytest.raises(StructMismatchError, match="cannot go on by an iterable"):
        optim.descend(loss, NET, list(DATA), ADAM, start=first)
    with pytest.raises(StructMismatchError, match=r"\.order is 'batches of 8 of 50 rows, seed 11' there"):
        optim.descend(loss, NET, other, ADAM, start=tmp_path / "run")
    with pytest.raises(StructMismatchError, match="start has other state than these"):
        optim.descend(loss, NET, DATA, optim.sgd(0.1), start=first)
    with pytest.raises(StructMismatchError, match="start has other params than these"):
        optim.descend(lambda w, x, y: w, 1.0, DATA, ADAM, start=first)  # type: ignore[misc]  # pyright: ignore[reportArgumentType, reportCallIssue]  # what is refused
    with pytest.raises(StructMismatchError, match=r"\.held_out"):
        optim.descend(loss, NET, DATA, ADAM, start=tmp_path / "run", held_out=lambda net: 0.0)
    with pytest.raises(FileNotFoundError):
        optim.descend(loss, NET, DATA, ADAM, start=tmp_path / "none")


def test_no_batch_is_an_error_and_not_an_untrained_model() -> None:
    used = iter([1.0])
    list(optim.descend(lambda w, x: w * x, 1.0, used, optim.sgd(1.0)))
    with pytest.raises(ValueError, match="there is no batch to step by: an iterator can be used once"):
        list(optim.descend(lambda w, x: w * x, 1.0, used, optim.sgd(1.0)))
    start = optim.Descent(1.0, optim.sgd(1.0).init(1.0), step=4)
    with pytest.raises(ValueError, match="start has made 4 steps, and there are only 3 batches"):
        list(optim.descend(lambda w, x: w * x, 1.0, range(3), optim.sgd(1.0), start=start))


def test_steps_in_place_give_the_same_numbers_in_the_same_arrays() -> None:
    net = copy.deepcopy(NET)
    for s, t in zip(
        optim.descend(loss, net, DATA, ADAM, inplace=True), optim.descend(loss, NET, DATA, ADAM), strict=True
    ):
        assert s.params.w is net.w
        assert bits(s) == bits(t)


def test_a_table_is_stepped_by_rows() -> None:
    table = RNG.normal(size=(1000, 3))

    def pick(p: Any, ids: Any) -> Any:
        return np.sum(p["table"][ids] ** 2)

    ids = optim.batches(np.arange(40) * 20 % 1000, size=5)
    dense = list(optim.descend(pick, {"table": table}, ids, optim.adam()))
    mine = {"table": table.copy()}
    for s, t in zip(optim.descend(pick, mine, ids, optim.adam(), sparse=True, inplace=True), dense, strict=True):
        assert s.params["table"] is mine["table"]
        touched = np.any(t.params["table"] != table, axis=1) & np.any(s.params["table"] != table, axis=1)
        assert touched.sum() == 5 * s.step


def test_gradients_of_tables_are_rows_where_it_is_asked_for() -> None:
    seen: list[type] = []
    sgd = optim.sgd(1.0)

    def advance(grad: Any, *rest: Any) -> Any:
        seen.append(type(grad))
        return sgd.advance(grad, *rest)

    opt = evolve(sgd, advance=advance, fused=None)
    for sparse in (False, True):
        next(optim.descend(lambda w, i: np.sum(w[i]), X, [np.arange(3)], opt, sparse=sparse))
    assert seen == [np.ndarray, sg.SparseRows]


def test_pullbacks_of_frozen_parts_are_not_run() -> None:
    @sg.op
    def once(b: Any) -> Any:
        return b, lambda g: pytest.fail("the pullback of a frozen part")

    frozen = optim.freeze(sg.lens(dict[str, float], lambda p: p["b"]))
    params = {"w": 1.0, "b": 2.0}
    (s,) = optim.descend(lambda p, i: p["w"] * once(p["b"]), params, [0], optim.chain(frozen, optim.sgd(1.0)))
    assert s.params == {"w": -1.0, "b": 2.0}


def test_frozen_parts_stay_to_the_bit() -> None:
    opt = optim.chain(optim.freeze(sg.lens(Net, lambda n: n.w)), optim.adam(0.01))
    *_, last = optim.descend(loss, NET, DATA, opt)
    assert last.params.w.tobytes() == NET.w.tobytes()
    assert not np.array_equal(last.params.v, NET.v)


def test_an_optimizer_that_does_not_reach_all_params_is_refused_at_the_door() -> None:
    with pytest.raises(StructMismatchError, match=r"makes no step at \['b'\]"):
        optim.descend(
            lambda p, i: p["a"] * p["b"],
            {"a": 1.0, "b": 1.0},
            range(3),
            optim.at(sg.lens(dict, lambda d: d["a"]), optim.sgd(1.0)),
        )


def test_states_are_typed_as_the_params() -> None:
    states = optim.descend(loss, NET, DATA, ADAM)
    assert_type(states, Iterator[optim.Descent[Net]])
    s = next(states)
    assert_type(s.params, Net)
    assert_type(s.best, Net)
    assert_type(s.state, optim.State[Net])
    assert_type(s.value, float)
    one = optim.descend(single, NET, [X, X], ADAM, start=evolve(s, step=0), held_out=lambda net: float(net.b))
    assert_type(one, Iterator[optim.Descent[Net]])
    optim.descend(loss, NET, optim.batches(X, size=8), ADAM)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportCallIssue]  # the loss needs y
    assert_type(optim.descend(without, NET, itertools.repeat(()), ADAM), Iterator[optim.Descent[Net]])


def single(net: Net, x: sg.Array) -> sg.Scalar:
    return np.mean(net(x))


def without(net: Net) -> sg.Scalar:
    return np.mean(net.w)

"""The loss on held-out data: asked when it says, the best kept, the end where it says."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from structgrad import optim

# The params of a descent with constant slope 1 and rate 1 are minus the number of steps.
START = 0.0


def slope(w: Any, item: int) -> Any:
    return w + 0.0 * item


def path(*values: float) -> Callable[[float], float]:
    """A held-out loss that has these values at steps 0, 1, 2, …, and the last one from then on."""
    return lambda w: values[min(round(-w), len(values) - 1)]


def descent(held_out: Any, n: int = 100, **options: Any) -> list[optim.Descent[float]]:
    return list(optim.descend(slope, START, range(n), optim.sgd(1.0), held_out=held_out, **options))


def test_the_held_out_loss_is_asked_before_the_first_step_and_every_so_many() -> None:
    asked: list[float] = []

    def held_out(w: float) -> float:
        asked.append(w)
        return 0.0

    states = descent(held_out, 10, every=4, patience=None)
    assert asked == [0.0, -4.0, -8.0]
    assert [s.held_out.step for s in states if s.held_out] == [0, 0, 0, 4, 4, 4, 4, 8, 8, 8]
    descent(held_out, 10, every=4, patience=None, start=states[3])  # which knows the answer at step 4
    assert asked == [0.0, -4.0, -8.0, -8.0]


@pytest.mark.parametrize("mapped", [False, True])
def test_the_held_out_loss_is_asked_once_an_epoch_of_batches_and_every_100_steps_of_others(mapped: bool) -> None:
    data: Any = optim.batches(np.ones(7), size=3, epochs=3)
    data = data.map(lambda x, rng: x) if mapped else data
    states = optim.descend(lambda w, x: w, 0.0, data, optim.sgd(1.0), held_out=path(1.0))
    asked = [s.held_out.step for s in states if s.held_out]
    assert asked == [0, 0, 3, 3, 3, 6, 6, 6, 9]
    assert {s.held_out.step for s in descent(path(1.0), 201) if s.held_out} == {0, 100, 200}


def test_the_loop_ends_after_so_many_answers_without_a_lower_one() -> None:
    held_out = path(5.0, 4.0, 4.5, 3.0, 3.5, 3.0, 9.0, 1.0)
    *_, last = descent(held_out, every=1, patience=3)
    assert last.step == 6
    assert last.params == -6.0
    assert last.best == -3.0
    assert last.held_out == optim.HeldOut(9.0, 6, -3.0, 3.0, 3)
    *_, longer = descent(held_out, every=1, patience=4)
    assert longer.best == -7.0
    assert longer.step == 7 + 4
    assert len(descent(held_out, every=1, patience=None)) == 100


def test_patience_counts_answers_and_not_steps() -> None:
    *_, last = descent(path(1.0, 0.0, 0.0, 0.5), every=3, patience=2)
    assert (last.step, last.best) == (9, -3.0)


def test_the_start_may_be_the_best() -> None:
    *_, last = descent(path(1.0, 2.0), every=1, patience=2)
    assert (last.step, last.best) == (2, 0.0)


def test_infinity_is_worse_than_all_and_can_be_the_first() -> None:
    *_, last = descent(path(math.inf, math.inf, 2.0, math.inf), every=1, patience=5)
    assert (last.best, last.step) == (-2.0, 7)


def test_without_a_held_out_loss_the_last_params_are_the_best() -> None:
    *_, last = descent(None, 3)
    assert (last.held_out, last.best) == (None, -3.0)


def test_a_descent_that_goes_on_ends_where_it_would_have() -> None:
    held_out = path(5.0, 4.0, 4.5, 3.0, 3.5, 3.0, 9.0, 1.0)
    whole = descent(held_out, every=2, patience=2)
    for n in range(1, len(whole)):
        assert descent(held_out, every=2, patience=2, start=whole[n - 1]) == whole[n:]


def test_a_descent_that_had_enough_makes_no_step_more() -> None:
    whole = descent(path(1.0, 2.0), every=1, patience=2)
    assert descent(path(1.0, 2.0), every=1, patience=2, start=whole[-1]) == whole[-1:]


def test_with_other_data_patience_begins_anew_and_the_best_is_kept() -> None:
    first = descent(path(1.0, 0.0, 0.5), 9, every=1, patience=None)[-1]
    states = descent(path(1.0, 0.0, 0.5), every=1, patience=3, start=evolve(first, step=0))
    assert [s.step for s in states] == [1, 2, 3]
    assert states[-1].best == -1.0


def test_a_held_out_loss_that_joins_later_is_asked_at_once() -> None:
    middle = descent(None, 5)[-1]
    states = descent(path(0.0, 1.0), 20, every=10, patience=None, start=middle)
    assert [s.held_out.step for s in states if s.held_out] == [5] * 4 + [10] * 10 + [20]
    assert states[-1].best == -5.0
    assert descent(None, 20, start=states[-1])[-1].held_out is None


def test_the_best_is_a_copy_where_steps_are_in_place() -> None:
    params = {"w": np.zeros(3)}

    def loss(p: Any, item: int) -> Any:
        return np.sum(p["w"])

    def held_out(p: Any) -> float:
        return float(abs(p["w"][0] + 4.0))  # least after four steps

    states = optim.descend(
        loss, params, range(99), optim.sgd(1.0), held_out=held_out, every=1, patience=3, inplace=True
    )
    last = optim.last(states)
    assert last.params["w"] is params["w"]
    assert last.params["w"].tolist() == [-7.0] * 3
    assert last.best["w"].tolist() == [-4.0] * 3


def test_the_best_of_a_start_is_not_overwritten_by_steps_in_place() -> None:
    def loss(w: Any, item: int) -> Any:
        return np.sum(w)

    options: Any = {"held_out": lambda w: float(w[0] ** 2), "every": 1, "patience": None}
    first = next(optim.descend(loss, np.ones(2), range(9), optim.sgd(1.0), **options))
    assert first.best is first.params
    last = optim.last(optim.descend(loss, np.ones(2), range(9), optim.sgd(1.0), start=first, inplace=True, **options))
    assert last.params.tolist() == [-8.0, -8.0]
    assert last.best.tolist() == [0.0, 0.0]


def test_a_held_out_loss_that_is_nan_is_reported() -> None:
    states = optim.descend(slope, START, range(9), optim.sgd(1.0), held_out=path(1.0, 0.5, math.nan), every=1)
    assert next(states).step == 1
    with pytest.raises(optim.NotFiniteError, match="after 2 steps the held-out loss is nan"):
        next(states)


def test_what_is_no_held_out_loss_is_refused_at_the_door() -> None:
    with pytest.raises(TypeError, match="held_out must be a function of params"):
        optim.descend(slope, START, range(9), optim.sgd(1.0), held_out=(1.0, 2.0))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # what is refused
    wrong: list[Any] = [{"every": 0}, {"patience": 0}]
    for options in wrong:
        with pytest.raises(ValueError, match="every and patience must be at least 1"):
            optim.descend(slope, START, range(9), optim.sgd(1.0), held_out=abs, **options)

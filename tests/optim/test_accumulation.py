"""Accumulated gradients, against optax; not a bit moves in between."""

import copy
from typing import Any

import jax
import numpy as np
import optax
import pytest

import structgrad as sg
from structgrad import optim

RATE = 0.02
both_ways = pytest.mark.parametrize("inplace", [False, True])


@both_ways
@pytest.mark.parametrize("every", [1, 4])
def test_accumulated_steps_are_those_of_optax(every: int, inplace: bool, held: Any) -> None:
    with jax.enable_x64(True):  # optax asks at once whether there is float64
        dtype: Any = np.float64
        theirs = optax.MultiSteps(optax.adamw(RATE, weight_decay=0.3), every, accumulator_dtype=dtype)
    opt = optim.accumulate(optim.adamw(RATE, decay=0.3), every)
    found, state = held.by_us(opt, held.model(), inplace=inplace)
    held.agree(found, held.by_optax(theirs.gradient_transformation(), held.model()))
    assert (state.count, state.inner[0].count) == (held.steps, held.steps // every)


@both_ways
def test_not_a_bit_moves_between_accumulated_steps(inplace: bool, held: Any) -> None:
    opt, params = optim.accumulate(optim.adamw(RATE), 5), held.model()
    params.shift[:2] = [-0.0, np.nan]
    before, state = copy.deepcopy(params), opt.init(params)
    for n in range(4):
        now, state = opt.step(params, held.grad(held.model(), n), state, inplace=inplace)
        for leaf, was in zip(held.smooth(now), held.smooth(before), strict=True):
            assert np.asarray(leaf).tobytes() == np.asarray(was).tobytes()
        assert now.layer.w is params.layer.w
    now, _ = opt.step(params, held.grad(held.model(), 4), state, inplace=inplace)
    assert not np.any(now.layer.w == before.layer.w)


def test_the_mean_is_of_the_gradients_since_the_last_step() -> None:
    opt, state = optim.accumulate(optim.sgd(1.0), 2), optim.accumulate(optim.sgd(1.0), 2).init([0.0])
    p, seen = [0.0], []
    for g in (1.0, 3.0, 10.0, 20.0):
        p, state = opt.step(p, [g], state)
        seen.append(p[0])
    assert seen == [0.0, -2.0, -2.0, -17.0]


def test_a_schedule_inside_counts_the_steps_made(held: Any) -> None:
    asked: list[int] = []

    def rate(n: int) -> float:
        asked.append(n)
        return 0.1

    held.by_us(optim.accumulate(optim.sgd(rate), 3), held.model(), 7)
    assert asked == [0, 1]


def test_a_gradient_that_the_caller_writes_over_was_summed_as_it_was() -> None:
    opt, g = optim.accumulate(optim.sgd(1.0), 2), np.ones(2)
    rows: Any = sg.SparseRows(np.array([1]), np.ones((1, 2)), (3, 2))
    params = [np.zeros(2), np.zeros((3, 2))]
    _, state = opt.step(params, [g, rows], opt.init(params))
    g[:], rows.values[:], rows.rows[:] = 100.0, 100.0, 2
    moved, _ = opt.step(params, [np.ones(2), np.zeros((3, 2))], state)
    assert moved[0].tolist() == [-1.0, -1.0]
    assert moved[1].tolist() == [[0.0, 0.0], [-0.5, -0.5], [0.0, 0.0]]


def test_accumulated_rows_stay_rows() -> None:
    opt = optim.accumulate(optim.momentum(0.1), 2)
    p: Any = np.ones((4, 2))
    first, second = (sg.SparseRows(np.array([k, 3]), np.ones((2, 2)), (4, 2)) for k in range(2))
    _, state = opt.update(first, opt.init(p), p)
    step, _ = opt.update(second, state, p)
    assert type(step) is sg.SparseRows
    assert sorted(step.rows.tolist()) == [0, 1, 3]
    np.testing.assert_allclose(step.dense()[:, 0], [-0.05, -0.05, 0.0, -0.1])

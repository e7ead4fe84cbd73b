"""What a block keeps alive, and when its intermediates die: counted by weak references, never by time."""

import contextlib
import gc
import math
import weakref
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import EscapedError
from structgrad.tape.value import plain


class Living:
    """Counts the arrays it was shown that are alive, and how many there were at most."""

    def __init__(self) -> None:
        self.now = 0
        self.peak = 0

    def __call__(self, v: Any) -> Any:
        self.now += 1
        self.peak = max(self.peak, self.now)
        weakref.finalize(plain(v), self._died)
        return v

    def _died(self) -> None:
        self.now -= 1


def chained(step: Any, n: int) -> Any:
    """n steps without a checkpoint."""

    def repeated(state: Any, *args: Any) -> Any:
        for _ in range(n):
            state = step(state, *args)
        return state

    return repeated


def counted(living: Living) -> Any:
    def step(h: Any, w: Any) -> Any:
        return living(np.tanh(living(w * h)))

    return step


@pytest.mark.feature(153)
def test_ten_thousand_steps_keep_four_hundred_vectors_and_give_the_same_to_the_last_bit() -> None:
    n, living, all_living = 10_000, Living(), Living()
    at = (np.linspace(-1.0, 1.0, 100), np.linspace(0.999, 1.001, 100))

    def loss(run: Any) -> Any:
        return lambda p: np.sum(run(*p))

    value, (dh, dw) = sg.backprop(loss(sg.checkpoint(counted(living), steps=n)))(at)
    expected, (dh_all, dw_all) = sg.backprop(loss(chained(counted(all_living), n)))(at)

    assert all_living.peak == 2 * n
    assert living.peak <= 4 * math.isqrt(n)
    assert living.now == 0
    assert value == expected
    assert np.array_equal(dh, dh_all)
    # w has a cotangent from each step, and they are added up in another order: n roundings of at most eps / 2
    assert np.allclose(dw, dw_all, rtol=1e-15 * math.sqrt(n), atol=0.0)


@pytest.mark.feature(153)
def test_so_little_is_kept_at_order_two_as_well() -> None:
    n, living, all_living = 400, Living(), Living()
    at = (np.linspace(-1.0, 1.0, 5), np.linspace(0.9, 1.1, 5))

    def twice(run: Any) -> Any:
        slope = sg.grad_bp(lambda p: np.sum(run(*p)))
        return sg.grad_bp(lambda p: np.sum(slope(p)[0] * at[1]))(at)

    found = twice(sg.checkpoint(counted(living), steps=n))
    expected = twice(chained(counted(all_living), n))

    # the slopes of n steps that double at each one are sums of n terms
    assert all(np.allclose(a, b, rtol=1e-12, atol=0.0) for a, b in zip(found, expected, strict=True))
    assert all_living.peak == 2 * n
    assert living.peak <= 8 * math.isqrt(n)


@pytest.mark.feature(153)
def test_the_tape_of_a_chain_has_the_edges_of_its_segments_alone() -> None:
    edges: list[int] = []

    def loss(p: Any, run: Any) -> Any:
        h = run(*p)
        edges.append(len(h._tape.edges))
        return np.sum(h)

    for run in (sg.checkpoint(counted(Living()), steps=900), chained(counted(Living()), 900)):
        sg.grad_bp(loss)((np.ones(3), np.ones(3)), run)

    assert edges[0] <= 3 * 30 + 1  # each segment packs two inputs, and has one output
    assert edges[1] >= 3 * 900


@pytest.mark.feature(153, 156)
def test_between_its_runs_a_block_keeps_nothing_that_it_made() -> None:
    gc.collect()
    gc.disable()
    try:
        living = Living()
        alive: list[int] = []

        def block(x: Any) -> Any:
            y = living(np.exp(living(np.sin(x))))
            return {"y": living(y * 2.0), "n": np.sum(living(y * y))}

        def loss(x: Any) -> Any:
            made = sg.checkpoint(block)(x)
            alive.append(living.now)
            first = made["y"][0] + made["n"]
            del made
            alive.append(living.now)
            return first

        sg.grad_bp(loss)(np.ones(3))
        assert alive == [1, 0]  # the value itself, until nobody has it
        assert living.now == 0
    finally:
        gc.enable()


@pytest.mark.feature(153)
def test_the_first_run_keeps_nothing_on_the_way_either() -> None:
    living = Living()
    peaks: list[int] = []

    def block(x: Any, c: Any) -> Any:
        for _ in range(50):
            x = living(np.sin(x * living(c * 1.0)))
        return x

    def loss(x: Any) -> Any:
        y = sg.checkpoint(block)(x, x)
        peaks.append(living.peak)
        return np.sum(y)

    sg.grad_bp(loss)(np.ones(1000))
    assert peaks[0] <= 4
    assert living.peak >= 50


def test_a_failing_block_leaves_nothing_behind() -> None:
    living = Living()

    def block(x: Any) -> Any:
        living(np.sin(x))
        raise ZeroDivisionError

    gc.collect()
    gc.disable()
    try:
        with contextlib.suppress(ZeroDivisionError):
            sg.grad_bp(lambda x: np.sum(sg.checkpoint(block)(x)))(np.ones(3))
        assert living.now == 0
    finally:
        gc.enable()


def test_constants_are_kept_once_however_often_they_are_used() -> None:
    data = np.ones(1000)
    held: list[int] = []

    def loss(x: Any) -> Any:
        for _ in range(10):
            x = sg.checkpoint(lambda x, data: np.sin(x * data))(x, data)
        held.append(len(x._tape.held))
        return np.sum(x)

    sg.grad_bp(loss)(np.ones(1000))
    assert held == [1]
    assert data.flags.writeable


def test_a_value_of_an_ended_run_is_refused() -> None:
    kept: list[Any] = []

    def loss(x: Any) -> Any:
        kept.append(x)
        return x * x

    sg.grad_bp(loss)(2.0)

    with pytest.raises(EscapedError):
        sg.checkpoint(np.sin)(kept[0])


def test_a_block_is_a_line_of_the_program_with_its_own_name_and_arguments() -> None:
    def block(p: Any, h: Any, *, scale: float) -> Any:
        return h * p["w"] * scale

    text = str(sg.trace(lambda p: np.sum(sg.checkpoint(block)(p, p["b"], scale=2.0)))({"w": np.ones(3), "b": 1.0}))

    assert "= block(dict, ['b'], scale=2.0) : float64[3]" in text

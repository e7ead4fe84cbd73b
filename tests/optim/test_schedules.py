"""Schedules, at every step and beyond their ends, against optax."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import optax
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.testing import check_gradient

Schedule = Callable[[int], float]
N = 40

PAIRS: dict[str, tuple[Schedule, Callable[[], Any]]] = {
    "constant": (optim.constant(0.3), lambda: optax.constant_schedule(0.3)),
    "linear": (optim.linear(0.3, 1.7, 13), lambda: optax.linear_schedule(0.3, 1.7, 13)),
    "linear, down": (optim.linear(0.3, 0.01, 7), lambda: optax.linear_schedule(0.3, 0.01, 7)),
    "linear in one step": (optim.linear(0.3, 1.7, 1), lambda: optax.linear_schedule(0.3, 1.7, 1)),
    "cosine": (optim.cosine(0.3, 13), lambda: optax.cosine_decay_schedule(0.3, 13)),
    "cosine to an end": (optim.cosine(0.3, 13, end=0.06), lambda: optax.cosine_decay_schedule(0.3, 13, alpha=0.2)),
    "warmup to a number": (
        optim.warmup(7, 0.3),
        lambda: optax.join_schedules([optax.linear_schedule(0.0, 0.3, 7), optax.constant_schedule(0.3)], [7]),
    ),
    "warmup, cosine": (
        optim.warmup(7, optim.cosine(0.3, 20, end=0.06)),
        lambda: optax.warmup_cosine_decay_schedule(0.0, 0.3, 7, 27, 0.06),
    ),
    "no warmup": (optim.warmup(0, optim.cosine(0.3, 20)), lambda: optax.cosine_decay_schedule(0.3, 20)),
    "piecewise": (
        optim.piecewise({20: 0.05, 8: 0.1}, start=0.4),
        lambda: optax.piecewise_constant_schedule(0.4, {8: 0.25, 20: 0.5}),
    ),
    "piecewise from 0": (
        optim.piecewise({0: 0.1, 8: 0.2}, start=0.4),
        lambda: optax.piecewise_constant_schedule(0.4, {0: 0.25, 8: 2.0}),
    ),
    "join": (
        optim.join([(optim.linear(0.1, 0.5, 4), 6), (0.2, 3), (optim.cosine(0.4, 9), 5), optim.linear(0.9, 0.1, 10)]),
        lambda: optax.join_schedules(
            [
                optax.linear_schedule(0.1, 0.5, 4),
                optax.constant_schedule(0.2),
                optax.cosine_decay_schedule(0.4, 9),
                optax.linear_schedule(0.9, 0.1, 10),
            ],
            [6, 9, 14],
        ),
    ),
    "join of one": (optim.join([optim.cosine(0.4, 9)]), lambda: optax.cosine_decay_schedule(0.4, 9)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_schedules_are_those_of_optax_at_every_step_and_beyond_the_end(name: str, held: Any) -> None:
    ours, make = PAIRS[name]
    with jax.enable_x64(True):
        expected = np.broadcast_to(np.asarray(held.compiled(lambda n: make()(n))(jax.numpy.arange(N))), N)
    found = [ours(n) for n in range(N)]
    assert {type(value) for value in found} == {float}
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-16)  # some five operations


def test_ends_are_met_to_the_bit() -> None:
    assert [optim.linear(0.3, 0.1, 7)(n) for n in (0, 7, 8, 10**9)] == [0.3, 0.1, 0.1, 0.1]
    assert [optim.cosine(0.3, 7, end=0.1)(n) for n in (7, 8, 10**9)] == [0.1, 0.1, 0.1]
    assert optim.warmup(3, 0.1)(3) == 0.1


def test_a_float32_struct_stays_float32_at_the_rate_of_a_numpy_number() -> None:
    rate = optim.join([(np.float64(0.5), 1), lambda n: np.float64(0.25)])
    assert [type(rate(n)) for n in (0, 1)] == [float, float]  # a float64 would make all arrays on the way float64
    opt = optim.sgd(rate)
    p, state = np.ones(2, np.float32), opt.init(np.ones(2, np.float32))
    for expected in (0.5, 0.25):
        p, state = opt.step(p, np.ones(2, np.float32), state)
        assert p.dtype == np.float32
        assert p.tolist() == [expected] * 2


def test_the_numbers_of_a_schedule_have_gradients() -> None:
    def after(numbers: Any) -> Any:
        peak, last, level = numbers
        rate = optim.warmup(2, optim.join([(optim.cosine(peak, 3, end=last), 3), optim.linear(last, level, 2)]))
        opt = optim.sgd(rate)
        p, state = 1.5, opt.init(1.5)
        for _ in range(8):
            p, state = opt.step(p, sg.grad_bp(lambda x: np.sin(x) + x**2)(p), state)
        return p

    check_gradient(after, [0.2, 0.1, 0.05])


def test_inject_changes_a_number_of_a_schedule_by_hand() -> None:
    opt = optim.inject(lambda peak, last: optim.sgd(optim.linear(peak, last, 4)), peak=1.0, last=0.0)
    p, state = opt.step(0.0, 1.0, opt.init(0.0))
    assert p == -1.0
    p, state = opt.step(p, 1.0, optim.change(state, peak=2.0))
    assert p == -1.0 - 1.5
    p, _ = opt.step(p, 1.0, optim.change(state, peak=0.0, last=8.0))
    assert p == -2.5 - 4.0


NONSENSE: dict[str, tuple[Callable[[], Any], str]] = {
    "linear": (lambda: optim.linear(1.0, 0.0, 0), "linear: steps must be at least 1, and are 0"),
    "cosine": (lambda: optim.cosine(1.0, -3), "cosine: steps must be at least 1, and are -3"),
    "warmup": (lambda: optim.warmup(-1, 0.1), "warmup: steps must be at least 0, and are -1"),
    "piecewise": (lambda: optim.piecewise({-1: 0.1}, 1.0), "piecewise: steps must be at least 0, and are -1"),
    "nothing": (lambda: optim.piecewise({}, 1.0), r"piecewise: there is no value.*constant\(start\)"),
    "no part": (lambda: optim.join([]), r"join: expected \[\(schedule, steps\), \.\.\., last\]"),
    "no last": (lambda: optim.join([(0.1, 3)]), "a last schedule alone"),
    "two alone": (lambda: optim.join([optim.constant(0.1), optim.constant(0.2)]), "a last schedule alone"),
    "no time": (lambda: optim.join([(0.1, 0), 0.2]), "join: steps must be at least 1, and are 0"),
    "nan": (lambda: optim.cosine(1.0, float("nan")), "cosine: steps"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_makes_no_sense_is_refused(name: str) -> None:
    make, said = NONSENSE[name]
    with pytest.raises(ValueError, match=said):
        make()

"""Ctrl-C: the descent ends where it is, with the best so far, and no array is half a step on."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from structgrad import optim
from structgrad.optim.interrupt import undisturbed
from structgrad.optim.leafwise import leafwise


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Python's own handler, which is not there where pytest itself runs in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupting(n: int) -> Any:
    """A loss with slope 1 whose n-th call is interrupted."""
    calls = iter(range(1, n + 1))

    def loss(w: Any, item: int) -> Any:
        if next(calls) == n:
            signal.raise_signal(signal.SIGINT)
        return np.sum(w)

    return loss


def test_the_descent_ends_with_the_state_that_was_reached() -> None:
    states = list(optim.descend(interrupting(4), 0.0, range(99), optim.sgd(1.0)))
    assert [(s.step, s.params) for s in states] == [(1, -1.0), (2, -2.0), (3, -3.0)]


def test_the_best_so_far_is_that_of_the_last_state() -> None:
    states = optim.descend(
        interrupting(9), np.zeros(2), range(99), optim.sgd(1.0), held_out=lambda w: abs(w[0] + 5), every=1, inplace=True
    )
    last = optim.last(states)
    assert last.step == 8
    assert last.best.tolist() == [-5.0, -5.0]


def test_interrupted_in_the_first_step_it_gives_the_start() -> None:
    (only,) = optim.descend(interrupting(1), 3.0, range(99), optim.adam())
    assert (only.step, only.params, only.best) == (0, 3.0, 3.0)


def test_a_state_that_was_interrupted_goes_on_to_the_bit() -> None:
    def held_out(w: float) -> float:
        asked.append(w)
        if len(asked) == 3:
            signal.raise_signal(signal.SIGINT)
        return w

    asked: list[float] = []
    options: Any = {"held_out": held_out, "every": 2, "patience": None}
    one = list(optim.descend(lambda w, i: w * 0.1, 1.0, range(9), optim.adam(), **options))
    assert [s.step for s in one] == [1, 2, 3, 4]  # the fourth was made when its held-out loss was interrupted
    rest = list(optim.descend(lambda w, i: w * 0.1, 1.0, range(9), optim.adam(), start=one[-1], **options))
    whole = list(optim.descend(lambda w, i: w * 0.1, 1.0, range(9), optim.adam(), **options))
    assert one[:3] + rest == whole[:3] + whole[4:]
    assert [s.held_out.step for s in rest if s.held_out] == [4, 6, 6, 8, 8]


@pytest.mark.parametrize("chained", [False, True])
def test_a_step_in_place_is_made_as_a_whole(chained: bool) -> None:
    calls: list[int] = []

    def formula(n: int) -> Any:
        def leaf(g: Any, p: Any) -> Any:
            calls.append(n)
            if len(calls) == 6:  # the second step, between its leaves
                signal.raise_signal(signal.SIGINT)
            return (-g,)

        return leaf

    method = leafwise("interrupted", formula)
    opt = optim.chain(method) if chained else method
    params = {key: np.zeros(2) for key in "abcd"}
    states = optim.descend(lambda p, i: sum((np.sum(x) for x in p.values()), 0.0), params, range(9), opt, inplace=True)
    steps = []
    for s in states:
        steps.append(s.step)
        assert [x.tolist() for x in s.params.values()] == [[-float(s.step)] * 2] * 4
        assert s.state.count == s.step
    assert steps == [1, 2]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_in_the_body_of_the_users_loop_it_strikes_as_usual() -> None:
    states = optim.descend(lambda w, i: w, 0.0, range(9), optim.sgd(1.0))

    def body() -> None:
        for s in states:
            if s.step == 3:
                signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        body()
    assert next(states).step == 4


def test_other_errors_are_not_caught() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise SystemExit

    states = optim.descend(lambda w, i: w, 0.0, items(), optim.sgd(1.0))
    next(states)
    with pytest.raises(SystemExit):
        next(states)


def test_a_handler_of_the_users_is_asked_after_the_block_and_stays() -> None:
    seen: list[str] = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append("handled"))
    try:
        mine = signal.getsignal(signal.SIGINT)
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            seen.append("done")
        assert seen == ["done", "handled"]
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_error_inside_the_block_comes_out_and_the_handler_is_back() -> None:
    with pytest.raises(ZeroDivisionError), undisturbed():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_threads_step_in_place_too() -> None:
    params = np.zeros(2)

    def work() -> None:
        for _ in optim.descend(lambda w, i: np.sum(w), params, range(3), optim.sgd(1.0), inplace=True):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert params.tolist() == [-3.0, -3.0]


WAITING = """
import signal, sys
from structgrad import optim

signal.signal(signal.SIGINT, signal.default_int_handler)

def loss(w, i):
    if i == 5:
        print("ready", flush=True)
        sys.stdin.read()  # until the signal comes
    return w

for s in optim.descend(loss, 0.0, range(99), optim.sgd(1.0), held_out=lambda w: abs(w + 3), every=1):
    pass
print(s.step, s.params, s.best)
"""


def test_a_signal_from_outside_ends_the_descent_and_not_the_program() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(signal.SIGINT)
        assert child.stdout.read() == "5 -5.0 -3.0\n"
        assert child.stderr.read() == ""
    assert child.returncode == 0

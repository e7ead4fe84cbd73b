"""Schedules: functions from the number of steps made to a learning rate."""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Schedule: TypeAlias = Callable[[int], float]
Rate: TypeAlias = float | Schedule


def at_step(rate: Rate, n: int) -> Any:
    """The rate after n steps, a Python float so that float32 leaves stay float32; traced where it is."""
    lr = rate(n) if callable(rate) else rate
    return float(lr) if type(lr).__module__ == "numpy" else lr


def checked_rate(name: str, rate: Rate, **decays: float) -> None:
    """ValueError unless a rate that is a number is not negative, and each decay from 0 to below 1."""
    if not callable(rate) and not rate >= 0:
        raise ValueError(f"{name}: the rate must be a number of at least 0 or a schedule, and is {rate!r}")
    for key, decay in decays.items():
        if not 0 <= decay < 1:
            raise ValueError(f"{name}: {key} must be from 0 to below 1, and is {decay!r}")


def constant(value: float) -> Schedule:
    """The same value at every step.

    >>> from structgrad import optim
    >>> optim.constant(0.1)(1000)
    0.1
    """
    return lambda n: value


def linear(start: float, end: float, steps: int) -> Schedule:
    """From start to end on a line, and end from then on.

    steps: at least 1; end is reached when so many are made. ValueError for fewer.

    >>> from structgrad import optim
    >>> rate = optim.linear(1.0, 0.0, steps=4)
    >>> [rate(n) for n in (0, 1, 4, 9)]
    [1.0, 0.75, 0.0, 0.0]
    """
    _checked_steps("linear", steps, least=1)

    def rate(n: int) -> float:
        t = min(n / steps, 1.0)
        return start * (1.0 - t) + end * t

    return rate


def cosine(start: float, steps: int, end: float = 0.0) -> Schedule:
    """From start to end on half a cosine, and end from then on (Loshchilov and Hutter 2017, eq. 5, without restarts).

    steps: at least 1; end is reached when so many are made. ValueError for fewer.

    >>> from structgrad import optim
    >>> rate = optim.cosine(1.0, steps=3)
    >>> [round(rate(n), 6) for n in (0, 1, 2, 3, 9)]
    [1.0, 0.75, 0.25, 0.0, 0.0]
    """
    _checked_steps("cosine", steps, least=1)

    def rate(n: int) -> float:
        return end + (start - end) * (1.0 + math.cos(math.pi * min(n / steps, 1.0))) / 2.0

    return rate


def warmup(steps: int, rate: Rate) -> Schedule:
    """From 0 on a line to the rate, which begins when so many steps are made (Goyal et al. 2017, sec. 2.2).

    steps: at least 0. rate: a number, or a schedule, which counts from its own 0. The first step, at rate 0, moves no
    params. ValueError for negative steps.

    >>> from structgrad import optim
    >>> rate = optim.warmup(2, optim.linear(1.0, 0.0, steps=4))
    >>> [rate(n) for n in (0, 1, 2, 3, 6)]
    [0.0, 0.5, 1.0, 0.75, 0.0]
    """
    _checked_steps("warmup", steps, least=0)
    return lambda n: at_step(rate, 0) * (n / steps) if n < steps else at_step(rate, n - steps)


def piecewise(values: Mapping[int, float], start: float) -> Schedule:
    """start, and from each step in values on the value that stands there.

    values: at least one; its keys are numbers of steps made, at least 0, in any order. ValueError else.

    >>> from structgrad import optim
    >>> rate = optim.piecewise({10: 0.1, 20: 0.01}, start=1.0)
    >>> [rate(n) for n in (0, 9, 10, 19, 20)]
    [1.0, 1.0, 0.1, 0.1, 0.01]
    """
    if not values:
        raise ValueError("piecewise: there is no value to change to; use constant(start)")
    for step in values:
        _checked_steps("piecewise", step, least=0)
    steps = sorted(values)
    levels = [start, *(values[step] for step in steps)]
    return lambda n: levels[bisect_right(steps, n)]


def join(parts: Sequence[tuple[Rate, int] | Rate]) -> Schedule:
    """One schedule after another, each from its own 0: `join([(rate, steps), ..., last])`.

    parts: pairs of a rate or schedule and of the steps for which it holds, at least 1; then the last one alone.
    ValueError for fewer steps, for an empty list, and where anything but the last stands alone.

    >>> from structgrad import optim
    >>> rate = optim.join([(0.5, 2), (optim.linear(1.0, 0.0, steps=4), 3), 0.25])
    >>> [rate(n) for n in (0, 1, 2, 3, 4, 5)]
    [0.5, 0.5, 1.0, 0.75, 0.5, 0.25]
    """
    pairs = [part for part in parts if isinstance(part, tuple)]
    last = parts[-1] if parts else ()
    if isinstance(last, tuple) or len(pairs) != len(parts) - 1:
        raise ValueError(
            "join: expected [(schedule, steps), ..., last], a last schedule alone behind pairs of the rest"
        )
    for _, steps in pairs:
        _checked_steps("join", steps, least=1)

    def rate(n: int) -> Any:
        for part, steps in pairs:
            if n < steps:
                return at_step(part, n)
            n -= steps
        return at_step(last, n)

    return rate


def _checked_steps(name: str, steps: int, *, least: int) -> None:
    if not steps >= least:
        raise ValueError(f"{name}: steps must be at least {least}, and are {steps!r}")

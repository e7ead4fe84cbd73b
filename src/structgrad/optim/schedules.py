"""Schedules: functions from the number of steps made to a learning rate."""

from collections.abc import Callable
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

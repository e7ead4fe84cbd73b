"""The loss on data that is held out: when it is asked for, the best params so far, and when to stop."""

import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from attrs import evolve, frozen

from structgrad.optim.not_finite import NotFiniteError
from structgrad.struct.walk import build, flatten

T = TypeVar("T")


@frozen
class HeldOut(Generic[T]):
    """The held-out loss: its value at step `step`, the last it was asked at, and `least`, of params `best` at `found`.

    >>> from structgrad import optim
    >>> *_, now = optim.descend(lambda w, x: w, 2.0, range(9), optim.sgd(1.0), held_out=abs, every=1, patience=2)
    >>> now.held_out
    HeldOut(value=2.0, step=4, best=0.0, least=0.0, found=2)
    """

    value: float
    step: int
    best: T
    least: float
    found: int


@frozen
class Judge(Generic[T]):
    """Asks for the held-out loss every n steps, and has enough after `patience` answers without a lower one."""

    loss: Callable[[T], float] | None
    every: int
    patience: int | None

    def __attrs_post_init__(self) -> None:
        if self.loss is not None and not callable(self.loss):
            raise TypeError("held_out must be a function of params: held_out=lambda params: loss(params, x, y)")
        if self.every < 1 or (self.patience is not None and self.patience < 1):
            raise ValueError(f"every and patience must be at least 1, and are {self.every} and {self.patience}")

    def judged(self, params: T, step: int, before: HeldOut[T] | None, *, copy: bool) -> HeldOut[T] | None:
        """What is known at a step. copy: the arrays of params will be written into."""
        if self.loss is None or (before is not None and (before.step == step or step % self.every)):
            return before
        value = float(self.loss(params))
        if math.isnan(value):
            raise NotFiniteError(f"after {step} steps the held-out loss is nan")
        if before is not None and not value < before.least:
            return evolve(before, value=value, step=step)
        return HeldOut(value, step, copied(params) if copy else params, value, step)

    def has_enough(self, known: HeldOut[T] | None) -> bool:
        """Whether to stop."""
        if self.loss is None or known is None or self.patience is None:
            return False
        return known.step - known.found >= self.patience * self.every


def copied(struct: T) -> T:
    """A struct whose arrays are its own."""
    leaves, nodes = flatten(struct)
    copy: T = build(nodes, [_copy(leaf) for leaf in leaves])
    return copy


def _copy(leaf: Any) -> Any:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf

"""What optimizers around an optimizer share: what they keep, what they may reach, how far leaves are apart."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.errors import StructMismatchError
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.reach import before_a_step, checked
from structgrad.struct.walk import flatten, same_structure


def checked_every(name: str, every: int) -> None:
    """ValueError unless it is a number of steps."""
    if not every >= 1 or every != int(every):
        raise ValueError(f"{name}: every must be a whole number of at least 1, and is {every!r}")


def whole(name: str, opt: Optimizer) -> Callable[[Any], Any]:
    """The reach of what must not see a step before it, nor let a gradient through."""

    def reach(marked: Any) -> Any:
        after = opt.reach(before_a_step(marked, name))
        checked(after, after, f"{name}({opt})")
        return after

    return reach


def kept(name: str, key: str, state: State[Any], params: Any) -> Any:
    """What a state keeps. StructMismatchError unless it is like the params."""
    if key in state.slots:
        mine, nodes = flatten(state.slots[key])
        ps, others = flatten(params)
        if same_structure(nodes, others) and list(map(_shape, mine)) == list(map(_shape, ps)):
            return state.slots[key]
    raise StructMismatchError(f"this state of {name} belongs to other params: use opt.init(params)")


def _shape(x: Any) -> Any:
    return getattr(x, "shape", ())


def gap(p: Any, a: Any) -> Any:
    """p - a; where they are equal -0.0, which moves no bit, also where both are infinite."""
    if not isinstance(p, np.ndarray):
        return p - a if p != a else -0.0
    with np.errstate(invalid="ignore"):  # inf - inf, which is not taken
        return np.where(p == a, -0.0, p - a)


def copied(leaf: Any) -> Any:
    """The leaf, in memory of its own."""
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf

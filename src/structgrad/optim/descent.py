"""Where a descent stands, and where it begins: anew, from a state, from a file."""

import os
from typing import Any, Generic, TypeVar

import numpy as np
from attrs import evolve, frozen

from structgrad.errors import StructMismatchError
from structgrad.optim.batching import Batches, Mapped
from structgrad.optim.held_out import HeldOut
from structgrad.optim.optimizer import Optimizer, State
from structgrad.saving import load
from structgrad.struct.walk import build, difference, flatten, same_structure

T = TypeVar("T")


@frozen
class Descent(Generic[T]):
    """Where a descent stands: a struct, to be saved with `save` and taken up with `descend(..., start=...)`.

    params, state: after `step` steps. value: the loss that the last step was made by, of its batch and of the params
    before it; NaN before the first. held_out: see `HeldOut`. order: in words, in what order the data come.

    >>> from structgrad import optim
    >>> now = next(optim.descend(lambda w, x: w * x, 1.0, [2.0], optim.sgd(0.25)))
    >>> now.params, now.value, now.step
    (0.5, 2.0, 1)
    """

    params: T
    state: State[T]
    value: float = np.nan
    step: int = 0
    held_out: HeldOut[T] | None = None
    order: str = ""

    @property
    def best(self) -> T:
        """The params of the least held-out loss so far; without one, the params."""
        return self.params if self.held_out is None else self.held_out.best


def first(
    params: T, opt: Optimizer, batches: Any, start: Descent[T] | str | os.PathLike[str] | None, *, judged: bool
) -> Descent[T]:
    """The state before the first step that is to be made. StructMismatchError if start does not fit.

    judged: whether there is a held-out loss.
    """
    known = HeldOut(0.0, 0, params, 0.0, 0) if judged else None
    fresh = Descent(params, opt.init(params), held_out=known, order=_order(batches))
    if start is None:
        begun = evolve(fresh, held_out=None)
    elif isinstance(start, Descent):
        _check(start, fresh)
        begun = evolve(start, held_out=start.held_out if judged else None, order=fresh.order)
    else:
        begun = load(start, like=fresh)
    if not begun.step and begun.held_out is not None:  # other data: patience begins anew
        begun = evolve(begun, held_out=evolve(begun.held_out, step=0, found=0))
    leaves, nodes = flatten(begun.params)
    return evolve(begun, params=build(nodes, [_in_c_order(leaf) for leaf in leaves]))


def _check(start: Descent[Any], fresh: Descent[Any]) -> None:
    for part in ("params", "state"):
        here, there = getattr(start, part), getattr(fresh, part)
        if not same_structure(flatten(here)[1], flatten(there)[1]):
            raise StructMismatchError(f"start has other {part} than these: {difference(here, there)}")
    if start.step and start.order != fresh.order:
        raise StructMismatchError(
            f"start has made {start.step} steps by {start.order or 'an iterable'}, and cannot go on by "
            f"{fresh.order or 'an iterable'}. Give it the same, or begin with new data: attrs.evolve(start, step=0)."
        )


def _order(batches: Any) -> str:
    return str(batches) if isinstance(batches, Batches | Mapped) else ""


def _in_c_order(leaf: Any) -> Any:
    return leaf.copy(order="C") if type(leaf) is np.ndarray and not leaf.flags.c_contiguous else leaf

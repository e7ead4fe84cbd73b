"""What an optimizer reaches: every leaf is turned from a gradient into a step once, or frozen.

A gradient that no method has turned into a step must not be added to the params: it would climb. So `init` runs the
optimizer on marks, a struct with RAW at each leaf that has a slope, which a method turns into STEPPED and `freeze` into
FROZEN.
"""

import enum
from collections.abc import Iterable
from typing import Any

from structgrad.errors import NothingToDifferentiateError, StructMismatchError
from structgrad.optim.apply import is_smooth, still
from structgrad.struct.optics.foci import Optic
from structgrad.struct.walk import build, flatten, leaf_paths


class Mark(enum.Enum):
    """What stands at a leaf on its way through an optimizer."""

    RAW = "a gradient"
    STEPPED = "a step"
    FROZEN = "nothing"


def marks(params: Any) -> Any:
    """A struct like params, with RAW at every leaf that has a slope; others as they are."""
    leaves, nodes = flatten(params)
    smooth = [is_smooth(leaf) for leaf in leaves]
    if not any(smooth):
        raise NothingToDifferentiateError("these params have no leaf with a slope: there is nothing to step")
    return build(nodes, [Mark.RAW if s else x for x, s in zip(leaves, smooth, strict=True)])


def stepped(marked: Any, name: str) -> Any:
    """The marks after a method of this name. StructMismatchError where there is a step already."""
    leaves, nodes = flatten(marked)
    if Mark.STEPPED in leaves:
        path = leaf_paths(marked)[leaves.index(Mark.STEPPED)] or "the params"
        raise StructMismatchError(
            f"{path} is stepped twice: what reaches {name} there is a step already, and no gradient. Chain one method "
            f"for each part, with at(optic, ...)."
        )
    return build(nodes, [Mark.STEPPED if leaf is Mark.RAW else leaf for leaf in leaves])


def before_a_step(marked: Any, name: str) -> Any:
    """The marks after what changes gradients, and would be wrong on steps."""
    leaves, _ = flatten(marked)
    if Mark.STEPPED in leaves:
        path = leaf_paths(marked)[leaves.index(Mark.STEPPED)] or "the params"
        raise StructMismatchError(
            f"{name} changes gradients, and {path} is a step when it gets there: put {name} before the method in the "
            f"chain"
        )
    return marked


def frozen_marks(marked: Any) -> Any:
    """FROZEN everywhere."""
    leaves, nodes = flatten(marked)
    return build(nodes, [Mark.FROZEN if isinstance(leaf, Mark) else leaf for leaf in leaves])


def checked(marked: Any, params: Any, name: str) -> None:
    """StructMismatchError if a leaf of params is still RAW."""
    leaves, _ = flatten(marked)
    if Mark.RAW in leaves:
        path = leaf_paths(params)[leaves.index(Mark.RAW)] or "the params"
        raise StructMismatchError(
            f"{name} makes no step at {path}, and its gradient is none. Chain at(optic, method) or freeze(optic) for "
            f"it."
        )


def frozen_steps(step: Any, frozen: Iterable[Optic[Any, Any]]) -> Any:
    """The step, or gradient, with nothing where it is frozen."""
    for optic in frozen:
        step = optic.over(step, _still)
    return step


def _still(part: Any) -> Any:
    leaves, nodes = flatten(part)
    return build(nodes, [still(leaf) if is_smooth(leaf) else leaf for leaf in leaves])

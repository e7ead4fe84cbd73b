"""The leaves of a struct and of what the functions in it close over, so that a function becomes one of its parameters.

SciPy calls a user's function with plain numbers. A traced value that the function closes over would meet them there
and have no way onto the tape; taken out of the function it is an argument like others.
"""

import functools
import itertools
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from structgrad.errors import CycleError
from structgrad.rules.joining import is_traced
from structgrad.struct.walk import build, flatten
from structgrad.tape.value import plain
from structgrad.tape.views import as_now

Close = Callable[[Sequence[Any]], Any]
# Their functions hold nothing of the user's, and tables know them by identity.
_LIBRARIES = ("structgrad.", "numpy.", "scipy.")


def opened(x: Any) -> tuple[list[Any], Close]:
    """All leaves of a struct, of closures and partial functions in it too, and what makes a struct like x of others.

    Functions that hold no traced value are leaves, and stay the objects they are.
    """
    return _opened(x, frozenset(), every=False)


def lowered(x: Any) -> Any:
    """A struct with plain values in place of traced ones, in closures too."""
    leaves, close = opened(x)
    return close([plain(leaf) for leaf in leaves]) if any(map(is_traced, leaves)) else x


def _copied(leaf: Any) -> Any:
    return leaf.copy() if type(leaf) is np.ndarray else as_now(leaf)


def as_it_is(x: Any, keep: Callable[[Any], Any] = _copied) -> Any:
    """A struct that stays what x is now, whatever becomes of the variables that its functions close over.

    keep: gives a leaf that nobody else can write into.
    """
    leaves, close = _opened(x, frozenset(), every=True)
    return close([keep(leaf) for leaf in leaves])


def _opened(x: Any, inside: frozenset[int], *, every: bool) -> tuple[list[Any], Close]:
    try:
        outer, nodes = flatten(x)
    except CycleError:
        return [x], lambda leaves: leaves[0]
    groups = [_opened_leaf(leaf, inside, every=every) for leaf in outer]

    def close(leaves: Sequence[Any]) -> Any:
        rest = iter(leaves)
        return build(nodes, [close_one(list(itertools.islice(rest, len(part)))) for part, close_one in groups])

    return [leaf for part, _ in groups for leaf in part], close


def _opened_leaf(leaf: Any, inside: frozenset[int], *, every: bool) -> tuple[list[Any], Close]:
    """A leaf as itself; a function that holds traced values (or any, if `every`) as these and what lies beside them."""
    carrier = None if id(leaf) in inside else _carrier(leaf)
    if carrier is None:
        return [leaf], lambda new: new[0]
    parts = [_opened(content, inside | {id(leaf)}, every=every) for content in carrier.contents]
    moving = [every or any(map(is_traced, leaves)) for leaves, _ in parts]
    if not any(moving):
        return [leaf], lambda new: new[0]

    def close(new: Sequence[Any]) -> Any:
        rest, made = iter(new), dict(enumerate(carrier.contents))
        for i, (leaves, close_one) in enumerate(parts):
            if moving[i]:
                made[i] = close_one(list(itertools.islice(rest, len(leaves))))
        return carrier.rebuild([made[i] for i in made], moving)

    return [leaf for (leaves, _), moves in zip(parts, moving, strict=True) if moves for leaf in leaves], close


class _Carrier(NamedTuple):
    """What a function holds, and what makes such a function of other contents; moving tells which are others."""

    contents: list[Any]
    rebuild: Callable[[list[Any], list[bool]], Any]


def _carrier(f: Any) -> _Carrier | None:
    if type(f) is types.MethodType:
        return _Carrier([f.__func__, f.__self__], lambda held, moving: types.MethodType(*held))
    if type(f) is functools.partial:
        contents = [f.func, f.args, f.keywords]
        return _Carrier(contents, lambda held, moving: functools.partial(held[0], *held[1], **held[2]))
    if type(f) is not types.FunctionType or f"{f.__module__}.".startswith(_LIBRARIES):
        return None
    cells = [cell for cell in f.__closure__ or () if _is_full(cell) and cell.cell_contents is not f]

    def rebuild(held: list[Any], moving: list[bool]) -> Any:
        # A cell whose content stays is shared, for the function may write to it.
        fresh = {id(cell): types.CellType(new) for cell, new, moves in zip(cells, held, moving, strict=False) if moves}
        itself = types.CellType()
        closure = [fresh.get(id(c), itself if _is_full(c) and c.cell_contents is f else c) for c in f.__closure__ or ()]
        made = types.FunctionType(f.__code__, f.__globals__, f.__name__, held[-2], tuple(closure))
        made.__kwdefaults__ = held[-1]
        itself.cell_contents = made
        return made

    contents = [*(cell.cell_contents for cell in cells), f.__defaults__, f.__kwdefaults__]
    return _Carrier(contents, rebuild)


def _is_full(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  # asking is the only way to know
    except ValueError:
        return False
    return True

"""Which arguments, or which parts of one, a transform differentiates; and what the gradient then looks like."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from structgrad.errors import NothingToDifferentiateError
from structgrad.struct.optics import Lens, Prism, Traversal


class Selection(NamedTuple):  # as `Run`, made at every gradient
    """The structs to differentiate; `put` places their traced copies into the arguments; `give` shapes gradients."""

    structs: list[Any]
    put: Callable[[Sequence[Any]], Sequence[Any]]
    give: Callable[[list[Any]], Any]

    @property
    def whole(self) -> Any:
        """What is walked: the struct, if it is one alone, else the list of them."""
        return self.structs[0] if len(self.structs) == 1 else self.structs

    def each(self, whole: Any) -> Any:
        """The structs of what was built like `whole`."""
        return [whole] if len(self.structs) == 1 else whole


_FIRST = operator.itemgetter(0)


def select(function: Any, args: tuple[Any, ...], argnums: int | tuple[int, ...], wrt: Any) -> Selection:
    """What `argnums` or `wrt` choose out of the arguments. Errors name the argument that is missing."""
    if wrt is not None:
        return _focus(function, args, argnums, wrt)
    if argnums == 0 and args:  # as a rule
        return Selection([args[0]], lambda new: (new[0], *args[1:]), _FIRST)
    if isinstance(argnums, int):
        i = _position(function, args, argnums)
        return Selection([args[i]], lambda new: (*args[:i], new[0], *args[i + 1 :]), lambda grads: grads[0])
    chosen = [_position(function, args, i) for i in argnums]

    def put(new: Sequence[Any]) -> Sequence[Any]:
        placed = list(args)
        for i, struct in zip(chosen, new, strict=True):
            placed[i] = struct
        return placed

    return Selection([args[i] for i in chosen], put, tuple)


def _position(function: Any, args: tuple[Any, ...], i: int) -> int:
    if not -len(args) <= i < len(args):
        name = getattr(function, "__qualname__", "the function")
        raise NothingToDifferentiateError(
            f"{name} is to be differentiated by its argument {i}, but got {len(args)} by position. What is "
            f"differentiated is passed by position, not by keyword, and counted from 0."
        )
    return i % len(args)


def _focus(function: Any, args: tuple[Any, ...], argnums: Any, wrt: Any) -> Selection:
    if not isinstance(wrt, Lens | Prism | Traversal) or not isinstance(argnums, int):
        raise TypeError("wrt= takes a lens, prism or traversal, together with at most one number as argnums")
    i = _position(function, args, argnums)
    foci = wrt.to_list(args[i])

    def put(new: Sequence[Any]) -> Sequence[Any]:
        return (*args[:i], wrt.put_all(args[i], list(new)), *args[i + 1 :])

    if isinstance(wrt, Traversal):
        return Selection(foci, put, list)
    return Selection(foci, put, lambda grads: grads[0] if grads else None)

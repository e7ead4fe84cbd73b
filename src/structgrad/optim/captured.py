"""A call whose functions may hold traced values in closures, defaults and bound objects, as a function of these."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from structgrad.errors import LostGradientError, users_line
from structgrad.tape.value import plain
from structgrad.tape.views import as_now
from structgrad.transforms.capture import given
from structgrad.transforms.sharing import is_traced


@frozen(eq=False, repr=False)
class Captured:
    """theta: the traced values in a call. at(theta): the call with others in their places. plain: without any tape.

    at gives the call as it was when it was captured, whatever the user writes into its variables later.
    """

    theta: list[Any]
    at: Callable[[Sequence[Any]], list[Any]]
    plain: list[Any]
    check: Callable[[], None]


def captured(who: str, *roots: Any) -> Captured:
    """The call that these values make. who: the function that was called, for messages.

    `check` is called after `plain` was used: LostGradientError if a function changed what was copied for it.
    """
    form, leaves, values = given(roots)
    places = [i for i, leaf in enumerate(leaves) if is_traced(leaf)]
    if not places:
        return Captured([], lambda theta: list(roots), list(roots), lambda: None)
    now = [leaf.copy() if type(leaf) is np.ndarray else as_now(leaf) for leaf in leaves]
    low, unchanged = form.lend(values, leaves, [plain(leaf) for leaf in leaves])

    def at(theta: Sequence[Any]) -> list[Any]:
        whole = list(now)
        for i, leaf in zip(places, theta, strict=True):
            whole[i] = leaf
        return form.put(whole)

    def check() -> None:
        try:
            unchanged()
        except LostGradientError:
            raise LostGradientError(
                f"the function given to {who}{users_line()} changes a struct or a variable that holds differentiated "
                f"values. It works on copies, so the change would be lost: return the value in its place."
            ) from None

    return Captured([now[i] for i in places], at, low, check)


def refuse_traced(who: str, instead: str, *roots: Any) -> None:
    """LostGradientError if a value that is being differentiated is among these, or in a closure among them."""
    if any(map(is_traced, given(roots)[1])):
        raise LostGradientError(
            f"{who} was given a value that is being differentiated{users_line()}, and its result would not know it. "
            f"{instead}"
        )


def refuse_escape(who: str, value: Any) -> None:
    """LostGradientError if a function gave a traced value although all that was found in it is plain."""
    if is_traced(value):
        raise LostGradientError(
            f"the function given to {who}{users_line()} uses a value that is being differentiated, and holds it where "
            f"structgrad does not look: a global, or an object that is no struct. Pass it as an argument, or let the "
            f"function close over it."
        )

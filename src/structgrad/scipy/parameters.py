"""What SciPy is given of the user's: functions and their arguments, as a function of the traced values among them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from structgrad.errors import LostGradientError, MissingRuleError, users_line
from structgrad.rules.joining import is_traced
from structgrad.scipy.closure import as_it_is, lowered, opened
from structgrad.scipy.definition import split
from structgrad.struct.walk import flatten
from structgrad.tape.call import innermost
from structgrad.tape.hold import hold
from structgrad.tape.views import as_now


class Parameters:
    """theta: the traced values in a struct, in the closures of its functions too.

    given: the struct. others: what else may be traced. traced: whether anything is. A pullback runs when the
    variables that a function closes over may have changed, so it has the struct as it was when it was given.
    """

    __slots__ = ("_close", "_given", "_put", "theta", "traced")

    theta: list[Any]

    def __init__(self, given: Any, *others: Any) -> None:
        tape = innermost([*opened(given)[0], *(leaf for other in others for leaf in flatten(other)[0])])
        self.traced: bool = tape is not None
        self._given = given
        if tape is not None:
            given = as_it_is(given, lambda x: hold(tape, x) if type(x) is np.ndarray else as_now(x))
        leaves, self._close = opened(given)
        self.theta, self._put = split(leaves)

    def at(self, theta: Sequence[Any]) -> Any:
        """The struct with other values in the place of the traced ones."""
        return self._close(self._put(theta))

    def plain(self) -> Any:
        """The struct as the user knows it, without any tape."""
        return lowered(self._given)


def guarded(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """What SciPy's function says, all arguments being plain.

    LostGradientError with the cure if a function among them gives a traced value all the same.
    """
    try:
        return function(*args, **kwargs)
    except LostGradientError as error:
        raise LostGradientError(
            f"the function given to {function.__name__}{users_line()} uses a value that is being differentiated, and "
            f"holds it where structgrad does not look: a global, or an object that is no struct. Pass it in args, "
            f"or let the function close over it."
        ) from error


def refuse_traced(name: str, options: dict[str, Any]) -> None:
    """MissingRuleError for an option that is being differentiated."""
    for option, value in options.items():
        if any(map(is_traced, flatten(value)[0])):
            raise MissingRuleError(
                f"{name} has no derivative by {option}{users_line()}. Take stop_gradient(v) if a constant is meant."
            )

"""Standing for an object of SciPy's: it has its class and its attributes, whose methods refuse traced values."""

import functools
from typing import Any

from structgrad.errors import MissingRuleError, users_line
from structgrad.tape.call import innermost


def any_traced(args: Any, kwargs: dict[str, Any]) -> bool:
    """Whether a value of a run is among the arguments, or in a list among them."""
    return innermost((*args, *kwargs.values())) is not None


def refusal(name: str, where: str) -> MissingRuleError:
    """The error for a function without a derivative that met a traced value."""
    return MissingRuleError(
        f"stats.{name} has no derivative{users_line()}, and a traced value is among its {where}. "
        f"Take stop_gradient(v) if a constant is meant, or wrap your computation in structgrad.op."
    )


class StandIn:
    """Stands for an object of SciPy's, `scipy`; that is None where there is none, because of traced parameters.

    It says that it is of that object's class, so that SciPy's own functions take it for what they ask for.
    """

    __slots__ = ()

    scipy: Any

    @property
    def title(self) -> str:
        """What it is called."""
        return str(self.scipy.name)

    @property  # type: ignore[misc]  # a class is read here, never assigned
    def __class__(self) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # likewise
        return type(self if self.scipy is None else self.scipy)

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        name = f"{self.title}.{attribute}"
        if self.scipy is None:
            raise refusal(name, "parameters")
        found = getattr(self.scipy, attribute)
        if not callable(found):
            return found

        @functools.wraps(found)
        def method(*args: Any, **kwargs: Any) -> Any:
            if any_traced(args, kwargs):
                raise refusal(name, "arguments")
            return found(*args, **kwargs)

        return method

    def __repr__(self) -> str:
        return f"<structgrad.scipy.stats.{self.title}>"

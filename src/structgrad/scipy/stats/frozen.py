"""Distributions that are called with their parameters: `norm(loc, scale).logpdf(x)`."""

import importlib
from typing import Any

from attrs import field, frozen

from structgrad.scipy.stats.stand_in import StandIn, any_traced


@frozen(eq=False, repr=False, slots=False)
class Frozen(StandIn):
    """A distribution of ours and the parameters it was called with, which may be traced."""

    dist: Any
    args: tuple[Any, ...]
    kwds: dict[str, Any]
    scipy: Any = field(init=False)

    @scipy.default
    def _by_scipy(self) -> Any:
        """SciPy's own, which complains of wrong parameters."""
        return None if any_traced(self.args, self.kwds) else self.dist.scipy(*self.args, **self.kwds)

    @property
    def title(self) -> str:
        """What the distribution is called."""
        return str(self.dist.title)

    def __reduce__(self) -> Any:
        return Frozen, (self.dist, self.args, self.kwds)

    def __getattr__(self, attribute: str) -> Any:
        if not callable(getattr(type(self.dist), attribute, None)):
            return super().__getattr__(attribute)

        def method(*args: Any, **kwargs: Any) -> Any:
            if self.scipy is not None and not any_traced(args, kwargs):
                return getattr(self.scipy, attribute)(*args, **kwargs)
            return getattr(self.dist, attribute)(*args, *kwargs.values(), *self.args, **self.kwds)  # a point, if any

        return method


class Distribution(StandIn):
    """Stands for a distribution of SciPy's; what it has methods of its own for is differentiable."""

    __slots__ = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        """The distribution with these parameters."""
        return Frozen(self, args, kwargs)

    freeze = __call__

    def __reduce__(self) -> Any:
        return _named, (self.title,)


def _named(name: str) -> Any:
    """A distribution of the package: what is pickled of it is its name."""
    return getattr(importlib.import_module(__package__), name)  # pyright: ignore[reportArgumentType]  # it is in one

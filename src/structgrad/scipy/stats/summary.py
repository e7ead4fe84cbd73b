"""Mean, variance, deviation and entropy of a distribution: SciPy's values, and the derivatives of formulas."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.scipy.definition import by_definition
from structgrad.scipy.stats.frozen import Distribution
from structgrad.scipy.stats.moments import MOMENTS
from structgrad.scipy.stats.parameters import by_name, shapes_of
from structgrad.scipy.stats.stand_in import any_traced, refusal


class Summary(Distribution):
    """The methods of a distribution that take no point."""

    __slots__ = ()

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """The mean."""
        return self._summary("mean", "mean", lambda m, loc, scale: m * scale + loc, args, kwargs)

    def var(self, *args: Any, **kwargs: Any) -> Any:
        """The variance."""
        return self._summary("var", "var", lambda v, loc, scale: v * scale**2, args, kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """The standard deviation."""
        return self._summary("std", "var", lambda v, loc, scale: np.sqrt(v) * scale, args, kwargs)

    def entropy(self, *args: Any, **kwargs: Any) -> Any:
        """The entropy."""
        return self._summary("entropy", "entropy", lambda h, loc, scale: h + np.log(scale), args, kwargs)

    def _summary(self, method: str, moment: str, moved: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """moved: what loc and scale make of the moment, whose formula is one of the shapes."""
        scipys = getattr(self.scipy, method)
        if not any_traced(args, kwargs):
            return scipys(*args, **kwargs)
        formula = getattr(MOMENTS.get(self.title), moment, None)
        if formula is None:
            raise refusal(f"{self.title}.{method}", "parameters")
        ends = ("loc", "scale") if hasattr(self.scipy, "pdf") else ("loc",)
        given = by_name(f"{self.title}.{method}", (*shapes_of(self.scipy), *ends), args, kwargs)
        given = {name: value for name, value in given.items() if value is not None}

        def definition(given: dict[str, Any]) -> Any:
            shapes = [given[name] for name in shapes_of(self.scipy)]
            y = moved(formula(*shapes), given.get("loc", 0.0), given.get("scale", 1.0))
            return np.broadcast_to(y, np.broadcast_shapes(*map(shape_of, given.values())))

        return by_definition(lambda given: scipys(**given), definition, given)

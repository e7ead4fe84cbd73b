"""Discrete distributions: differentiable in their shapes, not in k or loc: between whole numbers there is nothing."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from structgrad.rules.reductions import over
from structgrad.scipy.mirrored import array
from structgrad.scipy.stats.parameters import by_name, shapes_of
from structgrad.scipy.stats.recorded import Slope, recorded, without_y
from structgrad.scipy.stats.stand_in import any_traced
from structgrad.scipy.stats.summary import Summary


def _times_y(of: Slope) -> Slope:
    return lambda *values: of(*values[:-1]) * values[-1]


def _negative(of: Slope) -> Slope:
    return lambda *values: -of(*values[:-1])


def _over_exp_y(slope: Slope) -> Slope:
    return lambda *values: over(slope(*values), np.exp(values[-1]))


@frozen(eq=False, repr=False, slots=False)
class Discrete(Summary):
    """A discrete distribution; on plain values it is SciPy's own.

    score: by shape, the slope of the logarithm of the probability of k; below: that of the probability of no more than
    k, where it has a closed form; mass: that of the probability of k, where the score may be infinite. All are
    functions of (k, *shapes). support: the least and the largest k, as a function of the shapes.
    """

    scipy: Any
    support: Callable[..., tuple[Any, Any]]
    score: Mapping[str, Slope]
    below: Mapping[str, Slope] = field(factory=dict)
    mass: Mapping[str, Slope] = field(factory=dict)
    steps: dict[str, Any] = field(init=False)

    @steps.default  # pyright: ignore[reportAttributeAccessIssue, reportUntypedFunctionDecorator]  # attrs' field has it
    def _steps(self) -> dict[str, Any]:
        """The functions of (k, *shapes, loc), each with SciPy's values; their slopes are those of (k, *shapes, y)."""
        mass = {name: _times_y(score) for name, score in self.score.items()}
        slopes = {
            "pmf": mass | {name: without_y(of) for name, of in self.mass.items()},
            "logpmf": {name: without_y(score) for name, score in self.score.items()},
            "cdf": {name: without_y(below) for name, below in self.below.items()},
            "sf": {name: _negative(below) for name, below in self.below.items()},
            "logcdf": {name: _over_exp_y(without_y(below)) for name, below in self.below.items()},
            "logsf": {name: _over_exp_y(_negative(below)) for name, below in self.below.items()},
        }
        return {name: self._step(name, found) for name, found in slopes.items()}

    def _step(self, name: str, slopes: Mapping[str, Slope]) -> Any:
        params = ("k", *shapes_of(self.scipy), "loc")
        inside = {shape: self._inside(slope, whole=name.endswith("pmf")) for shape, slope in slopes.items()}
        return recorded(f"{self.scipy.name}.{name}", getattr(self.scipy, name), params, inside)

    def _inside(self, slope: Slope, *, whole: bool) -> Slope:
        """A slope at k − loc within the support, 0 outside of it and, if k must be whole, where it is not."""

        def inside(k: Any, *rest: Any) -> Any:
            *shapes, loc, y = rest
            low, high = self.support(*shapes)
            j = np.floor(k - loc)
            outside = (j < low) | (j > high) | (whole & (j != k - loc))
            return np.where(outside, 0.0, slope(np.where(outside, low, j), *shapes, y))

        return inside

    def pmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k."""
        return self._at("pmf", k, args, kwargs)

    def logpmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of k."""
        return self._at("logpmf", k, args, kwargs)

    def cdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of no more than k."""
        return self._at("cdf", k, args, kwargs)

    def logcdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of no more than k."""
        return self._at("logcdf", k, args, kwargs)

    def sf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than k."""
        return self._at("sf", k, args, kwargs)

    def logsf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of more than k."""
        return self._at("logsf", k, args, kwargs)

    def _at(self, method: str, k: Any, args: Any, kwargs: Any) -> Any:
        if not any_traced((k, *args), kwargs):
            return getattr(self.scipy, method)(k, *args, **kwargs)
        names = (*shapes_of(self.scipy), "loc")
        *shapes, loc = by_name(f"{self.scipy.name}.{method}", names, args, kwargs).values()
        return self.steps[method](array(k), *shapes, 0 if loc is None else loc)

"""The eight functions of a continuous distribution at loc 0 and scale 1: their derivatives follow from two tables.

With the density f, the distribution function F and a shape θ, let the *score* be ∂ log f, by x and by each θ, and
the *velocity* how fast a quantile moves as θ does, v = ∂F⁻¹(q)/∂θ, seen from where the quantile is. Then

    ∂F/∂x = f        ∂F⁻¹/∂q = 1 / f(F⁻¹)        ∂F/∂θ = −f v        ∂F⁻¹/∂θ = v(F⁻¹)

and so on for 1 − F and the logarithms. (The velocity is the implicit reparameterization gradient of Figurnov, Mohamed
and Mnih, Implicit reparameterization gradients, NeurIPS 2018.) Where ∂F/∂θ is known instead, v = −∂F/∂θ / f.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from attrs import field, frozen

from structgrad.scipy.stats.parameters import shapes_of
from structgrad.scipy.stats.recorded import Slope, recorded, without_y


def _one(*values: Any) -> float:
    return 1.0


def _half(*shapes: Any) -> float:
    return 0.5


@frozen(eq=False, repr=False)
class Standard:
    """What is known of a distribution of SciPy's, and the functions that follow, in `steps` by name.

    score: by "x" and by shape. velocity, or else below: ∂F/∂θ, by shape, where one of them is known. lower, upper:
    f/F and f/(1 − F), where the difference of two logarithms would have too few digits. All are functions of
    (x, *shapes). support: its two ends, and within: a point where nothing is infinite, both as functions of the shapes;
    left away for the whole line. value: what computes SciPy's numbers, to the last bit, faster than SciPy's methods.
    """

    scipy: Any
    score: Mapping[str, Slope]
    velocity: Mapping[str, Slope] = field(factory=dict)
    below: Mapping[str, Slope] = field(factory=dict)
    lower: Slope | None = None
    upper: Slope | None = None
    support: Callable[..., tuple[Any, Any]] | None = None
    within: Callable[..., Any] = _half
    value: Mapping[str, Callable[..., Any]] = field(factory=dict)
    steps: dict[str, Any] = field(init=False)

    @steps.default  # pyright: ignore[reportAttributeAccessIssue, reportUntypedFunctionDecorator]  # attrs' field has it
    def _steps(self) -> dict[str, Any]:
        """The functions, each with SciPy's values; their slopes are functions of (x, *shapes, y)."""
        slopes = {
            "pdf": {name: self._of_density(score) for name, score in self.score.items()},
            "logpdf": {name: self._of_log_density(score) for name, score in self.score.items()},
            "cdf": self._of_tail(self._density, 1),
            "sf": self._of_tail(self._density, -1),
            "logcdf": self._of_log_tail(self.lower, 1),
            "logsf": self._of_log_tail(self.upper, -1),
            "ppf": self._of_quantile(1),
            "isf": self._of_quantile(-1),
        }
        return {name: self._step(name, found) for name, found in slopes.items()}

    def _step(self, name: str, slopes: Mapping[str, Slope]) -> Any:
        params = ("q" if "q" in slopes else "x", *shapes_of(self.scipy))
        value = self.value.get(name) or getattr(self.scipy, name)
        return recorded(f"{self.scipy.name}.{name}", value, params, slopes)

    def outside(self, x: Any, *shapes: Any) -> Any:
        """Where x lies outside of the support."""
        if self.support is None:
            return False
        low, high = self.support(*shapes)
        return (x < low) | (x > high)

    def _unless(self, silent: Any, slope: Slope, x: Any, *rest: Any) -> Any:
        """slope(x, *rest), but 0 where it is to be silent and is never asked; on the whole line it is asked always."""
        if self.support is None:
            return slope(x, *rest)
        shapes = rest[: len(shapes_of(self.scipy))]
        return np.where(silent, 0.0, slope(np.where(silent, self.within(*shapes), x), *rest))

    def _inside(self, slope: Slope) -> Slope:
        """A slope of (x, *shapes, y) that is 0 outside of the support and at its ends."""
        support = self.support
        if support is None:
            return slope

        def inside(x: Any, *rest: Any) -> Any:
            low, high = support(*rest[:-1])
            return self._unless((x <= low) | (x >= high), slope, x, *rest)

        return inside

    def _of_density(self, score: Slope) -> Slope:
        return lambda *values: self._unless(values[-1] == 0, score, *values[:-1]) * values[-1]

    def _of_log_density(self, score: Slope) -> Slope:
        return lambda *values: self._unless(self.outside(*values[:-1]), score, *values[:-1])

    def _density(self, *values: Any) -> Any:
        return self.steps["pdf"](*values[:-1])

    def _of_tail(self, rate: Slope, sign: int, weight: Slope = _one) -> dict[str, Slope]:
        """The slopes of F or 1 − F, by x `rate`; or of their logarithms, with the weight 1/F or 1/(1 − F)."""

        def by_velocity(velocity: Slope) -> Slope:
            inside = self._inside(without_y(velocity))
            return lambda *values: -sign * rate(*values) * inside(*values)

        def by_below(below: Slope) -> Slope:
            inside = self._inside(lambda *values: weight(*values) * below(*values[:-1]))
            return lambda *values: sign * inside(*values)

        by_shape = {name: by_velocity(velocity) for name, velocity in self.velocity.items()}
        by_shape |= {name: by_below(below) for name, below in self.below.items()}
        return {"x": lambda *values: sign * rate(*values)} | by_shape

    def _of_log_tail(self, ratio: Slope | None, sign: int) -> dict[str, Slope]:
        def divided(*values: Any) -> Any:
            return np.exp(self.steps["logpdf"](*values[:-1]) - values[-1])

        rate = self._inside(divided if ratio is None else without_y(ratio))
        return self._of_tail(rate, sign, lambda *values: np.exp(-values[-1]))

    def _of_quantile(self, sign: int) -> dict[str, Slope]:
        def spacing(*values: Any) -> Any:
            """1 / f at the quantile."""
            _, *shapes, y = values
            return np.exp(-self.steps["logpdf"](y, *shapes))

        def by_velocity(velocity: Slope) -> Slope:
            return lambda q, *values: velocity(values[-1], *values[:-1])

        def by_below(below: Slope) -> Slope:
            return lambda q, *values: -below(values[-1], *values[:-1]) * spacing(q, *values)

        by_shape = {name: by_velocity(velocity) for name, velocity in self.velocity.items()}
        by_shape |= {name: by_below(below) for name, below in self.below.items()}
        return {"q": lambda *values: sign * spacing(*values)} | by_shape

"""Continuous distributions: SciPy's methods, with loc and scale around the functions of the standard form."""

from typing import Any

import numpy as np
from attrs import frozen

from structgrad.arrays import dtype_of
from structgrad.scipy.mirrored import array
from structgrad.scipy.stats.parameters import by_name, double, positive, shapes_of
from structgrad.scipy.stats.stand_in import any_traced
from structgrad.scipy.stats.standard import Standard
from structgrad.scipy.stats.summary import Summary


@frozen(eq=False, repr=False, slots=False)
class Continuous(Summary):
    """A continuous distribution, differentiable in x and in its parameters; on plain values it is SciPy's own."""

    standard: Standard

    @property
    def scipy(self) -> Any:
        """SciPy's distribution."""
        return self.standard.scipy

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density at x."""
        if not any_traced((x, *args), kwargs):
            return self.scipy.pdf(x, *args, **kwargs)
        z, shapes, scale = self._standardized("pdf", x, args, kwargs)
        y = self.standard.steps["pdf"](z, *shapes)
        return y if scale is None else y / scale

    def logpdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the density at x."""
        if not any_traced((x, *args), kwargs):
            return self.scipy.logpdf(x, *args, **kwargs)
        z, shapes, scale = self._standardized("logpdf", x, args, kwargs)
        y = self.standard.steps["logpdf"](z, *shapes)
        if scale is None:
            return y
        width = np.log(scale)
        if self.standard.support is not None:  # outside of which the scale does not matter
            width = np.where(self.standard.outside(z, *shapes), 0.0, width)
        return y - width

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of no more than x."""
        return self._tail("cdf", x, args, kwargs)

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of no more than x."""
        return self._tail("logcdf", x, args, kwargs)

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self._tail("sf", x, args, kwargs)

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of more than x."""
        return self._tail("logsf", x, args, kwargs)

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile: where cdf is q."""
        return self._quantile("ppf", q, args, kwargs)

    def isf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """Where sf is q."""
        return self._quantile("isf", q, args, kwargs)

    def _tail(self, method: str, x: Any, args: Any, kwargs: Any) -> Any:
        if not any_traced((x, *args), kwargs):
            return getattr(self.scipy, method)(x, *args, **kwargs)
        z, shapes, _ = self._standardized(method, x, args, kwargs)
        return self.standard.steps[method](z, *shapes)

    def _quantile(self, method: str, q: Any, args: Any, kwargs: Any) -> Any:
        if not any_traced((q, *args), kwargs):
            return getattr(self.scipy, method)(q, *args, **kwargs)
        shapes, loc, scale = self._parameters(method, args, kwargs)
        q = array(q)
        x = self.standard.steps[method](q, *shapes)
        if all(dtype_of(given) == np.float32 for given in (q, *shapes)):
            x = x.astype(np.float32)  # so SciPy computes it, and puts it into an array of float64 in the end
        if scale is not None:
            x = x * positive(scale)
        return double(x if loc is None else x + loc)

    def _standardized(self, method: str, x: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any], Any]:
        """(x − loc) / scale, the shapes, and the scale if there is one."""
        shapes, loc, scale = self._parameters(method, args, kwargs)
        z = array(x)
        if loc is not None:
            z = z - loc
        if scale is not None:
            scale = positive(scale)
            z = z / scale
        return double(z), shapes, scale

    def _parameters(self, method: str, args: Any, kwargs: Any) -> tuple[list[Any], Any, Any]:
        names = (*shapes_of(self.scipy), "loc", "scale")
        *shapes, loc, scale = by_name(f"{self.scipy.name}.{method}", names, args, kwargs).values()
        return shapes, loc, scale

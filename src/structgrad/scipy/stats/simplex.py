"""Distributions over shares that sum to 1, and of counts by shares: dirichlet, multinomial."""

from typing import Any, Final

import numpy as np
from scipy import special, stats

from structgrad.arrays import shape_of
from structgrad.rules.scipy_special.gammas import digamma_gap
from structgrad.scipy.mirrored import array, constant
from structgrad.scipy.stats.digits import ratio
from structgrad.scipy.stats.frozen import Distribution
from structgrad.scipy.stats.stand_in import any_traced
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def log_density(x: Any, alpha: Any) -> Any:
    """SciPy's logarithm of the density of shares x, along the first axis."""
    return stats.dirichlet.logpdf(x, alpha)


log_density.__name__ = "dirichlet.logpdf"


def _by_alpha(g: Any, x: Any, alpha: Any) -> Any:
    g = np.reshape(g, shape_of(x)[1:])
    logs = np.reshape(np.log(x) * g, (shape_of(x)[0], -1))
    return np.sum(logs, axis=1) + np.sum(g) * digamma_gap(alpha, np.sum(alpha) - alpha)


rule(
    log_density,
    params="x alpha",
    x=lambda g, x, alpha: (
        np.reshape(g, shape_of(x)[1:]) * ratio(np.reshape(alpha - 1, (-1, *[1] * (len(shape_of(x)) - 1))), x)
    ),
    alpha=_by_alpha,
)


@primitive
def log_mass(x: Any, n: Any, p: Any) -> Any:
    """SciPy's logarithm of the probability of counts x, along the last axis."""
    return stats.multinomial.logpmf(x, n, p)


log_mass.__name__ = "multinomial.logpmf"
rule(
    log_mass,
    params="x n p",
    p=lambda g, x, p, y: np.expand_dims(g * (y != -np.inf), -1) * ratio(x, p),
)


class Dirichlet(Distribution):
    """The Dirichlet distribution, differentiable in x and alpha."""

    __slots__ = ()
    scipy = stats.dirichlet
    title: str = "dirichlet"  # pyright: ignore[reportIncompatibleMethodOverride]  # read there, as here

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """The logarithm of the density at shares x, of which the last may be left away."""
        if not any_traced((x, alpha), {}):
            return self.scipy.logpdf(x, alpha)
        x, alpha = array(x), array(alpha)
        if shape_of(x)[0] + 1 == shape_of(alpha)[0]:
            x = np.concatenate([x, np.expand_dims(1 - np.sum(x, axis=0), 0)])
        return log_density(x, alpha)

    def pdf(self, x: Any, alpha: Any) -> Any:
        """The density at shares x, of which the last may be left away."""
        return np.exp(self.logpdf(x, alpha)) if any_traced((x, alpha), {}) else self.scipy.pdf(x, alpha)

    def mean(self, alpha: Any) -> Any:
        """The mean of each share."""
        if not any_traced((alpha,), {}):
            return self.scipy.mean(alpha)
        alpha = array(alpha)
        return alpha / np.sum(alpha)

    def var(self, alpha: Any) -> Any:
        """The variance of each share."""
        if not any_traced((alpha,), {}):
            return self.scipy.var(alpha)
        alpha = array(alpha)
        total = np.sum(alpha)
        return (alpha * (total - alpha)) / ((total * total) * (total + 1))

    def entropy(self, alpha: Any) -> Any:
        """The entropy."""
        if not any_traced((alpha,), {}):
            return self.scipy.entropy(alpha)
        alpha = array(alpha)
        total = np.sum(alpha)
        scale = np.sum(special.gammaln(alpha)) - special.gammaln(total)
        return scale + (total - shape_of(alpha)[0]) * special.psi(total) - np.sum((alpha - 1) * special.psi(alpha))


class Multinomial(Distribution):
    """The multinomial distribution, differentiable in p, whose rows sum to 1."""

    __slots__ = ()
    scipy = stats.multinomial
    title: str = "multinomial"  # pyright: ignore[reportIncompatibleMethodOverride]  # read there, as here

    def logpmf(self, x: Any, n: Any, p: Any) -> Any:
        """The logarithm of the probability of counts x."""
        if not any_traced((x, n, p), {}):
            return self.scipy.logpmf(x, n, p)
        p = array(p)
        if np.any(np.abs(np.sum(constant(p), axis=-1) - 1) > 1e-8):  # SciPy would put another number for the last
            raise ValueError("multinomial: the rows of p must sum to 1. Give it p / np.sum(p, axis=-1, keepdims=True).")
        return log_mass(array(x), n, p)

    def pmf(self, x: Any, n: Any, p: Any) -> Any:
        """The probability of counts x."""
        return np.exp(self.logpmf(x, n, p)) if any_traced((x, n, p), {}) else self.scipy.pmf(x, n, p)


dirichlet: Final = Dirichlet()
multinomial: Final = Multinomial()

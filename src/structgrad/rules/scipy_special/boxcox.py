"""Power transforms: Box and Cox's, its inverse, and Tukey's lambda distribution.

(x^λ − 1) / λ is log x · exprel(λ log x), and so its slope by λ is log²x · exprel′(λ log x), smooth at λ = 0.
"""

from typing import Any

import numpy as np

from structgrad.rules.scipy_special.elementary import exprel_slope
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule


def _by_lambda(none: Any, log: Any, lmbda: Any) -> Any:
    """The slope of (x^λ − 1) / λ by λ, given log x, or that x is `none`, where it is 1/λ²."""
    at = np.where(none, lmbda, 1.0)
    return np.where(none, 1 / (at * at), log * log * exprel_slope(lmbda * log))


def _boxcox(x: Any, lmbda: Any) -> Any:
    none = x == 0
    return _by_lambda(none, np.log(np.where(none, 1.0, x)), lmbda)


def _boxcox1p(x: Any, lmbda: Any) -> Any:
    none = x == -1
    return _by_lambda(none, np.log1p(np.where(none, 0.0, x)), lmbda)


rule(
    special.boxcox,
    x=lambda g, x, lmbda: g * np.power(x, lmbda - 1),
    lmbda=lambda g, x, lmbda: g * _boxcox(x, lmbda),
)
rule(
    special.boxcox1p,
    x=lambda g, x, lmbda: g * np.power(1 + x, lmbda - 1),
    lmbda=lambda g, x, lmbda: g * _boxcox1p(x, lmbda),
)
rule(
    special.inv_boxcox,
    t=lambda g, lmbda, y: g * np.power(y, 1 - lmbda),
    lmbda=lambda g, lmbda, y: -g * np.power(y, 1 - lmbda) * _boxcox(y, lmbda),
)
rule(
    special.inv_boxcox1p,
    t=lambda g, lmbda, y: g * np.power(1 + y, 1 - lmbda),
    lmbda=lambda g, lmbda, y: -g * np.power(1 + y, 1 - lmbda) * _boxcox1p(y, lmbda),
)


def _tukey(x: Any, lmbda: Any, y: Any) -> tuple[Any, Any]:
    """The slopes of Tukey's distribution: of the inverse of (p^λ − (1 − p)^λ) / λ, and 0 beyond its ends."""
    rest = special.tklmbda(-x, lmbda)
    inside = (y > 0) & (rest > 0)
    p, q = np.where(inside, y, 0.5), np.where(inside, rest, 0.5)
    density = inside / (np.power(p, lmbda - 1) + np.power(q, lmbda - 1))
    return density, density * (_boxcox(q, lmbda) - _boxcox(p, lmbda))


rule(
    special.tklmbda,
    x=lambda g, x, lmbda, y: g * _tukey(x, lmbda, y)[0],
    lmbda=lambda g, x, lmbda, y: g * _tukey(x, lmbda, y)[1],
)

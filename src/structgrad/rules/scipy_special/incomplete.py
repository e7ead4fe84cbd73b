"""The incomplete gamma and beta functions and their inverses, by every argument.

An inverse has the slope 1 / density by the probability, and by a shape what keeps the probability as it is.
"""

from typing import Any

from structgrad.rules.scipy_special.densities import beta_density, gamma_density
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.shapes import betainc_by_a, gammainc_by_a
from structgrad.tape.rule import rule


def _beta(a: Any, b: Any, x: Any) -> Any:
    return beta_density(a, b, x, 1 - x)


def _by_a(a: Any, b: Any, x: Any) -> Any:
    return betainc_by_a(a, b, x, 1 - x)


def _by_b(a: Any, b: Any, x: Any) -> Any:
    """From I(a, b, x) = 1 − I(b, a, 1 − x)."""
    return -betainc_by_a(b, a, 1 - x, x)


rule(
    special.gammainc,
    a=lambda g, a, x: g * gammainc_by_a(a, x),
    x=lambda g, a, x: g * gamma_density(a, x),
)
rule(
    special.gammaincc,
    a=lambda g, a, x: -g * gammainc_by_a(a, x),
    x=lambda g, a, x: -g * gamma_density(a, x),
)
rule(
    special.gammaincinv,
    a=lambda g, a, y: -g * gammainc_by_a(a, y) / gamma_density(a, y),
    p=lambda g, a, y: g / gamma_density(a, y),
)
rule(
    special.gammainccinv,
    a=lambda g, a, y: -g * gammainc_by_a(a, y) / gamma_density(a, y),
    p=lambda g, a, y: -g / gamma_density(a, y),
)
rule(
    special.betainc,
    a=lambda g, a, b, x: g * _by_a(a, b, x),
    b=lambda g, a, b, x: g * _by_b(a, b, x),
    x=lambda g, a, b, x: g * _beta(a, b, x),
)
rule(
    special.betaincc,
    a=lambda g, a, b, x: -g * _by_a(a, b, x),
    b=lambda g, a, b, x: -g * _by_b(a, b, x),
    x=lambda g, a, b, x: -g * _beta(a, b, x),
)
rule(
    special.betaincinv,
    a=lambda g, a, b, y: -g * _by_a(a, b, y) / _beta(a, b, y),
    b=lambda g, a, b, y: -g * _by_b(a, b, y) / _beta(a, b, y),
    p=lambda g, a, b, y: g / _beta(a, b, y),
)
rule(
    special.betainccinv,
    a=lambda g, a, b, y: -g * _by_a(a, b, y) / _beta(a, b, y),
    b=lambda g, a, b, y: -g * _by_b(a, b, y) / _beta(a, b, y),
    p=lambda g, a, b, y: -g / _beta(a, b, y),
)
# The shape that has the probability p at x.
rule(
    special.btdtria,
    p=lambda g, b, x, y: g / _by_a(y, b, x),
    b=lambda g, b, x, y: -g * _by_b(y, b, x) / _by_a(y, b, x),
    x=lambda g, b, x, y: -g * _beta(y, b, x) / _by_a(y, b, x),
)
rule(
    special.btdtrib,
    a=lambda g, a, x, y: -g * _by_a(a, y, x) / _by_b(a, y, x),
    p=lambda g, a, x, y: g / _by_b(a, y, x),
    x=lambda g, a, x, y: -g * _beta(a, y, x) / _by_b(a, y, x),
)

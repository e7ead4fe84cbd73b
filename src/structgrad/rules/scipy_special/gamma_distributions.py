"""Distribution functions made of the incomplete gamma function: gamma, χ² and Poisson, with their inverses."""

from typing import Any

from structgrad.rules.scipy_special.densities import gamma_density
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.shapes import gammainc_by_a
from structgrad.tape.rule import rule

# χ² with v degrees of freedom: P(v/2, x/2).


def _chi_by_v(v: Any, x: Any) -> Any:
    return 0.5 * gammainc_by_a(0.5 * v, 0.5 * x)


def chi_density(v: Any, x: Any) -> Any:
    """The density of χ²."""
    return 0.5 * gamma_density(0.5 * v, 0.5 * x)


rule(special.chdtr, v=lambda g, v, x: g * _chi_by_v(v, x), x=lambda g, v, x: g * chi_density(v, x))
rule(special.chdtrc, v=lambda g, v, x: -g * _chi_by_v(v, x), x=lambda g, v, x: -g * chi_density(v, x))
rule(
    special.chdtri,
    v=lambda g, v, y: -g * _chi_by_v(v, y) / chi_density(v, y),
    p=lambda g, v, y: -g / chi_density(v, y),
)
rule(
    special.chdtriv,
    p=lambda g, y, x: g / _chi_by_v(y, x),
    x=lambda g, y, x: -g * chi_density(y, x) / _chi_by_v(y, x),
)

# Poisson: Q(⌊k⌋ + 1, m), a staircase in k. Its inverses by k are continuous.


def _poisson(k: Any, m: Any) -> Any:
    return gamma_density(k // 1 + 1, m)


rule(special.pdtr, params="k m", flat_in="k", m=lambda g, k, m: -g * _poisson(k, m))
rule(special.pdtrc, params="k m", flat_in="k", m=lambda g, k, m: g * _poisson(k, m))
rule(special.pdtri, params="k p", flat_in="k", p=lambda g, k, y: -g / _poisson(k, y))
rule(
    special.pdtrik,
    p=lambda g, y, m: -g / gammainc_by_a(y + 1, m),
    m=lambda g, y, m: -g * gamma_density(y + 1, m) / gammainc_by_a(y + 1, m),
)

# Gamma with the rate a and the shape b: P(b, ax).


def _gamma_by_b(a: Any, b: Any, x: Any) -> Any:
    return gammainc_by_a(b, a * x)


def _gamma_by_x(a: Any, b: Any, x: Any) -> Any:
    return a * gamma_density(b, a * x)


def _gamma_by_a(a: Any, b: Any, x: Any) -> Any:
    """x times the density of ax, written so that it is 0 at x = 0 for every b."""
    return b / a * gamma_density(b + 1, a * x)


rule(
    special.gdtr,
    a=lambda g, a, b, x: g * _gamma_by_a(a, b, x),
    b=lambda g, a, b, x: g * _gamma_by_b(a, b, x),
    x=lambda g, a, b, x: g * _gamma_by_x(a, b, x),
)
rule(
    special.gdtrc,
    a=lambda g, a, b, x: -g * _gamma_by_a(a, b, x),
    b=lambda g, a, b, x: -g * _gamma_by_b(a, b, x),
    x=lambda g, a, b, x: -g * _gamma_by_x(a, b, x),
)
rule(
    special.gdtria,
    p=lambda g, b, x, y: g / _gamma_by_a(y, b, x),
    b=lambda g, b, x, y: -g * _gamma_by_b(y, b, x) / _gamma_by_a(y, b, x),
    x=lambda g, x, y: -g * y / x,
)
rule(
    special.gdtrib,
    a=lambda g, a, x, y: -g * _gamma_by_a(a, y, x) / _gamma_by_b(a, y, x),
    p=lambda g, a, x, y: g / _gamma_by_b(a, y, x),
    x=lambda g, a, x, y: -g * _gamma_by_x(a, y, x) / _gamma_by_b(a, y, x),
)
rule(
    special.gdtrix,
    a=lambda g, a, y: -g * y / a,
    b=lambda g, a, b, y: -g * _gamma_by_b(a, b, y) / _gamma_by_x(a, b, y),
    p=lambda g, a, b, y: g / _gamma_by_x(a, b, y),
)

"""Orthogonal polynomials by their argument: the slope of one is another of a degree less (DLMF, 18.9.15 and on)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule


def _lower(n: Any) -> Any:
    """One degree less; 0 stays, for its polynomial is constant."""
    return n - (n != 0)


holomorphic(
    special.eval_jacobi,
    params="n alpha beta x",
    x=lambda g, n, alpha, beta, x: (
        g * (0.5 * (n + alpha + beta + 1) * (n != 0)) * special.eval_jacobi(_lower(n), alpha + 1, beta + 1, x)
    ),
)
holomorphic(
    special.eval_sh_jacobi,
    params="n p q x",
    x=lambda g, n, p, q, x: g * n * special.eval_sh_jacobi(_lower(n), p + 2, q + 1, x),
)
holomorphic(
    special.eval_gegenbauer,
    params="n alpha x",
    x=lambda g, n, alpha, x: g * (2 * alpha * (n != 0)) * special.eval_gegenbauer(_lower(n), alpha + 1, x),
)
holomorphic(
    special.eval_genlaguerre,
    params="n alpha x",
    x=lambda g, n, alpha, x: -g * (n != 0) * special.eval_genlaguerre(_lower(n), alpha + 1, x),
)


def _of_degree(function: Any, slope: Callable[[Any, Any], Any]) -> None:
    """The rule of a polynomial with no parameter but its degree."""
    holomorphic(function, params="n x", x=lambda g, n, x: g * (n != 0) * slope(n, x))


def _second(n: Any, x: Any) -> Any:
    """The slope of the Chebyshev polynomial Uₙ."""
    return 2 * special.eval_gegenbauer(_lower(n), 2, x)


_of_degree(special.eval_legendre, lambda n, x: 0.5 * (n + 1) * special.eval_jacobi(_lower(n), 1, 1, x))
_of_degree(special.eval_sh_legendre, lambda n, x: (n + 1) * special.eval_jacobi(_lower(n), 1, 1, 2 * x - 1))
_of_degree(special.eval_chebyt, lambda n, x: n * special.eval_chebyu(_lower(n), x))
_of_degree(special.eval_sh_chebyt, lambda n, x: 2 * n * special.eval_chebyu(_lower(n), 2 * x - 1))
_of_degree(special.eval_chebyc, lambda n, x: n * special.eval_chebyu(_lower(n), 0.5 * x))
_of_degree(special.eval_chebyu, _second)
_of_degree(special.eval_sh_chebyu, lambda n, x: 2 * _second(n, 2 * x - 1))
_of_degree(special.eval_chebys, lambda n, x: 0.5 * _second(n, 0.5 * x))
_of_degree(special.eval_laguerre, lambda n, x: -special.eval_genlaguerre(_lower(n), 1, x))
_of_degree(special.eval_hermite, lambda n, x: 2 * n * special.eval_hermite(_lower(n), x))
_of_degree(special.eval_hermitenorm, lambda n, x: n * special.eval_hermitenorm(_lower(n), x))


def _legendre(m: Any, v: Any, x: Any) -> Any:
    """√(1 − x²) Pᵥᵐ′ by the neighbours in order; for m = 0 without the quotient, for it is finite at ±1."""
    edge = m == 0
    root = np.sqrt(np.where(edge, 1.0, (1 - x) * (1 + x)))
    m = np.where(edge, 1.0, m)
    weight = (v + m) * (v - m + 1)  # 0 where there is no neighbour below
    order = 0.5 * (weight * special.lpmv(m - (weight != 0), v, x) - special.lpmv(m + 1, v, x)) / root
    return np.where(edge, 0.5 * (v + 1) * special.eval_jacobi(_lower(v), 1, 1, x) * (v != 0), order)


rule(special.lpmv, params="m v x", x=lambda g, m, v, x: g * _legendre(m, v, x))

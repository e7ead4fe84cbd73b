"""Sylvester's and Lyapunov's equations."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.rules.elementwise import is_complex
from structgrad.rules.products import turned
from structgrad.scipy.linalg.parts import adjoint
from structgrad.scipy.mirrored import array, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def sylvester(a: Any, b: Any, q: Any) -> Any:
    """X of a X + X b = q."""
    return scipy.linalg.solve_sylvester(a, b, q)


def _by_first(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -sylvester(turned(a), turned(b), g) @ turned(y)


def _by_second(g: Any, y: Any, a: Any, b: Any) -> Any:
    return -turned(y) @ sylvester(turned(a), turned(b), g)


rule(
    sylvester,
    holomorphic=True,
    linear="q",
    a=_by_first,
    b=_by_second,
    q=lambda g, a, b: sylvester(turned(a), turned(b), g),
)


@primitive
def lyapunov(a: Any, q: Any) -> Any:
    """X of a X + X aᴴ = q."""
    return scipy.linalg.solve_continuous_lyapunov(a, q)


def _by_continuous(g: Any, y: Any, a: Any) -> Any:
    g = lyapunov(adjoint(a), g)
    return -g @ adjoint(y) - adjoint(g) @ y


rule(lyapunov, linear="q", a=_by_continuous, q=lambda g, a: lyapunov(adjoint(a), g))


@primitive
def discrete_lyapunov(a: Any, q: Any, method: Any) -> Any:
    """X of a X aᴴ − X + q = 0."""
    return scipy.linalg.solve_discrete_lyapunov(a, q, method)


def _by_discrete(g: Any, y: Any, a: Any, method: Any) -> Any:
    g = discrete_lyapunov(adjoint(a), g, method)
    return g @ a @ adjoint(y) + adjoint(g) @ a @ y


rule(
    discrete_lyapunov,
    linear="q",
    a=_by_discrete,
    q=lambda g, a, method: discrete_lyapunov(adjoint(a), g, method),
)


def _alike(name: str, *matrices: Any) -> list[Any]:
    """The matrices as arrays. MissingRuleError for real and complex ones together, which SciPy (1.17) gets wrong."""
    arrays = [array(x) for x in matrices]
    if len({is_complex(x) for x in arrays}) > 1:
        refuse_option(name, "real and complex matrices together", "Make all of them complex: a + 0j.")
    return arrays


def _sylvester(a: Any, b: Any, q: Any) -> Any:
    return sylvester(*_alike("solve_sylvester", a, b, q))


def _continuous(a: Any, q: Any) -> Any:
    return lyapunov(*map(np.atleast_2d, _alike("solve_continuous_lyapunov", a, q)))


def _discrete(a: Any, q: Any, method: Any = None) -> Any:
    return discrete_lyapunov(*_alike("solve_discrete_lyapunov", a, q), method)


solve_sylvester: Final = mirrored(scipy.linalg.solve_sylvester, _sylvester)
solve_continuous_lyapunov: Final = mirrored(scipy.linalg.solve_continuous_lyapunov, _continuous)
solve_lyapunov = solve_continuous_lyapunov
solve_discrete_lyapunov: Final = mirrored(scipy.linalg.solve_discrete_lyapunov, _discrete)

"""Counts that are gamma functions between the whole numbers: comb, perm, factorial; polygamma, multigammaln."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from scipy import special

from structgrad.rules.scipy_special.gammas import binom_by_k, binom_by_n, poch_by_a
from structgrad.scipy.mirrored import array, mirrored, refuse_option, refused
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

_comb, _perm = primitive(special.comb), primitive(special.perm)
_factorial, _polygamma = primitive(special.factorial), primitive(special.polygamma)
_multigammaln = primitive(special.multigammaln)


def _counting(pull: Callable[..., Any]) -> Callable[..., Any]:
    """A pullback where there is something to count; elsewhere SciPy puts 0."""

    def pull_of_some(g: Any, N: Any, k: Any, y: Any) -> Any:
        some = (k <= N) & (N >= 0) & (k >= 0)
        return np.where(some, pull(g, np.where(some, N, 1.0), np.where(some, k, 1.0), y), 0)

    return pull_of_some


rule(
    _comb,
    params="N k",
    elementwise=True,
    N=_counting(binom_by_n),
    k=_counting(binom_by_k),
)
rule(
    _perm,
    params="N k",
    elementwise=True,
    N=_counting(lambda g, n, k, y: poch_by_a(g, n - k + 1, k, y)),
    k=_counting(lambda g, n, k, y: g * y * special.psi(n - k + 1)),  # n! / (n − k)! moves through n − k alone
)


def _factorial_slope(g: Any, n: Any, y: Any, extend: Any) -> Any:
    if extend == "complex":
        return g * y * special.psi(n + 1)
    return g * y * special.psi(np.where(n < 0, 0, n) + 1)  # SciPy puts 0 below 0


rule(_factorial, params="n exact extend", elementwise=True, holomorphic=True, n=_factorial_slope)
rule(_polygamma, params="n x", elementwise=True, x=lambda g, n, x: g * _polygamma(np.add(n, 1), x))


def _multigamma(a: Any, d: Any) -> Any:
    total: Any = 0.0
    for j in range(int(d)):
        total = total + special.psi(a - 0.5 * j)
    return total


rule(_multigammaln, params="a d", elementwise=True, a=lambda g, a, d: g * _multigamma(a, d))

_WHOLE = "an exact count is a whole number and has no slope. Leave exact=True away."


def _combinations(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    if exact:
        refuse_option("comb", "exact=True", _WHOLE)
    N, k = array(N), array(k)
    return special.binom(N + k - 1, k) if repetition else _comb(N, k)


def _permutations(N: Any, k: Any, exact: bool = False) -> Any:
    if exact:
        refuse_option("perm", "exact=True", _WHOLE)
    return _perm(array(N), array(k))


def _factorials(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    if exact:
        refuse_option("factorial", "exact=True", _WHOLE)
    return _factorial(array(n), False, extend)


comb: Final = mirrored(special.comb, _combinations)
perm: Final = mirrored(special.perm, _permutations)
factorial: Final = mirrored(special.factorial, _factorials)
polygamma: Final = mirrored(special.polygamma, lambda n, x: _polygamma(n, array(x)))
multigammaln: Final = mirrored(special.multigammaln, lambda a, d: _multigammaln(array(a), d))

_INSTEAD = "it counts, and has no slope. Take stop_gradient(v) if a constant is meant, or scipy.special.gamma."
factorial2: Final = refused(special.factorial2, _INSTEAD)
factorialk: Final = refused(special.factorialk, _INSTEAD)
stirling2: Final = refused(special.stirling2, _INSTEAD)


def _diric_slope(x: Any, n: Any) -> Any:
    """The slope of 1/n Σ cos(ωx), ω = (n − 1)/2, (n − 3)/2, …, which has no quotient."""
    total: Any = 0.0
    for j in range(int(np.max(n, initial=0)) // 2):
        w = 0.5 * (n - 1) - j
        total = total + np.where(w > 0, w * np.sin(w * x), 0)
    return -2 / n * total


_diric = primitive(special.diric)
rule(_diric, params="x n", elementwise=True, x=lambda g, x, n: g * _diric_slope(x, np.asarray(n)))
diric: Final = mirrored(special.diric, lambda x, n: _diric(array(x), n))

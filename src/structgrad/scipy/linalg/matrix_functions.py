"""Functions of matrices: exponential, logarithm, square root, and what is made of these.

A Fréchet derivative L(A, E) stands in a corner of the function of a block matrix: f([[A, E], [0, A]]) =
[[f(A), L(A, E)], [0, f(A)]] (Mathias, A chain rule for matrix functions, 1996). Its adjoint is L(Aᵀ, ·).
"""

import math
from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.rules.products import turned
from structgrad.scipy.linalg.solves import inverse, solve
from structgrad.scipy.linalg.sylvester import sylvester
from structgrad.scipy.mirrored import array, constant, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def _block(a: Any, e: Any) -> Any:
    """[[a, e], [0, a]]."""
    zero = np.zeros_like(a)
    return np.concatenate([np.concatenate([a, e], -1), np.concatenate([zero, a], -1)], -2)


def _corner(x: Any) -> Any:
    n = shape_of(x)[-1] // 2
    return x[..., :n, n:]


# So close to 0 must y be for so many nodes of Gauss and Legendre to give all digits.
_CLOSE, _NODES = 0.2, 8


@primitive
def exponential(a: Any) -> Any:
    """The exponential."""
    return scipy.linalg.expm(a)


@primitive
def frechet(a: Any, e: Any, method: Any = None, finite: Any = False) -> Any:
    """The derivative of the exponential at `a` in the direction e."""
    return scipy.linalg.expm_frechet(a, e, method, compute_expm=False, check_finite=finite)


@primitive
def with_frechet(a: Any, e: Any, method: Any = None, finite: Any = False) -> Any:
    """The exponential and its derivative."""
    return scipy.linalg.expm_frechet(a, e, method, check_finite=finite)


def _second(a: Any, e: Any, g: Any) -> Any:
    """The cotangent of `a` in L(a, e): the derivative of L(aᵀ, g) as aᵀ moves along eᵀ."""
    a, e = turned(a), turned(e)
    return _corner(frechet(_block(a, g), _block(e, np.zeros_like(e))))


rule(exponential, holomorphic=True, a=lambda g, a: frechet(turned(a), g))
rule(
    frechet,
    holomorphic=True,
    linear="e",
    a=lambda g, a, e: _second(a, e, g),
    e=lambda g, a: frechet(turned(a), g),
)
rule(
    with_frechet,
    holomorphic=True,
    a=lambda g, a, e: _second(a, e, g[1]) + frechet(turned(a), g[0]),
    e=lambda g, a: frechet(turned(a), g[1]),
)


@primitive
def logarithm(a: Any) -> Any:
    """The principal logarithm."""
    return scipy.linalg.logm(a)


def _undone(y: Any, g: Any) -> Any:
    """E of L(y, E) = g for the exponential at y, which is the derivative of the logarithm in the direction g.

    By square roots of exp(y) until one is close to 1, and there ∫ R(t) g R(t) dt with R(t) = (1 + t (exp(y) − 1))⁻¹.
    Source: Al-Mohy, Higham and Relton, Computing the Fréchet derivative of the matrix logarithm and estimating the
    condition number, 2013, section 2.
    """
    size = np.max(np.linalg.norm(constant(y), 1, axis=(-2, -1)))
    roots = max(0, math.ceil(math.log2(max(size, _CLOSE) / _CLOSE)))
    for i in range(1, roots + 1):
        r = exponential(y / 2**i)
        g = sylvester(r, r, g)
    one = np.eye(shape_of(y)[-1], dtype=dtype_of(y))
    apart = exponential(y / 2**roots) - one
    total = 0
    for t, weight in zip(*np.polynomial.legendre.leggauss(_NODES), strict=True):
        r = inverse(one + apart * float(1 + t) / 2)
        total = total + r @ g @ r * float(weight * 2**roots / 2)
    return total


rule(logarithm, holomorphic=True, a=lambda g, y: _undone(turned(y), g))


@primitive
def root(a: Any) -> Any:
    """The principal square root."""
    return scipy.linalg.sqrtm(a)


rule(root, holomorphic=True, a=lambda g, y: sylvester(turned(y), turned(y), g))


def _expm(A: Any) -> Any:
    a = array(A)
    return exponential(a) if len(shape_of(a)) > 1 else np.reshape(np.exp(a), (1, 1))  # of one number


def _expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: Any = True, check_finite: Any = True) -> Any:
    return (with_frechet if compute_expm else frechet)(array(A), array(E), method, check_finite)


def _logm(A: Any, **deprecated: Any) -> Any:
    _refuse(deprecated, "logm")
    return logarithm(array(A))


def _sqrtm(A: Any, **deprecated: Any) -> Any:
    _refuse(deprecated, "sqrtm")
    a = array(A)
    if len(shape_of(a)) < 2:
        refuse_option("sqrtm", "a number in place of a matrix", "Take np.sqrt.")
    return root(a)


def _refuse(deprecated: dict[str, Any], name: str) -> None:
    for option in deprecated:
        refuse_option(name, f"{option}=", "Leave it away: SciPy drops it.")


# As SciPy computes them: Euler's formulas, with the real and the imaginary part of one exponential for a real matrix.


def _cosm(A: Any) -> Any:
    a = array(A)
    return 0.5 * (_expm(1j * a) + _expm(-1j * a)) if is_complex(a) else np.real(_expm(1j * a))


def _sinm(A: Any) -> Any:
    a = array(A)
    return -0.5j * (_expm(1j * a) - _expm(-1j * a)) if is_complex(a) else np.imag(_expm(1j * a))


def _tanm(A: Any) -> Any:
    return solve(_cosm(A), _sinm(A))


def _coshm(A: Any) -> Any:
    a = array(A)
    return 0.5 * (_expm(a) + _expm(-a))


def _sinhm(A: Any) -> Any:
    a = array(A)
    return 0.5 * (_expm(a) - _expm(-a))


def _tanhm(A: Any) -> Any:
    return solve(_coshm(A), _sinhm(A))


expm: Final = mirrored(scipy.linalg.expm, _expm)
expm_frechet: Final = mirrored(scipy.linalg.expm_frechet, _expm_frechet)
logm: Final = mirrored(scipy.linalg.logm, _logm)
sqrtm: Final = mirrored(scipy.linalg.sqrtm, _sqrtm)
cosm: Final = mirrored(scipy.linalg.cosm, _cosm)
sinm: Final = mirrored(scipy.linalg.sinm, _sinm)
tanm: Final = mirrored(scipy.linalg.tanm, _tanm)
coshm: Final = mirrored(scipy.linalg.coshm, _coshm)
sinhm: Final = mirrored(scipy.linalg.sinhm, _sinhm)
tanhm: Final = mirrored(scipy.linalg.tanhm, _tanhm)

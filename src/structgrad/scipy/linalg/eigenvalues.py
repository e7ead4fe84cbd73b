"""Eigenvalues and eigenvectors of Hermitian matrices: all or a subset, also of pairs of matrices, and of bands."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.linalg.parts import hermitian
from structgrad.scipy.linalg.solves import solved
from structgrad.scipy.linalg.turning import Turning, back, opened, turning, turning_of_values
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

Options = dict[str, Any]


@primitive
def eigenvectors(a: Any, b: Any, options: Options) -> Any:
    """Eigenvalues, eigenvectors, and the mark of these."""
    return (*scipy.linalg.eigh(a, b, **options), 0.0)


@primitive
def eigenvalues(a: Any, b: Any, options: Options) -> Any:
    """The eigenvalues alone."""
    return scipy.linalg.eigh(a, b, eigvals_only=True, **options)


@primitive
def band_vectors(d: Any, e: Any, options: Options) -> Any:
    """The same of a symmetric tridiagonal matrix."""
    return (*scipy.linalg.eigh_tridiagonal(d, e, **options), 0.0)


@primitive
def band_values(d: Any, e: Any, options: Options) -> Any:
    """The eigenvalues alone."""
    return scipy.linalg.eigh_tridiagonal(d, e, eigvals_only=True, **options)


# The problem by its type, with xᴴ da x and zᴴ db z:
# 1: a v = w b v, vᴴ b v = 1. 2: a b v = w v, vᴴ b v = 1. 3: b a v = w v, vᴴ b⁻¹ v = 1.


def _by_a(t: Turning, b: Any, kind: int) -> Any:
    if b is None or kind != 2:
        return back(t, t.all_v, t.v)
    return back(t, b @ t.all_v, b @ t.v)


def _by_b(t: Turning, b: Any, kind: int) -> Any:
    """With dV = V Ψ, Ψᵢⱼ (wⱼ − wᵢ) = (xᴴ da x)ᵢⱼ + cᵢⱼ (zᴴ db z)ᵢⱼ, and V grows as its length demands.

    Extends Giles, An extended collection of matrix derivative results, 2008, section 3.1.
    """
    z, z1 = (solved(b, v, False, "pos", False, False) if kind == 3 else v for v in (t.all_v, t.v))
    sign = -1 if kind == 1 else 1
    growth = np.sum(np.real(conj(t.v) * t.gv), -2) * (0.5 if kind == 3 else -0.5)
    m = t.m * sign * (t.every[..., :, None] if kind == 2 else t.w[..., None, :])
    return back(t._replace(m=m, gw=sign * t.gw * t.w + growth), z, z1)


def _all(a: Any, b: Any, options: Options) -> Callable[[], Any]:
    return lambda: eigenvectors(a, b, {"lower": options["lower"], "type": options["type"]})


def _pull(by: Callable[..., Any], turned: Callable[..., Turning]) -> Callable[..., Any]:
    def pullback(g: Any, y: Any, a: Any, b: Any, options: Options) -> Any:
        return by(turned(g, y, _all(a, b, options), "eigh"), b, options["type"])

    return pullback


rule(eigenvectors, a=_pull(_by_a, turning), b=_pull(_by_b, turning))
rule(eigenvalues, a=_pull(_by_a, turning_of_values), b=_pull(_by_b, turning_of_values))


def _on(k: int, turned: Callable[..., Turning]) -> Callable[..., Any]:
    """The pullback to the k-th diagonal, which stands on both sides."""

    def pullback(g: Any, y: Any, d: Any, e: Any) -> Any:
        t = turned(g, y, lambda: band_vectors(d, e, {}), "eigh_tridiagonal")
        da = back(t, t.all_v, t.v)
        diagonal = np.diagonal(da, k, -2, -1)
        return diagonal + np.diagonal(da, -k, -2, -1) if k else diagonal

    return pullback


rule(band_vectors, d=_on(0, turning), e=_on(1, turning))
rule(band_values, d=_on(0, turning_of_values), e=_on(1, turning_of_values))


def _listed(y: Any, given: Any) -> Any:
    """Values and vectors as SciPy gives them: for a batch as a list."""
    return list(opened(y)) if len(shape_of(given)) > 2 else opened(y)


def _eigh(
    a: Any,
    b: Any = None,
    *,
    lower: Any = True,
    eigvals_only: Any = False,
    overwrite_a: Any = False,
    overwrite_b: Any = False,
    type: int = 1,
    check_finite: Any = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    options = {
        "lower": lower,
        "type": type,
        "check_finite": check_finite,
        "subset_by_index": subset_by_index,
        "subset_by_value": subset_by_value,
        "driver": driver,
    }
    a, b = hermitian(array(a), lower), None if b is None else hermitian(array(b), lower)
    if eigvals_only:
        return eigenvalues(a, b, options)
    y = eigenvectors(a, b, options)
    return _listed(y, y[1])


def _eigvalsh(a: Any, b: Any = None, **options: Any) -> Any:
    return _eigh(a, b, eigvals_only=True, **options)


def _eigh_tridiagonal(d: Any, e: Any, eigvals_only: Any = False, *args: Any, **options: Any) -> Any:
    names = ("select", "select_range", "check_finite", "tol", "lapack_driver")
    options |= dict(zip(names, args, strict=False))
    if eigvals_only:
        return band_values(array(d), array(e), options)
    y = band_vectors(array(d), array(e), options)
    return _listed(y, y[1])


def _eigvalsh_tridiagonal(d: Any, e: Any, *args: Any, **options: Any) -> Any:
    return _eigh_tridiagonal(d, e, True, *args, **options)


eigh: Final = mirrored(scipy.linalg.eigh, _eigh)
eigvalsh: Final = mirrored(scipy.linalg.eigvalsh, _eigvalsh)
eigh_tridiagonal: Final = mirrored(scipy.linalg.eigh_tridiagonal, _eigh_tridiagonal)
eigvalsh_tridiagonal: Final = mirrored(scipy.linalg.eigvalsh_tridiagonal, _eigvalsh_tridiagonal)

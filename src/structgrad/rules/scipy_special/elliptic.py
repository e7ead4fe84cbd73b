"""Legendre's elliptic integrals and Jacobi's elliptic functions, by way of Carlson's R_D, in which nothing cancels."""

import math
from typing import Any

import numpy as np

from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import weighed
from structgrad.tape.rule import rule

# From F = R_F(0, 1 − m, 1) and its kin (DLMF, 19.25.1), with ∂R_F(x, y, z)/∂z = −R_D(x, y, z) / 6.
rule(special.ellipk, m=lambda g, m: g / 6 * special.elliprd(0.0, 1.0, 1 - m))
rule(special.ellipkm1, p=lambda g, p: -g / 6 * special.elliprd(0.0, 1.0, p))
rule(special.ellipe, m=lambda g, m: -g / 6 * special.elliprd(0.0, 1 - m, 1.0))


def _turns(phi: Any) -> tuple[Any, Any, Any]:
    """How many half turns there are in φ, and sine and square of the cosine of the rest."""
    k = np.rint(phi / math.pi)
    s, c = np.sin(phi - k * math.pi), np.cos(phi - k * math.pi)
    return k, s, c * c


def _times(k: Any, whole: Any) -> Any:
    """2k whole, also where k is 0 and the whole is infinite."""
    return np.where(k == 0, 0, 2 * k * np.where(k == 0, 0.0, whole))


def _first_by_m(phi: Any, m: Any) -> Any:
    """∂F(φ, m)/∂m."""
    k, s, c2 = _turns(phi)
    part = s * s * s * special.elliprd(c2, 1.0, 1 - m * s * s)
    return (part + _times(k, special.elliprd(0.0, 1.0, 1 - m))) / 6


def _second_by_m(phi: Any, m: Any) -> Any:
    """∂E(φ, m)/∂m."""
    k, s, c2 = _turns(phi)
    part = s * s * s * special.elliprd(c2, 1 - m * s * s, 1.0)
    return -(part + _times(k, special.elliprd(0.0, 1 - m, 1.0))) / 6


def _delta(phi: Any, m: Any) -> Any:
    """√(1 − m sin²φ)."""
    return np.sqrt(1 - m * np.square(np.sin(phi)))


rule(
    special.ellipkinc,
    phi=lambda g, phi, m: g / _delta(phi, m),
    m=lambda g, phi, m: g * _first_by_m(phi, m),
)
rule(
    special.ellipeinc,
    phi=lambda g, phi, m: g * _delta(phi, m),
    m=lambda g, phi, m: g * _second_by_m(phi, m),
)


def _jacobi_by_u(g: Any, y: Any, m: Any) -> Any:
    sn, cn, dn, _ = y
    return weighed(g, cn * dn, -sn * dn, -m * sn * cn, dn)


def _jacobi_by_m(g: Any, y: Any, m: Any) -> Any:
    """By u = F(φ, m) held fast: ∂φ/∂m = −dn ∂F/∂m."""
    sn, cn, dn, phi = y
    turn = -dn * _first_by_m(phi, m)
    return weighed(g, cn * turn, -sn * turn, -0.5 * sn * (sn + 2 * m * cn * turn) / dn, turn)


rule(special.ellipj, u=_jacobi_by_u, m=_jacobi_by_m)

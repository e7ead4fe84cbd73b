"""Functions of the sphere: spherical Bessel functions, Legendre functions and spherical harmonics."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from scipy import special

from structgrad.errors import MissingRuleError, users_line
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def _bessel(function: Any, below: float, above: float) -> Any:
    """(2n + 1) fₙ′ = below · n fₙ₋₁ + above · (n + 1) fₙ₊₁ (DLMF, 10.51), and so for fₙ′ in the place of fₙ."""
    recorded = primitive(function)

    def slope(n: Any, z: Any, derivative: bool) -> Any:
        n = np.asarray(n)
        lower = np.where(n == 0, 0, n * mirror(np.maximum(n - 1, 0), z, derivative))
        return (below * lower + above * (n + 1) * mirror(n + 1, z, derivative)) / (2 * n + 1)

    rule(
        recorded,
        params="n z derivative",
        elementwise=True,
        holomorphic=True,
        z=lambda g, n, z, derivative: g * slope(n, z, bool(derivative)),
    )
    mirror = mirrored(function, lambda n, z, derivative=False: recorded(n, array(z), derivative))
    return mirror


spherical_jn: Final = _bessel(special.spherical_jn, 1, -1)
spherical_yn: Final = _bessel(special.spherical_yn, 1, -1)
spherical_in: Final = _bessel(special.spherical_in, 1, 1)
spherical_kn: Final = _bessel(special.spherical_kn, -1, -1)


def _next(name: str, diff_n: int) -> int:
    """One derivative more than was asked for."""
    if diff_n >= 2:
        raise MissingRuleError(
            f"{name} has derivatives up to the second one{users_line()}, and a third is asked for. Wrap a formula of "
            f"yours in structgrad.op, or use scipy.special.lpmv."
        )
    return diff_n + 1


def _legendre(function: Any) -> Any:
    """Functions that give their derivatives along a leading axis: the slope of each is the one behind it."""
    name = function.__name__

    def computed(z: Any, orders: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return function(*orders, z, **options)

    computed.__name__ = name
    recorded = primitive(computed)

    def pull(g: Any, z: Any, orders: Any, options: Any) -> Any:
        more = options | {"diff_n": _next(name, options.get("diff_n", 0))}
        return g * recorded(z, orders, more)[1:]

    rule(recorded, params="z orders options", z=pull)
    return mirrored(function, lambda *args, **options: recorded(array(args[-1]), args[:-1], options))


legendre_p: Final = _legendre(special.legendre_p)
assoc_legendre_p: Final = _legendre(special.assoc_legendre_p)
sph_legendre_p: Final = _legendre(special.sph_legendre_p)
legendre_p_all: Final = _legendre(special.legendre_p_all)
assoc_legendre_p_all: Final = _legendre(special.assoc_legendre_p_all)
sph_legendre_p_all: Final = _legendre(special.sph_legendre_p_all)


def _harmonic(function: Any) -> Any:
    """Spherical harmonics: the value, with `diff_n` the slopes by both angles along a last axis, then two of these."""
    name = function.__name__

    def computed(theta: Any, phi: Any, n: Any, m: Any, diff_n: int) -> Any:
        return function(n, m, theta, phi, diff_n=diff_n)

    computed.__name__ = name
    recorded = primitive(computed)

    def slope(g: Any, theta: Any, phi: Any, n: Any, m: Any, diff_n: int, angle: int) -> Any:
        following = recorded(theta, phi, n, m, _next(name, diff_n))
        if diff_n == 0:
            return g * following[1][..., angle]
        return g[0] * following[1][..., angle] + np.sum(g[1] * following[2][..., angle], axis=-1)

    rule(
        recorded,
        params="theta phi n m diff_n",
        holomorphic=True,
        theta=lambda g, theta, phi, n, m, diff_n: slope(g, theta, phi, n, m, diff_n, 0),
        phi=lambda g, theta, phi, n, m, diff_n: slope(g, theta, phi, n, m, diff_n, 1),
    )

    def definition(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
        return recorded(array(theta), array(phi), n, m, diff_n)

    return mirrored(function, definition)


Harmonic = Callable[..., Any]
sph_harm_y: Harmonic = _harmonic(special.sph_harm_y)
sph_harm_y_all: Harmonic = _harmonic(special.sph_harm_y_all)

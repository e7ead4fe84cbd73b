"""`scipy.special`, differentiable: the functions that are no ufuncs, under their own names; all others are SciPy's own.

Ufuncs need no mirror: `scipy.special.erf(v)` differentiates as it is.
"""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.special.counting import (
    comb,
    diric,
    factorial,
    factorial2,
    factorialk,
    multigammaln,
    perm,
    polygamma,
    stirling2,
)
from structgrad.scipy.special.exponentials import log_softmax, logsumexp, softmax
from structgrad.scipy.special.spherical import (
    assoc_legendre_p,
    assoc_legendre_p_all,
    legendre_p,
    legendre_p_all,
    sph_harm_y,
    sph_harm_y_all,
    sph_legendre_p,
    sph_legendre_p_all,
    spherical_in,
    spherical_jn,
    spherical_kn,
    spherical_yn,
)

__getattr__: Final = rest_of("scipy.special")
__all__ = [
    "logsumexp",
    "softmax",
    "log_softmax",
    "comb",
    "perm",
    "factorial",
    "factorial2",
    "factorialk",
    "stirling2",
    "polygamma",
    "multigammaln",
    "diric",
    "spherical_jn",
    "spherical_yn",
    "spherical_in",
    "spherical_kn",
    "legendre_p",
    "assoc_legendre_p",
    "sph_legendre_p",
    "sph_harm_y",
    "legendre_p_all",
    "assoc_legendre_p_all",
    "sph_legendre_p_all",
    "sph_harm_y_all",
]

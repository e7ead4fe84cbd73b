"""The polar decomposition."""

from typing import Any, Final

import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.scipy.linalg.parts import adjoint
from structgrad.scipy.linalg.solves import solved
from structgrad.scipy.linalg.sylvester import sylvester
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def factors(a: Any, side: Any = "right") -> Any:
    """U and P of a = U P, or of a = P U."""
    return scipy.linalg.polar(a, side)


def _by_unitary(g: Any, u: Any, a: Any) -> Any:
    """The cotangent of `a` out of that of U, where U has at least as many rows as columns.

    With P = Uᴴ a the part of dU within the columns of U is U Ω, Ω P + P Ω = Uᴴ da − daᴴ U; beyond it is da P⁻¹.
    """
    p = adjoint(u) @ a
    p = (p + adjoint(p)) / 2
    by_u = adjoint(u) @ g
    y = sylvester(p, p, by_u)
    da = u @ (y - adjoint(y))
    if shape_of(u)[-2] == shape_of(u)[-1]:
        return da
    return da + adjoint(solved(p, adjoint(g - u @ by_u), False, "pos", False, False))


def _by_matrix(g: Any, y: Any, a: Any, side: Any) -> Any:
    """P is Uᴴ a, or a Uᴴ."""
    (gu, gp), (u, _) = g, y
    if side == "right":
        gu, da = gu + a @ adjoint(gp), u @ gp
    else:
        gu, da = gu + adjoint(gp) @ a, gp @ u
    if shape_of(a)[-2] < shape_of(a)[-1]:
        return da + adjoint(_by_unitary(adjoint(gu), adjoint(u), adjoint(a)))
    return da + _by_unitary(gu, u, a)


rule(factors, a=_by_matrix)

polar: Final = mirrored(scipy.linalg.polar, lambda a, side="right": factors(array(a), side))

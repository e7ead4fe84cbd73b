"""Eigenvalues and eigenvectors, of Hermitian matrices and of any."""

from typing import Any, Final

import numpy as np

from structgrad.rules.coinciding import (
    asked,
    close,
    is_asked,
    largest,
    others,
    over,
    refuse,
    require_constant,
    require_known,
    require_no_phase,
    shared,
)
from structgrad.rules.elementwise import conj
from structgrad.rules.triangular import adjoint, read
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

EighResult: Final = type(np.linalg.eigh(np.eye(0)))
EigResult: Final = type(np.linalg.eig(np.eye(0)))


@primitive
def hermitian_pairs(a: Any, lower: bool) -> Any:
    """Eigenvalues, eigenvectors, and the mark of these."""
    return (*np.linalg.eigh(a, "L" if lower else "U"), 0.0)


@primitive
def pairs(a: Any) -> Any:
    """The same of any square matrix."""
    return (*np.linalg.eig(a), 0.0)


@primitive
def hermitian_values(a: Any, lower: bool) -> Any:
    """Eigenvalues alone."""
    return np.linalg.eigvalsh(a, "L" if lower else "U")


values: Final = primitive(np.linalg.eigvals)


def _opened(y: Any) -> Any:
    w, v, mark = y
    return w, asked(v, mark)


def _by_hermitian_pairs(g: Any, y: Any, lower: bool) -> Any:
    """With dV = V Ω, Ωᵢⱼ = (Vᴴ dA V)ᵢⱼ / (wⱼ − wᵢ).

    (Giles 2008, An extended collection of matrix derivative results for forward and reverse mode, section 3.1.)
    """
    gw, gv, mark = g
    w, v = _opened(y)
    same = close(w)
    if not is_asked(mark):
        require_constant(gw, v, others(same), "eigh")
        return read((v * shared(gw, same)[..., None, :]) @ adjoint(v), lower)
    k = adjoint(v) @ gv
    size = largest(k)
    require_no_phase(np.diagonal(k, 0, -2, -1), size, "eigh")
    require_known(k, size, gw, others(same), mark, "eigh")
    x = v @ over(k, w[..., None, :] - w[..., :, None], same) + v * gw[..., None, :]
    return read(x @ adjoint(v), lower)


def _by_hermitian_values(g: Any, a: Any, lower: bool) -> Any:
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    same = close(w)
    require_constant(g, v, others(same), "eigvalsh")
    return read((v * shared(g, same)[..., None, :]) @ adjoint(v), lower)


def _by_pairs(g: Any, y: Any) -> Any:
    """With dV = V C − V diag(VᴴVC), Cᵢⱼ = (V⁻¹ dA V)ᵢⱼ / (wⱼ − wᵢ): columns of V keep their length.

    (Boeddeker et al. 2017, On the computation of complex-valued gradients, section 4.)
    """
    gw, gv, mark = g
    w, v = _opened(y)
    vh, same = adjoint(v), close(w)
    if not is_asked(mark):
        require_constant(gw, v, others(same), "eig")
        return np.linalg.solve(vh, shared(gw, same)[..., :, None] * vh)
    k = vh @ gv
    lengths = np.diagonal(k, 0, -2, -1)
    size = largest(k)
    require_no_phase(lengths, size, "eig")
    k = k - vh @ v * lengths[..., None, :]
    # Here vectors that coincide may be mixed at will, not only turned: nothing is known by a diagonal.
    require_known(k, size, gw, others(same), mark, "eig", by_diagonal=False)
    x = over(k, conj(w[..., None, :] - w[..., :, None]), same) + gw[..., None, :] * np.eye(w.shape[-1])
    return np.linalg.solve(vh, x @ vh)


def _by_values(g: Any, y: Any, a: Any) -> Any:
    """LAPACK gives the values in another order where it computes vectors too."""
    w, v = np.linalg.eig(a)
    if not w.shape[-1]:
        return a
    require_constant(g, v, others(close(w)), "eigvals")
    distance = np.abs(plain(w)[..., :, None] - plain(y)[..., None, :])
    nearest = np.argmin(distance, axis=-1)
    same = np.take_along_axis(close(y), nearest[..., :, None], axis=-2)
    if np.any(np.sum(same, axis=-2) != np.sum(close(y), axis=-2)):
        refuse("eigvals", "values too near one another to be told apart")
    g = np.take_along_axis(shared(g, close(y)), nearest, axis=-1)
    vh = adjoint(v)
    return np.linalg.solve(vh, g[..., :, None] * vh)


# Not `selects`, in spite of the triangle that is not read: in runs that select, zeros stop before they reach the mark.
rule(hermitian_pairs, params="a lower", a=_by_hermitian_pairs)
rule(hermitian_values, params="a lower", selects=True, a=_by_hermitian_values)
rule(pairs, params="a", a=_by_pairs)
rule(values, params="a", a=_by_values)


def _is_lower(uplo: str) -> bool:
    if uplo.upper() not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return uplo.upper() == "L"


derive(np.linalg.eigh, lambda a, UPLO="L": EighResult(*_opened(hermitian_pairs(a, _is_lower(UPLO)))))
derive(np.linalg.eigvalsh, lambda a, UPLO="L": hermitian_values(a, _is_lower(UPLO)))
derive(np.linalg.eig, lambda a: EigResult(*_opened(pairs(a))))
derive(np.linalg.eigvals, lambda a: values(a))

"""The Schur form, real and complex, and the Hessenberg form: a = Z T Zᴴ with a unitary Z.

With Ω = Zᴴ dZ, which is skew-Hermitian, Zᴴ da Z = Ω T − T Ω + dT. What dT may not be says what Ω is, and the pullback
looks for the multipliers Y of these conditions: Y Tᴴ − Tᴴ Y has the skew-Hermitian part of B, where B is what Ω gets
from the cotangents of Z and T.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.coinciding import largest, require_no_phase
from structgrad.rules.elementwise import conj, is_complex
from structgrad.scipy.linalg.parts import adjoint
from structgrad.scipy.linalg.sylvester import sylvester
from structgrad.scipy.mirrored import array, constant, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def schur_factors(a: Any, output: Any, sort: Any, finite: Any = True) -> Any:
    """T, Z, and how many eigenvalues were sorted to the top."""
    return scipy.linalg.schur(a, output, sort=sort, check_finite=finite)


@primitive
def hessenberg_factors(a: Any, finite: Any = True) -> Any:
    """H and Q."""
    return scipy.linalg.hessenberg(a, calc_q=True, check_finite=finite)


def _to_turning(gt: Any, gz: Any, t: Any, z: Any) -> Any:
    return adjoint(z) @ gz - gt @ adjoint(t) + adjoint(t) @ gt


def _blocks(t: Any) -> Iterator[slice]:
    """The diagonal blocks, of two rows where the eigenvalues are a pair of complex ones; the last first."""
    below = constant(np.diagonal(t, -1, -2, -1))
    end = shape_of(t)[-1]
    while end:
        start = end - 1 - bool(end > 1 and below[end - 2])
        yield slice(start, end)
        end = start


def _of_schur(b: Any, t: Any) -> Any:
    """Y: below the blocks by Sylvester's equation for one column of blocks after the other, from the right.

    A block of two rows has equal diagonal entries, which is one more condition. Its multiplier is η diag(1, −1).
    """
    n, s = shape_of(t)[-1], b - adjoint(b)
    done: list[Any] = []  # block columns of Y, the last first
    for j in _blocks(t):
        size, rest = j.stop - j.start, n - j.stop
        block, above = t[j, j], np.zeros((j.start, size), dtype_of(t))
        inner = np.zeros((size, size), dtype_of(t))
        if size == 2:
            inner = np.diag([1.0, -1.0]).astype(inner.dtype) * (s[j, j][0, 1] / (2 * (block[0, 1] + block[1, 0])))
        y = [above, inner]
        if rest:
            right = np.concatenate(done[::-1], 1)[j.stop :]
            g = s[j.stop :, j] - right @ adjoint(t[j, j.stop :]) + adjoint(t[j, j.stop :]) @ inner
            y.append(sylvester(-adjoint(t[j.stop :, j.stop :]), adjoint(block), g))
        done.append(np.concatenate(y, 0))
    return np.concatenate(done[::-1], 1)


def _of_hessenberg(b: Any, h: Any) -> Any:
    """Y, column by column from the right: it stands below the subdiagonal, whose entries are kept real as well."""
    n, s = shape_of(h)[-1], b - adjoint(b)
    zero = np.zeros(n, dtype_of(h))
    columns = [zero]  # of Y, the last first
    for j in range(n - 1, 0, -1):
        last = columns[-1]
        moved = adjoint(h) @ last
        known = np.stack(columns[::-1], 1) @ conj(h[j, j:])
        column = (np.arange(n) > j) * (s[:, j] - known + moved)
        if is_complex(h):
            column = column + 1j * (np.arange(n) == j) * np.imag(b[:, j] + moved)
        columns.append(column / conj(h[j, j - 1]))
    return np.stack(columns[::-1], 1)


def _each(of: Callable[..., Any], *matrices: Any) -> Any:
    """A function of matrices, for each of a batch."""
    batch = shape_of(matrices[0])[:-2]
    if not batch:
        return of(*matrices)
    results = [of(*[x[at] for x in matrices]) for at in np.ndindex(batch)]
    return np.reshape(np.stack(results), (*batch, *shape_of(results[0])))


def _by_schur(g: Any, y: Any) -> Any:
    (gt, gz, *_), (t, z, *_) = g, y
    b = _to_turning(gt, gz, t, z)
    if is_complex(t):
        require_no_phase(np.diagonal(b, 0, -2, -1), largest(gz) + largest(gt) * largest(t), "schur")
    return z @ (gt + _each(_of_schur, b, t)) @ adjoint(z)


def _by_hessenberg(g: Any, y: Any) -> Any:
    (gh, gq), (h, q) = g, y
    gh = np.triu(gh, -1)
    return q @ (gh + _each(_of_hessenberg, _to_turning(gh, gq, h, q), h)) @ adjoint(q)


rule(schur_factors, a=_by_schur)
rule(hessenberg_factors, a=_by_hessenberg)


def _schur(
    a: Any,
    output: Any = "real",
    lwork: Any = None,
    overwrite_a: Any = False,
    sort: Any = None,
    check_finite: Any = True,
) -> Any:
    a = array(a)
    if output in ("complex", "c") and not is_complex(a):
        a = a.astype(np.result_type(dtype_of(a), np.complex64))
    return schur_factors(a, output, sort, check_finite)


def _hessenberg(a: Any, calc_q: Any = False, overwrite_a: Any = False, check_finite: Any = True) -> Any:
    a = array(a)
    if shape_of(a)[-1] < 3:  # it has that form, and SciPy gives it back
        h, q = a, np.broadcast_to(np.eye(shape_of(a)[-1]), shape_of(a)).copy()
        if not calc_q:
            return h
        return (h, q) if len(shape_of(a)) == 2 else [h, q]
    y = hessenberg_factors(a, check_finite)
    return y if calc_q else y[0]


schur: Final = mirrored(scipy.linalg.schur, _schur)
hessenberg: Final = mirrored(scipy.linalg.hessenberg, _hessenberg)

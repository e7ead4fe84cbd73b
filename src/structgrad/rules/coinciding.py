"""Eigenvalues and singular values that coincide, and what their vectors then do not say.

Vectors of values that coincide may be turned into one another. So

- values alone share their cotangent, as ties do everywhere;
- where a loss uses vectors, its slope depends on how it would change were the values to part. For tr(V f(W) Vᴴ C) it is
  f′(w) M with M = Vᴴ C V, but the cotangent of V says f(w) M, and that of W only the diagonal of f′(w) M. So it is
  known where M is seen to be diagonal, as in a trace, and where neither is used, as in U[:, :k] for a matrix of rank
  k. Anything else is refused: the logarithm of the identity gives zeros for the cotangent of V, whatever M is, and a
  projection V Vᴴ looks like a root whose eigenvalues were found by other means.

The phase of a complex vector is not determined either, and a loss that depends on it is refused. Forward mode has no
loss; it takes the phases that turn least, vᴴ dv = 0.
"""

from typing import Any, NoReturn

import numpy as np

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.elementwise import is_complex
from structgrad.rules.joining import is_traced
from structgrad.rules.products import column, turned
from structgrad.tape.call import primitive
from structgrad.tape.pullback import same
from structgrad.tape.rule import rule
from structgrad.tape.value import plain


@primitive
def asked(x: Any, mark: Any) -> Any:
    """x itself, one of several outputs. The cotangent of `mark`, one more, then tells x unused from x times 0."""
    return x


rule(asked, params="x mark", elementwise=True, x=same, mark=lambda g: 1.0)


def is_asked(mark: Any) -> Any:
    """Whether an output was used. It counts as used in forward mode, where cotangents hold but a place."""
    return is_traced(mark) or mark != 0


def rounding(w: Any) -> Any:
    """How closely values are known, as np.linalg.matrix_rank has it. One number for each matrix, (…, 1, 1)."""
    return largest(column(w)) * w.shape[-1] * np.finfo(w.dtype).eps


def largest(k: Any) -> Any:
    """The size of the largest number in each matrix, (…, 1, 1)."""
    return np.max(np.abs(plain(k)), axis=(-2, -1), keepdims=True, initial=0)


def close(w: Any) -> Any:
    """Which pairs of values coincide, each with itself among them."""
    x = plain(w)
    return np.abs(x[..., :, None] - x[..., None, :]) <= rounding(w)


def others(pairs: Any) -> Any:
    """The pairs of two different values."""
    return pairs & ~np.eye(pairs.shape[-1], dtype=bool)


def shared(g: Any, pairs: Any) -> Any:
    """The cotangent of values, in equal parts for those that coincide."""
    if not np.any(others(pairs)):
        return g
    share = pairs / np.sum(pairs, axis=-1, keepdims=True)
    return (share.astype(g.dtype) @ column(g))[..., 0]


def over(k: Any, gap: Any, none: Any) -> Any:
    """k / gap, and 0 where there is no gap."""
    return k / np.where(none, np.inf, gap)


def require_constant(g: Any, v: Any, pairs: Any, name: str) -> None:
    """Raise if the slope of values that coincide is differentiated again, and their cotangent moves meanwhile."""
    if is_traced(g) and is_traced(v) and np.any(pairs):
        refuse(name, "the slope of values that coincide")


def require_none(x: Any, size: Any, where: Any, mark: Any, name: str) -> None:
    """Raise unless x, which is to be divided by 0 somewhere, is 0 there."""
    _require(is_none(x, size), where, mark, name)


def require_known(k: Any, size: Any, g: Any, pairs: Any, mark: Any, name: str, by_diagonal: bool = True) -> None:
    """Raise unless the slope of a loss of values and vectors is known for each pair. g: the cotangent of the values."""
    if not np.any(pairs):
        return
    none, known = is_none(k, size), is_none(column(g), largest(column(g)))
    if by_diagonal:
        known = known | ~np.diagonal(none, 0, -2, -1)[..., None]
    _require(none & turned(none) & known & turned(known), pairs, mark, name)


def _require(known: Any, pairs: Any, mark: Any, name: str) -> None:
    if np.any(pairs) and (is_traced(mark) or np.any(pairs & ~known)):
        refuse(name, "the vectors of values that coincide")


def require_no_phase(phase: Any, size: Any, name: str) -> None:
    """Raise if a loss depends on the phases of complex vectors. phase: its change as each of them turns."""
    if is_complex(phase) and not np.all(is_none(column(np.imag(phase)), size)):
        refuse(name, "the phases of complex vectors")


def is_none(x: Any, size: Any) -> Any:
    """Where x is no more than what rounds among numbers of a size. NaN is nothing to refuse: it shows in the result."""
    return ~(np.abs(plain(x)) > size * np.finfo(x.dtype).eps ** 0.5)


def refuse(name: str, what: str) -> NoReturn:
    """Raise for what the matrix does not determine."""
    raise MissingRuleError(
        f"linalg.{name}: the derivative{users_line()} depends on {what}, which the matrix does not determine. Take a "
        f"function of the values alone (eigvalsh, svdvals), or of the matrix (inv, solve, matrix_power); let each "
        f"vector meet one that turns with it, as in v @ v.conj().T; or wrap your computation in structgrad.op."
    )

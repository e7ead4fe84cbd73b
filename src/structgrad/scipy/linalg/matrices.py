"""Matrices of a structure, made of vectors or of smaller matrices. SciPy itself says which item goes where."""

import itertools
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.mirrored import array, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def blocks(arrays: Sequence[Any]) -> Any:
    """Matrices along a diagonal."""
    return scipy.linalg.block_diag(*arrays)


def _parts(g: Any, arrays_shape: Sequence[tuple[int, ...]]) -> list[Any]:
    rows, columns = ([0, *itertools.accumulate(shape[i] for shape in arrays_shape)] for i in (-2, -1))
    return [
        g[..., top:bottom, left:right]
        for (top, bottom), (left, right) in zip(itertools.pairwise(rows), itertools.pairwise(columns), strict=True)
    ]


rule(blocks, linear="arrays", arrays=_parts)


def _block_diag(*arrs: Any) -> Any:
    return blocks([np.atleast_2d(array(a)) for a in arrs])


def _vector(x: Any) -> Any:
    return np.atleast_1d(array(x))


def _joined(c: Any, r: Any) -> Any:
    """c, then r but for its first item, for batches of vectors."""
    batch = np.broadcast_shapes(shape_of(c)[:-1], shape_of(r)[:-1])
    c, r = (np.broadcast_to(x, (*batch, shape_of(x)[-1])) for x in (c, r))
    return np.concatenate([c, r[..., 1:]], -1)


def _places(c: Any, r: Any) -> tuple[Any, Any]:
    """Where the items of c and r are once they are joined."""
    m, n = shape_of(c)[-1], shape_of(r)[-1]
    return np.arange(m), np.arange(m - 1, m - 1 + n)


def _circulant(c: Any) -> Any:
    c = _vector(c)
    return c[..., scipy.linalg.circulant(np.arange(shape_of(c)[-1]))]


def _toeplitz(c: Any, r: Any = None) -> Any:
    c = _vector(c)
    r = conj(c) if r is None else _vector(r)
    return _joined(c, r)[..., scipy.linalg.toeplitz(*_places(c, r))]


def _hankel(c: Any, r: Any = None) -> Any:
    c = array(c)
    r = np.zeros(shape_of(c), dtype_of(c)) if r is None else array(r)
    if len(shape_of(c)) != 1 or len(shape_of(r)) != 1:
        refuse_option("hankel", "arrays that are no vectors", "SciPy is about to change what it does; np.ravel them.")
    return _joined(c, r)[scipy.linalg.hankel(*_places(c, r))]  # pyright: ignore[reportDeprecated]  # not for vectors


def _companion(a: Any) -> Any:
    a = _vector(a)
    n, dtype = shape_of(a)[-1] - 1, dtype_of(a)
    if n < 1:
        raise ValueError("The length of `a` along the last axis must be at least 2.")
    if np.any(a[..., 0] == 0):
        raise ValueError("The first coefficient(s) of `a` (i.e. elements of `a[..., 0]`) must not be zero.")
    row = -a[..., None, 1:] / a[..., None, :1]
    return np.concatenate([row, np.broadcast_to(np.eye(n - 1, n, dtype=dtype), (*shape_of(a)[:-1], n - 1, n))], -2)


def _fiedler(a: Any) -> Any:
    a = _vector(a)
    return np.abs(a[..., :, None] - a[..., None, :])


def _leslie(f: Any, s: Any) -> Any:
    f, s = _vector(f), _vector(s)
    n, batch = shape_of(f)[-1], np.broadcast_shapes(shape_of(f)[:-1], shape_of(s)[:-1])
    if n != shape_of(s)[-1] + 1 or n < 2:
        raise ValueError("leslie needs one more item in f than in s, and at least one in s")
    f, s = np.broadcast_to(f, (*batch, n)), np.broadcast_to(s, (*batch, n - 1))
    below = np.concatenate(
        [s[..., None] * np.eye(n - 1, dtype=dtype_of(s)), np.zeros((*batch, n - 1, 1), dtype_of(s))], -1
    )
    return np.concatenate([f[..., None, :], below], -2)


def _khatri_rao(a: Any, b: Any) -> Any:
    a, b = array(a), array(b)
    if min(len(shape_of(a)), len(shape_of(b))) < 2:
        raise ValueError("The both arrays should be 2-dimensional.")
    if shape_of(a)[-1] != shape_of(b)[-1]:
        raise ValueError("The number of columns for both arrays should be equal.")
    c = a[..., :, None, :] * b[..., None, :, :]
    shape = shape_of(c)
    return np.reshape(c, (*shape[:-3], shape[-3] * shape[-2], shape[-1]))


block_diag: Final = mirrored(scipy.linalg.block_diag, _block_diag)
circulant: Final = mirrored(scipy.linalg.circulant, _circulant)
toeplitz: Final = mirrored(scipy.linalg.toeplitz, _toeplitz)
hankel: Final = mirrored(scipy.linalg.hankel, _hankel)
companion: Final = mirrored(scipy.linalg.companion, _companion)
fiedler: Final = mirrored(scipy.linalg.fiedler, _fiedler)
leslie: Final = mirrored(scipy.linalg.leslie, _leslie)
khatri_rao: Final = mirrored(scipy.linalg.khatri_rao, _khatri_rao)

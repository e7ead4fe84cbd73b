"""Polynomials and their zeros: np.roots by the implicit function theorem, np.poly the other way round."""

from typing import Any, Final

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.joining import array_of
from structgrad.rules.polynomials import coefficients, moments
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

roots: Final = primitive(np.roots)

# p(z) = 0 stays true: p'(z) dz = −Σ zᵏ dpₙ₋ₖ. Leading zeros have roots at infinity, which are not among the z.
rule(
    roots,
    params="p",
    holomorphic=True,
    p=lambda g, y, p: -moments(g / np.polyval(np.polyder(p), y), y, *shape_of(p)),
)


def _poly(seq_of_zeros: Any) -> Any:
    z = np.atleast_1d(array_of(seq_of_zeros))
    shape = shape_of(z)
    if len(shape) == 2 and shape[0] == shape[1] != 0:
        z = np.linalg.eigvals(z)
    elif len(shape) != 1:
        raise ValueError(f"np.poly takes a vector or a square matrix, not an array of shape {shape}")
    if not len(z):
        return 1.0
    one = np.ones(1, dtype_of(z))
    y: Any = one
    for i in range(len(z)):
        y = np.convolve(y, np.concatenate([one, -z[i : i + 1]]))
    values = plain(z)
    if values.dtype.kind == "c" and np.all(np.sort(values) == np.sort(values.conj())):
        return np.real(y)  # zeros in conjugate pairs
    return y


derive(np.roots, lambda p: roots(coefficients(p)))
derive(np.poly, _poly)

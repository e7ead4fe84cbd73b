"""Correlation with a small kernel wherever it lies within the array: bilinear, and so are its slopes."""

from typing import Any

import numpy as np
import scipy.ndimage

from structgrad.arrays import shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

ndimage: Any = scipy.ndimage  # its overloads know nothing of traced values


@primitive
def within(x: Any, w: Any) -> Any:
    """y[i] = Σₖ x[i + k] w[k], of shape (nx − nw + 1, …)."""
    whole = ndimage.correlate(x, np.conjugate(w), mode="constant")  # SciPy conjugates complex weights
    return whole[tuple(slice(k // 2, k // 2 + n - k + 1) for n, k in zip(x.shape, w.shape, strict=True))]


@primitive
def products(x: Any, of: Any, shape: tuple[int, ...]) -> Any:
    """w[k] = Σᵢ x[i + k] of[i], of a small shape."""
    w = np.empty(shape, np.result_type(x, of))
    for k in np.ndindex(*shape):
        w[k] = np.sum(x[tuple(slice(i, i + n) for i, n in zip(k, of.shape, strict=True))] * of)
    return w


def _around(g: Any, w: Any) -> Any:
    """x[j] = Σₖ g[j − k] w[k], wherever g and w overlap."""
    return within(np.pad(g, [(k - 1, k - 1) for k in shape_of(w)]), np.flip(w))


rule(
    within,
    params="x w",
    holomorphic=True,
    linear="x w",
    x=_around,
    w=lambda g, x, w_shape: products(x, g, w_shape),
)
rule(
    products,
    params="x of shape",
    holomorphic=True,
    linear="x of",
    x=lambda g, of: _around(of, g),
    of=lambda g, x: within(x, g),
)

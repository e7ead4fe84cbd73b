"""Signals extended beyond their ends, and moved along an axis."""

from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of


def extended(x: Any, n: int, kind: Any) -> Any:
    """x with n more samples at both ends of the last axis, of a kind of scipy.signal: odd, even, constant, zeros."""
    if kind not in ("odd", "even", "constant", "zeros", None):
        raise ValueError(f"a signal is extended by 'odd', 'even', 'constant', 'zeros' or None, not {kind!r}")
    if n < 1 or kind is None:
        return x
    if kind in ("odd", "even") and n > shape_of(x)[-1] - 1:
        raise ValueError(f"an extension by {n} samples needs a signal that is longer, not one of {shape_of(x)[-1]}")
    if kind == "zeros":
        zeros = np.zeros((*shape_of(x)[:-1], n), dtype_of(x))
        return np.concatenate([zeros, x, zeros], -1)
    first, last = x[..., :1], x[..., -1:]
    if kind == "constant":
        return np.concatenate([np.repeat(first, n, -1), x, np.repeat(last, n, -1)], -1)
    left, right = x[..., n:0:-1], x[..., -2 : -(n + 2) : -1]
    if kind == "even":
        return np.concatenate([left, x, right], -1)
    return np.concatenate([2 * first - left, x, 2 * last - right], -1)

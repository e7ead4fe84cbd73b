"""Least squares: np.polyfit, as NumPy does it, through np.linalg.lstsq."""

import warnings
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.rule import derive


def _polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    x, y, w = (v if v is None else array_of(v) + 0.0 for v in (x, y, w))
    if len(shape_of(x)) != 1 or shape_of(y)[:1] != shape_of(x):
        raise TypeError(f"np.polyfit takes a vector of places and as many values, not {shape_of(x)} and {shape_of(y)}")
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    A, b = np.vander(x, int(deg) + 1), y
    if w is not None:
        A, b = A * w[:, None], np.transpose(np.transpose(b) * w)
    scale = np.sqrt(np.sum(A * A, axis=0))  # columns of one size are better conditioned
    A = A / scale
    c, residuals, rank, s = np.linalg.lstsq(A, b, rcond)
    if rank != int(deg) + 1 and is_traced(x):  # places that move would determine more of it
        raise MissingRuleError(
            f"polyfit has no derivative by its places{users_line()}, for they determine {rank} coefficients only, not "
            f"{int(deg) + 1}. Take a lower degree, or stop_gradient(x)."
        )
    c = np.transpose(np.transpose(c) / scale)
    if full:
        return c, residuals, rank, s, rcond
    if rank != int(deg) + 1:
        warnings.warn("Polyfit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=2)
    if not cov:
        return c
    V = np.linalg.inv(np.dot(np.transpose(A), A)) / np.outer(scale, scale)
    if len(shape_of(y)) == 2:
        V = V[:, :, None]
    return c, V * (1 if cov == "unscaled" else _variance(A, residuals))


def _variance(A: Any, residuals: Any) -> Any:
    m, n = shape_of(A)
    if m <= n:
        raise ValueError(f"np.polyfit needs more than {n} points to scale the covariance matrix")
    return residuals / (m - n)


derive(np.polyfit, _polyfit)

"""Signals less their trend, and the analytic signal."""

from typing import Any, Final

import numpy as np
import scipy.signal

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.scipy.fft import fft, ifft
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def detrended(data: Any, axis: Any, type: Any, bp: Any) -> Any:
    """The projection onto what is orthogonal to constants or lines, piece by piece: symmetric, as projections are."""
    return scipy.signal.detrend(data, axis, type, bp)


rule(detrended, linear="data", data=lambda g, axis, type, bp: detrended(g, axis, type, bp))  # noqa: PLW0108  # its names are what is kept


def _detrend(data: Any, axis: Any = -1, type: Any = "linear", bp: Any = 0, overwrite_data: Any = False) -> Any:
    return detrended(array(data), axis, type, bp)


def _hilbert(x: Any, N: Any = None, axis: Any = -1) -> Any:
    """Positive frequencies twice, negative ones not at all."""
    x = array(x)
    if is_complex(x):
        raise ValueError("x must be real.")
    n = shape_of(x)[axis] if N is None else N
    if n <= 0:
        raise ValueError("N must be positive.")
    spectrum = np.moveaxis(fft(x, n, axis=axis), axis, -1)
    k = np.arange(n)
    factors = np.where((k == 0) | (2 * k == n), 1, 2 * (2 * k < n)).astype(dtype_of(spectrum).char.lower())
    return ifft(np.moveaxis(spectrum * factors, -1, axis), axis=axis)


detrend: Final = mirrored(scipy.signal.detrend, _detrend)
hilbert: Final = mirrored(scipy.signal.hilbert, _hilbert)

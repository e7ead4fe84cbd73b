"""The short-time Fourier transform and its inverse, step by step as SciPy computes them."""

import warnings
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.fft
import scipy.signal

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.scipy.fft import ifft, irfft
from structgrad.scipy.mirrored import array, mirrored
from structgrad.scipy.signal.extension import extended
from structgrad.scipy.signal.segments import (
    added_up,
    only_signal,
    planned,
    segmented,
    transformed,
    without_trend,
)


def _stft(
    x: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: Any = 256,
    noverlap: Any = None,
    nfft: Any = None,
    detrend: Callable[[Any], Any] | str | bool = False,
    return_onesided: Any = True,
    boundary: Any = "zeros",
    padded: Any = True,
    axis: Any = -1,
    scaling: Any = "spectrum",
) -> Any:
    only_signal("stft", fs=fs, window=window)
    if scaling not in ("spectrum", "psd"):
        raise ValueError(f"Parameter {scaling=} not in ['spectrum', 'psd']!")
    x = np.moveaxis(array(x), axis, -1)
    plan = planned(window, nperseg, noverlap, nfft, shape_of(x)[-1])
    if isinstance(window, str | tuple) and plan.size < (256 if nperseg is None else nperseg):
        warnings.warn(f"{nperseg=} is more than the samples there are, {plan.size}, and is set to these", stacklevel=3)
    size, step, onesided = plan.size, plan.step, bool(return_onesided) and not is_complex(x)
    dtype = np.result_type(dtype_of(x), np.complex64)
    x = extended(x, size // 2, boundary)
    more = (-(shape_of(x)[-1] - size) % step) % size if padded else 0
    if more:
        x = np.concatenate([x, np.zeros((*shape_of(x)[:-1], more))], -1)
    pieces = segmented(x, plan)
    if callable(detrend):
        pieces = np.moveaxis(detrend(np.moveaxis(pieces, -1, axis)), axis, -1)
    else:
        pieces = without_trend(pieces, detrend)
    win = plan.window if np.result_type(plan.window, np.complex64) == dtype else plan.window.astype(dtype)
    pieces = win * pieces
    pieces = np.real(pieces) if onesided else pieces
    power = 1.0 / win.sum() ** 2 if scaling == "spectrum" else 1.0 / (fs * (win * win).sum())
    z = (transformed(pieces, plan.points, onesided) * np.sqrt(power)).astype(dtype)
    f = (scipy.fft.rfftfreq if onesided else scipy.fft.fftfreq)(plan.points, 1 / fs)
    time = np.arange(size / 2, shape_of(x)[-1] - size / 2 + 1, step) / float(fs)
    if boundary is not None:
        time -= (size / 2) / fs
    return f, time, np.moveaxis(z, -1, axis - 1 if axis < 0 else axis)


def _istft(
    Zxx: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: Any = None,
    noverlap: Any = None,
    nfft: Any = None,
    input_onesided: Any = True,
    boundary: Any = True,
    time_axis: Any = -1,
    freq_axis: Any = -2,
    scaling: Any = "spectrum",
) -> Any:
    only_signal("istft", fs=fs, window=window)
    z = array(Zxx)
    rank = len(shape_of(z))
    time_axis, freq_axis = range(rank)[time_axis], range(rank)[freq_axis]
    z = np.moveaxis(z, (freq_axis, time_axis), (-2, -1))
    rows = shape_of(z)[-2]
    default = 2 * (rows - 1) if input_onesided else rows
    size = default if nperseg is None else int(nperseg)
    if nfft is None:
        nfft = size if input_onesided and size == default + 1 else default
    plan = planned(window, size, noverlap, nfft, size)
    pieces = (irfft if input_onesided else ifft)(z, plan.points, -2)[..., :size, :]
    win = plan.window
    if np.result_type(win, dtype_of(pieces)) != dtype_of(pieces):
        win = win.astype(dtype_of(pieces))
    pieces = pieces * (win.sum() if scaling == "spectrum" else np.sqrt(fs * sum(win**2)))
    x = added_up(np.swapaxes(pieces, -1, -2) * win, plan.step)
    norm = added_up(np.broadcast_to(win**2, (shape_of(z)[-1], size)), plan.step)
    if boundary:
        x, norm = (y[..., size // 2 : -(size // 2)] for y in (x, norm))
    x = x / np.where(norm > 1e-10, norm, 1.0)
    if rank > 2:
        x = np.moveaxis(x, -1, time_axis - (freq_axis < time_axis))
    return np.arange(shape_of(x)[0]) / float(fs), x


stft: Final = mirrored(scipy.signal.stft, _stft)
istft: Final = mirrored(scipy.signal.istft, _istft)

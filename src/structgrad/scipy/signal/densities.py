"""Spectral densities by Welch's method: SciPy computes them, and their definition gives the derivative."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.signal

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj, is_complex
from structgrad.scipy.mirrored import array, constant, mirrored, through
from structgrad.scipy.signal.segments import (
    Segments,
    only_signal,
    planned,
    segmented,
    transformed,
    without_trend,
)
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

Options = dict[str, Any]


@primitive
def cross_density(one: Any, other: Any, options: Options) -> Any:
    """Frequencies, and the density of two signals."""
    return tuple(scipy.signal.csd(one, other, **options))


@primitive
def density(x: Any, options: Options) -> Any:
    """Frequencies, and the density of one signal."""
    return tuple(scipy.signal.csd(x, x, **options))


def _spectra(x: Any, plan: Segments, kind: Callable[[Any], Any] | str | bool, onesided: bool) -> Any:
    x = segmented(x, plan)
    if callable(kind):
        x = np.stack([kind(x[..., i, :]) for i in range(shape_of(x)[-2])], -2)
    else:
        x = without_trend(x, kind)
    return transformed(x * conj(plan.window), plan.points, onesided)


def _defined(x: Any, y: Any, o: Options) -> Any:
    """The mean of X* Y over the segments, divided by the power of the window."""
    x, y = np.moveaxis(x, o["axis"], -1), np.moveaxis(y, o["axis"], -1)
    n = max(shape_of(x)[-1], shape_of(y)[-1])
    x, y = (np.pad(z, [(0, 0)] * (len(shape_of(z)) - 1) + [(0, n - shape_of(z)[-1])]) for z in (x, y))
    plan = planned(o["window"], o["nperseg"], o["noverlap"], o["nfft"], n)
    onesided = bool(o["return_onesided"]) and not is_complex(x)
    w = plan.window
    power = o["fs"] * np.sum(np.abs(w) ** 2) if o["scaling"] == "density" else np.abs(np.sum(w)) ** 2
    k = np.arange(plan.points // 2 + 1) if onesided else np.arange(1)
    weight = np.where((k == 0) | (2 * k == plan.points), 1, 2) / power
    p = conj(_spectra(x, plan, o["detrend"], onesided)) * _spectra(y, plan, o["detrend"], onesided) * weight
    return np.moveaxis(_averaged(p, o["average"]), -1, o["axis"])


def _averaged(p: Any, average: str) -> Any:
    count = shape_of(p)[-2]
    if average == "mean" or count == 1:
        return np.mean(p, -2)
    twice = 2 * np.arange(1.0, (count - 1) // 2 + 1)
    bias = 1 + np.sum(1 / (twice + 1) - 1 / twice)  # of the median of exponentially distributed numbers
    return (np.median(np.real(p), -2) + 1j * np.median(np.imag(p), -2)) / bias


def _by_one(g: Any, one: Any, other: Any, options: Options) -> Any:
    return through(lambda one: _defined(one, other, options), one, g[1].astype(complex))


def _by_other(g: Any, one: Any, other: Any, options: Options) -> Any:
    return through(lambda other: _defined(one, other, options), other, g[1].astype(complex))


rule(cross_density, one=_by_one, other=_by_other)
rule(density, x=lambda g, x, options: through(lambda x: np.real(_defined(x, x, options)), x, g[1].astype(float)))


def _csd(
    x: Any,
    y: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: Any = None,
    noverlap: Any = None,
    nfft: Any = None,
    detrend: Any = "constant",
    return_onesided: Any = True,
    scaling: Any = "density",
    axis: Any = -1,
    average: Any = "mean",
) -> Any:
    only_signal("csd", fs=fs, window=window)
    options = {
        "fs": fs,
        "window": window if isinstance(window, str | tuple) else np.array(window),  # as it is now
        "nperseg": nperseg,
        "noverlap": noverlap,
        "nfft": nfft,
        "detrend": detrend,
        "return_onesided": return_onesided,
        "scaling": scaling,
        "axis": axis,
        "average": average,
    }
    f, p = density(array(x), options) if y is x else cross_density(array(x), array(y), options)
    return constant(f), p


def _welch(x: Any, *args: Any, **options: Any) -> Any:
    return _csd(x, x, *args, **options)


def _periodogram(
    x: Any,
    fs: Any = 1.0,
    window: Any = "boxcar",
    nfft: Any = None,
    detrend: Any = "constant",
    return_onesided: Any = True,
    scaling: Any = "density",
    axis: Any = -1,
) -> Any:
    """Welch's method with a single segment."""
    x, window = array(x), "boxcar" if window is None else window
    n = shape_of(x)[axis]
    if nfft is not None and nfft < n:
        x, n = np.moveaxis(np.moveaxis(x, axis, -1)[..., :nfft], -1, axis), nfft
    options = {"detrend": detrend, "return_onesided": return_onesided, "scaling": scaling, "axis": axis}
    return _welch(x, fs, window, n, 0, nfft, **options)


def _coherence(
    x: Any,
    y: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: Any = None,
    noverlap: Any = None,
    nfft: Any = None,
    detrend: Any = "constant",
    axis: Any = -1,
) -> Any:
    f, pxx = welch(x, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, pyy = welch(y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, pxy = csd(x, y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    return f, np.abs(pxy) ** 2 / pxx / pyy


csd: Final = mirrored(scipy.signal.csd, _csd)
welch: Final = mirrored(scipy.signal.welch, _welch)
periodogram: Final = mirrored(scipy.signal.periodogram, _periodogram)
coherence: Final = mirrored(scipy.signal.coherence, _coherence)

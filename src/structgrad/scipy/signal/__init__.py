"""`from structgrad.scipy import signal` in place of `from scipy import signal`: the same functions, differentiable.

On plain arguments each is SciPy's own. On signals and coefficients that are differentiated it gives the same values and
a derivative, of any order. What is not listed here is SciPy's own function.
"""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.signal.cascades import filtfilt, lfilter_zi, sosfilt, sosfilt_zi, sosfiltfilt
from structgrad.scipy.signal.convolution import convolve, correlate, fftconvolve, oaconvolve
from structgrad.scipy.signal.densities import coherence, csd, periodogram, welch
from structgrad.scipy.signal.filters import lfilter
from structgrad.scipy.signal.planes import convolve2d, correlate2d
from structgrad.scipy.signal.short_time import istft, stft
from structgrad.scipy.signal.trends import detrend, hilbert

__all__ = [
    "coherence",
    "convolve",
    "convolve2d",
    "correlate",
    "correlate2d",
    "csd",
    "detrend",
    "fftconvolve",
    "filtfilt",
    "hilbert",
    "istft",
    "lfilter",
    "lfilter_zi",
    "oaconvolve",
    "periodogram",
    "sosfilt",
    "sosfilt_zi",
    "sosfiltfilt",
    "stft",
    "welch",
]

__getattr__: Final = rest_of("scipy.signal")

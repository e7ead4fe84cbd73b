"""A signal in windowed segments, and their spectra: what the short-time transform and spectral densities share."""

from typing import Any, NamedTuple

import numpy as np
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from structgrad.arrays import dtype_of, shape_of
from structgrad.rules.joining import is_traced
from structgrad.scipy.fft import fft, rfft
from structgrad.scipy.mirrored import refuse_option
from structgrad.scipy.signal.trends import detrend
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


class Segments(NamedTuple):
    """How a signal is cut: the window, the step from one segment to the next, the points of their transforms."""

    window: Any
    step: int
    points: int

    @property
    def size(self) -> int:
        """How many samples a segment has."""
        return len(self.window)


def planned(window: Any, nperseg: Any, noverlap: Any, nfft: Any, length: int) -> Segments:
    """The segments of a signal of some length that SciPy's arguments ask for."""
    if isinstance(window, str | tuple):
        size = 256 if nperseg is None else int(nperseg)
        window = scipy.signal.get_window(window, min(size, length))
    window = np.asarray(window)
    size = len(window)
    if size > length or (nperseg not in (None, size) and int(nperseg) < length):
        raise ValueError(f"a window of {size} samples does not fit {nperseg=} and a signal of {length}")
    step = size - (size // 2 if noverlap is None else int(noverlap))
    points = size if nfft is None else int(nfft)
    if step < 1 or points < size:
        raise ValueError(f"{noverlap=} must be less, {nfft=} not less than the {size} samples of a segment")
    return Segments(window, step, points)


def only_signal(name: str, **options: Any) -> None:
    """Raise if an option is differentiated."""
    for option, value in options.items():
        if is_traced(value):
            refuse_option(name, f"{option}= that is differentiated", "Take stop_gradient of it.")


def segmented(x: Any, plan: Segments) -> Any:
    """The segments of the last axis, along a new axis before it."""
    return sliding_window_view(x, plan.size, -1)[..., :: plan.step, :]


@primitive
def added_up(segments: Any, step: Any) -> Any:
    """The signal that is the sum of segments, each begun a step after the one before."""
    *batch, count, size = shape_of(segments)
    whole = np.zeros((*batch, size + (count - 1) * step), dtype_of(segments))
    for i in range(count):
        whole[..., i * step : i * step + size] += segments[..., i, :]
    return whole


def _cut(g: Any, segments_shape: tuple[int, ...], step: int) -> Any:
    return sliding_window_view(g, segments_shape[-1], -1)[..., ::step, :]


rule(added_up, linear="segments", segments=_cut)


def without_trend(x: Any, kind: Any) -> Any:
    """Segments without their trend: a type of scipy.signal.detrend, or False."""
    return detrend(x, -1, kind) if kind else x


def transformed(x: Any, points: int, onesided: bool) -> Any:
    """The spectra of windowed segments, along the last axis."""
    return rfft(x, points) if onesided else fft(x, points)

"""`scipy.ndimage`, differentiable: linear filters, and arrays read between their items."""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.ndimage.coordinates import map_coordinates
from structgrad.scipy.ndimage.filters import convolve, convolve1d, correlate, correlate1d
from structgrad.scipy.ndimage.smoothing import gaussian_filter, gaussian_filter1d, uniform_filter, uniform_filter1d

__all__ = [
    "convolve",
    "convolve1d",
    "correlate",
    "correlate1d",
    "gaussian_filter",
    "gaussian_filter1d",
    "map_coordinates",
    "uniform_filter",
    "uniform_filter1d",
]

__getattr__: Final = rest_of("scipy.ndimage")

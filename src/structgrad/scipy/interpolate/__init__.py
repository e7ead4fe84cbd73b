"""`scipy.interpolate`, differentiable: tables on grids, cubic interpolants, and splines."""

from typing import Final

from structgrad.scipy.interpolate.bspline import BSpline
from structgrad.scipy.interpolate.cubic import CubicHermiteSpline, CubicSpline, PchipInterpolator
from structgrad.scipy.interpolate.grid import RegularGridInterpolator, interpn
from structgrad.scipy.interpolate.table import interp1d
from structgrad.scipy.mirrored import rest_of

__all__ = [
    "BSpline",
    "CubicHermiteSpline",
    "CubicSpline",
    "PchipInterpolator",
    "RegularGridInterpolator",
    "interp1d",
    "interpn",
]

__getattr__: Final = rest_of("scipy.interpolate")

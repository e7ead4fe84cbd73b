"""Distributions on the circle: vonmises, which SciPy continues over the line, and wrapcauchy on one turn."""

import math
from typing import Any

import numpy as np
from scipy import special, stats

from structgrad.scipy.stats.continuous import Continuous
from structgrad.scipy.stats.standard import Standard


def _against(dist: Continuous, x: Any, mirrored: Any, shape: Any) -> Any:
    """f/(1 − F) as f/F of the mirrored point, for SciPy's 1 − F is a difference."""
    return np.exp(dist.logpdf(x, shape) - dist.logcdf(mirrored, shape))


vonmises: Continuous = Continuous(
    Standard(
        stats.vonmises,
        score={
            "x": lambda x, kappa: -kappa * np.sin(x),
            "kappa": lambda x, kappa: (
                (special.i0e(kappa) - special.i1e(kappa)) / special.i0e(kappa) - 2 * np.square(np.sin(x / 2))
            ),
        },
        upper=lambda x, kappa: _against(vonmises, x, -x, kappa),
    )
)


def _distance(x: Any, c: Any) -> Any:
    """1 + c² − 2c cos x, without cancellation where c is near 1."""
    return np.square(1 - c) + 4 * c * np.square(np.sin(x / 2))


wrapcauchy: Continuous = Continuous(
    Standard(
        stats.wrapcauchy,
        support=lambda c: (0.0, 2 * math.pi),
        score={
            "x": lambda x, c: -2 * c * np.sin(x) / _distance(x, c),
            "c": lambda x, c: -2 * c / (1 - c * c) + 2 * ((1 - c) - 2 * np.square(np.sin(x / 2))) / _distance(x, c),
        },
        velocity={"c": lambda x, c: -2 * np.sin(x) / (1 - c * c)},
        upper=lambda x, c: _against(wrapcauchy, x, 2 * math.pi - x, c),
    )
)

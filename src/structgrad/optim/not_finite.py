"""A loss or a gradient that is not finite: seen before a step is made by it, and told with its origin."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.errors import StructgradError
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import flatten, leaf_paths
from structgrad.transforms.events import Origin
from structgrad.transforms.finite import wild_part
from structgrad.transforms.origin import nan_origin


class NotFiniteError(StructgradError, FloatingPointError):
    """A loss or its gradient has a NaN or an inf. origin: the events that `debug.nan_origin` found.

    >>> from structgrad import optim
    >>> next(optim.descend(lambda w, x: w * x, 1.0, [np.nan], optim.sgd(0.5)))
    Traceback (most recent call last):
    structgrad.optim.not_finite.NotFiniteError: after 0 steps the loss is nan; no step was made by it
    constant: multiply (<doctest ...>:1) is given nan, float64
    """

    def __init__(self, message: str, origin: Origin = Origin(())) -> None:  # noqa: B008  # a constant
        super().__init__(message)
        self.origin = origin


def refuse_wild(
    value: float, grad: Any, step: int, loss: Callable[..., Any], params: Any, batch: tuple[Any, ...]
) -> None:
    """NotFiniteError unless the value and gradient of a loss are finite."""
    if math.isfinite(value):
        odd = next((i for i, g in enumerate(flatten(grad)[0]) if not _is_finite(g)), None)
        if odd is None:
            return
        wild = f"the loss is {value}, and its gradient at {leaf_paths(grad)[odd] or 'the params'} is not finite"
    else:
        wild = f"the loss is {value}"
    origin = nan_origin(loss)(params, *batch)
    told = str(origin) if origin else "run again on the same params and batch all is finite: the loss is random"
    raise NotFiniteError(f"after {step} steps {wild}; no step was made by it\n{told}", origin)


def _is_finite(g: Any) -> bool:
    if type(g) is SparseRows:
        g = g.values
    if type(g) is np.ndarray and g.dtype.kind in "fc" and math.isfinite(np.vdot(g, g).real):
        return True  # one pass without a new array; where this sum of squares overflows, the numbers are looked at
    return wild_part(g) is None

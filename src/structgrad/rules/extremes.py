"""The larger, the smaller, and what lies between bounds."""

from typing import Any, Final

import numpy as np

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.elementwise import masked
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule


def _won(g: Any, y: Any, a: Any, b: Any) -> Any:
    """g where the result is a, half of it where it is as much b: ties, and NaN that comes of either."""
    return 0.5 * g * (1 + np.subtract(a == y, b == y, dtype=np.int8))


for _extreme in (np.maximum, np.minimum, np.fmax, np.fmin):
    rule(_extreme, selects=True, bounded=True, a=_won, b=lambda g, y, a, b: _won(g, y, b, a))


def _clip(a: Any, low: Any, high: Any) -> Any:
    return np.positive(a) if low is None and high is None else np.clip(a, low, high)


clipped: Final = primitive(_clip)


def _below(a: Any, low: Any) -> Any:
    return np.False_ if low is None else a < low


def _above(a: Any, high: Any) -> Any:
    return np.False_ if high is None else a > high


def _crossed(low: Any, high: Any) -> Any:
    return np.False_ if low is None or high is None else np.greater(low, high)


# Inside, on the edges and at NaN the value passes; with low > high the result is high everywhere.
rule(
    clipped,
    params="a low high",
    elementwise=True,
    selects=True,
    bounded=True,
    a=lambda g, a, low, high: masked(g, np.logical_not(_below(a, low) | _above(a, high))),
    low=lambda g, a, low, high: np.where(_below(a, low) & ~_crossed(low, high), g, 0.0),
    high=lambda g, a, low, high: np.where(_above(a, high) | _crossed(low, high), g, 0.0),
)

_NO = np._NoValue


def _bounds(
    a: Any,
    a_min: Any = _NO,
    a_max: Any = _NO,
    out: Any = None,
    *,
    min: Any = _NO,
    max: Any = _NO,
    **kwargs: Any,
) -> Any:
    """`np.clip`, whose bounds have two names each."""
    if out is not None:
        refuse_out("clip")
    if kwargs:
        raise MissingRuleError(f"no derivative for clip with {', '.join(kwargs)}={users_line()}; leave it away.")
    if (a_min is not _NO or a_max is not _NO) and (min is not _NO or max is not _NO):
        raise ValueError("clip takes its bounds as a_min and a_max or as min and max, not as both")
    low, high = (None if x is _NO else x for x in ((min, max) if a_min is _NO and a_max is _NO else (a_min, a_max)))
    return clipped(a, low, high)


derive(np.clip, _bounds)
derive(np._core.umath.clip, clipped)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # a plain array's method calls it: x.clip(v, w)


def _ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    return np.max(a, axis, out, keepdims) - np.min(a, axis, out, keepdims)


derive(np.ptp, _ptp)

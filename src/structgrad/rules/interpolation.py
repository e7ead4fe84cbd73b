"""Piecewise linear interpolation: np.interp by its points, by the table, and by what holds beyond it."""

from typing import Any, Final

import numpy as np

from structgrad.rules.elementwise import conj, nonzero
from structgrad.rules.joining import array_of
from structgrad.rules.reductions import over
from structgrad.tape.call import primitive
from structgrad.tape.pieces import Scatter
from structgrad.tape.rule import derive, rule

interp: Final = primitive(np.interp)


def _within(x: Any, xp: Any) -> Any:
    return (x >= xp[0]) & (x <= xp[-1])


def _segment(x: Any, xp: Any, side: Any) -> Any:
    """For each point the left end of its segment. On a knot: of the segment that begins ("right") or ends there."""
    return np.clip(np.searchsorted(xp, x, side) - 1, 0, max(len(xp) - 2, 0))


def _slope(x: Any, xp: Any, fp: Any) -> Any:
    """The slope at each point; on a knot the mean of its two sides, for they tie."""
    if len(xp) == 1:
        return 0.0
    s, i = over(np.diff(fp), np.diff(xp)), _segment(x, xp, "right")
    if not np.any(x == xp[i]):
        return conj(s[i])
    return conj((s[i] + s[_segment(x, xp, "left")]) / 2)


def _ends(g: Any, x: Any, xp: Any) -> Scatter:
    """g divided among the two ends of each segment, the more the nearer."""
    i = _segment(x, xp, "right")
    j = np.minimum(i + 1, len(xp) - 1)
    width = xp[j] - xp[i]
    t = np.where(_within(x, xp), (x - xp[i] + (width == 0)) / nonzero(width), 0.0)
    return Scatter(np.stack([i, j]), np.stack([g * (1 - t), g * t]))


rule(
    interp,
    params="x xp fp left right",
    selects=True,
    x=lambda g, x, xp, fp: np.where(_within(x, xp), g * _slope(x, xp, fp), 0.0),
    xp=lambda g, x, xp, fp: _ends(np.where(_within(x, xp), -np.real(g * _slope(x, xp, fp)), 0.0), x, xp),
    fp=lambda g, x, xp: _ends(np.where(_within(x, xp), g, 0.0), x, xp),
    left=lambda g, x, xp: np.where(x < xp[0], g, 0.0),
    right=lambda g, x, xp: np.where(x > xp[-1], g, 0.0),
)


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    x, xp, fp = (array_of(v) for v in (x, xp, fp))
    if period is not None:
        x, xp, fp = _unrolled(x, xp, fp, abs(period))
        left = right = None
    return interp(x, xp, fp, fp[0] if left is None else left, fp[-1] if right is None else right)


def _unrolled(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """The points and the table within one period, the table with a knot of the next period at either end."""
    if period == 0:
        raise ValueError("the period of np.interp must not be zero")
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([fp[-1:], fp, fp[:1]])


derive(np.interp, _interp)

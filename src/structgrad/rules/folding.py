"""Reductions by ufuncs that no other function of NumPy stands for: fmax, fmin, logaddexp, hypot, subtract, …"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from structgrad.arrays import shape_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.elementwise import nonzero
from structgrad.rules.exponential import LN2
from structgrad.rules.reductions import extreme, extreme_initial, opened, over
from structgrad.tape.call import on_values, primitive
from structgrad.tape.rule import rule
from structgrad.tape.value import plain

_PARAMS = "a axis dtype out keepdims initial where"

fmax: Final = primitive(np.fmax.reduce)
fmin: Final = primitive(np.fmin.reduce)
hypot: Final = primitive(np.hypot.reduce)
logaddexp: Final = primitive(np.logaddexp.reduce)
logaddexp2: Final = primitive(np.logaddexp2.reduce)

for _function in (fmax, fmin):
    rule(_function, params=_PARAMS, selects=True, a=extreme, initial=extreme_initial)


def _direction(g: Any, y: Any, a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    shape = shape_of(a)
    dx = a * opened(over(g, y), shape, axis, keepdims)
    return dx if where is None else np.where(where, dx, 0)


rule(hypot, params=_PARAMS, a=_direction, initial=lambda g, y, initial: over(g, y) * initial)


def _log_shares(ln_base: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """The pullbacks of y = log Σ exp a: exp(a − y). Divided by their sum, so that infinities tie."""

    def weight(a: Any, y: Any) -> Any:
        alike = (a == y) & np.isinf(y)
        return np.exp(ln_base * (np.where(alike, 0, a) - np.where(alike, 0, y)))

    def shares(g: Any, y: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> tuple[Any, Any]:
        shape = shape_of(a)
        y = opened(y, shape, axis, keepdims)
        w = weight(a, y) if where is None else np.where(where, weight(a, y), 0)
        first = 0 if initial is None else weight(initial, y)
        share = opened(g, shape, axis, keepdims) / nonzero(np.sum(w, axis, keepdims=True) + first)
        return w * share, first * share

    return (
        lambda g, y, a, axis, keepdims, initial, where: shares(g, y, a, axis, keepdims, initial, where)[0],
        lambda g, y, a, axis, keepdims, initial, where: shares(g, y, a, axis, keepdims, initial, where)[1],
    )


for _function, _ln_base in ((logaddexp, 1.0), (logaddexp2, LN2)):
    _of_a, _of_initial = _log_shares(_ln_base)
    rule(_function, params=_PARAMS, a=_of_a, initial=_of_initial)


def in_order(ufunc: np.ufunc) -> Callable[..., Any]:
    """The reduction by a ufunc whose order of evaluation matters: one step after the other, along one axis."""

    def reduce(a: Any, axis: Any = 0, keepdims: bool = False, **options: Any) -> Any:
        value = on_values(ufunc.reduce, (a, axis), {"keepdims": keepdims, **options})  # NumPy's own errors come first
        (axis,) = normalize_axis_tuple(range(len(shape_of(a))) if axis is None else axis, len(shape_of(a)))
        rows = np.moveaxis(a, axis, 0)
        masks = np.moveaxis(np.broadcast_to(options.get("where", True), shape_of(a)), axis, 0)
        initial = options.get("initial")
        y = rows[0] if initial is None else np.broadcast_to(initial, rows.shape[1:])
        for i in range(initial is None, len(rows)):
            step = ufunc(y, rows[i])
            y = np.where(masks[i], step, y) if "where" in options else step
        y = np.expand_dims(y, axis) if keepdims else y
        confirm(ufunc, "reduce", y, value)
        return y

    return reduce


def confirm(ufunc: np.ufunc, method: str, y: Any, value: Any) -> None:
    """Raise where a method of NumPy's does not give what the ufunc gives step by step.

    On processors with AVX-512 the loops of power and arctan2 read ahead of what they write (up to NumPy 2.4).
    """
    if not np.allclose(plain(y), plain(value), rtol=1e-3, atol=0, equal_nan=True):
        raise MissingRuleError(
            f"NumPy's {ufunc.__name__}.{method} is wrong here{users_line()}: it is not {ufunc.__name__} step by step, "
            f"and has no derivative. Take functools.reduce or itertools.accumulate with np.{ufunc.__name__}."
        )

"""The methods of ufuncs: which of them is which function, for each ufunc of two numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy._core import umath

from structgrad.arrays import shape_of
from structgrad.rules import folding, running, segments
from structgrad.tape.rule import Rule, derive, enter, name_of, refuse

SMOOTH: tuple[np.ufunc, ...] = (
    np.add,
    np.subtract,
    np.multiply,
    np.divide,
    np.power,
    np.float_power,
    np.remainder,
    np.fmod,
    np.maximum,
    np.minimum,
    np.fmax,
    np.fmin,
    np.hypot,
    np.arctan2,
    np.logaddexp,
    np.logaddexp2,
    np.copysign,
    np.nextafter,
    np.heaviside,
    np.ldexp,
)
FLAT: tuple[np.ufunc, ...] = (
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.left_shift,
    np.right_shift,
    np.gcd,
    np.lcm,
    np.floor_divide,
)
REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.maximum: np.max,
    np.minimum: np.min,
    np.fmax: folding.fmax,
    np.fmin: folding.fmin,
    np.hypot: folding.hypot,
    np.logaddexp: folding.logaddexp,
    np.logaddexp2: folding.logaddexp2,
}


def _summing(function: Callable[..., Any]) -> Callable[..., Any]:
    """np.sum and its kin, which go over all axes unless told, with the default of ufuncs: the first axis."""

    def over(array: Any, axis: Any = 0, dtype: Any = None, **options: Any) -> Any:
        return function(array, axis=axis, **options, **({} if dtype is None else {"dtype": dtype}))

    return over


def _of_items(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a function that takes no dtype, for it is that of the items."""

    def over(array: Any, axis: Any = 0, dtype: Any = None, **options: Any) -> Any:
        return function(array if dtype is None else np.astype(array, np.dtype(dtype)), axis=axis, **options)

    return over


def _accumulate(ufunc: np.ufunc) -> Callable[..., Any]:
    extreme = ufunc in (np.maximum, np.minimum, np.fmax, np.fmin)
    along = running.running_extreme if extreme else running.running
    return _of_items(lambda array, axis: along(ufunc, array, axis))


def _outer(ufunc: np.ufunc) -> Callable[..., Any]:
    """Every item of a with every item of b."""

    def outer(a: Any, b: Any, **options: Any) -> Any:
        columns, rows = shape_of(a), (1,) * len(shape_of(b))
        return ufunc(np.reshape(a, columns + rows) if columns and rows else a, b, **options)

    return outer


def flat_methods(ufunc: np.ufunc) -> None:
    """Say of a ufunc without slope that its methods have none either."""
    if ufunc.nin == 2:
        for method in ("outer", "reduce", "accumulate", "reduceat")[: 4 if ufunc.nout == 1 else 1]:
            key = (ufunc, method)
            enter(key, Rule(getattr(ufunc, method), name_of(key), "flat"))


_AT = "it has no rule for writing into an array by index. Write v[i] = w, with the ufunc's own result as w."

derive((np.add, "reduce"), _summing(np.sum))
derive((np.multiply, "reduce"), _summing(np.prod))
derive((np.add, "accumulate"), _summing(np.cumsum))
derive((np.multiply, "accumulate"), _summing(np.cumprod))
for _ufunc in SMOOTH:
    derive((_ufunc, "outer"), _outer(_ufunc))
    if _ufunc not in (np.add, np.multiply):
        derive((_ufunc, "reduce"), _of_items(REDUCTIONS.get(_ufunc) or folding.in_order(_ufunc)))
        derive((_ufunc, "accumulate"), _accumulate(_ufunc))
    derive((_ufunc, "reduceat"), segments.REDUCEATS.get(_ufunc) or segments.one_by_one(_ufunc))
derive((np.divmod, "outer"), _outer(np.divmod))
for _ufunc in FLAT:
    flat_methods(_ufunc)

for _ufunc in {function for function in vars(umath).values() if isinstance(function, np.ufunc)}:
    if _ufunc.nin <= 2 and _ufunc.nout == 1 and _ufunc.signature is None:  # others have no such method
        refuse((_ufunc, "at"), _AT)
for _name in ("real", "imag"):
    if hasattr(umath, _name):  # from NumPy 2.5 on they are ufuncs as well
        derive(getattr(umath, _name), getattr(np, _name))

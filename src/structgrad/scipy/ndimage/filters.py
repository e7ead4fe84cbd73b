"""Correlation and convolution with a kernel, differentiable in the array, the kernel and what lies beyond the array."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.ndimage

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.definition import any_traced, as_scipys, by_definition, gathered
from structgrad.scipy.ndimage.extension import correlated, lined_up
from structgrad.tape.call import refuse_out

ndimage: Any = scipy.ndimage  # its overloads know nothing of traced values


@as_scipys(scipy.ndimage.correlate)
def correlate(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: int | Sequence[int] = 0,
    **axes: Any,
) -> Any:
    """SciPy's `correlate`, differentiable in input, weights and cval."""
    return _filtered("correlate", input, weights, output, mode, cval, origin, **axes)


@as_scipys(scipy.ndimage.convolve)
def convolve(
    input: Any,
    weights: Any,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: int | Sequence[int] = 0,
    **axes: Any,
) -> Any:
    """SciPy's `convolve`, differentiable in input, weights and cval."""
    return _filtered("convolve", input, weights, output, mode, cval, origin, **axes)


@as_scipys(scipy.ndimage.correlate1d)
def correlate1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
) -> Any:
    """SciPy's `correlate1d`, differentiable in input, weights and cval."""
    return _filtered("correlate1d", input, weights, output, mode, cval, origin, axis)


@as_scipys(scipy.ndimage.convolve1d)
def convolve1d(
    input: Any,
    weights: Any,
    axis: int = -1,
    output: Any = None,
    mode: str = "reflect",
    cval: Any = 0.0,
    origin: int = 0,
) -> Any:
    """SciPy's `convolve1d`, differentiable in input, weights and cval."""
    return _filtered("convolve1d", input, weights, output, mode, cval, origin, axis)


def _filtered(
    name: str, x: Any, w: Any, output: Any, mode: str, cval: Any, origin: Any, axis: Any = None, axes: Any = None
) -> Any:
    only = {name: given for name, given in (("axis", axis), ("axes", axes)) if given is not None}

    def value(x: Any, w: Any, cval: Any) -> Any:
        return getattr(ndimage, name)(x, w, output=output, mode=mode, cval=cval, origin=origin, **only)

    def definition(x: Any, w: Any, cval: Any) -> Any:
        rank = len(shape_of(x))
        along = range(rank) if not only else np.atleast_1d(axes if axis is None else axis).tolist()
        origins = [0] * rank
        for i, one in zip(
            along if len(along) < rank else range(rank), np.broadcast_to(origin, len(along)), strict=True
        ):
            origins[i] = int(one)
        w = lined_up(w, along, rank)
        if name.startswith("correlate"):
            return correlated(x, conj(w), origins, mode, cval)
        turned = [-one - (size % 2 == 0) for one, size in zip(origins, shape_of(w), strict=True)]
        turned = [0 if size == 1 else one for one, size in zip(turned, shape_of(w), strict=True)]
        return correlated(x, np.flip(w), turned, mode, cval)

    return stated(name, output, value, definition, x, w, cval)


def stated(name: str, output: Any, value: Any, definition: Any, *args: Any) -> Any:
    """`by_definition` for what SciPy does not write into an array that it is given."""
    value.__name__ = name
    args = tuple(map(gathered, args))
    if isinstance(output, np.ndarray) and any_traced(args):
        refuse_out(f"ndimage.{name}")
    return by_definition(value, definition, *args)

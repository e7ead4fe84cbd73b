"""Convolution and correlation, direct or by Fourier transforms, in any number of dimensions.

A result of mode "same" or "valid" is a part of the full one, so its cotangent is one of the full result with zeros
around it; and back from the full one by either input leads the correlation with the other.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import scipy.signal

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

Shape = tuple[int, ...]


def reversed_conj(x: Any) -> Any:
    """x from back to front, conjugated."""
    return conj(np.flip(x))


def _full(g: Any, mode: str, m: Shape, n: Shape, axes: Sequence[int]) -> Any:
    """The cotangent of a full result of inputs of shapes m and n, out of that of a part from the middle."""
    if mode == "full":
        return g
    sizes = [m[i] + n[i] - 1 if i in axes else max(m[i], n[i]) for i in range(len(m))]
    rests = [size - k for size, k in zip(sizes, shape_of(g), strict=True)]
    widths = [(rest // 2, rest - rest // 2) for rest in rests]
    return np.pad(g, widths)


@primitive
def convolved(in1: Any, in2: Any, mode: Any, method: Any) -> Any:
    """The convolution."""
    return scipy.signal.convolve(in1, in2, mode, method)


@primitive
def correlated(in1: Any, in2: Any, mode: Any, method: Any) -> Any:
    """The correlation: in1 convolved with in2 from back to front, conjugated."""
    return scipy.signal.correlate(in1, in2, mode, method)


def _to_full(g: Any, mode: Any, m: Shape, n: Shape) -> Any:
    return _full(g, mode, m, n, range(len(m)))


rule(
    convolved,
    linear="in1 in2",
    in1=lambda g, in1_shape, in2, mode, method: correlated(
        _to_full(g, mode, in1_shape, shape_of(in2)), in2, "valid", method
    ),
    in2=lambda g, in1, in2_shape, mode, method: correlated(
        _to_full(g, mode, shape_of(in1), in2_shape), in1, "valid", method
    ),
)
rule(
    correlated,
    linear="in1 in2",
    in1=lambda g, in1_shape, in2, mode, method: convolved(
        _to_full(g, mode, in1_shape, shape_of(in2)), in2, "valid", method
    ),
    in2=lambda g, in1, in2_shape, mode, method: reversed_conj(
        correlated(_to_full(g, mode, shape_of(in1), in2_shape), in1, "valid", method)
    ),
)


def _of_arrays(function: Callable[..., Any], of_numbers: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def definition(in1: Any, in2: Any, mode: Any = "full", method: Any = "auto") -> Any:
        in1, in2 = array(in1), array(in2)
        if not shape_of(in1) and not shape_of(in2):
            return of_numbers(in1, in2)
        return function(in1, in2, mode, method)

    return definition


@primitive
def fft_convolved(in1: Any, in2: Any, mode: Any, axes: Any) -> Any:
    """The convolution along some axes, by Fourier transforms of the whole."""
    return scipy.signal.fftconvolve(in1, in2, mode, axes)


@primitive
def oa_convolved(in1: Any, in2: Any, mode: Any, axes: Any) -> Any:
    """The convolution along some axes, by Fourier transforms of blocks, which overlap."""
    return scipy.signal.oaconvolve(in1, in2, mode, axes)


def _along_axes(function: Callable[..., Any]) -> None:
    """The rule of a convolution along some axes. Along the others what is of length 1 is broadcast."""

    def back(g: Any, m: Shape, n: Shape, other: Any, mode: Any, axes: Any) -> Any:
        return function(_full(g, mode, m, n, axes), conj(np.flip(other, tuple(axes))), "valid", axes)

    rule(
        function,
        linear="in1 in2",
        in1=lambda g, in1_shape, in2, mode, axes: back(g, in1_shape, shape_of(in2), in2, mode, axes),
        in2=lambda g, in1, in2_shape, mode, axes: back(g, shape_of(in1), in2_shape, in1, mode, axes),
    )


_along_axes(fft_convolved)
_along_axes(oa_convolved)


def _of_axes(function: Callable[..., Any]) -> Callable[..., Any]:
    def definition(in1: Any, in2: Any, mode: Any = "full", axes: Any = None) -> Any:
        in1, in2 = array(in1), array(in2)
        rank = len(shape_of(in1))
        if not rank and not shape_of(in2):
            return in1 * in2
        axes = range(rank) if axes is None else np.ravel(axes).tolist()
        return function(in1, in2, mode, [range(rank)[axis] for axis in axes])

    return definition


convolve: Final = mirrored(scipy.signal.convolve, _of_arrays(convolved, lambda x, y: x * y))
correlate: Final = mirrored(scipy.signal.correlate, _of_arrays(correlated, lambda x, y: x * conj(y)))
fftconvolve: Final = mirrored(scipy.signal.fftconvolve, _of_axes(fft_convolved))
oaconvolve: Final = mirrored(scipy.signal.oaconvolve, _of_axes(oa_convolved))

"""Discrete Fourier transforms. The pullback of each is the opposite transform, cut or filled up to the length.

The matrix of the DFT is symmetric, so its adjoint is the inverse without the division by n; and since `norm` says which
of the two directions divides, the adjoint has the opposite norm.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.padding import framed
from structgrad.tape.rule import rule

# The adjoint of a transform of n points along an axis, of the cotangent, n, the axis and the norm.
Adjoint = Callable[[Any, int, int, Any], Any]
# What a transform does to one axis: its adjoint, its number of points if it was given, the axis.
Step = tuple[Adjoint, int | None, int]


def _opposite(norm: Any) -> Any:
    return {"forward": "backward", "ortho": "ortho"}.get(norm, "forward")


def _fft(g: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.ifft(g, n, axis, _opposite(norm))


def _ifft(g: Any, n: int, axis: int, norm: Any) -> Any:
    return np.fft.fft(g, n, axis, _opposite(norm))


def _rfft(g: Any, n: int, axis: int, norm: Any) -> Any:
    """The number at a frequency inside stands for two of the full spectrum in `irfft`, and for itself here."""
    return np.fft.irfft(_inside(g, 0.5, n, axis), n, axis, _opposite(norm))


def _irfft(g: Any, n: int, axis: int, norm: Any) -> Any:
    return _inside(np.fft.rfft(g, n, axis, _opposite(norm)), 2, n, axis)


def _inside(half: Any, factor: float, n: int, axis: int) -> Any:
    """Half of a spectrum of n points times a factor, but for the frequencies 0 and n/2, which have no twin."""
    k = np.arange(n // 2 + 1)
    factors = np.where((k == 0) | (2 * k == n), 1, factor).astype(np.float16)  # exact, and widens no dtype
    return half * factors.reshape([-1 if i == axis % half.ndim else 1 for i in range(half.ndim)])


def _resized(x: Any, n: int, axis: int) -> Any:
    """x cut to n items along an axis, or filled up with zeros."""
    axis, more = axis % x.ndim, n - shape_of(x)[axis]
    if more > 0:
        return framed(x, [(0, more if i == axis else 0) for i in range(x.ndim)], 0)
    return x[(*(slice(None),) * axis, slice(n))] if more else x


def _back(g: Any, shape: Sequence[int], steps: Sequence[Step], norm: Any) -> Any:
    """Back through the transforms of an array of a shape; an axis may be transformed more than once."""
    lengths = list(shape)
    undo = []
    for adjoint, points, axis in steps:
        before = lengths[axis]
        n = (2 * (before - 1) if adjoint is _irfft else before) if points is None else points
        undo.append((adjoint, n, axis, before))
        lengths[axis] = n // 2 + 1 if adjoint is _rfft else n
    for adjoint, n, axis, before in reversed(undo):
        g = _resized(adjoint(g, n, axis, norm), before, axis)
    return g


def _along(shape: Sequence[int], s: Any, axes: Any) -> list[tuple[int | None, int]]:
    """The number of points and the axis of each transform, as `s` and `axes` have them."""
    if axes is None:
        axes = range(-len(shape if s is None else s), 0)
    if s is None:
        return [(shape[axis], axis) for axis in axes]
    return [(shape[axis] if n == -1 else n, axis) for n, axis in zip(s, axes, strict=True)]


def _one(adjoint: Adjoint) -> Callable[..., Any]:
    return lambda g, a_shape, n, axis, norm: _back(g, a_shape, [(adjoint, n, axis)], norm)


def _many(adjoint: Adjoint) -> Callable[..., Any]:
    """The last axis is transformed first."""

    def pullback(g: Any, a_shape: Any, s: Any, axes: Any, norm: Any) -> Any:
        return _back(g, a_shape, [(adjoint, *step) for step in reversed(_along(a_shape, s, axes))], norm)

    return pullback


def _rfftn(g: Any, a_shape: Any, s: Any, axes: Any, norm: Any) -> Any:
    first, *others = reversed(_along(a_shape, s, axes))
    return _back(g, a_shape, [(_rfft, *first), *((_fft, *step) for step in others)], norm)


def _irfftn(g: Any, a_shape: Any, s: Any, axes: Any, norm: Any) -> Any:
    *others, (n, axis) = _along(a_shape, s, axes)
    last = (_irfft, 2 * (a_shape[axis] - 1) if s is None else n, axis)
    return _back(g, a_shape, [*((_ifft, *step) for step in others), last], norm)


def _hfft(g: Any, a_shape: Any, n: Any, axis: Any, norm: Any) -> Any:
    """hfft(a) is irfft(a*) with the opposite norm; so is ihfft(a) rfft(a)*."""
    return conj(_back(g, a_shape, [(_irfft, n, axis)], _opposite(norm)))


def _ihfft(g: Any, a_shape: Any, n: Any, axis: Any, norm: Any) -> Any:
    return _back(conj(g), a_shape, [(_rfft, n, axis)], _opposite(norm))


_PULLBACKS: dict[Any, Callable[..., Any]] = {
    np.fft.fft: _one(_fft),
    np.fft.ifft: _one(_ifft),
    np.fft.rfft: _one(_rfft),
    np.fft.irfft: _one(_irfft),
    np.fft.hfft: _hfft,
    np.fft.ihfft: _ihfft,
    np.fft.fft2: _many(_fft),
    np.fft.fftn: _many(_fft),
    np.fft.ifft2: _many(_ifft),
    np.fft.ifftn: _many(_ifft),
    np.fft.rfft2: _rfftn,
    np.fft.rfftn: _rfftn,
    np.fft.irfft2: _irfftn,
    np.fft.irfftn: _irfftn,
}
for _function, _pullback in _PULLBACKS.items():
    rule(_function, linear="a", a=_pullback)

rule(np.fft.fftshift, linear="x", x=lambda g, axes: np.fft.ifftshift(g, axes))
rule(np.fft.ifftshift, linear="x", x=lambda g, axes: np.fft.fftshift(g, axes))

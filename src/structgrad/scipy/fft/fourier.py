"""Fourier transforms of complex numbers, of real ones, and back to real ones."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.fft

from structgrad.arrays import shape_of
from structgrad.scipy.fft.axes import along, opposite, prepared, resized, several
from structgrad.scipy.mirrored import mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def complex_to_complex(x: Any, axes: Any, norm: Any, forward: Any, workers: Any) -> Any:
    """The transform of complex numbers."""
    return (scipy.fft.fftn if forward else scipy.fft.ifftn)(x, None, axes, norm, workers=workers)


@primitive
def real_to_complex(x: Any, axes: Any, norm: Any, forward: Any, workers: Any) -> Any:
    """The half of the transform of real numbers that determines the other."""
    return (scipy.fft.rfftn if forward else scipy.fft.ihfftn)(x, None, axes, norm, workers=workers)


@primitive
def complex_to_real(x: Any, n: Any, axes: Any, norm: Any, forward: Any, workers: Any) -> Any:
    """The transform of what half of it, with n // 2 + 1 items along the last axis, determines."""
    s = [shape_of(x)[axis] for axis in axes[:-1]]
    return (scipy.fft.hfftn if forward else scipy.fft.irfftn)(x, [*s, n], axes, norm, workers=workers)


def _inside(x: Any, n: int, axis: int, factor: float) -> Any:
    """x times a factor at the frequencies that have a twin in the other half."""
    k = np.arange(n // 2 + 1)
    return x * along(axis, np.where((k == 0) | (2 * k == n), 1, factor), x)


def _half_back(g: Any, x_shape: Any, axes: Any, norm: Any, forward: Any, workers: Any) -> Any:
    n = x_shape[axes[-1]]
    return complex_to_real(_inside(g, n, axes[-1], 0.5), n, axes, opposite(norm), not forward, workers)


def _whole_back(g: Any, n: Any, axes: Any, norm: Any, forward: Any, workers: Any) -> Any:
    return _inside(real_to_complex(g, axes, opposite(norm), not forward, workers), n, axes[-1], 2)


rule(
    complex_to_complex,
    linear="x",
    x=lambda g, axes, norm, forward, workers: complex_to_complex(g, axes, opposite(norm), not forward, workers),
)
rule(real_to_complex, linear="x", x=_half_back)
rule(complex_to_real, linear="x", x=_whole_back)


def _planless(plan: Any) -> None:
    if plan is not None:
        refuse_option("a transform", "plan=", "SciPy takes none either.")


def _many(transform: Callable[..., Any], forward: bool, default: Any = None) -> Callable[..., Any]:
    def many(
        x: Any,
        s: Any = None,
        axes: Any = default,
        norm: Any = None,
        overwrite_x: Any = False,
        workers: Any = None,
        *,
        plan: Any = None,
    ) -> Any:
        _planless(plan)
        x, s, axes = prepared(x, s, axes)
        if not axes and transform is complex_to_complex:
            return x
        return transform(resized(x, s, axes), axes, norm, forward, workers)

    return many


def _many_halves(forward: bool, default: Any = None) -> Callable[..., Any]:
    def many(
        x: Any,
        s: Any = None,
        axes: Any = default,
        norm: Any = None,
        overwrite_x: Any = False,
        workers: Any = None,
        *,
        plan: Any = None,
    ) -> Any:
        _planless(plan)
        x, s, axes = prepared(x, s, axes)
        if s is None:
            return complex_to_real(x, 2 * (shape_of(x)[axes[-1]] - 1), axes, norm, forward, workers)
        *others, n = s
        return complex_to_real(resized(x, [*others, n // 2 + 1], axes), n, axes, norm, forward, workers)

    return many


def _one(many: Callable[..., Any]) -> Callable[..., Any]:
    def one(
        x: Any,
        n: Any = None,
        axis: Any = -1,
        norm: Any = None,
        overwrite_x: Any = False,
        workers: Any = None,
        *,
        plan: Any = None,
    ) -> Any:
        return many(x, None if n is None else [n], [axis], norm, overwrite_x, workers, plan=plan)

    return one


def _shifted(sign: int) -> Callable[..., Any]:
    def shifted(x: Any, axes: Any = None) -> Any:
        axes = range(len(shape_of(x))) if axes is None else several(axes)
        return np.roll(x, [sign * (shape_of(x)[axis] // 2) for axis in axes], tuple(axes))

    return shifted


_fftn, _ifftn = _many(complex_to_complex, True), _many(complex_to_complex, False)
_rfftn, _ihfftn = _many(real_to_complex, True), _many(real_to_complex, False)
_hfftn, _irfftn = _many_halves(True), _many_halves(False)
_PLANE = (-2, -1)

fft: Final = mirrored(scipy.fft.fft, _one(_fftn))
ifft: Final = mirrored(scipy.fft.ifft, _one(_ifftn))
fft2: Final = mirrored(scipy.fft.fft2, _many(complex_to_complex, True, _PLANE))
ifft2: Final = mirrored(scipy.fft.ifft2, _many(complex_to_complex, False, _PLANE))
fftn: Final = mirrored(scipy.fft.fftn, _fftn)
ifftn: Final = mirrored(scipy.fft.ifftn, _ifftn)
rfft: Final = mirrored(scipy.fft.rfft, _one(_rfftn))
irfft: Final = mirrored(scipy.fft.irfft, _one(_irfftn))
rfft2: Final = mirrored(scipy.fft.rfft2, _many(real_to_complex, True, _PLANE))
irfft2: Final = mirrored(scipy.fft.irfft2, _many_halves(False, _PLANE))
rfftn: Final = mirrored(scipy.fft.rfftn, _rfftn)
irfftn: Final = mirrored(scipy.fft.irfftn, _irfftn)
hfft: Final = mirrored(scipy.fft.hfft, _one(_hfftn))
ihfft: Final = mirrored(scipy.fft.ihfft, _one(_ihfftn))
hfft2: Final = mirrored(scipy.fft.hfft2, _many_halves(True, _PLANE))
ihfft2: Final = mirrored(scipy.fft.ihfft2, _many(real_to_complex, False, _PLANE))
hfftn: Final = mirrored(scipy.fft.hfftn, _hfftn)
ihfftn: Final = mirrored(scipy.fft.ihfftn, _ihfftn)

fftshift: Final = mirrored(scipy.fft.fftshift, _shifted(1))
ifftshift: Final = mirrored(scipy.fft.ifftshift, _shifted(-1))

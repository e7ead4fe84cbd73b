"""Fourier transforms: adjoints of what NumPy computes, for every length, norm and choice of axes."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

NORMS = [None, "backward", "ortho", "forward"]
ONE = [np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft]
MANY = [np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn, np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2]
REAL = (np.fft.rfft, np.fft.ihfft, np.fft.rfftn, np.fft.rfft2)  # these take no complex numbers
# Lengths and axes: all, some, in another order, one axis twice; longer and shorter than the array.
AXES: list[dict[str, Any]] = [
    {},
    {"axes": (-1, 0)},
    {"axes": (1, 1)},
    {"s": (5, 2), "axes": (0, 2)},
    {"s": (-1, 3), "axes": (0, 1)},
    {"s": (2, 3, 5, 2), "axes": (0, 1, 0, 1)},
]


def numbers(shape: tuple[int, ...], kind: Any = complex, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=shape) + (1j * rng.normal(size=shape) if kind is complex else 0)
    return x.astype(kind)


def inner(x: Any, y: Any) -> float:
    return float(np.real(np.vdot(x, y)))


def kinds(f: Any) -> list[Any]:
    return [float] if f in REAL else [float, complex]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("f", ONE)
def test_a_transform_of_any_length_has_its_adjoint_for_a_pullback(f: Any, norm: Any) -> None:
    for length in (2, 5, 6):
        for n in (None, 1, 2, 3, 4, 5, 6, 7, 9):
            for kind in kinds(f):
                x, t = numbers((3, length), kind), numbers((3, length), kind, seed=1)
                y, pullback = sg.vjp(lambda v, n=n: f(v, n, norm=norm))(x)
                g = numbers(y.shape, y.dtype.type, seed=2)

                np.testing.assert_array_equal(y, f(x, n, norm=norm))
                # f is linear: <g, f(t)> is <pullback(g), t>, up to the rounding of a sum of some thirty products.
                assert inner(pullback(g), t) == pytest.approx(inner(g, f(t, n, norm=norm)), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("f", MANY)
def test_a_transform_along_any_axes_has_its_adjoint_for_a_pullback(f: Any, norm: Any) -> None:
    for lay in AXES:
        for kind in kinds(f):
            x, t = numbers((4, 3, 2), kind), numbers((4, 3, 2), kind, seed=1)
            y, pullback = sg.vjp(lambda v, lay=lay: f(v, norm=norm, **lay))(x)
            g = numbers(y.shape, y.dtype.type, seed=2)

            np.testing.assert_array_equal(y, f(x, norm=norm, **lay))
            assert inner(pullback(g), t) == pytest.approx(inner(g, f(t, norm=norm, **lay)), rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("f", [*ONE, *MANY, np.fft.fftshift, np.fft.ifftshift])
def test_transforms_agree_with_differences_to_second_order(f: Any) -> None:
    for kind in kinds(f):
        check_gradient(lambda v: f(v) * f(2 * v - 1), numbers((2, 3), kind), order=2)
        check_gradient(lambda v: np.abs(f(v.T)) ** 2, numbers((6, 4), kind)[::3, ::-1])


@pytest.mark.parametrize("f", [np.fft.fftshift, np.fft.ifftshift])
def test_shifts_along_axes_agree_with_differences(f: Any) -> None:
    for axes in (None, 0, (1,), (0, 0), (-1, 0)):
        check_gradient(lambda v, axes=axes: f(v, axes=axes), numbers((3, 4), float))


@pytest.mark.parametrize("f", [*ONE, *MANY])
def test_single_precision_stays_single(f: Any) -> None:
    for kind in (np.float32, np.complex64)[: len(kinds(f))]:
        x = numbers((4, 3), kind)
        y, pullback = sg.vjp(f)(x)

        assert y.dtype == f(x).dtype
        assert y.dtype.itemsize <= 8
        assert pullback(y).dtype == kind
        check_gradient(f, x)


@pytest.mark.parametrize("f", [*ONE, *MANY])
def test_batches_of_nothing_have_gradients_of_nothing(f: Any) -> None:
    x = np.zeros((0, 3, 4))
    options = {} if f in ONE else {"axes": (1, 2)}
    y, pullback = sg.vjp(lambda v: f(v, **options))(x)

    assert y.shape == f(x, **options).shape
    assert pullback(np.ones(y.shape, y.dtype)).shape == x.shape


def test_a_transform_along_no_axes_is_the_array_itself() -> None:
    check_gradient(lambda v: np.fft.fftn(v, axes=()), numbers((2, 3), float))


def test_the_gradient_of_the_energy_of_a_spectrum_is_twice_the_signal_by_parseval() -> None:
    x = numbers((8,))

    grad = sg.grad_bp(lambda v: np.sum(np.abs(np.fft.fft(v, norm="ortho")) ** 2), x)

    np.testing.assert_allclose(grad, 2 * x, rtol=1e-14)


def test_the_spacing_of_frequencies_has_a_slope() -> None:
    check_gradient(lambda d: np.fft.fftfreq(5, d), 0.7, order=2)
    check_gradient(lambda d: np.fft.rfftfreq(5, d), 0.7, order=2)


@pytest.mark.parametrize("f", [*ONE, *MANY])
def test_out_is_refused(f: Any) -> None:
    x = numbers((4, 3), float)
    with pytest.raises(LostGradientError, match="out="):
        sg.vjp(lambda v: f(v, out=np.empty_like(f(x))))(x)


def test_what_numpy_refuses_is_refused() -> None:
    for options in ({"n": 0}, {"norm": "none"}, {"n": 3, "axis": 2}):
        with pytest.raises(ValueError):
            sg.vjp(lambda v, options=options: np.fft.fft(v, **options))(numbers((3,)))
    with pytest.raises(TypeError):
        sg.vjp(np.fft.rfft)(numbers((3,)))

"""Short-time transforms, spectral densities, trends and the analytic signal."""

import warnings
from typing import Any

import numpy as np
import pytest
import scipy.signal

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import signal

RNG = np.random.default_rng(10)
X = RNG.normal(size=14)
Y = RNG.normal(size=14)
Z = X + 1j * Y
ROWS = RNG.normal(size=(2, 14))
CUTS: list[Any] = [
    {},
    {"noverlap": 2},
    {"nfft": 9},
    {"nfft": 8},
    {"detrend": "linear"},
    {"detrend": False},
    {"detrend": lambda x: x * x},
    {"return_onesided": False},
    {"window": ("kaiser", 3.0)},
    {"window": np.arange(1.0, 7.0)},
    {"fs": 2.5},
    {"nperseg": 5},
]
STFT = [{"boundary": b, "padded": p} for b in ("even", "odd", "constant", None) for p in (True, False)]
DENSITY = [{"scaling": "spectrum"}, {"average": "median"}, {"nperseg": 14}, {"nperseg": 14, "average": "median"}]


@pytest.mark.parametrize("options", [*CUTS, *STFT, {"scaling": "psd"}])
def test_short_time_transforms_agree_with_differences(along: Any, options: Any) -> None:
    options = {"nperseg": 6} | options
    along(lambda x: signal.stft(x, **options)[2], X[:9])


@pytest.mark.parametrize("options", [{}, {"detrend": lambda x: x * x}, {"boundary": "odd"}])
def test_short_time_transforms_of_columns_and_of_complex_signals(along: Any, options: Any) -> None:
    options = {"nperseg": 4} | options
    along(lambda x: signal.stft(x, axis=0, **options)[2], ROWS[:, :7].T)
    along(lambda z: signal.stft(z, **(options | {"return_onesided": False}))[2], Z[:7])


def test_short_time_transforms_have_second_derivatives_and_plain_times(along: Any) -> None:
    along(lambda x: np.abs(signal.stft(x, nperseg=4)[2]) ** 2, X[:7], order=2)

    (f, time, z), pullback = sg.vjp(lambda x: signal.stft(x, nperseg=4, fs=3.0))(ROWS)
    for found, expected in zip((f, time, z), scipy.signal.stft(ROWS, nperseg=4, fs=3.0), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert pullback((0 * f, 0 * time, z)).shape == ROWS.shape


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({}, (1, 3, 3)),
        ({"noverlap": 5}, (5, 3)),
        ({"nperseg": 9}, (5, 3)),
        ({"nperseg": 6, "nfft": 8}, (5, 3)),
        ({"input_onesided": False, "window": np.arange(1.0, 6.0)}, (5, 3)),
        ({"boundary": False, "window": "boxcar"}, (5, 3)),
        ({"time_axis": 0, "freq_axis": 2}, (3, 2, 3)),
        ({"time_axis": 0, "freq_axis": 1}, (3, 5)),
        ({"scaling": "psd", "fs": 2.0}, (5, 3)),
    ],
)
def test_inverse_short_time_transforms_agree_with_differences(along: Any, options: Any, shape: Any) -> None:
    z = RNG.normal(size=shape) + 1j * RNG.normal(size=shape)
    along(lambda z: signal.istft(z, **options)[1], z, order=2 if not options else 1)
    along(lambda z: signal.istft(z, **options)[1], z.real.astype(np.float32))


def test_a_signal_comes_back_and_so_does_its_gradient() -> None:
    grad = sg.grad_bp(lambda x: np.sum(signal.istft(signal.stft(x, nperseg=4)[2], nperseg=4)[1][:7] * Y[:7]), X[:7])

    np.testing.assert_allclose(grad, Y[:7], rtol=1e-13)  # rounding


@pytest.mark.parametrize("options", [*CUTS, *DENSITY])
def test_spectral_densities_agree_with_differences(along: Any, options: Any) -> None:
    along(lambda x, y: signal.csd(x, y, **({"nperseg": 6} | options))[1], X, Y[:9])


@pytest.mark.parametrize("options", [{}, {"average": "median"}, {"nfft": 7, "scaling": "spectrum"}])
def test_spectral_densities_of_columns_and_of_complex_signals(along: Any, options: Any) -> None:
    options = {"nperseg": 6} | options
    along(lambda x, y: signal.csd(x, y, axis=0, **options)[1], X[:, None], Y[:9, None])
    along(lambda x: signal.welch(x, axis=-2, **options)[1], ROWS.T)
    along(lambda z: signal.welch(z, **options)[1], Z)


def test_spectral_densities_have_second_derivatives(along: Any) -> None:
    averages: tuple[Any, ...] = ("mean", "median")
    for average in averages:
        along(lambda x, a=average: signal.welch(x, nperseg=3, average=a)[1], X[:7], order=2)
    along(lambda x, y: signal.csd(x, y, nperseg=3)[1], X[:5], Y[:5], order=2)
    along(lambda x, y: signal.coherence(x, y, nperseg=4)[1], X[:9], Y[:9])


def test_the_density_of_a_signal_with_itself_is_real() -> None:
    value, pullback = sg.vjp(lambda x: signal.csd(x, x, nperseg=6)[1])(X)

    assert value.dtype == np.float64
    assert pullback(value).dtype == np.float64


@pytest.mark.parametrize(
    "options",
    [{}, {"nfft": 20}, {"nfft": 9}, {"window": None}, {"window": "hann", "scaling": "spectrum"}, {"detrend": False}],
)
def test_periodograms_agree_with_differences(along: Any, options: Any) -> None:
    along(lambda x: signal.periodogram(x, axis=0, **options)[1], ROWS[:1].T)


def test_a_short_signal_shortens_the_segments_and_warns_as_scipy_does(along: Any) -> None:
    for f in (signal.welch, signal.stft):
        with pytest.warns(UserWarning, match="nperseg"):
            along(lambda x, f=f: f(x)[-1], X)
        with warnings.catch_warnings(action="error"), pytest.raises(UserWarning, match="nperseg"):
            sg.vjp(lambda x, f=f: f(x)[-1])(X)


@pytest.mark.parametrize("name", ["csd", "welch", "stft", "istft"])
@pytest.mark.parametrize("option", ["fs", "window"])
def test_windows_and_rates_that_are_differentiated_are_refused(name: str, option: str) -> None:
    args = (X, Y) if name == "csd" else (np.ones((5, 3)),) if name == "istft" else (X,)
    with pytest.raises(MissingRuleError, match=f"{option}="):
        sg.grad_bp(lambda v: np.sum(getattr(signal, name)(*args, **{option: v})[-1]).real, X[:8])


@pytest.mark.parametrize(
    "options", [{"noverlap": 6}, {"nfft": 5}, {"window": np.ones(20)}, {"scaling": "none"}, {"boundary": "none"}]
)
def test_segments_that_do_not_fit_are_refused(options: Any) -> None:
    with pytest.raises(ValueError):
        sg.grad_bp(lambda x: np.sum(signal.stft(x, **({"nperseg": 6} | options))[2]).real, X)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("type", ["linear", "constant"])
def test_trends_agree_with_differences(along: Any, type: Any, axis: int) -> None:
    along(lambda x: signal.detrend(x, axis, type), RNG.normal(size=(3, 4)), order=2)
    along(lambda x: signal.detrend(x, axis, type, bp=[4]), np.outer(X[:7], Y[:7])[:, :: 6 if axis == 0 else 1])


@pytest.mark.parametrize("n", [None, 4, 15])
def test_analytic_signals_agree_with_differences(along: Any, n: Any) -> None:
    along(lambda x: np.abs(signal.hilbert(x, n)), X[:6], order=2)
    along(lambda x: signal.hilbert(x, n, axis=0), X[:7, None])
    with pytest.raises(ValueError, match="real"):
        sg.grad_bp(lambda z: np.sum(np.abs(signal.hilbert(z, n))), Z)  # pyright: ignore[reportArgumentType, reportCallIssue]  # what is refused


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("csd", (X, Y, 1.0, "hann", 6)),
        ("welch", (X, 1.0, "hann", 6)),
        ("periodogram", (X,)),
        ("coherence", (X, Y, 1.0, "hann", 4)),
        ("stft", (X, 1.0, "hann", 6)),
        ("istft", (Z[:12].reshape(4, 3),)),
        ("detrend", (X,)),
        ("hilbert", (X,)),
    ],
)
def test_plain_arguments_give_what_scipy_gives_and_float32_stays(name: str, args: Any) -> None:
    mirror, function = getattr(signal, name), getattr(scipy.signal, name)

    def last(y: Any) -> Any:
        return y[-1] if isinstance(y, tuple) else y

    np.testing.assert_array_equal(last(mirror(*args)), last(function(*args)))
    x = args[0].astype(np.complex64 if np.iscomplexobj(args[0]) else np.float32)
    value, pullback = sg.vjp(lambda x: last(mirror(x, *args[1:])))(x)
    assert value.dtype == last(function(x, *args[1:])).dtype
    assert pullback(value).dtype == x.dtype


def test_what_is_not_mirrored_is_scipys_own() -> None:
    assert signal.butter is scipy.signal.butter
    assert set(signal.__all__) > set("convolve convolve2d correlate correlate2d csd detrend fftconvolve".split())

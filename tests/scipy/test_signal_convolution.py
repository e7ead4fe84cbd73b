"""Convolution and correlation: every mode, method, boundary and axis, against differences and against plain SciPy."""

from typing import Any

import numpy as np
import pytest
import scipy.signal

import structgrad as sg
from structgrad.scipy import signal

RNG = np.random.default_rng(8)
X = RNG.normal(size=6)
W = RNG.normal(size=3)
PLANE = RNG.normal(size=(3, 4))
KERNEL = RNG.normal(size=(2, 3))
CUBE = RNG.normal(size=(2, 1, 30))
MODES = ["full", "same", "valid"]


@pytest.mark.feature(141)
@pytest.mark.parametrize("f", [signal.convolve, signal.correlate])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", ["direct", "fft", "auto"])
def test_convolutions_agree_with_differences(along: Any, f: Any, mode: Any, method: Any) -> None:
    def g(x: Any, w: Any) -> Any:
        return f(x, w, mode, method)

    along(g, X, W, order=2 if method == "direct" else 1)
    along(g, PLANE, KERNEL)
    for m, n in ((4, 2), (3, 6), (4, 4)) if method != "auto" else ((1, 3),):  # even, swapped, as long
        along(g, X[:m], np.append(W, X)[:n])


@pytest.mark.feature(141)
@pytest.mark.parametrize("f", [signal.convolve, signal.correlate])
@pytest.mark.parametrize("mode", MODES)
def test_complex_convolutions_agree_with_differences(along: Any, f: Any, mode: Any) -> None:
    along(lambda x, w: f(x, w, mode), X[1:] + 1j * X[:5], W + 1j * W[::-1])
    along(lambda x, w: f(x, w, mode), X, W + 1j)


@pytest.mark.parametrize("f", [signal.convolve, signal.correlate, signal.fftconvolve, signal.oaconvolve])
def test_numbers_and_lists_are_convolved_too(along: Any, f: Any) -> None:
    along(f, 1.3, 2.4)
    along(lambda x: f(x, [1, 2.0]), X)
    along(lambda a, b: f([a, b, 1.0], X), 1.3, 2.0)


@pytest.mark.feature(141)
@pytest.mark.parametrize("f", [signal.fftconvolve, signal.oaconvolve])
@pytest.mark.parametrize("mode", MODES)
def test_convolutions_along_axes_agree_with_differences(along: Any, f: Any, mode: Any) -> None:
    along(lambda x, w: f(x, w, mode), X, W, order=2)
    along(lambda x, w: f(x, w, mode), PLANE + 1j, KERNEL + 1j)
    along(lambda x, w: f(x, w, mode, axes=-1), CUBE[:1, :, :12], RNG.normal(size=(1, 2, 3)))
    along(lambda x, w: f(x, w, mode, axes=[1]), PLANE[:1], RNG.normal(size=(4, 2)))


@pytest.mark.feature(141)
@pytest.mark.parametrize("f", [signal.convolve2d, signal.correlate2d])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("boundary", "fillvalue"), [("fill", 0), ("fill", 1.7), ("wrap", 0), ("symm", 0)])
def test_planes_agree_with_differences(along: Any, f: Any, mode: Any, boundary: Any, fillvalue: Any) -> None:
    def g(x: Any, w: Any) -> Any:
        return f(x, w, mode, boundary, fillvalue)

    along(g, PLANE, KERNEL, order=2 if boundary == "symm" else 1)
    along(g, KERNEL + 1j * KERNEL[::-1], PLANE + 1j * PLANE[::-1])  # in "valid" mode SciPy exchanges them


def test_the_fill_value_has_a_derivative_and_whole_numbers_are_padded_by_it(along: Any) -> None:
    along(lambda v: signal.convolve2d(PLANE, KERNEL, fillvalue=v), 1.7)
    along(lambda w: signal.convolve2d(np.ones((3, 3), int), w, fillvalue=0.5), KERNEL)


@pytest.mark.parametrize(
    ("name", "w", "options"),
    [
        ("convolve2d", X, ()),
        ("convolve2d", PLANE, ("none",)),
        ("convolve2d", PLANE.T[:, :2], ("valid",)),
        ("convolve", X, ()),
        ("convolve", PLANE, ("none",)),
        ("fftconvolve", PLANE, ("full", [])),
    ],
)
def test_what_cannot_be_convolved_is_refused(name: str, w: Any, options: Any) -> None:
    with pytest.raises(ValueError):
        getattr(signal, name)(PLANE, w, *options)
    with pytest.raises(ValueError):
        sg.grad_bp(lambda x: np.sum(getattr(signal, name)(x, w, *options)), PLANE)


@pytest.mark.feature(141)
@pytest.mark.parametrize("name", "convolve correlate fftconvolve oaconvolve convolve2d correlate2d".split())
def test_plain_arguments_give_what_scipy_gives_and_float32_stays(name: str) -> None:
    mirror, function = getattr(signal, name), getattr(scipy.signal, name)
    x, w = PLANE.astype(np.float32), KERNEL.astype(np.float32)

    np.testing.assert_array_equal(mirror(PLANE, KERNEL, "same"), function(PLANE, KERNEL, "same"))
    value, pullback = sg.vjp(lambda p: mirror(*p))((x, w))
    assert value.dtype == np.float32
    assert [g.dtype for g in pullback(value)] == [np.float32, np.float32]


@pytest.mark.feature(141)
def test_pooling_is_a_convolution_with_ones_read_in_steps(along: Any) -> None:
    along(lambda x: signal.convolve2d(x, np.ones((2, 2)) / 4, "valid")[::2, ::2], PLANE)


def test_tangents_are_pushed_forward_by_the_convolution_itself() -> None:
    _, pushed = sg.jvp(lambda x: signal.correlate(signal.convolve(x, W), W))(X, X**2)

    np.testing.assert_array_equal(pushed, scipy.signal.correlate(scipy.signal.convolve(X**2, W), W))

"""Filters of arrays, and arrays read between their items: in every mode as SciPy computes them, and their gradients."""

from typing import Any

import numpy as np
import pytest
import scipy.ndimage

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.scipy import ndimage
from structgrad.testing import check_gradient

scipys: Any = scipy.ndimage
MODES = ["reflect", "grid-mirror", "mirror", "nearest", "wrap", "grid-wrap", "constant", "grid-constant"]
IMAGE = np.sin(1.7 * np.arange(20.0)).reshape(5, 4)
KERNEL = np.cos(0.9 * np.arange(20.0)).reshape(4, 5)
AT = np.array([[[1.3, 2.7, -3.4], [0.2, 3.9, 7.3]], [[0.4, -0.6, 2.2], [2.7, 1.1, 5.6]]])


@pytest.mark.feature(141)
@pytest.mark.parametrize("shape", [(2, 3), (4, 5)])
@pytest.mark.parametrize("mode", MODES)
def test_correlation_and_convolution_agree_with_differences(mode: Any, shape: tuple[int, int]) -> None:
    origins: tuple[Any, ...] = (0, tuple((n - 1) // 2 for n in shape))
    for function in (ndimage.correlate, ndimage.convolve):
        for origin in origins:
            check_gradient(
                lambda x, w, c, f=function, o=origin: f(x, w, mode=mode, cval=c, origin=o),
                IMAGE,
                KERNEL[: shape[0], : shape[1]],
                1.3,
            )


@pytest.mark.feature(141)
@pytest.mark.parametrize("mode", MODES)
def test_filters_along_one_axis_agree_with_differences(mode: Any) -> None:
    for function in (ndimage.correlate1d, ndimage.convolve1d):
        check_gradient(
            lambda x, w, c, f=function: f(x, w, axis=0, mode=mode, cval=c, origin=-1), IMAGE, KERNEL[:, 0], 1.3
        )
    check_gradient(lambda x, c: ndimage.uniform_filter1d(x, 4, 0, mode=mode, cval=c, origin=1), IMAGE, 1.3)
    check_gradient(lambda x, c: ndimage.uniform_filter(x, [3, 4], mode=mode, cval=c), IMAGE, 1.3)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
@pytest.mark.parametrize("mode", ["reflect", "constant"])
def test_gaussian_filters_agree_with_differences_also_by_their_width(mode: Any, order: int) -> None:
    def smooth(x: Any, sigma: Any, c: Any) -> Any:
        # A radius, for the width of the kernel jumps where differences go.
        return ndimage.gaussian_filter(x, sigma, order, mode=mode, cval=c, radius=3)

    check_gradient(smooth, IMAGE, 0.8, 1.3)


def test_options_for_each_axis_are_honoured() -> None:
    def smooth(x: Any, sigma: Any) -> Any:
        return ndimage.gaussian_filter(x, sigma, (0, 1), mode=("wrap", "mirror"), radius=(2, 4))

    check_gradient(smooth, IMAGE, [0.8, 1.2], order=2)
    check_gradient(lambda x: ndimage.gaussian_filter(x, [0.0, 1.0]), IMAGE)
    check_gradient(lambda x: ndimage.gaussian_filter(x, 1.0, axes=(1,)), IMAGE)
    check_gradient(lambda x: ndimage.gaussian_filter1d(x, 0.7, 0), IMAGE)
    check_gradient(lambda x: ndimage.uniform_filter(x, 3, axes=(0,)), IMAGE)
    volume, kernel = np.sin(np.arange(24.0)).reshape(3, 2, 4), KERNEL[:2, :3]
    origin: Any = (-1, 1)  # one number to SciPy's stubs
    for function in (ndimage.correlate, ndimage.convolve):
        check_gradient(lambda x, w, f=function: f(x, w, axes=(0, 2), origin=origin), volume, kernel)


def test_second_derivatives_and_complex_numbers_agree_with_differences() -> None:
    check_gradient(ndimage.convolve, IMAGE[:3, :3], KERNEL[:2, :2], order=2)
    check_gradient(ndimage.correlate, IMAGE + 1j * IMAGE[::-1], KERNEL[:2, :2] + 1j)
    check_gradient(ndimage.convolve, IMAGE, KERNEL[:2, :2] + 1j)


def test_a_kernel_turned_by_hand_makes_a_convolution_of_a_correlation() -> None:
    w = KERNEL[:3, :3]

    _, pullback = sg.vjp(lambda x: ndimage.correlate(x, w, mode="constant"))(IMAGE)

    np.testing.assert_allclose(pullback(IMAGE), scipys.convolve(IMAGE, w, mode="constant"), rtol=1e-13)  # rounding


@pytest.mark.parametrize(("order", "prefilter"), [(0, True), (1, True), (2, True), (3, True), (3, False), (5, True)])
@pytest.mark.parametrize("mode", MODES)
def test_reading_between_items_agrees_with_differences(mode: Any, order: Any, prefilter: bool) -> None:
    def read(x: Any, at: Any, c: Any) -> Any:
        return ndimage.map_coordinates(x, at, order=order, mode=mode, cval=c, prefilter=prefilter)

    check_gradient(read, IMAGE, AT, 1.3)
    check_gradient(read, IMAGE[:1], AT[:, 0], 1.3)


@pytest.mark.parametrize("mode", MODES)
def test_long_splines_have_the_transpose_of_scipys_filter(mode: Any) -> None:
    x, g = np.sin(np.arange(70.0) ** 1.3), np.cos(np.arange(280.0))
    at = np.linspace(-3, 72, 280)[None]

    _, pullback = sg.vjp(lambda x: ndimage.map_coordinates(x, at, mode=mode))(x)

    rows = np.stack([scipys.map_coordinates(unit, at, mode=mode) for unit in np.eye(70)])
    np.testing.assert_allclose(pullback(g), rows @ g, atol=1e-12)  # sums of 280 numbers of size 1


def test_second_derivatives_of_reading_agree_with_differences() -> None:
    def read(x: Any, at: Any) -> Any:
        return ndimage.map_coordinates(x, at, order=3, mode="nearest")

    check_gradient(read, IMAGE[:3, :3], AT[:, 0], order=2)
    check_gradient(read, IMAGE + 1j * IMAGE[::-1], AT[:, 0])


def test_on_an_item_the_slope_is_the_mean_of_both_sides() -> None:
    squares = np.array([0.0, 1.0, 4.0, 9.0])

    def slopes(mode: Any) -> Any:
        return sg.grad_bp(
            lambda at: np.sum(ndimage.map_coordinates(squares, [at], order=1, mode=mode)), np.arange(4.0)
        ).tolist()

    assert slopes("constant") == [1.0, 2.0, 4.0, 5.0]
    assert slopes("nearest") == [0.5, 2.0, 4.0, 2.5]


def test_coordinates_may_come_as_a_list() -> None:
    check_gradient(lambda x, a, b: ndimage.map_coordinates(x, [a, b], order=1), IMAGE, AT[0], AT[1])


@pytest.mark.parametrize("function", [ndimage.gaussian_filter, ndimage.uniform_filter])
def test_float32_stays_float32(function: Any) -> None:
    value, pullback = sg.vjp(lambda x: function(x, 2))(IMAGE.astype(np.float32))

    assert value.dtype == pullback(value).dtype == np.float32


def test_a_nan_reaches_no_further_than_the_kernel() -> None:
    x = np.where(np.arange(5)[:, None] == 4, np.nan, IMAGE)

    grad = sg.grad_bp(lambda x: ndimage.gaussian_filter(x, 0.4)[0, 0], x)

    assert np.isfinite(grad).all()


def test_whole_numbers_round_and_are_flat_unless_floats_are_asked_for() -> None:
    whole = np.arange(5)

    value, pullback = sg.vjp(lambda w: ndimage.correlate(whole, w))(np.array([0.5, 0.5]))

    assert value.dtype == whole.dtype
    assert pullback(value).tolist() == [0.0, 0.0]
    check_gradient(lambda w: ndimage.correlate(whole, w, output=float), np.array([0.5, 0.5]))


def test_an_array_to_write_into_is_refused() -> None:
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda x: np.sum(ndimage.gaussian_filter(x, 1.0, output=np.zeros((5, 4)))), IMAGE)


def test_on_plain_arguments_all_is_scipys() -> None:
    w, at = KERNEL[:3, :3], AT.reshape(2, -1)
    for name, args in {
        "correlate": (IMAGE, w),
        "convolve": (IMAGE, w),
        "correlate1d": (IMAGE, w[0]),
        "convolve1d": (IMAGE, w[0]),
        "gaussian_filter": (IMAGE, 1.0),
        "gaussian_filter1d": (IMAGE, 1.0),
        "uniform_filter": (IMAGE, 3),
        "uniform_filter1d": (IMAGE, 3),
        "map_coordinates": (IMAGE, at),
    }.items():
        assert np.array_equal(*(getattr(module, name)(*args) for module in (ndimage, scipys)))
    out = np.zeros((5, 4))
    assert ndimage.correlate(IMAGE, w, out) is out
    assert ndimage.sobel is scipys.sobel

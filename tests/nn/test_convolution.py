"""conv2d against PyTorch, SciPy and differences, with all its options."""

import itertools
import re
from typing import Any

import numpy as np
import pytest
import scipy.signal
import torch

import structgrad as sg
from structgrad.nn import conv2d
from structgrad.testing import check_gradient

RNG = np.random.default_rng(7)
STATE = RNG.bit_generator.state
OPTIONS: list[dict[str, Any]] = [
    {},
    {"stride": 2, "padding": 1},
    {"stride": (3, 2), "padding": (0, 2), "dilation": (1, 2)},
    {"groups": 2, "padding": (2, 1), "dilation": 2},
    {"groups": 4, "stride": (1, 2)},
    {"padding": "same", "dilation": (2, 1)},
    {"padding": "valid", "groups": 2},
]


@pytest.fixture(autouse=True)
def _rewound() -> None:
    """Each test draws the same numbers, whichever ran before it."""
    RNG.bit_generator.state = STATE


def operands(groups: int = 1, n: int = 2, size: tuple[int, int] = (3, 3)) -> tuple[Any, Any, Any]:
    """Images, kernels and biases."""
    return RNG.normal(size=(n, 4, 7, 6)), RNG.normal(size=(8, 4 // groups, *size)), RNG.normal(size=8)


@pytest.mark.feature(141)
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("size", [(3, 3), (1, 1), (3, 1)])
def test_values_and_gradients_are_those_of_pytorch(options: dict[str, Any], size: tuple[int, int]) -> None:
    args = operands(options.get("groups", 1), 2, size)
    tensors = [torch.tensor(a, requires_grad=True) for a in args]
    expected = torch.nn.functional.conv2d(*tensors, **options)
    g = RNG.normal(size=tuple(expected.shape))
    expected.backward(torch.tensor(g))

    y, pullback = sg.vjp(lambda p: conv2d(*p, **options))(args)

    # Sums of at most 250 products of numbers of size 1, in another order.
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=0, atol=1e-12)
    for ours, tensor in zip(pullback(g), tensors, strict=True):
        np.testing.assert_allclose(ours, tensor.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.feature(141)
@pytest.mark.parametrize("options", OPTIONS)
def test_both_orders_and_modes_agree_with_differences(options: dict[str, Any]) -> None:
    x, w, b = operands(options.get("groups", 1), 1)
    x, w = x[:, :, :5, :5], w[:4]

    # Squared, so that the second derivative goes through the cotangents of the pullbacks too.
    check_gradient(lambda x, w, b: conv2d(x, w, b, **options) ** 2, x, w, b[:4], order=2)


def test_a_third_derivative_agrees_with_differences() -> None:
    x, w, b = RNG.normal(size=(1, 2, 3, 3)), RNG.normal(size=(2, 1, 2, 2)), RNG.normal(size=2)

    check_gradient(lambda x, w, b: np.sum(conv2d(x, w, b, groups=2, padding=1) ** 3), x, w, b, order=3)


@pytest.mark.feature(141)
@pytest.mark.parametrize(("mode", "padding"), [("valid", 0), ("full", (1, 2))])
def test_one_channel_is_the_correlation_of_scipy(mode: Any, padding: Any) -> None:
    x, w = RNG.normal(size=(6, 7)), RNG.normal(size=(2, 3))

    y = conv2d(x[None, None], w[None, None], padding=padding)
    expected = scipy.signal.correlate(x, w, mode)

    np.testing.assert_allclose(y[0, 0], expected, rtol=0, atol=1e-14)  # sums of six


@pytest.mark.parametrize("size", list(itertools.product((1, 2, 3, 4), (1, 2))))
def test_the_same_size_is_kept_by_kernels_even_and_odd(size: tuple[int, int]) -> None:
    x, w, _ = operands(1, 2, size)
    before = [(k - 1) // 2 for k in size]
    frame = [(0, 0), (0, 0), *[(m, k - 1 - m) for m, k in zip(before, size, strict=True)]]

    y = conv2d(x, w, padding="same")

    assert y.shape == (2, 8, 7, 6)
    np.testing.assert_allclose(y, conv2d(np.pad(x, frame), w), rtol=0, atol=1e-13)


def test_complex_images_and_kernels() -> None:
    x, w, b = (a + 1j * c for a, c in zip(operands(2, 1), operands(2, 1), strict=True))

    check_gradient(lambda x, w, b: conv2d(x, w, b, groups=2, stride=2) ** 2, x[:, :, :4, :4], w[:2], b[:2], order=2)
    check_gradient(lambda w: conv2d(x.real, w, groups=2), w)


def test_single_precision_is_kept() -> None:
    x, w, b = (a.astype(np.float32) for a in operands())

    check_gradient(lambda x, w, b: conv2d(x, w, b, padding=1), x, w, b)
    assert conv2d(x, w, b).dtype == np.float32
    assert conv2d(x, w.astype(float), b).dtype == np.float64


def test_bytes_are_seen_as_what_the_kernel_is_made_of() -> None:
    x, w = RNG.integers(0, 256, (2, 4, 7, 6)).astype(np.uint8), operands()[1].astype(np.float32)
    y, dw = sg.vjp(lambda w: conv2d(x, w))(w)

    assert y.dtype == np.float32
    np.testing.assert_allclose(y, conv2d(x.astype(float), w), rtol=1e-5, atol=1e-2)  # 36 terms of about 255, rounded
    assert dw(y).dtype == np.float32


def test_no_images_give_no_outputs_and_no_slope() -> None:
    x, w, b = operands(1, 0)
    y, pullback = sg.vjp(lambda p: conv2d(*p, padding=1))((x, w, b))
    dx, dw, db = pullback(y)

    assert y.shape == (0, 8, 7, 6)
    assert dx.shape == x.shape
    assert not np.any(dw)
    assert not np.any(db)
    assert sg.vjp(lambda w: conv2d(x, w))(w)[0].shape == (0, 8, 5, 4)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_batch_too_large_to_lay_out_at_once_is_the_same_as_its_images(groups: int) -> None:
    x, w = RNG.normal(size=(17, 4, 32, 32)), RNG.normal(size=(4, 4 // groups, 5, 5))
    g = RNG.normal(size=(17, 4, 28, 28))

    y, pullback = sg.vjp(lambda p: conv2d(*p, groups=groups))((x, w))
    dx, dw = pullback(g)
    alone = [sg.vjp(lambda p: conv2d(*p, groups=groups))((x[i : i + 1], w)) for i in range(17)]
    back = [pull(g[i : i + 1]) for i, (_, pull) in enumerate(alone)]

    np.testing.assert_allclose(y, np.concatenate([y for y, _ in alone]), rtol=0, atol=1e-12)  # sums of 100 products
    np.testing.assert_allclose(dx, np.concatenate([dx for dx, _ in back]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(dw, sum(dw for _, dw in back), rtol=0, atol=1e-10)  # of 13,000


def test_either_operand_alone_is_enough_and_lists_are_arrays() -> None:
    x, w, b = operands()
    check_gradient(lambda x: conv2d(x, w.tolist(), b.tolist(), stride=2), x)
    check_gradient(lambda b: conv2d(x, w, [b, 2 * b, *b * np.ones(6)]), 0.3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a list, which a run takes
    check_gradient(lambda w: conv2d(x[:, :1], w[None]), w[0, :1])
    check_gradient(lambda x: conv2d(x, x[:, :, :2, :2]), x[:1, :, :4, :4])


def test_the_gradient_of_images_is_an_array_of_its_own() -> None:
    x, w, _ = operands()

    dx = sg.grad_bp(lambda x: np.sum(conv2d(x, w, padding=2)))(x)

    assert dx.flags.c_contiguous
    assert dx.base is None


def test_a_pixel_that_is_infinite_is_seen_only_from_where_it_lies() -> None:
    x, w, _ = operands()
    x[1, 2, 0, 0] = np.inf

    y = conv2d(x, w)

    assert np.argwhere(~np.isfinite(y)).tolist() == [[1, o, 0, 0] for o in range(8)]


X, W = (2, 4, 7, 6), (8, 4, 3, 3)


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        (X[1:], W, None, {}, "x is (n, c, h, w), not (4, 7, 6); one image is x[None]"),
        (X, W[:3], None, {}, "w is (o, c / groups, kh, kw), none of them 0, not (8, 4, 3)"),
        (X, (8, 4, 0, 3), None, {}, "none of them 0, not (8, 4, 0, 3)"),
        (X, (8, 3, 3, 3), None, {}, "4 channels in 1 group take kernels of (8, 4, kh, kw), not (8, 3, 3, 3)"),
        (
            X,
            W,
            None,
            {"groups": np.int64(2)},
            "4 channels in 2 groups take kernels of (8, 2, kh, kw), not (8, 4, 3, 3)",
        ),
        (X, W, None, {"groups": 3}, "groups divides the 4 channels and the 8 kernels; 3 does not"),
        (X, (7, 2, 3, 3), None, {"groups": 2}, "groups divides the 4 channels and the 7 kernels; 2 does not"),
        (X, W, None, {"groups": 0}, "groups divides the 4 channels and the 8 kernels; 0 does not"),
        (X, W, None, {"groups": 1.0}, "and the 8 kernels; 1.0 does not"),
        (X, W, (4,), {}, "b is (8,), one number for each kernel, not (4,)"),
        (X, W, None, {"stride": 0}, "stride is a whole number from 1 up, or two of them"),
        (X, W, None, {"dilation": 0.5}, "dilation is a whole number from 1 up, or two of them"),
        (X, W, None, {"padding": -1}, "padding, if not 'same' or 'valid', is a whole number from 0 up"),
        (X, W, None, {"padding": "full"}, "padding, if not 'same' or 'valid', is a whole number from 0 up"),
        (X, W, None, {"padding": "same", "stride": 2}, "padding 'same' takes stride 1, not (2, 2)"),
        ((2, 4, 2, 6), W, None, {}, "spans (3, 3) cells does not fit into an image of (2, 6), padding included"),
        (
            (2, 4, 2, 6),
            W,
            None,
            {"padding": 1, "dilation": 2},
            "spans (5, 5) cells does not fit into an image of (4, 8)",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_what_is_expected(
    x: Any, w: Any, b: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        conv2d(np.zeros(x), np.zeros(w), None if b is None else np.zeros(b), **options)

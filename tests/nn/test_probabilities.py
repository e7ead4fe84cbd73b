"""softmax and log-softmax: both modes, two orders, any axis, the ends, and PyTorch."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch

import structgrad as sg
from structgrad import nn
from structgrad.testing import check_gradient

Function = Callable[..., Any]
X = np.sin(1.0 + 1.7 * np.arange(6.0)).reshape(2, 3) * 2.0
W = np.cos(0.3 + 2.1 * np.arange(6.0)).reshape(2, 3)
both = pytest.mark.parametrize("f", [nn.softmax, nn.log_softmax])


@pytest.mark.feature(135)
@both
def test_both_modes_and_three_orders_agree_with_differences(f: Function) -> None:
    check_gradient(f, X, order=3)
    check_gradient(f, X[0], order=2)
    check_gradient(f, np.zeros((0, 3)))
    check_gradient(lambda v, w: f([v, 2.0 * w]), 0.3, -0.4)
    for axis in (0, (0, 1), None):
        check_gradient(lambda v, axis=axis: f(v, axis), X.T[::-1], order=2)


@pytest.mark.feature(135)
@pytest.mark.parametrize(("f", "peer"), [(nn.softmax, torch.softmax), (nn.log_softmax, torch.log_softmax)])
@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
def test_values_and_gradients_are_pytorchs(f: Function, peer: Function, axis: int, scale: float) -> None:
    t = torch.tensor(X * scale, requires_grad=True)
    y = peer(t, dim=axis)
    (y * torch.tensor(W)).sum().backward()

    grad = sg.grad_bp(lambda v: np.sum(f(v, axis=axis) * W))(X * scale)

    # Rounding; where a slope is 0 but for rounding, PyTorch's own is a few 1e-16.
    np.testing.assert_allclose(f(X * scale, axis=axis), y.detach().numpy(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.feature(135)
def test_softmax_of_large_numbers_is_that_of_small_ones() -> None:
    p = nn.softmax(np.array([0.0, 1.0]))

    np.testing.assert_allclose(p, [float(1 / (1 + mp.e)), float(mp.e / (1 + mp.e))], rtol=1e-15)
    for shift in (1000.0, 1e4, -1e4):
        np.testing.assert_array_equal(nn.softmax(np.array([shift, shift + 1.0])), p)
        grad = sg.grad_bp(lambda v: nn.softmax(v)[0])(np.array([shift, shift + 1.0]))
        np.testing.assert_allclose(grad, [p[0] * p[1], -p[0] * p[1]], rtol=1e-15)


@pytest.mark.feature(135)
def test_a_class_that_is_ruled_out_has_no_share_and_no_slope() -> None:
    x = np.array([0.0, -np.inf, 0.0])

    assert nn.softmax(x).tolist() == [0.5, 0.0, 0.5]
    assert sg.grad_bp(lambda v: nn.softmax(v)[0])(x).tolist() == [0.25, 0.0, -0.25]
    assert sg.grad_bp(lambda v: nn.log_softmax(v)[0])(x).tolist() == [0.5, 0.0, -0.5]
    assert sg.grad_bp(lambda v: nn.log_softmax(v)[0])(np.array([-1e4, 1e4])).tolist() == [1.0, -1.0]


@pytest.mark.feature(135)
@both
def test_the_rows_of_a_batch_are_independent(f: Function) -> None:
    whole = sg.grad_bp(lambda v: np.sum(f(v) ** 2))(X)

    for row, grad in zip(X, whole, strict=True):
        np.testing.assert_array_equal(grad, sg.grad_bp(lambda v: np.sum(f(v) ** 2))(row))


@both
def test_float32_stays_and_the_argument_too(f: Function) -> None:
    x = X.astype(np.float32)
    check_gradient(f, x, order=2)

    assert f(x).dtype == sg.grad_bp(lambda v: np.sum(f(v) * v))(x).dtype == np.float32
    np.testing.assert_array_equal(x, X.astype(np.float32))


@both
def test_what_is_no_row_of_real_numbers_is_refused(f: Function) -> None:
    with pytest.raises(ValueError, match=r"softmax is of several numbers, and got one \(test_probabilities.py:\d+\)"):
        f(1.0)
    with pytest.raises(TypeError, match="x is made of complex128"):
        f(1j * X)
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        f(X, axis=2)

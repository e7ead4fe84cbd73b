"""Squared, absolute, Huber's and the yes-or-no loss: both modes, two orders, the ends, the errors, and PyTorch."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from torch.nn import functional

import structgrad as sg
from structgrad import nn
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
X = np.sin(1.0 + 1.7 * np.arange(6.0)).reshape(2, 3) * 2.0
T = np.abs(np.cos(0.3 + 2.1 * np.arange(6.0))).reshape(2, 3)
LOSSES = [nn.squared_error, nn.absolute_error, nn.huber, nn.sigmoid_cross_entropy]
every = pytest.mark.parametrize("loss", LOSSES)


@pytest.mark.feature(136)
@every
def test_both_modes_and_three_orders_agree_with_differences(loss: Function) -> None:
    check_gradient(loss, X, T, order=3)
    check_gradient(loss, X.T[::-1], T.T, order=2)
    check_gradient(loss, 0.7, 0.2, order=2)
    check_gradient(loss, np.zeros((0, 2)), np.zeros((0, 2)))
    check_gradient(lambda v, w: loss([v, 2.0 * w], [0.0, 1.0]), 0.3, -0.4)


@pytest.mark.feature(136)
@pytest.mark.parametrize(
    ("loss", "peer"),
    [
        (nn.squared_error, functional.mse_loss),
        (nn.absolute_error, functional.l1_loss),
        (nn.huber, functional.huber_loss),
        (nn.sigmoid_cross_entropy, functional.binary_cross_entropy_with_logits),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_losses_and_gradients_are_pytorchs(loss: Function, peer: Function, scale: float) -> None:
    x, t = (torch.tensor(v, requires_grad=True) for v in (X * scale, T))
    losses = peer(x, t, reduction="none")
    (losses**2).sum().backward()

    by_x, by_t = sg.grad_bp(lambda p: np.sum(loss(*p) ** 2))((X * scale, T))

    np.testing.assert_allclose(loss(X * scale, T), losses.detach().numpy(), rtol=1e-12)  # roundings, here and below
    np.testing.assert_allclose(by_x, x.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(by_t, t.grad.numpy(), rtol=1e-12)


@pytest.mark.feature(136)
@pytest.mark.parametrize("delta", [0.5, 1.5])
def test_huber_has_its_knee_at_delta(delta: float) -> None:
    x = np.array([-3.0, -delta, -0.25, 0.0, delta, np.nextafter(delta, 9.0), 1e200, np.inf])
    t = torch.tensor(x, requires_grad=True)
    losses = functional.huber_loss(t, torch.zeros_like(t), reduction="none", delta=delta)
    losses.sum().backward()

    np.testing.assert_allclose(nn.huber(x, np.zeros(8), delta), losses.detach().numpy(), rtol=1e-15)
    grad = sg.grad_bp(lambda v: np.sum(nn.huber(v, np.zeros(8), delta)))(x)
    np.testing.assert_array_equal(grad, t.grad.numpy())
    check_gradient(lambda v, w: nn.huber(v, w, delta), X, T, order=2)


@pytest.mark.feature(136)
@pytest.mark.parametrize("x", [-700.0, -40.0, 0.0, 2.0, 40.0, 700.0])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_a_yes_or_no_loss_and_its_slope_have_all_their_digits(x: float, target: float) -> None:
    mp.mp.dps = 700  # 1 + exp(-700) has three hundred zeros
    yes = 1 / (1 + mp.exp(-mp.mpf(x)))
    loss = -mp.log(yes if target else 1 - yes)

    value, grad = sg.backprop(lambda v: nn.sigmoid_cross_entropy(v, target))(x)

    np.testing.assert_allclose(value, float(loss), rtol=1e-14)
    np.testing.assert_allclose(grad, float(yes - target), rtol=1e-14)


@pytest.mark.feature(136)
def test_the_ends_are_exact_and_silent() -> None:
    x, t = np.array([-1e4, 1e4, -1e4, 1e4]), np.array([0, 1, 1, 0])

    assert nn.sigmoid_cross_entropy(x, t).tolist() == [0.0, 0.0, 1e4, 1e4]
    assert sg.grad_bp(lambda v: np.sum(nn.sigmoid_cross_entropy(v, t)))(x).tolist() == [0.0, 0.0, -1.0, 1.0]
    np.testing.assert_array_equal(nn.sigmoid_cross_entropy(x, t.astype(bool)), nn.sigmoid_cross_entropy(x, t))


@pytest.mark.feature(136)
@every
def test_half_the_loss_has_half_the_gradient(loss: Function) -> None:
    whole = sg.grad_bp(lambda v: np.mean(loss(v, T)))(X)

    np.testing.assert_array_equal(sg.grad_bp(lambda v: 0.5 * np.mean(loss(v, T)))(X), whole / 2)


def test_equal_numbers_have_the_slope_0() -> None:
    assert sg.grad_bp(lambda v: 3.0 * nn.absolute_error(v, 2.0))(2.0) == 0.0


@every
def test_float32_stays(loss: Function) -> None:
    x, t = X.astype(np.float32), T.astype(np.float32)

    check_gradient(loss, x, t, order=2)
    for target in (t, np.array([[0, 1, 0], [1, 1, 0]]), np.array([[0, 1, 0], [1, 1, 0]], bool)):
        assert loss(x, target).dtype == np.float32


@every
def test_two_shapes_are_refused(loss: Function) -> None:
    message = r"the target has shape \(2, 1\) \(test_losses.py:\d+\), and \(2, 3\) is expected"
    with pytest.raises(ValueError, match=message):
        loss(X, T[:, :1])
    with pytest.raises(ValueError, match=message):
        sg.grad_bp(lambda v: np.sum(loss(v, T[:, :1])))(X)
    with pytest.raises(TypeError, match="the prediction is made of complex128"):
        loss(1j * X, T)


def test_deltas_and_targets_are_checked() -> None:
    for delta in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match=r"huber needs a delta > 0, and got .* \(test_losses.py:\d+\)"):
            nn.huber(X, T, delta)
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda d: np.sum(nn.huber(X, T, d)))(1.0)
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match=r"lies in 0 … 1, and here does not \(test_losses.py:\d+\)"):
            nn.sigmoid_cross_entropy(0.0, bad)

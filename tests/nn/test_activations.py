"""relu, sigmoid and softplus: both modes, two orders, the ends, and PyTorch."""

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
X = np.sin(1.0 + 1.7 * np.arange(6.0)).reshape(2, 3) * 3.0
PAIRS = [
    (nn.relu, torch.nn.functional.relu),
    (nn.sigmoid, torch.sigmoid),
    (nn.softplus, torch.nn.functional.softplus),
]
every = pytest.mark.parametrize("f", [nn.relu, nn.sigmoid, nn.softplus])


@pytest.mark.feature(135)
@every
def test_both_modes_and_three_orders_agree_with_differences(f: Function) -> None:
    check_gradient(f, X, order=3)
    check_gradient(f, X.T[::-1], order=2)
    check_gradient(f, 0.7, order=2)
    check_gradient(f, np.zeros((0, 2)))
    check_gradient(lambda v, w: f([v, 2.0 * w]), 0.3, -0.4)


@pytest.mark.feature(135)
@pytest.mark.parametrize(("f", "peer"), PAIRS)
def test_values_and_slopes_are_pytorchs(f: Function, peer: Function) -> None:
    x = np.concatenate([X.ravel(), [-30.0, -1.0, 0.0, 1.0, 15.0]])
    t = torch.tensor(x, requires_grad=True)
    y = peer(t)
    (y**2).sum().backward()

    value, grad = sg.backprop(lambda v: np.sum(f(v) ** 2))(x)

    # PyTorch's softplus is the identity beyond 20, which no number here reaches; what is left is rounding.
    np.testing.assert_allclose(f(x), y.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(value, (y**2).sum().item(), rtol=1e-12)
    # PyTorch's slope of sigmoid is y (1 − y), which has lost some digits at 15.
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-12, atol=1e-15)


@pytest.mark.feature(135)
@pytest.mark.parametrize("x", [-700.0, -40.0, -2.0, 0.0, 1e-9, 2.0, 40.0, 700.0])
def test_values_and_slopes_are_right_to_the_last_digits(x: float) -> None:
    mp.mp.dps = 700  # 1 + exp(-700) has three hundred zeros
    exact = 1 / (1 + mp.exp(-mp.mpf(x)))
    slope = exact * (1 - exact)
    plus = mp.log(1 + mp.exp(mp.mpf(x)))

    np.testing.assert_allclose(nn.sigmoid(x), float(exact), rtol=1e-14)
    np.testing.assert_allclose(sg.grad_bp(nn.sigmoid)(x), float(slope), rtol=1e-14)
    np.testing.assert_allclose(nn.softplus(x), float(plus), rtol=1e-14)
    np.testing.assert_allclose(sg.grad_bp(nn.softplus)(x), float(exact), rtol=1e-14)


@pytest.mark.feature(135)
def test_the_ends_are_finite_and_silent() -> None:
    ends = np.array([-1e4, 1e4, -np.inf, np.inf])

    assert nn.sigmoid(ends).tolist() == [0.0, 1.0, 0.0, 1.0]
    assert nn.softplus(ends).tolist() == [0.0, 1e4, 0.0, np.inf]
    for f, slopes in ((nn.sigmoid, [0.0] * 4), (nn.softplus, [0.0, 1.0] * 2), (nn.relu, [0.0, 1.0] * 2)):
        assert sg.grad_bp(lambda v, f=f: np.sum(f(v)))(ends).tolist() == slopes


@pytest.mark.feature(135)
def test_the_slope_of_three_sigmoids_at_minus_2() -> None:
    np.testing.assert_allclose(sg.grad_bp(lambda v: 3.0 * nn.sigmoid(v))(-2.0), 0.31498, atol=5e-6)  # five digits given


def test_relu_is_flat_at_0_passes_nan_and_asks_nothing_of_what_it_cuts_off() -> None:
    assert sg.grad_bp(lambda v: 3.0 * nn.relu(v))(0.0) == 0.0
    assert np.isnan(nn.relu(np.nan))
    assert sg.grad_bp(lambda v: nn.relu(v) * np.inf)(np.nan) == np.inf
    assert sg.grad_bp(lambda v: np.sum(nn.relu(np.sqrt(v) - 1.0)))(np.array([0.0, 4.0])).tolist() == [0.0, 0.25]


@every
def test_float32_and_float16_stay(f: Function) -> None:
    check_gradient(f, X.astype(np.float32), order=2)
    for dtype in (np.float16, np.float32):
        assert sg.grad_bp(lambda v: np.sum(f(v)))(X.astype(dtype)).dtype == f(X.astype(dtype)).dtype == dtype


@every
def test_whole_numbers_count_as_floats_and_complex_ones_are_refused(f: Function) -> None:
    np.testing.assert_array_equal(f([-1, 2]), f(np.array([-1.0, 2.0])))
    assert f(2) == f(2.0)
    for bad in (1j, np.array([1j]), "text", None):
        with pytest.raises(TypeError, match="a real number or an array of them"):
            f(bad)
    with pytest.raises(TypeError, match=r"x is made of complex128 \(test_activations.py:\d+\)"):
        sg.grad_bp(lambda z: np.abs(f(z)))(1j)

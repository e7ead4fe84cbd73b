"""Cross-entropies by label and by distribution: both modes, three orders, the ends, the errors, and PyTorch."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from torch.nn import functional

import structgrad as sg
from structgrad import nn
from structgrad.testing import check_gradient

X = np.sin(1.0 + 1.7 * np.arange(12.0)).reshape(3, 4) * 2.0
LABELS = np.array([1, 0, 3])
TARGET = np.abs(np.cos(0.3 + 2.1 * np.arange(12.0))).reshape(3, 4)
TARGET /= TARGET.sum(1, keepdims=True)


@pytest.mark.feature(116, 136)
def test_a_loss_by_label_agrees_with_differences_in_both_modes_and_three_orders() -> None:
    check_gradient(lambda v: nn.cross_entropy(v, LABELS), X, order=3)
    check_gradient(lambda v: nn.cross_entropy(v, 2), X[0], order=3)
    check_gradient(lambda v: nn.cross_entropy(v, [1, 0, 2, 2], axis=0), X, order=2)
    rows: Any = [[1, 0], [0, 1]]
    check_gradient(lambda v: nn.cross_entropy(v, rows, axis=1), X.reshape(2, 3, 2)[:, ::-1], order=2)
    check_gradient(lambda v: nn.cross_entropy(v, np.zeros(0, int)), np.zeros((0, 3)))
    check_gradient(lambda v, w: nn.cross_entropy([v, 2.0 * w], 1), 0.3, -0.4, order=2)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a list, which a run takes


@pytest.mark.feature(116, 136)
def test_a_loss_by_distribution_agrees_with_differences_in_both_modes_and_three_orders() -> None:
    check_gradient(nn.soft_cross_entropy, X, TARGET, order=3)
    check_gradient(lambda v: nn.soft_cross_entropy(v, TARGET), X, order=3)
    check_gradient(lambda v: nn.soft_cross_entropy(X, v), TARGET, order=2)
    check_gradient(nn.soft_cross_entropy, X[0], 3.0 * TARGET[0], order=2)  # whatever it adds up to
    check_gradient(lambda v, w: nn.soft_cross_entropy(v, w, axis=0), X[:, ::-1], TARGET, order=2)
    check_gradient(nn.soft_cross_entropy, np.zeros((0, 3)), np.zeros((0, 3)))


@pytest.mark.feature(116, 136)
@pytest.mark.parametrize("scale", [1.0, 30.0, 1e4])
def test_losses_and_gradients_are_pytorchs(scale: float) -> None:
    cases: list[tuple[Any, Any]] = [
        (nn.cross_entropy, LABELS),
        (nn.soft_cross_entropy, TARGET),
        (nn.soft_cross_entropy, np.eye(4)[LABELS]),
    ]
    for loss, target in cases:
        t = torch.tensor(X * scale, requires_grad=True)
        losses = functional.cross_entropy(t, torch.tensor(target), reduction="none")
        (losses**2).sum().backward()

        value = loss(X * scale, target)
        grad = sg.grad_bp(lambda v, loss=loss, target=target: np.sum(loss(v, target) ** 2))(X * scale)

        # Rounding, relative to the largest: PyTorch has no digits of losses near 0, and forms p − 1.
        np.testing.assert_allclose(value, losses.detach().numpy(), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-12, atol=1e-12 * scale)


@pytest.mark.feature(116)
def test_the_squared_loss_of_three_logits() -> None:
    logits, expected = np.array([0.9, 0.2, 0.3]), [-0.73147421, 0.34746547, 0.38400874]

    # The eight digits of the feature list.
    grad = sg.grad_bp(lambda v: nn.soft_cross_entropy(v, np.array([1.0, 0.0, 0.0])) ** 2)(logits)
    np.testing.assert_allclose(grad, expected, atol=5e-9)
    np.testing.assert_allclose(sg.grad_bp(lambda v: nn.cross_entropy(v, 0) ** 2)(logits), expected, atol=5e-9)


@pytest.mark.feature(116, 136)
def test_the_fused_losses_are_the_unfused_ones() -> None:
    rows = np.arange(3)
    fused = sg.grad_bp(lambda v: np.mean(nn.cross_entropy(v, LABELS)))(X)
    unfused = sg.grad_bp(lambda v: -np.mean(nn.log_softmax(v)[rows, LABELS]))(X)
    np.testing.assert_allclose(fused, unfused, rtol=1e-13)  # roundings
    fused = sg.grad_bp(lambda v: np.mean(nn.soft_cross_entropy(v, TARGET)))(X)
    unfused = sg.grad_bp(lambda v: -np.mean(np.sum(nn.log_softmax(v) * TARGET, axis=1)))(X)
    np.testing.assert_allclose(fused, unfused, rtol=1e-13, atol=1e-16)  # roundings of p − t
    half = sg.grad_bp(lambda v: 0.5 * np.mean(nn.soft_cross_entropy(v, TARGET)))(X)
    np.testing.assert_array_equal(half, fused / 2)


@pytest.mark.feature(136)
@pytest.mark.parametrize("gap", [1e-3, 1.0, 40.0, 700.0])
def test_a_small_loss_and_its_slopes_have_all_their_digits(gap: float) -> None:
    mp.mp.dps = 700  # 1 + exp(-700) has three hundred zeros
    others = [mp.exp(-mp.mpf(gap)), mp.exp(-mp.mpf(2 * gap))]
    total = 1 + sum(others)
    x = np.array([0.0, -gap, -2 * gap]) + 256.0

    value, grad = sg.backprop(lambda v: nn.cross_entropy(v, 0))(x)

    np.testing.assert_allclose(value, float(mp.log(total)), rtol=1e-13)
    np.testing.assert_allclose(grad, [float(-sum(others) / total), *(float(e / total) for e in others)], rtol=1e-13)


@pytest.mark.feature(136)
def test_the_ends_are_exact_and_silent() -> None:
    x = np.array([[1e4, -1e4, 0.0], [1e4, -1e4, 0.0]])

    assert nn.cross_entropy(x, [0, 1]).tolist() == [0.0, 2e4]
    assert sg.grad_bp(lambda v: np.sum(nn.cross_entropy(v, [0, 1])))(x).tolist() == [[0.0] * 3, [1.0, -1.0, 0.0]]
    assert nn.soft_cross_entropy(x, np.eye(3)[[0, 1]]).tolist() == [0.0, 2e4]
    assert sg.hessian(lambda v: np.sum(nn.cross_entropy(v, [1])))(x[:1]).any() == np.False_


@pytest.mark.feature(136)
def test_a_class_that_is_ruled_out_costs_nothing_where_the_target_is_0() -> None:
    x = np.array([0.0, -np.inf, 0.0])
    target = np.array([0.25, 0.0, 0.75])

    assert nn.soft_cross_entropy(x, target) == pytest.approx(np.log(2.0), rel=1e-15)
    assert sg.grad_bp(lambda v: nn.soft_cross_entropy(v, target))(x).tolist() == [0.25, 0.0, -0.25]
    assert sg.grad_bp(lambda v: nn.cross_entropy(v, 0))(x).tolist() == [-0.5, 0.0, 0.5]
    assert nn.soft_cross_entropy(x, np.array([0.5, 0.5, 0.0])) == nn.cross_entropy(x, 1) == np.inf
    _, push = sg.jvp(lambda t: nn.soft_cross_entropy(x, t))(target, np.array([1.0, 0.0, 0.0]))
    assert push == pytest.approx(np.log(2.0), rel=1e-15)


def test_other_dtypes_and_layouts_do_as_well_and_nothing_is_written_into() -> None:
    given: list[tuple[Any, Any]] = [(LABELS, nn.cross_entropy), (TARGET.astype(np.float32), nn.soft_cross_entropy)]
    for target, loss in given:
        x = np.asfortranarray(X.astype(np.float32))
        before = x.copy(), target.copy()
        check_gradient(lambda v, loss=loss, target=target: loss(v, target), x, order=2)
        assert loss(x, target).dtype == np.float32
        np.testing.assert_array_equal(x, before[0])
        np.testing.assert_array_equal(target, before[1])
    assert nn.soft_cross_entropy(X.astype(np.float32), np.eye(4, dtype=int)[LABELS]).dtype == np.float32
    for dtype in (np.uint8, np.int16, np.uint64):
        np.testing.assert_array_equal(nn.cross_entropy(X, LABELS.astype(dtype)), nn.cross_entropy(X, LABELS))


def test_labels_that_change_after_the_call_do_not_change_the_gradient() -> None:
    labels = LABELS.copy()
    _, pullback = sg.vjp(lambda v: nn.cross_entropy(v, labels))(X)
    expected = pullback(np.ones(3))
    labels[:] = 0

    np.testing.assert_array_equal(pullback(np.ones(3)), expected)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0.0, 1.0, 2.0], TypeError, "labels are made of float64 .* take soft_cross_entropy"),
        ([True, False, True], TypeError, "labels are made of bool"),
        ([0, 1, 4], IndexError, r"labels contain 4 \(test_cross_entropies.py:\d+\); they have to lie in 0 … 3"),
        ([0, -1, 1], IndexError, "labels contain -1"),
        ([0, 1], ValueError, r"labels has shape \(2,\) .*one label for each example"),
        (np.eye(4, dtype=int)[LABELS], ValueError, "One-hot rows go to soft_cross_entropy"),
    ],
)
def test_labels_are_checked(labels: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        nn.cross_entropy(X, labels)
    with pytest.raises(error, match=message):
        sg.grad_bp(lambda v: np.sum(nn.cross_entropy(v, labels)))(X)


def test_distributions_and_logits_are_checked() -> None:
    with pytest.raises(ValueError, match="Labels go to cross_entropy"):
        nn.soft_cross_entropy(X, LABELS)
    for bad in (-TARGET, np.full_like(X, np.nan)):
        with pytest.raises(ValueError, match=r"not ≥ 0 \(test_cross_entropies.py:\d+\)"):
            nn.soft_cross_entropy(X, bad)
    for logits, labels in ((1.0, 0), (np.zeros((2, 0)), [0, 0])):
        with pytest.raises(ValueError, match="there are no classes along axis -1"):
            nn.cross_entropy(logits, labels)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        nn.cross_entropy(X, LABELS, axis=2)
    with pytest.raises(TypeError, match="logits is made of complex128"):
        nn.cross_entropy(1j * X, LABELS)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]  # what is refused

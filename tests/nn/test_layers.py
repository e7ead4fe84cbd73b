"""Embedding, layer norm and dropout: both modes, two orders, the ends, the errors, and PyTorch."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

import structgrad as sg
from structgrad import nn
from structgrad.testing import check_gradient

X = np.sin(1.0 + 1.7 * np.arange(12.0)).reshape(3, 4) * 2.0
SCALE, SHIFT = np.array([1.5, -0.5, 2.0, 0.7]), np.array([0.1, -0.2, 0.3, 0.4])


@pytest.mark.feature(140)
def test_an_embedding_agrees_with_differences_and_with_pytorch() -> None:
    ids = np.array([[2, 0], [2, 1]])
    check_gradient(lambda table: nn.embedding(table, ids), X, order=2)
    check_gradient(lambda table: nn.embedding(table, 1), X, order=2)
    check_gradient(lambda table: nn.embedding(table, [0, 0, 1]), X[:, 0].astype(np.float32), order=2)
    check_gradient(lambda table: nn.embedding(table, np.zeros(0, int)), X)
    t = torch.tensor(X, requires_grad=True)
    y = functional.embedding(torch.tensor(ids), t)
    (y**3).sum().backward()

    np.testing.assert_array_equal(nn.embedding(X, ids), y.detach().numpy())
    grad = sg.grad_bp(lambda table: np.sum(nn.embedding(table, ids) ** 3))(X)
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-12)  # roundings


@pytest.mark.feature(140)
def test_repeated_ids_sum_and_rows_not_asked_for_get_zeros() -> None:
    for dtype in (np.int64, np.uint8, np.uint64):
        ids = np.array([2, 0, 2], dtype)

        grad = sg.grad_bp(lambda table, ids=ids: np.sum(nn.embedding(table, ids)))(np.ones(4))
        assert grad.tolist() == [1.0, 0.0, 2.0, 0.0]


def test_ids_are_checked() -> None:
    for bad, message in ((3, r"contain 3 \(test_layers.py:\d+\); they have to lie in 0 … 2"), (-1, "contain -1")):
        with pytest.raises(IndexError, match=message):
            nn.embedding(X, [0, bad])
        with pytest.raises(IndexError, match=message):
            sg.grad_bp(lambda table, bad=bad: np.sum(nn.embedding(table, [0, bad])))(X)
    for ids in ([0.0], [True], ["a"]):
        with pytest.raises(TypeError, match=r"ids are made of .* numbers of rows"):
            nn.embedding(X, ids)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    with pytest.raises(ValueError, match="needs a table of rows"):
        nn.embedding(1.0, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused


def test_a_layer_norm_agrees_with_differences_in_both_modes_and_three_orders() -> None:
    check_gradient(nn.layer_norm, X, SCALE, SHIFT, order=3)
    check_gradient(nn.layer_norm, X, order=2)
    check_gradient(lambda x, scale: nn.layer_norm(x, scale, eps=0.1), X[0], SCALE, order=2)
    check_gradient(lambda x, shift: nn.layer_norm(x, shift=shift), X[:, ::-1], SHIFT, order=2)
    check_gradient(lambda *p: nn.layer_norm(*p, axes=(-1, 1)), X.reshape(2, 3, 2), X[:, :2], X[:, 2:], order=2)
    check_gradient(nn.layer_norm, X.astype(np.float32), SCALE.astype(np.float32), SHIFT.astype(np.float32), order=2)
    check_gradient(nn.layer_norm, np.zeros((0, 4)), SCALE, SHIFT)


@pytest.mark.parametrize("size", [1.0, 1e4, 1e-4])
@pytest.mark.parametrize("axes", [(1,), (0, 1)])
def test_a_layer_norm_is_pytorchs(size: float, axes: tuple[int, ...]) -> None:
    given: Any = X * size, *(np.resize(v, [X.shape[i] for i in axes]) for v in (SCALE, SHIFT))
    x, scale, shift = (torch.tensor(v, requires_grad=True) for v in given)
    y = functional.layer_norm(x, scale.shape, scale, shift)
    (y * torch.tensor(X)).sum().backward()

    grads = sg.grad_bp(lambda p: np.sum(nn.layer_norm(*p, axes=axes) * X))(given)

    np.testing.assert_allclose(
        nn.layer_norm(*given, axes=axes), y.detach().numpy(), rtol=1e-12, atol=1e-14
    )  # roundings
    for grad, peer in zip(grads, (x, scale, shift), strict=True):
        np.testing.assert_allclose(grad, peer.grad.numpy(), rtol=1e-12, atol=1e-12 / size)


def test_a_row_of_equal_numbers_has_finite_slopes() -> None:
    x = np.full((1, 3), 1e4)

    assert nn.layer_norm(x).tolist() == [[0.0, 0.0, 0.0]]
    grad = sg.grad_bp(lambda v: nn.layer_norm(v)[0, 0])(x)
    np.testing.assert_allclose(grad, np.array([[2.0, -1.0, -1.0]]) / 3 / np.sqrt(1e-5), rtol=1e-14)


def test_a_large_offset_does_not_cost_digits() -> None:
    x = np.array([1.0, 2.0, 4.0])

    # The mean of numbers near 2³⁰ is known to 2⁻²³.
    np.testing.assert_allclose(nn.layer_norm(x + 2.0**30), nn.layer_norm(x), atol=2.0**-22)


def test_a_layer_norm_checks_what_it_is_given() -> None:
    for axes in (0, (0,), ()):
        with pytest.raises(ValueError, match=r"over the last axes, and got axes=.*\(test_layers.py:\d+\)"):
            nn.layer_norm(X, axes=axes)
    with pytest.raises(ValueError, match="over the last axes"):
        nn.layer_norm(1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    for outside in (2, (1, 1)):
        with pytest.raises(ValueError, match="axis"):
            nn.layer_norm(X, axes=outside)
    for name, scale, shift in (("scale", SCALE[:3], None), ("shift", None, SHIFT[:3])):
        with pytest.raises(ValueError, match=rf"{name} has shape \(3,\) .* and \(4,\) is expected"):
            nn.layer_norm(X, scale, shift)
    for eps in (-1e-5, np.nan):
        with pytest.raises(ValueError, match="needs an eps ≥ 0"):
            nn.layer_norm(X, eps=eps)
    with pytest.raises(TypeError, match="x is made of complex128"):
        nn.layer_norm(1j * X)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]  # what is refused


def test_dropout_scales_what_it_leaves_and_its_slope_is_the_same_mask() -> None:
    x = np.full((100, 100), 3.0)
    value = nn.dropout(x, 0.25, np.random.default_rng(5))
    grad = sg.grad_bp(lambda v: np.sum(nn.dropout(v, 0.25, np.random.default_rng(5))))(x)

    assert np.unique(value).tolist() == [0.0, 4.0]
    assert np.unique(grad).tolist() == [0.0, 1 / 0.75]
    np.testing.assert_array_equal(value == 0, grad == 0)
    sigma = np.sqrt(0.25 * 0.75 / x.size)
    assert abs(np.mean(value == 0) - 0.25) < 3 * sigma
    check_gradient(lambda v: nn.dropout(v, 0.25, np.random.default_rng(5)), X, order=2)
    check_gradient(lambda v: nn.dropout(v, 0.25, np.random.default_rng(5)), 0.7)


def test_dropout_moves_its_generator_on_and_a_seed_repeats_it() -> None:
    rng = np.random.default_rng(5)
    first, second = nn.dropout(X, 0.5, rng), nn.dropout(X, 0.5, rng)

    assert (first != second).any()
    np.testing.assert_array_equal(first, nn.dropout(X, 0.5, np.random.default_rng(5)))


def test_dropout_at_rate_0_draws_nothing() -> None:
    rng = np.random.default_rng(5)

    np.testing.assert_array_equal(nn.dropout(X, 0.0, rng), X)
    assert rng.random() == np.random.default_rng(5).random()


def test_dropout_in_a_checkpoint_drops_the_same_twice() -> None:
    def block(v: Any, rng: np.random.Generator) -> Any:
        return np.sum(nn.dropout(v, 0.5, rng) ** 2)

    plain, kept = (sg.grad_bp(f)(X, np.random.default_rng(5)) for f in (block, sg.checkpoint(block)))

    np.testing.assert_array_equal(plain, kept)


def test_dropout_keeps_float32_and_checks_what_it_is_given() -> None:
    rng = np.random.default_rng(5)
    assert nn.dropout(X.astype(np.float32), 0.5, rng).dtype == np.float32
    for rate in (1.0, -0.1, np.nan):
        with pytest.raises(ValueError, match=r"needs a rate in \[0, 1\), and got .* \(test_layers.py:\d+\)"):
            nn.dropout(X, rate, rng)
    for bad in (0, None, np.random.RandomState(0), np.random):
        with pytest.raises(TypeError, match=r"dropout draws from a generator .*np.random.default_rng\(seed\)"):
            nn.dropout(X, 0.5, bad)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused

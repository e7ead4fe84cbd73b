"""Functions over containers and losses over batches: plain NumPy and tree.map, with their gradients."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient


@dataclass(frozen=True)
class Pair:
    a: Any
    b: Any = None


@pytest.mark.feature(122)
@pytest.mark.parametrize(
    "struct",
    [{"w": 2.0, "v": 3.0}, [1.0, 2.0, 3.0], Pair(2.0, 3.0), Pair(2.0, None), {"x": [Pair(np.array([1.0, 2.0]))]}],
)
def test_mapping_a_struct_equals_a_loop_over_its_leaves(struct: Any) -> None:
    def mapped(s: Any) -> Any:
        squares = sg.tree.map(lambda x, y: x * y, s, s)
        halves = sg.tree.map(lambda x: np.sum(x) * 0.5, squares)
        return sum(v for v in sg.tree.leaves(halves) if v is not None)

    def looped(s: Any) -> Any:
        return sum(np.sum(x * x) * 0.5 for x in sg.tree.leaves(s) if x is not None)

    for x, y in zip(sg.tree.leaves(sg.grad_bp(mapped)(struct)), sg.tree.leaves(struct), strict=True):
        assert np.array_equal(x, y) if x is not None else y is None
    assert mapped(struct) == looped(struct)


@pytest.mark.feature(122)
def test_filling_a_struct_with_one_value_sums_its_gradient() -> None:
    like = {"w": 1.0, "v": [2.0, 3.0]}
    assert sg.grad_bp(lambda x: sum(sg.tree.leaves(sg.tree.map(lambda _: x, like))))(5.0) == 3.0


def squared(z: Any, t: Any) -> Any:
    return np.mean((z - t) ** 2)


def absolute(z: Any, t: Any) -> Any:
    return np.mean(np.abs(z - t))


def sigmoid_cross_entropy(z: Any, t: Any) -> Any:
    return np.mean(np.logaddexp(0.0, z) - t * z)


def log_softmax(z: Any) -> Any:
    shifted = z - np.max(z, axis=1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))


def softmax_cross_entropy(z: Any, t: Any) -> Any:
    return -np.mean(np.sum(t * log_softmax(z), axis=1))


def by_label(z: Any, t: Any) -> Any:
    labels = np.argmax(t, axis=1)
    return -np.mean(log_softmax(z)[np.arange(len(labels)), labels])


LOSSES = [squared, absolute, sigmoid_cross_entropy, softmax_cross_entropy, by_label]
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(4, 3))
TARGETS = np.eye(3)[[0, 2, 1, 1]]


@pytest.mark.feature(136)
@pytest.mark.parametrize("loss", LOSSES)
def test_losses_over_a_batch_match_differences_and_scale(loss: Callable[..., Any]) -> None:
    check_gradient(lambda z: loss(z, TARGETS), LOGITS, order=2)
    whole = sg.grad_bp(lambda z: loss(z, TARGETS))(LOGITS)
    half = sg.grad_bp(lambda z: 0.5 * loss(z, TARGETS))(LOGITS)

    assert np.array_equal(2 * half, whole)


@pytest.mark.feature(136)
@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_finite_at_logits_of_ten_thousand(loss: Callable[..., Any]) -> None:
    z = np.array([[1e4, -1e4, 0.0], [1000.0, 1001.0, -1e4]])
    gradient = sg.grad_bp(lambda z: loss(z, np.eye(3)[[1, 0]]))(z)

    assert np.isfinite(gradient).all()


@pytest.mark.feature(136)
def test_cross_entropy_by_label_and_by_distribution_agree() -> None:
    a = sg.grad_bp(lambda z: softmax_cross_entropy(z, TARGETS))(LOGITS)
    b = sg.grad_bp(lambda z: by_label(z, TARGETS))(LOGITS)
    p = np.exp(LOGITS) / np.sum(np.exp(LOGITS), axis=1, keepdims=True)

    assert np.allclose(a, (p - TARGETS) / 4, rtol=1e-13)  # a few roundings
    assert np.allclose(a, b, rtol=1e-13)  # as above

"""Losses and layers give back what they are given: arrays, floats, float32; checked, never run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn

from .models import Net

Array32 = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Perceptron:
    w1: sg.Array
    b1: sg.Array
    w2: sg.Array
    unit: nn.Gates
    act: Callable[[sg.Array], sg.Array] = nn.relu

    def __call__(self, x: sg.Array) -> sg.Array:
        return nn.sigmoid(x @ self.w1 + self.b1) @ self.w2

    def after(self, xs: sg.Array) -> sg.Array:
        _, (h, _) = nn.lstm(self.unit, xs)
        return self.act(h) @ self.w2

    def loss(self, x: sg.Array, label: Labels) -> sg.Scalar:
        return np.mean(nn.cross_entropy(self(x), label))


def a_method_by_layers_has_a_gradient(net: Perceptron, x: sg.Array, label: Labels) -> None:
    assert_type(sg.grad_bp(Perceptron.loss)(net, x, label), Perceptron)


def activations_keep_what_they_are_given(x: sg.Array, y: Array32, z: float) -> None:
    assert_type(nn.relu(x), sg.Array)
    assert_type(nn.sigmoid(y), Array32)
    assert_type(nn.softplus(z), float)
    assert_type(nn.softmax(x), sg.Array)
    assert_type(nn.log_softmax(y, axis=(0, 1)), Array32)


def activations_of_any_are_of_any(x: Any) -> None:
    assert_type(nn.sigmoid(x), Any)
    assert_type(nn.squared_error(x, x), Any)
    value: float = nn.softplus(x)
    assert_type(value, float)


def an_activation_is_a_field_or_an_argument(x: sg.Array) -> None:
    act: Callable[[sg.Array], sg.Array] = nn.softplus
    assert_type(act(x), sg.Array)


def activations_go_between_expressions_of_numpy(x: sg.Array, w: sg.Array) -> None:
    made: sg.Array = nn.sigmoid(x @ w) @ w
    assert_type(nn.relu(made), sg.Array)
    assert_type(sg.grad_bp(lambda w: np.sum(nn.relu(np.tanh(x @ w))), w), sg.Array)


def losses_keep_what_they_are_given(x: sg.Array, y: Array32, z: float) -> None:
    assert_type(nn.squared_error(x, x), sg.Array)
    assert_type(nn.absolute_error(y, y), Array32)
    assert_type(nn.huber(z, z, 2.0), float)


def targets_may_be_whole_numbers_or_truth_values(x: sg.Array, y: Array32, label: Labels, yes: NDArray[np.bool]) -> None:
    assert_type(nn.sigmoid_cross_entropy(x, label), sg.Array)
    assert_type(nn.sigmoid_cross_entropy(y, yes), Array32)


def cross_entropies_are_arrays(x: sg.Array, y: Array32, label: Labels) -> None:
    assert_type(nn.cross_entropy(x, label), sg.Array)
    assert_type(nn.cross_entropy(y, [1, 0]), Array32)
    assert_type(nn.soft_cross_entropy(x, x, axis=0), sg.Array)
    assert_type(np.mean(nn.cross_entropy(x, label)), np.floating[Any])


def densities_broadcast_floats(x: sg.Array, y: Array32, z: float) -> None:
    assert_type(nn.normal_logpdf(x), sg.Array)
    assert_type(nn.normal_logpdf(y, z, 2.0), Array32)
    assert_type(nn.normal_logpdf(z, z, z), float)
    assert_type(nn.multivariate_normal_logpdf(x, x, scale_tril=x), sg.Array)


def layers_give_arrays(x: sg.Array, y: Array32, ids: Labels, rng: np.random.Generator) -> None:
    assert_type(nn.embedding(x, ids), sg.Array)
    assert_type(nn.layer_norm(y, y, y), Array32)
    assert_type(nn.dropout(x, 0.5, rng), sg.Array)


def layers_of_any_are_arrays(x: Any) -> None:
    y: sg.Array = nn.layer_norm(nn.embedding(x, x))
    assert_type(nn.conv2d(x, x), NDArray[Any])
    assert_type(nn.relu(nn.max_pool2d(y, 2)), sg.Array)


def images_give_images(x: sg.Array, w: sg.Array, y: Array32) -> None:
    assert_type(nn.conv2d(x, w, padding="same"), sg.Array)
    assert_type(nn.conv2d(y, y, y, stride=(1, 2)), Array32)
    assert_type(nn.max_pool2d(x, 2), sg.Array)
    assert_type(nn.avg_pool2d(y, (2, 3)), Array32)


def an_lstm_gives_all_states_and_the_last(p: nn.Gates, xs: sg.Array, ys: Array32) -> None:
    assert_type(nn.lstm(p, xs), tuple[sg.Array, tuple[sg.Array, sg.Array]])
    assert_type(nn.lstm(p, ys, (ys, ys)), tuple[Array32, tuple[Array32, Array32]])
    assert_type(nn.lstm_cell(p, xs, (xs, xs), coupled=True), tuple[sg.Array, sg.Array])


def a_gru_gives_all_states_and_the_last(p: nn.Gates, xs: sg.Array, ys: Array32) -> None:
    assert_type(nn.gru(p, xs), tuple[sg.Array, sg.Array])
    assert_type(nn.gru(p, ys, ys), tuple[Array32, Array32])
    assert_type(nn.gru_cell(p, xs, xs), sg.Array)


def a_state_may_be_none_at_first(p: nn.Gates, xs: sg.Array) -> None:
    state: tuple[sg.Array, sg.Array] | None = None
    for x in (xs, xs):
        states, state = nn.lstm(p, x, state)
        assert_type(states, sg.Array)


def gates_may_be_a_class_of_your_own(w: Array32, xs: sg.Array) -> None:
    @dataclass(frozen=True)
    class Weights:
        w: Array32
        u: Array32
        b: Array32

    weights = Weights(w, w, w[0])
    assert_type(nn.gru(weights, xs), tuple[sg.Array, sg.Array])
    assert_type(sg.grad_bp(lambda p: np.sum(nn.gru(p, xs)[0]), weights), Weights)


def initialisers_keep_the_class(net: Net, x: sg.Array, rng: np.random.Generator) -> None:
    assert_type(nn.glorot(net, rng), Net)
    assert_type(nn.he([net], rng, fan="out"), list[Net])
    assert_type(nn.orthogonal({"w": x}, rng, gain=2.0), dict[str, sg.Array])
    assert_type(nn.uniform(net, rng, -1.0, 1.0), Net)
    assert_type(nn.lstm_params(2, 3, rng, dtype=np.float32), nn.Gates)
    assert_type(nn.gru_params(2, 3, rng, dtype=np.float32), nn.Gates)

"""Losses and layers of what they do not take, each reported by both checkers; checked, never run."""

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn

from .models import Linear

Labels = NDArray[np.int64]


def an_activation_of_a_struct(l: Linear) -> None:
    nn.relu(l)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def an_activation_of_labels(label: Labels) -> None:
    nn.sigmoid(label)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def an_activation_of_complex_numbers(x: NDArray[np.complex128]) -> None:
    nn.softplus(x)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def softmax_of_one_number() -> None:
    nn.softmax(1.0)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]


def an_activation_taken_for_a_number(x: sg.Array) -> float:
    return nn.relu(x)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def single_precision_taken_for_double(x: NDArray[np.float32]) -> sg.Array:
    return nn.sigmoid(x)  # type: ignore[arg-type]  # pyright: ignore[reportReturnType]


def losses_taken_for_one_number(x: sg.Array) -> float:
    return nn.squared_error(x, x)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def a_target_that_is_a_text(x: sg.Array) -> None:
    nn.huber(x, "x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def labels_that_are_no_whole_numbers(x: sg.Array) -> None:
    nn.cross_entropy(x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def logits_that_are_labels(x: sg.Array, label: Labels) -> None:
    nn.cross_entropy(label, x)  # type: ignore[arg-type,type-var]  # pyright: ignore[reportArgumentType]


def ids_that_are_no_whole_numbers(table: sg.Array, x: sg.Array) -> None:
    nn.embedding(table, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_table_that_is_a_struct(table: Linear, ids: Labels) -> None:
    nn.embedding(table, ids)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_seed_in_place_of_a_generator(x: sg.Array) -> None:
    nn.dropout(x, 0.5, 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_padding_of_another_name(x: sg.Array, w: sg.Array) -> None:
    nn.conv2d(x, w, padding="full")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_window_of_floats(x: sg.Array) -> None:
    nn.max_pool2d(x, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def gates_without_their_fields(l: Linear, xs: sg.Array) -> None:
    nn.lstm(l, xs)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_state_without_its_cell(p: nn.Gates, xs: sg.Array) -> None:
    nn.lstm(p, xs, xs)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_cell_taken_for_its_states(p: nn.Gates, xs: sg.Array) -> sg.Array:
    return nn.gru(p, xs)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def another_fan(l: Linear, rng: np.random.Generator) -> None:
    nn.he(l, rng, fan="both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def initial_weights_taken_for_an_array(l: Linear, rng: np.random.Generator) -> sg.Array:
    return nn.glorot(l, rng)  # type: ignore[arg-type]  # pyright: ignore[reportReturnType]

"""What stands behind the arrow of a loss, and what a loss may hold on its way; checked, never run."""

from typing import assert_type

import numpy as np

import structgrad as sg
from structgrad import nn

from .models import Linear, Net


def scalar_is_right_for_what_numpy_calls_any(x: sg.Array) -> None:
    def softplus(w: sg.Array) -> sg.Scalar:
        return np.sum(np.log1p(np.exp(w)))

    def determinant(w: sg.Array) -> sg.Scalar:
        return np.linalg.det(w)

    def item(w: sg.Array) -> sg.Scalar:
        return w[0, 1]

    assert_type(sg.grad_bp(softplus)(x), sg.Array)
    assert_type(sg.grad_bp(determinant)(x), sg.Array)
    assert_type(sg.grad_bp(item)(x), sg.Array)


def scalar_is_right_for_a_product_of_vectors(x: sg.Array) -> None:
    def squared(w: sg.Array) -> sg.Scalar:
        return w @ w

    assert_type(sg.grad_bp(squared)(x), sg.Array)


def a_scalar_counts_as_a_float(net: Net, x: sg.Array) -> None:
    def of(n: Net) -> sg.Scalar:
        return n.layers[0].energy(x)

    value: float = of(net)
    assert_type(value, float)


def a_float_is_right_for_what_is_one(x: sg.Array) -> None:
    def total(w: sg.Array) -> float:
        value: sg.Scalar = np.sum(w)
        return value

    def number(t: float) -> float:
        return t**2 + 1.0

    assert_type(sg.grad_bp(total)(x), sg.Array)
    assert_type(sg.grad_bp(number)(2.0), float)


def a_float32_of_numpy_is_a_loss(x: sg.Array) -> None:
    def single(w: sg.Array) -> np.float32:
        return np.float32(0.5) * np.sum(w.astype(np.float32))

    assert_type(sg.grad_bp(single)(x), sg.Array)


def a_sum_is_held_in_a_scalar(linear: Linear, x: sg.Array) -> None:
    def energy(l: Linear, steps: int) -> sg.Scalar:
        total: sg.Scalar = 0.0
        h: sg.Array = x
        for _ in range(steps):
            h = np.tanh(l(h))
            total = total + h @ h
        return total

    assert_type(sg.grad_bp(energy)(linear, 3), Linear)


def an_item_is_held_in_an_array(linear: Linear, x: sg.Array) -> None:
    def first_row(l: Linear) -> sg.Array:
        row: sg.Array = l.w[0]
        return row

    assert_type(sg.vjp(first_row)(linear)[1](x), Linear)


def losses_of_nn_are_scalars(net: Net, x: sg.Array) -> None:
    def of(n: Net) -> sg.Scalar:
        return nn.squared_error(n.layers[0](x), x)

    assert_type(sg.grad_bp(of)(net), Net)

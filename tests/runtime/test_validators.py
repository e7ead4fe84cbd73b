"""Validators of attrs and checks of one's own in `__post_init__` run within a loss, on traced values."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import attrs
import numpy as np
import pytest
from attrs import validators as v

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

Check = Callable[..., None]
W = np.linspace(0.2, 0.9, 3)


def vector(_: object, attribute: Any, w: Any) -> None:
    if w.ndim != 1:
        raise ValueError(f"{attribute.name} has shape {w.shape}")


@attrs.frozen
class Layer:
    w: sg.Array = attrs.field(validator=[v.instance_of(np.ndarray), v.min_len(2), vector])
    gain: float = attrs.field(validator=[v.instance_of(float), v.ge(0.0), v.lt(9.0)])
    skip: float | None = attrs.field(default=None, validator=v.optional(v.instance_of(float)))
    parts: list[float] = attrs.field(factory=list, validator=v.deep_iterable(v.instance_of(float)))


def loss(layer: Layer) -> sg.Scalar:
    new = attrs.evolve(layer, w=layer.w**2, gain=layer.gain * layer.w[0], parts=[layer.gain, layer.w[1]])
    made = Layer(np.sin(new.w), new.gain, skip=new.parts[0])
    return np.sum(made.w) * made.gain + new.parts[1] * (made.skip or 0.0)


def test_new_instances_are_validated_within_a_loss_and_keep_the_gradient() -> None:
    check_gradient(loss, Layer(W, 0.7), order=2)


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda w: {"w": np.stack([w, w])}, ValueError, r"w has shape \(2, 3\)"),
        (lambda w: {"w": w[:1]}, ValueError, "must be >= 2: 1"),
        (lambda w: {"w": w[0]}, TypeError, "must be <class 'numpy.ndarray'>"),
        (lambda w: {"gain": -w[0]}, ValueError, "must be >= 0.0"),
        (lambda w: {"gain": w[0] * 100.0}, ValueError, "must be < 9.0"),
        (lambda w: {"gain": w}, TypeError, "must be <class 'float'>"),
        (lambda w: {"skip": w}, TypeError, "must be <class 'float'>"),
        (lambda w: {"parts": [w[0], w]}, TypeError, "must be <class 'float'>"),
    ],
)
def test_what_validators_refuse_outside_they_refuse_in_every_run(
    change: Any, error: Any, text: str, reported: Check
) -> None:
    reported(lambda w: loss(attrs.evolve(Layer(W, 0.7), **change(w))), W, error, text)


@attrs.define
class Moving:
    w: sg.Array = attrs.field(validator=v.instance_of(np.ndarray))


def test_an_assignment_is_validated_within_a_loss() -> None:
    def moved(moving: Moving, by: Any) -> sg.Scalar:
        new = attrs.evolve(moving)
        new.w = by(new.w)
        return np.sum(new.w**2)

    check_gradient(lambda m: moved(m, np.sin), Moving(W), order=2)
    with pytest.raises(TypeError, match=r"must be <class 'numpy\.ndarray'>"):
        sg.grad_bp(moved)(Moving(W), np.sum)


def single(x: Any) -> Any:
    return np.asarray(x, np.float32)


@attrs.frozen
class Converted:
    w: Any = attrs.field(converter=np.asarray)
    gain: Any = attrs.field(converter=float, default=1.0)
    single: Any = attrs.field(converter=single, default=0.0)


def test_a_converter_keeps_the_gradient_or_raises(refused: Check) -> None:
    check_gradient(lambda w: np.sum(Converted(w).w ** 2), W, order=2)
    check_gradient(lambda w: np.sum(Converted([w[0], 2.0 * w[1]]).w ** 2), W, order=2)

    refused(lambda w: Converted(w, gain=w[0]).gain, W, LostGradientError)
    refused(lambda w: Converted(w, single=w).single, W, LostGradientError)


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: float

    def __post_init__(self) -> None:
        if np.shape(self.w) != (3,) or self.w.dtype != np.float64:
            raise ValueError(f"w has shape {np.shape(self.w)}")
        if not (isinstance(self.b, float) and np.isfinite(self.b) and self.b > 0.0):
            raise ValueError("b is no positive number")


def test_checks_in_post_init_run_within_a_loss(reported: Check) -> None:
    check_gradient(lambda n: np.sum(replace(n, w=n.w * n.b, b=n.b**2).w) * n.b, Linear(W, 0.7), order=2)

    reported(lambda w: Linear(w[:2], 1.0).w, W, ValueError, r"w has shape \(2,\)")
    reported(lambda w: Linear(w[0], 1.0).w, W, ValueError, r"w has shape \(\)")
    reported(lambda w: Linear(w, -w[0]).w, W, ValueError, "b is no positive number")
    reported(lambda w: Linear(w, w).w, W, ValueError, "b is no positive number")

"""`match` and `functools.singledispatch`: both ask for the class, and a traced value has that of its plain value."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

W = np.linspace(-0.5, 0.7, 6).reshape(2, 3)
VALUES = [W, W[0], W.astype(np.float32), np.array(0.7), 0.7, np.float64(0.7), np.float32(0.7)]
Answers = Callable[[Callable[[Any], Any], Any], list[Any]]


@dataclass(frozen=True)
class Dense:
    w: sg.Array
    gain: float


@dataclass(frozen=True)
class Chain:
    head: Any
    tail: "Chain | None" = None


def case_of(x: Any) -> Any:
    match x:
        case np.ndarray(shape=(2, columns)):
            return columns
        case np.ndarray(ndim=1):
            return "vector"
        case np.ndarray():
            return "array"
        case float(y):
            return y is x  # the traced value itself is bound, no float of it
        case np.floating():
            return "floating"
        case _:
            return "unknown"


@pytest.mark.parametrize("x", VALUES, ids=repr)
def test_a_class_pattern_takes_a_traced_value_for_what_its_plain_value_is(x: Any, answers: Answers) -> None:
    plain, *traced = answers(case_of, x)

    assert plain != "unknown"
    assert traced == [plain] * len(traced)


def energy(model: Any) -> sg.Scalar:
    match model:
        case Dense(w=np.ndarray(shape=(2, _)) as w, gain=float(g)):
            return np.sum(np.sin(w)) * g
        case Chain(head, None):
            return energy(head)
        case Chain(head=head, tail=tail):
            return energy(head) * energy(tail)
        case {"scale": float(s), **rest}:
            return s * energy(rest)
        case {"model": inner}:
            return energy(inner)
        case [np.ndarray() as first, *others]:
            return np.sum(first * first) + sum(energy(x) for x in others)
        case float(x) if x > 0.0:
            return x**3
        case _:
            raise ValueError(f"no case for {model}")


def test_patterns_of_dataclasses_mappings_and_sequences_keep_the_gradient() -> None:
    for model in (
        Dense(W, 0.7),
        Chain(0.7, Chain(Dense(W, 0.4))),
        {"scale": 0.7, "model": Dense(W, 0.4)},
        [W, 0.7, {"model": 0.4}],
        (W[0], Dense(W, 0.7)),
    ):
        check_gradient(energy, model, order=2)


def test_what_no_pattern_takes_raises_in_a_run_as_outside() -> None:
    for model in (Dense(W.T, 0.7), Chain(np.array(0.7)), Chain(-0.7)):
        for f in (energy, sg.grad_bp(energy)):
            with pytest.raises(ValueError, match="no case for"):
                f(model)


@functools.singledispatch
def norm(x: Any) -> Any:
    raise TypeError(type(x))


@norm.register
def _(x: np.ndarray) -> Any:
    return np.sum(x * x)


@norm.register
def _(x: float) -> Any:
    return x**3


@norm.register
def _(x: Dense) -> Any:
    return norm(x.w) * norm(x.gain)


@norm.register(list)
def _(x: list[Any]) -> Any:
    return sum(map(norm, x))


def test_singledispatch_chooses_by_the_class_of_the_plain_value(answers: Answers) -> None:
    check_gradient(norm, [W, 0.7, Dense(W, 0.4), np.float64(0.3)], order=2)
    for x in (W, 0.7, np.float64(0.7)):
        plain, *traced = answers(lambda v: norm.dispatch(v.__class__), x)
        assert traced == [plain] * len(traced)

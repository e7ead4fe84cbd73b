"""stop_gradient: constants of every order, and reading values."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg


@dataclass(frozen=True)
class Net:
    encoder: Any
    head: Any
    name: str = "net"


@pytest.mark.feature(70)
def test_a_frozen_part_gets_zeros_and_runs_no_pullback() -> None:
    pulled = []

    @sg.op
    def spy(w: Any) -> Any:
        return w * 2.0, back

    def back(g: Any) -> Any:
        pulled.append(1)
        return g * 2.0

    def loss(net: Net, x: float) -> Any:
        frozen = sg.stop_gradient(net.encoder)
        return np.sum(spy(frozen["w"]) * x * net.head)

    net = Net({"w": np.ones(2)}, np.full(2, 3.0))
    grad = sg.grad_bp(loss)(net, 5.0)

    assert not grad.encoder["w"].any()
    assert np.array_equal(grad.head, [10.0, 10.0])
    assert pulled == []


@pytest.mark.feature(71)
def test_a_value_can_be_read_without_leaving_a_step() -> None:
    seen: list[Any] = []

    def f(v: Any) -> Any:
        seen.append(sg.stop_gradient(v))
        return v[0] * float(sg.stop_gradient(v)[1])

    x = np.array([2.0, 3.0])
    assert np.array_equal(sg.grad_bp(f)(x), [3.0, 0.0])
    assert type(seen[0]) is np.ndarray
    assert not np.shares_memory(seen[0], x)
    assert len(sg.trace(lambda v: sg.stop_gradient(v))(x)) == 0


def test_it_is_constant_at_every_order() -> None:
    f = lambda x: x * x * sg.stop_gradient(x)  # noqa: E731  # used twice
    assert sg.grad_bp(f)(3.0) == 18.0
    assert sg.grad_bp(sg.grad_bp(f))(3.0) == 6.0


@pytest.mark.feature(69)
def test_expressions_of_constants_leave_no_steps() -> None:
    trace = sg.trace(lambda x: x * np.sum(np.ones(3) * 2.0))(1.0)
    assert len(trace) == 1

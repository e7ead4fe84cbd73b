"""`vjp`, `jvp`, `hvp`, Jacobians, checkpoints and traces; checked, never run."""

from collections.abc import Callable
from typing import Any, assert_type

import numpy as np

import structgrad as sg
from structgrad.testing import check_gradient, numerical_gradient

from .models import Linear, Net, Pair, Point, length, loss


def moved(q: Point, by: float) -> Pair[float]:
    return Pair(q.x + by, q.y + by)


def a_pullback_goes_from_the_value_to_the_params(p: Point) -> None:
    value, pullback = sg.vjp(moved)(p, 1.0)
    assert_type(value, Pair[float])
    assert_type(pullback, Callable[[Pair[float]], Point])
    assert_type(pullback(Pair(1.0, 0.0)), Point)


def a_pullback_of_a_loss_takes_a_number(net: Net, x: sg.Array) -> None:
    assert_type(sg.vjp(loss)(net, x, x, l2=0.1)[1](1.0), Net)


def a_pullback_of_a_gradient_is_one_of_structs(p: Point) -> None:
    assert_type(sg.vjp(sg.grad_bp(length))(p), tuple[Point, Callable[[Point], Point]])


def a_pullback_of_a_method_gives_the_object(linear: Linear, x: sg.Array) -> None:
    value, pullback = sg.vjp(Linear.__call__)(linear, x)
    assert_type(value, sg.Array)
    assert_type(pullback(value), Linear)


def jvp_takes_a_tangent_behind_the_params(p: Point) -> None:
    assert_type(sg.jvp(moved)(p, p, 1.0), tuple[Pair[float], Pair[float]])
    assert_type(sg.jvp(length)(p, p), tuple[float, float])


def jvp_keeps_the_rest_of_the_arguments(net: Net, x: sg.Array) -> None:
    value, slope = sg.jvp(loss)(net, net, x, y=x, l2=0.1)
    total: float = value + slope
    assert_type(total, float)


def hvp_gives_a_struct_like_the_params(net: Net, p: Point, x: sg.Array) -> None:
    assert_type(sg.hvp(length)(p, p), Point)
    assert_type(sg.hvp(loss)(net, net, x, x, l2=0.1), Net)


def jacobians_and_hessians_are_any(net: Net, x: sg.Array, p: Point) -> None:
    # An array of arrays, Blocks of structs: with overloads a lambda, which fits both, could not be called.
    def of(v: sg.Array) -> sg.Array:
        return v * v

    j: sg.Array = sg.jacobian(of)(x)
    assert_type(j, sg.Array)
    assert_type(sg.jacobian(of, mode="forward")(x), Any)
    assert_type(sg.hessian(length, mode="reverse")(p), Any)
    assert_type(sg.hessian(loss)(net, x, y=x), Any)


def checkpoint_keeps_the_signature(net: Net, x: sg.Array) -> None:
    assert_type(sg.checkpoint(loss)(net, x, y=x, l2=0.1), sg.Scalar)
    assert_type(sg.checkpoint(loss, steps=None, verify=True)(net, x, x), sg.Scalar)
    assert_type(sg.checkpoint(moved)(Point(1.0, 2.0), by=1.0), Pair[float])
    assert_type(sg.grad_bp(sg.checkpoint(loss))(net, x, x), Net)


def checkpoint_keeps_a_generic_signature(points: Pair[Point]) -> None:
    def swapped(q: Pair[Point]) -> Pair[Point]:
        return Pair(q.snd, q.fst)

    assert_type(sg.checkpoint(swapped)(points), Pair[Point])
    assert_type(sg.checkpoint(swapped, verify=False)(points), Pair[Point])


def checkpoint_decorates_a_method(x: sg.Array) -> None:
    class Block:
        @sg.checkpoint
        def __call__(self, h: sg.Array, gain: float = 1.0) -> sg.Array:
            return gain * np.tanh(h)

    assert_type(Block()(x, gain=2.0), sg.Array)


def checkpoint_of_steps_gives_the_state_back() -> None:
    def euler(y: Pair[float], rate: float) -> Pair[float]:
        return Pair(y.fst + rate * y.snd, y.snd)

    assert_type(sg.checkpoint(euler, steps=100)(Pair(1.0, 2.0), 0.01), Pair[float])
    assert_type(sg.checkpoint(euler, steps=100, verify=False)(Pair(1.0, 2.0), rate=0.01), Pair[float])


def a_trace_takes_the_arguments_of_the_function(net: Net, x: sg.Array) -> None:
    assert_type(sg.trace(loss)(net, x, x, l2=0.1), sg.Trace)
    assert_type(sg.trace(loss)(net, x, x).outputs, tuple[str, ...])
    assert_type(sg.trace(sg.grad_bp(loss))(net, x, x), sg.Trace)


def transforms_compose(net: Net, p: Point) -> None:
    def along(q: Point) -> float:
        return sg.jvp(length)(q, Point(1.0, 0.0))[1]

    assert_type(sg.grad_bp(along)(p), Point)
    assert_type(sg.jvp(sg.grad_bp(length))(p, p), tuple[Point, Point])
    assert_type(sg.hvp(along)(p, p), Point)


def stop_gradient_keeps_the_type(net: Net, p: Point) -> None:
    assert_type(sg.stop_gradient(net), Net)
    assert_type(sg.stop_gradient(p.x), float)


def checks_have_the_types_of_what_they_check(net: Net, x: sg.Array) -> None:
    check_gradient(loss, net, x, x)
    assert_type(numerical_gradient(loss)(net, x, x), Net)

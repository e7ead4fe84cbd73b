"""An op has the signature of the function without its pullback; checked, never run."""

from collections.abc import Callable
from typing import Any, TypeVar, assert_type

import numpy as np

import structgrad as sg

from .models import Linear, Net, Pair, Point

T = TypeVar("T")


@sg.op
def squared(x: sg.Array) -> tuple[sg.Array, Callable[[sg.Array], sg.Array]]:
    return x * x, lambda g: 2.0 * g * x


@sg.op
def scaled(k: float, p: Point, *, shift: float = 0.0) -> tuple[Point, Callable[[Point], tuple[float, Point]]]:
    return Point(k * p.x + shift, k * p.y), lambda g: (g.x * p.x + g.y * p.y, Point(k * g.x, k * g.y))


@sg.op
def mixed(a: float, b: float, c: Point) -> tuple[float, Callable[[float], tuple[float, float, Point]]]:
    return a * b * c.x, lambda g: (g * b * c.x, g * a * c.x, Point(g * a * b, 0.0))


@sg.op
def first(p: Pair[T]) -> tuple[T, Callable[[T], Pair[T]]]:
    return p.fst, lambda g: Pair(g, sg.zero(p.snd))


@sg.op
def power(x: float, n: int) -> tuple[float, Callable[[float], tuple[float, None]]]:
    return x**n, lambda g: (g * n * x ** (n - 1), None)


@sg.op
def four(a: float, b: float, c: float, d: float) -> tuple[float, Callable[[float], tuple[float, float, float, float]]]:
    return a + b + c + d, lambda g: (g, g, g, g)


@sg.op
def seen(x: sg.Array, name: str = "x") -> tuple[str, None]:
    return f"{name} = {x}", None


@sg.op
def layer(net: Net, x: sg.Array, index: int = 0) -> tuple[sg.Array, Callable[[sg.Array], tuple[Net, sg.Array]]]:
    return net.layers[index](x), lambda g: (sg.zero(net), net.layers[index].w.T @ g)


def an_op_of_one_argument_takes_it(x: sg.Array) -> None:
    assert_type(squared(x), sg.Array)


def an_op_of_two_arguments_keeps_its_keywords(p: Point) -> None:
    assert_type(scaled(2.0, p), Point)
    assert_type(scaled(2.0, p, shift=1.0), Point)


def an_op_of_three_arguments_takes_them(p: Point) -> None:
    assert_type(mixed(1.0, 2.0, p), float)


def an_op_of_more_arguments_takes_them_by_position() -> None:
    assert_type(four(1.0, 2.0, 3.0, 4.0), float)


def a_generic_op_stays_generic(nets: Pair[Net], points: Pair[Point]) -> None:
    assert_type(first(nets), Net)
    assert_type(first(points), Point)


def none_stands_for_what_is_not_differentiated() -> None:
    assert_type(power(2.0, 3), float)


def none_in_place_of_the_pullback_refuses_gradients(x: sg.Array) -> None:
    assert_type(seen(x, name="y"), str)


def the_rest_behind_the_differentiable_ones_keeps_its_defaults(net: Net, x: sg.Array) -> None:
    assert_type(layer(net, x), sg.Array)
    assert_type(layer(net, x, index=1), sg.Array)


def gradients_go_through_ops(net: Net, x: sg.Array, p: Point) -> None:
    assert_type(sg.grad_bp(lambda v: np.sum(squared(v)), x), sg.Array)
    assert_type(sg.grad_bp(lambda n: np.sum(layer(n, x)), net), Net)
    assert_type(sg.grad_bp(lambda q: scaled(2.0, q).x, p), Point)


def an_op_is_made_in_a_method_too(x: sg.Array) -> None:
    class Layer:
        @staticmethod
        @sg.op
        def clipped(v: sg.Array, limit: float) -> tuple[sg.Array, Callable[[sg.Array], sg.Array]]:
            return np.clip(v, -limit, limit), lambda g: g

    assert_type(Layer.clipped(x, 1.0), sg.Array)


def an_op_may_be_made_by_a_call() -> None:
    def half(l: Linear) -> tuple[float, Callable[[float], Linear]]:
        return 0.5 * l.b, lambda g: Linear(np.zeros_like(l.w), 0.5 * g)

    assert_type(sg.op(half)(Linear(np.ones(1), 2.0)), float)


@sg.op
def op_of_any(x: Any, k: Any) -> Any:
    def back(g: Any) -> Any:
        return g * k, g * x

    return x * k, back


@sg.op
def pullback_of_any(x: float) -> tuple[float, Callable[..., Any]]:
    def back(g: Any) -> Any:
        return g

    return x, back


def an_op_of_any_stays_any(x: Any) -> None:
    # An op without types of its own is called under --strict as well.
    assert_type(op_of_any(x, 2.0), Any)
    value: float = pullback_of_any(x)
    assert_type(value, float)

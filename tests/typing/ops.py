"""What the checkers know of ops; checked, never run. An ignore that is not needed is an error."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar, assert_type

import numpy as np

import structgrad as sg

T = TypeVar("T")


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: float


@dataclass(frozen=True)
class Pair(Generic[T]):
    fst: T
    snd: T


@dataclass(frozen=True)
class Point:
    x: float
    y: float


class Prior(NamedTuple):
    mu: sg.Array
    scale: float


@sg.op
def squared(x: sg.Array) -> tuple[sg.Array, Callable[[sg.Array], sg.Array]]:
    return x * x, lambda g: 2.0 * g * x


@sg.op
def scaled(k: float, p: Point, *, shift: float = 0.0) -> tuple[Point, Callable[[Point], tuple[float, Point]]]:
    return Point(k * p.x + shift, k * p.y), lambda g: (g.x * p.x + g.y * p.y, Point(k * g.x, k * g.y))


@sg.op
def first(p: Pair[T]) -> tuple[T, Callable[[T], Pair[T]]]:
    return p.fst, lambda g: Pair(g, sg.zero(p.snd))


@sg.op
def power(x: float, n: int) -> tuple[float, Callable[[float], tuple[float, None]]]:
    return x**n, lambda g: (g * n * x ** (n - 1), None)


@sg.op
def seen(x: sg.Array, name: str = "x") -> tuple[str, None]:
    return f"{name} = {x}", None


def ops(x: sg.Array, p: Point, pair: Pair[Linear]) -> None:
    assert_type(squared(x), sg.Array)
    assert_type(scaled(2.0, p), Point)
    assert_type(scaled(2.0, p, shift=1.0), Point)
    assert_type(first(pair), Linear)
    assert_type(power(2.0, 3), float)
    assert_type(seen(x, name="y"), str)
    assert_type(sg.grad_bp(lambda v: np.sum(squared(v)), x), sg.Array)

    squared(p)  # type: ignore[arg-type]
    scaled(p, 2.0)  # type: ignore[arg-type]
    scaled(2.0, p, tilt=1.0)  # type: ignore[call-arg]

    @sg.op  # type: ignore[misc]
    def swapped(k: float, p: Point) -> tuple[float, Callable[[float], tuple[Point, float]]]:
        return k * p.x, lambda g: (Point(g * k, 0.0), g * p.x)

    @sg.op  # type: ignore[misc]
    def another_struct(p: Point) -> tuple[float, Callable[[float], Prior]]:
        return p.x, lambda g: Prior(x, g)

    @sg.op  # type: ignore[misc]
    def another_cotangent(p: Point) -> tuple[float, Callable[[str], Point]]:
        return p.x, lambda g: Point(float(g), 0.0)

    @sg.op  # type: ignore[arg-type]
    def no_pullback(p: Point) -> float:
        return p.x


@sg.op
def op_of_any(x: Any, k: Any) -> Any:
    return x * k, lambda g: (g * k, g * x)


@sg.op
def pullback_of_any(x: float) -> tuple[float, Callable[..., Any]]:
    return x, lambda g: g


def of_any(x: Any, value: float) -> None:
    # An op without types of its own is called under --strict as well, and stays Any.
    assert_type(op_of_any(x, 2.0), Any)
    value = pullback_of_any(value)
    assert_type(sg.op(lambda v: (v, lambda g: g))(x), Any)

"""Ops whose pullbacks do not fit, and wrong calls of ops, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUntypedFunctionDecorator=false, reportUnusedExpression=false

from collections.abc import Callable

import numpy as np

import structgrad as sg

from .models import Linear, Pair, Point, Prior
from .ops import first, layer, mixed, power, scaled, squared


def another_argument(p: Point) -> None:
    squared(p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def arguments_the_wrong_way_round(p: Point) -> None:
    scaled(p, 2.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_misspelt_keyword(p: Point) -> None:
    scaled(2.0, p, tilt=1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def an_argument_too_few() -> None:
    mixed(1.0, 2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def another_static_argument() -> None:
    power(2.0, "3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_struct(p: Point, x: sg.Array) -> None:
    layer(p, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def the_value_as_another_type(x: sg.Array) -> None:
    y: float = squared(x)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    y.hex()


def the_value_of_a_generic_op_as_another_type(p: Pair[Linear]) -> None:
    y: Point = first(p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    y.x.hex()


def the_value_taken_for_the_pair(p: Point) -> None:
    pair: tuple[Point, Callable[[Point], Point]] = scaled(2.0, p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    pair[1](p)


def cotangents_the_wrong_way_round() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def swapped(k: float, p: Point) -> tuple[float, Callable[[float], tuple[Point, float]]]:
        return k * p.x, lambda g: (Point(g * k, 0.0), g * p.x)


def cotangents_of_three_the_wrong_way_round() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def swapped(a: float, b: sg.Array, c: Point) -> tuple[float, Callable[[float], tuple[sg.Array, float, Point]]]:
        return a * c.x, lambda g: (sg.zero(b), g * c.x, Point(g * a, 0.0))


def a_cotangent_of_another_struct() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[float], Prior]]:
        return p.x, lambda g: Prior(np.ones(2), g)


def a_cotangent_that_is_a_number() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[float], float]]:
        return p.x, lambda g: g


def a_cotangent_that_is_an_array() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(x: float, w: sg.Array) -> tuple[sg.Array, Callable[[sg.Array], tuple[sg.Array, sg.Array]]]:
        return x * w, lambda g: (g * w, g * x)


def a_pullback_that_takes_another_value() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[str], Point]]:
        return p.x, lambda g: Point(float(g), 0.0)


def a_pullback_that_takes_the_params() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[Point], Point]]:
        return p.x, lambda g: g


def a_pullback_that_takes_two() -> None:
    @sg.op  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[float, float], Point]]:
        return p.x, lambda y, g: Point(g, 0.0)


def a_pullback_that_gives_too_many() -> None:
    @sg.op  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[float, Callable[[float], tuple[Point, Point]]]:
        return p.x, lambda g: (Point(g, 0.0), Point(g, 0.0))


def a_value_without_a_pullback() -> None:
    @sg.op  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> float:
        return p.x


def a_pullback_before_the_value() -> None:
    @sg.op  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> tuple[Callable[[float], Point], float]:
        return lambda g: Point(g, 0.0), p.x


def a_pullback_in_a_list() -> None:
    @sg.op  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]
    def of(p: Point) -> list[float]:
        return [p.x]


def a_pullback_that_gives_another_struct_than_it_says() -> None:
    @sg.op
    def of(p: Point) -> tuple[float, Callable[[float], Point]]:
        def back(g: float) -> Point:
            return g * p.x  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

        return p.x, back


def a_lambda_within_a_tuple_is_not_looked_into_by_mypy() -> None:
    @sg.op
    def of(p: Point) -> tuple[float, Callable[[float], Point]]:
        return p.x, lambda g: g * p.x  # pyright: ignore[reportReturnType]

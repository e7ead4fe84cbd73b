"""Losses whose value is no real number, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnusedExpression=false

import numpy as np

import structgrad as sg

from .models import Net, Point, Prior, length, loss


def a_text() -> None:
    def name(p: Point) -> str:
        return f"{p.x}"

    sg.grad_bp(name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_text_in_one_call(net: Net) -> None:
    sg.grad_bp(lambda n: "loss", net)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def nothing() -> None:
    def forgotten(p: Point) -> None:
        print(p.x**2)

    sg.grad_bp(forgotten)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_struct() -> None:
    def moved(p: Point) -> Point:
        return Point(p.x + 1.0, p.y)

    sg.grad_bp(moved)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_list() -> None:
    def losses(p: Point) -> list[float]:
        return [p.x, p.y]

    sg.backprop(losses)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_pair() -> None:
    def both(p: Point) -> tuple[float, float]:
        return p.x, p.y

    sg.grad_bp(both)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_pair_in_one_call(p: Point) -> None:
    sg.backprop(lambda q: (q.x, q.y), p)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def a_complex_number() -> None:
    def turned(p: Point) -> complex:
        return complex(p.x, p.y)

    sg.grad_bp(turned)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_array_of_whole_numbers() -> None:
    def counts(v: sg.Array) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
        return np.zeros(3, np.int64)

    sg.grad_bp(counts)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def what_may_be_none() -> None:
    def found(p: Prior) -> float | None:
        return p.scale or None

    sg.grad_bp(found)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_function() -> None:
    def curried(p: Point) -> object:
        return length

    sg.hvp(curried)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_coroutine() -> None:
    async def later(p: Point) -> float:
        return p.x

    sg.grad_bp(later)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_attribute_of_a_loss(net: Net, x: sg.Array) -> None:
    loss(net, x, x).layers  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


def a_number_as_a_text(net: Net, x: sg.Array) -> None:
    value, _ = sg.backprop(loss)(net, x, x)
    value.upper()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]

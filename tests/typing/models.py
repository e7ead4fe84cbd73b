"""The structs that the programs of this folder are about, and losses of them."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar

import numpy as np
from attrs import frozen

import structgrad as sg

T = TypeVar("T")


class Kind(enum.Enum):
    FLAT = "flat"
    DEEP = "deep"


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: float

    def __call__(self, x: sg.Array) -> sg.Array:
        return self.w @ x + self.b

    def energy(self, x: sg.Array) -> sg.Scalar:
        return np.sum(self(x) ** 2)


@dataclass(frozen=True)
class Net:
    layers: list[Linear]
    table: dict[str, float]
    row: tuple[Linear, ...]
    pair: tuple[Linear, float]
    head: Linear | None = None
    act: Callable[[sg.Array], sg.Array] = np.tanh
    kind: Kind = Kind.FLAT


@dataclass(frozen=True)
class Pair(Generic[T]):
    fst: T
    snd: T


@frozen
class Point:
    x: float
    y: float


class Prior(NamedTuple):
    mu: sg.Array
    scale: float


class Params(TypedDict):
    w: sg.Array
    layers: list[Linear]


@dataclass(frozen=True)
class Model:
    enc: Net
    dec: Net
    head: Linear | Net
    prior: Prior | None = None


def loss(net: Net, x: sg.Array, y: sg.Array, *, l2: float = 0.0) -> sg.Scalar:
    return np.mean((net.layers[0](x) - y) ** 2) + l2


def length(p: Point) -> float:
    return p.x * p.x + p.y * p.y


def product(a: float, b: sg.Array, c: Point) -> sg.Scalar:
    return a * np.sum(b) * c.x


def with_aux(net: Net, x: sg.Array) -> tuple[sg.Scalar, dict[str, Any]]:
    return np.sum(net.layers[0](x)), {"calls": 1}

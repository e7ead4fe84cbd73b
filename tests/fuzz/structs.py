"""Random structs: what a program differentiates by."""

import random
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

SHAPES: list[tuple[int, ...]] = [(3,), (3,), (2, 3), (3, 3), (3, 3), (3, 1), (2, 2), (4,), (2, 3, 3), ()]


@dataclass(frozen=True)
class Pair:
    """A struct of the user's."""

    first: Any
    second: Any


class Named(NamedTuple):
    """Another one."""

    first: Any
    second: Any


def struct(draw: random.Random, complex_: bool = True) -> Any:
    """A struct of two to four floats and arrays, at times complex."""
    leaves = [_leaf(draw, complex_) for _ in range(draw.randrange(2, 5))]
    while len(leaves) > 1:
        x, y = leaves.pop(), leaves.pop()
        makes = [lambda x, y: {"w": x, "b": y}, lambda x, y: [x, y], lambda x, y: (x, (y,)), Pair, Named]
        leaves.append(draw.choice(makes)(x, y))
    return leaves[0]


def _leaf(draw: random.Random, complex_: bool) -> Any:
    numbers = np.random.default_rng(draw.randrange(1 << 16))
    kind = draw.randrange(12)
    shape = draw.choice(SHAPES) if kind > 2 else ()
    x = np.round(numbers.uniform(-1.5, 1.5, shape), 4)
    if kind in (2, 11) and complex_:
        x = x + 1j * np.round(numbers.uniform(-1.5, 1.5, shape), 4)
    return x.item() if kind < 3 else np.asarray(x)

"""What a check asks with: random cotangents and directions, and the inner product of both with values."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from structgrad.struct.leaf import Space
from structgrad.struct.walk import build, flatten, leaf_spaces
from structgrad.transforms.difference import coordinates, require_number

# A leaf of more numbers is asked along random directions, each of which sees an error in any number.
_FEW = 50
_DIRECTIONS = 3


def smooth_leaves(x: Any) -> list[tuple[Any, Space]]:
    """The leaves of a struct that have a slope, with their spaces."""
    leaves = flatten(x)[0]
    spaces = leaf_spaces(x, leaves)
    return [pair for pair in zip(leaves, spaces, strict=True) if pair[1].role == "smooth"]


def random_cotangent(value: Any, rng: np.random.Generator) -> Any:
    """A cotangent of a value: numbers between 1/2 and 2 of either sign; what has no slope gets its zero."""
    leaves, nodes = flatten(value)
    spaces = leaf_spaces(value, leaves)
    return build(nodes, [_random(leaf, space, rng) for leaf, space in zip(leaves, spaces, strict=True)])


def doubled(cotangent: Any) -> Any:
    """Twice a cotangent, which is exact."""
    leaves, nodes = flatten(cotangent)
    pairs = zip(leaves, leaf_spaces(cotangent, leaves), strict=True)
    return build(nodes, [s.add(leaf, leaf) if s.role == "smooth" else leaf for leaf, s in pairs])


def inner(cotangent: Any, value: Any) -> float:
    """The inner product of a cotangent and a value: of real and imaginary parts, over all smooth leaves."""
    pairs = zip(smooth_leaves(cotangent), smooth_leaves(value), strict=True)
    return float(sum(_inner(c, y) for (c, _), (y, _) in pairs))


def directions(leaf: Any, rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """Where a leaf can move, with words for it: along every coordinate, or in a few random directions."""
    if np.size(leaf) > _FEW:
        for _ in range(_DIRECTIONS):
            yield " along a random direction", _numbers(leaf, rng)
        return
    for index, direction in coordinates(leaf):
        place = str(list(index)) if index else ""
        yield place + (" (imaginary part)" if np.any(np.imag(direction)) else ""), direction


def _random(leaf: Any, space: Space, rng: np.random.Generator) -> Any:
    if space.role != "smooth":
        return space.zero(leaf)
    require_number(leaf)
    numbers = _numbers(leaf, rng)
    return numbers.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else space.like(leaf, numbers.item())


def _numbers(leaf: Any, rng: np.random.Generator) -> Any:
    """Numbers between 1/2 and 2 of either sign, shaped like a leaf; complex ones for a complex leaf."""
    shape = np.shape(leaf)
    real = np.asarray(rng.uniform(0.5, 2.0, shape) * rng.choice((-1.0, 1.0), shape))
    if not np.iscomplexobj(leaf):
        return real
    return real + 1j * rng.uniform(0.5, 2.0, shape) * rng.choice((-1.0, 1.0), shape)


def _inner(c: Any, y: Any) -> float:
    a, b = np.asarray(c, dtype=complex), np.asarray(y, dtype=complex)
    if a.shape != b.shape:
        raise ValueError("the value changes its shape near this point")
    return float(np.sum(np.real(a) * np.real(b) + np.imag(a) * np.imag(b)))

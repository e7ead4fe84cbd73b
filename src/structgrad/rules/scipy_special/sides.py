"""What several families share: formulas that hold on one side of a line only, cotangents of several outputs, sums."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from structgrad.rules.elementwise import is_complex

SQRT_PI, SQRT_2PI = math.sqrt(math.pi), math.sqrt(2 * math.pi)


def parted(
    near: Any, x: Any, inside: Callable[[Any], Any], outside: Callable[[Any], Any], at: tuple[float, float]
) -> Any:
    """inside(x) where `near`, else outside(x).

    at: a harmless argument for each of the two; it stands where the other one holds, so that no NaN arises there.
    """
    return np.where(near, inside(np.where(near, x, at[0])), outside(np.where(near, at[1], x)))


def weighed(g: Any, *slopes: Any) -> Any:
    """The pullback of a function with several outputs: Σ gᵢ · slopeᵢ, but 0 for an infinite slope nobody asked for."""
    total: Any = 0.0
    for bar, slope in zip(g, slopes, strict=True):
        wild = (bar == 0) & ~np.isfinite(slope)
        total = total + bar * np.where(wild, 0, slope)
    return total


def summed(term: Callable[[Any], Any], n: int, like: Any) -> Any:
    """Σ term(i) over i < n, where i comes along a leading axis before those of `like`, in blocks that fit the cache."""
    blocks = np.array_split(np.arange(n), min(n, 1 + n * np.size(like) // 8_000))
    return sum(np.sum(term(i.reshape(-1, *[1] * np.ndim(like))), axis=0) for i in blocks)


def sinpi(x: Any) -> Any:
    """sin(πx) with all its digits near every whole number."""
    k = np.rint(np.real(x))
    return np.sin(math.pi * (x - k)) * (1 - 2 * np.mod(k, 2))


def cospi(x: Any) -> Any:
    """cos(πx), the phase reduced as that of `sinpi`."""
    k = np.rint(np.real(x))
    return np.cos(math.pi * (x - k)) * (1 - 2 * np.mod(k, 2))


def sinch(x: Any) -> Any:
    """sinh(x) / x, which is 1 at 0."""
    if is_complex(x):
        return np.sinc(1j * x / math.pi)
    return np.real(np.sinc(1j * x / math.pi))

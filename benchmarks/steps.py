"""A hundred mixed elementwise steps, and their gradient by hand: line by line, and simplified on paper."""

from collections.abc import Callable
from typing import Any

BLOCKS = 5  # of twenty steps
Kept = tuple[Any, ...]


def block(xp: Any, x: Any, a: Any, b: Any) -> Any:  # Any: the same text for every library
    """Take twenty steps, some of whose results are used twice."""
    t1 = x * a
    t2 = xp.tanh(t1)
    t3 = t2 + b
    t4 = t3 * 0.5
    t5 = xp.exp(t4)
    t6 = t5 - t2
    t7 = t6 * t6
    t8 = t7 + 1.0
    t9 = xp.sqrt(t8)
    t10 = t3 / t9
    t11 = xp.sin(t10)
    t12 = t11 * t5
    t13 = 2.0 - t12
    t14 = t13 / a
    t15 = xp.tanh(t14)
    t16 = t15**2
    t17 = xp.log1p(t16)
    t18 = t17 - b
    t19 = t18 * t11
    return t19 + x


def steps(xp: Any, x: Any, a: Any, b: Any) -> Any:
    """Take a hundred steps."""
    for _ in range(BLOCKS):
        x = block(xp, x, a, b)
    return x


def forward(xp: Any, x: Any, a: Any, b: Any) -> tuple[Any, Kept]:
    """Take the twenty steps, and keep what the way back needs."""
    t2 = xp.tanh(x * a)
    t3 = t2 + b
    t5 = xp.exp(t3 * 0.5)
    t6 = t5 - t2
    t9 = xp.sqrt(t6 * t6 + 1.0)
    t10 = t3 / t9
    t11 = xp.sin(t10)
    t15 = xp.tanh((2.0 - t11 * t5) / a)
    t16 = t15**2
    t18 = xp.log1p(t16) - b
    return t18 * t11 + x, (t2, t5, t6, t9, t10, t11, t15, t16, t18)


def back(xp: Any, g: Any, kept: Kept, a: Any) -> Any:
    """Give the cotangent of a block's x from that of its result, undoing line by line."""
    t2, t5, t6, t9, t10, t11, t15, t16, t18 = kept
    g18, g11 = g * t11, g * t18
    g16 = g18 / (1.0 + t16)
    g15 = g16 * (2.0 * t15)
    g14 = g15 * (1.0 - t15 * t15)
    g12 = -(g14 / a)
    g11, g5 = g11 + g12 * t5, g12 * t11
    g10 = g11 * xp.cos(t10)
    g3, g9 = g10 / t9, -g10 * t10 / t9
    g7 = g9 / (2.0 * t9)
    g6 = g7 * t6
    g6 = g6 + g7 * t6
    g5, g2 = g5 + g6, -g6
    g4 = g5 * t5
    g3 = g3 + g4 * 0.5
    g2 = g2 + g3
    g1 = g2 * (1.0 - t2 * t2)
    return g + g1 * a


def simplified_back(xp: Any, g: Any, kept: Kept, a: Any) -> Any:
    """Give the same, with what cancels across lines left out."""
    t2, t5, t6, t9, t10, t11, t15, t16, t18 = kept
    g14 = g * t11 / (1.0 + t16) * (2.0 * t15) * (1.0 - t16)
    g12 = -g14 / a
    g10 = (g * t18 + g12 * t5) * xp.cos(t10)
    g3 = g10 / t9
    g6 = -g3 * t10 * t6 / t9
    g4 = (g12 * t11 + g6) * t5
    g3 = g3 + g4 * 0.5
    g1 = (g3 - g6) * (1.0 - t2 * t2)
    return g + g1 * a


def by_hand(
    xp: Any, x: Any, a: Any, b: Any, one: Any, back: Callable[[Any, Any, Kept, Any], Any] = back
) -> tuple[Any, Any]:
    """Give the result of the hundred steps, and its gradient for the cotangent `one`."""
    blocks = []
    for _ in range(BLOCKS):
        x, kept = forward(xp, x, a, b)
        blocks.append(kept)
    g = one
    for kept in reversed(blocks):
        g = back(xp, g, kept, a)
    return x, g

"""What the tests of this folder share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from structgrad.testing import check_gradient


@pytest.fixture
def along() -> Callable[..., None]:
    """`check_gradient` along two random directions: they miss no wrong slope, and cost less than number by number."""

    def check(f: Callable[..., Any], *args: Any, order: int = 1) -> None:
        rng = np.random.default_rng(0)
        ways = [[_like(x, rng) for x in args] for _ in range(2)]

        def moved(t: Any) -> Any:
            return f(*[x if v is None else x + t[0] * v + t[1] * w for x, v, w in zip(args, *ways, strict=True)])

        check_gradient(moved, np.zeros(2), order=order)

    return check


def _like(x: Any, rng: np.random.Generator) -> Any:
    """A direction in which x can move, complex if x is; None if it can't."""
    kind = np.asarray(x).dtype.kind
    if kind not in "fc":
        return None
    y = rng.normal(size=np.shape(x))
    return y + 1j * rng.normal(size=np.shape(x)) if kind == "c" else y

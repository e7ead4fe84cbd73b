"""Arrays continued beyond their edges, and filtered with a kernel there."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.scipy.ndimage.windows import within

# SciPy's modes by the names they have in np.pad.
_MODES: dict[str, Any] = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "mirror": "reflect",
    "nearest": "edge",
    "wrap": "wrap",
    "grid-wrap": "wrap",
    "constant": "constant",
    "grid-constant": "constant",
}


def extended(x: Any, widths: Sequence[tuple[int, int]], mode: str, cval: Any) -> Any:
    """An array with so many items more before and after it along each axis."""
    beyond: dict[str, Any] = {"constant_values": cval} if _MODES[mode] == "constant" else {}
    return np.pad(x, widths, _MODES[mode], **beyond)


def correlated(x: Any, w: Any, origins: Sequence[int], mode: str, cval: Any) -> Any:
    """y[i] = Σₖ x[i + k − size // 2 − origin] w[k], for a kernel that has as many axes as x."""
    x = x if dtype_of(x).kind in "fc" else x.astype(float)
    befores = [size // 2 + origin for size, origin in zip(shape_of(w), origins, strict=True)]
    widths = [(before, size - 1 - before) for size, before in zip(shape_of(w), befores, strict=True)]
    return within(extended(x, widths, mode, cval), w)


def correlated_along(axis: int, x: Any, w: Any, origin: int, mode: str, cval: Any) -> Any:
    """The same with a kernel (size,) along one axis."""
    rank = len(shape_of(x))
    origins = [0] * rank
    origins[axis] = origin
    return correlated(x, lined_up(w, (axis,), rank), origins, mode, cval)


def lined_up(w: Any, axes: Sequence[int], rank: int) -> Any:
    """A kernel along some axes, in the order in which the array has them, as one of full rank."""
    along = [axis % rank for axis in axes]
    sizes = iter(shape_of(w))
    return np.reshape(w, [next(sizes) if axis in along else 1 for axis in range(rank)])

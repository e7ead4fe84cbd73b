"""`map_coordinates`: an array read between its items, by splines of every order and in every boundary mode."""

import itertools
from typing import Any

import numpy as np
import scipy.ndimage

from structgrad.arrays import dtype_of, shape_of
from structgrad.scipy.definition import as_scipys
from structgrad.scipy.ndimage.extension import extended
from structgrad.scipy.ndimage.filters import stated
from structgrad.scipy.ndimage.splines import bump, folded, spline_coefficients
from structgrad.tape.value import plain

ndimage: Any = scipy.ndimage  # its overloads know nothing of traced values

_PADDED = 12  # so many items SciPy adds on each side where a mode has no exact spline


@as_scipys(scipy.ndimage.map_coordinates)
def map_coordinates(
    input: Any,
    coordinates: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: Any = 0.0,
    prefilter: bool = True,
) -> Any:
    """SciPy's `map_coordinates`, differentiable in input, coordinates and cval.

    By order 0 it is flat in the coordinates; by order 1 the slope at an item is the mean of both sides.
    """

    def value(x: Any, at: Any, cval: Any) -> Any:
        return ndimage.map_coordinates(x, at, output, order, mode, cval, prefilter)

    def definition(x: Any, at: Any, cval: Any) -> Any:
        x = x if dtype_of(x).kind in "fc" else x.astype(float)
        kind = {"grid-mirror": "reflect"}.get(mode, mode)
        if prefilter and order > 1:
            if kind in ("nearest", "grid-constant"):
                x, at = extended(x, [(_PADDED, _PADDED)] * len(shape_of(x)), kind, cval), at + _PADDED
            x = spline_coefficients(x, order, kind)
        right = _read(x, at, order, kind, cval, "right")
        if order != 1 or not np.any(plain(at) == np.rint(plain(at))):
            return right
        return (right + _read(x, at, order, kind, cval, "left")) / 2

    return stated("map_coordinates", output, value, definition, input, coordinates, cval)


def _read(c: Any, at: Any, order: int, mode: str, cval: Any, side: str) -> Any:
    """Σ over the items around each point: the product of their weights along each axis, times the coefficient."""
    axes = [_neighbours(at[axis], n, order, mode, side) for axis, n in enumerate(shape_of(c))]
    y: Any = 0.0
    for places in itertools.product(range(order + 1), repeat=len(axes)):
        items, weights, known = zip(*(axis[k] for axis, k in zip(axes, places, strict=True)), strict=True)
        part = c[items]
        part = np.where(np.all(known, axis=0), part, cval) if mode == "grid-constant" else part
        for weight in weights:
            part = part * weight
        y = y + part
    if mode != "constant":
        return y
    inside = [(at[axis] >= 0) & (at[axis] <= n - 1) for axis, n in enumerate(shape_of(c))]
    return np.where(np.all(inside, axis=0), y, cval)


def _neighbours(x: Any, n: int, order: int, mode: str, side: str) -> list[tuple[Any, Any, Any]]:
    """(item, weight, whether it is one) for each of the order + 1 items around each x."""
    x = _brought_in(x, n, mode)
    if order % 2 == 0:
        first = np.floor(x + 0.5) - order // 2
    elif side == "right":
        first = np.floor(x) - order // 2
    else:
        first = np.ceil(x) - 1 - order // 2
    if order == 1 and mode == "constant":  # beyond the edges there is nothing to take a mean with
        first = np.clip(first, 0, max(n - 2, 0))
    found = []
    for k in range(order + 1):
        i = (first + k).astype(np.intp)
        weight = 1.0 if order == 0 else (1 - (x - first) if k == 0 else x - first) if order == 1 else bump(x - i, order)
        found.append((folded(i, n, mode), weight, (i >= 0) & (i < n)))
    return found


def _brought_in(x: Any, n: int, mode: str) -> Any:
    """Coordinates beyond the array, of modes that repeat it, brought back near it."""
    if mode in ("constant", "nearest", "grid-constant"):
        return x
    if n == 1:
        return 0 * x
    if mode == "wrap":  # its period is one item short, and both of its ends belong to it
        turns = np.where(x < 0, np.floor(-x / (n - 1)) + 1, np.where(x > n - 1, -np.floor(x / (n - 1)), 0.0))
        return x + turns * (n - 1)
    period = {"mirror": 2 * n - 2, "reflect": 2 * n, "grid-wrap": n}[mode]
    x = x - np.floor(x / period) * period
    if mode == "grid-wrap":
        return x
    far = 2 * n - 2 if mode == "mirror" else 2 * n - 1
    return np.where(x > far / 2, far - x, x)

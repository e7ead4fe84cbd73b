"""Multilinear interpolation on a grid, and the nearest of its points, as SciPy's interpolators define them.

On a knot, where two pieces meet, the slope is the mean of both sides, as it is for np.interp.
"""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from structgrad.arrays import shape_of


def linear(grid: Sequence[Any], values: Any, xi: Any) -> Any:
    """Values (n₁, …, n_d, …) on the product of ascending grids, interpolated at points xi (N, d); beyond, continued."""
    right = _on_side("right", grid, values, xi)
    on_knot = [np.isin(xi[:, k], points) for k, points in enumerate(grid)]
    return (right + _on_side("left", grid, values, xi)) / 2 if np.any(on_knot) else right


def nearest(grid: Sequence[Any], values: Any, xi: Any) -> Any:
    """The values at the grid's points nearest to xi; of two that are equally near, at the lower one."""
    found = [_cell(points, xi[:, k], "right") for k, points in enumerate(grid)]
    return values[tuple(np.where(t <= 0.5, i, j) for i, j, t in found)]


def inside(grid: Sequence[Any], xi: Any) -> Any:
    """Which of the points (N, d) lie within the grid."""
    return np.all([(points[0] <= xi[:, k]) & (xi[:, k] <= points[-1]) for k, points in enumerate(grid)], axis=0)


def _on_side(side: Any, grid: Sequence[Any], values: Any, xi: Any) -> Any:
    """Σ over the corners of each point's cell: the product of how near it is along each axis."""
    cells = [_cell(points, xi[:, k], side) for k, points in enumerate(grid)]
    rest = (1,) * (len(shape_of(values)) - len(grid))
    y: Any = 0.0
    for corner in itertools.product((0, 1), repeat=len(grid)):
        weight: Any = 1.0
        for (_, _, t), end in zip(cells, corner, strict=True):
            weight = weight * (t if end else 1 - t)
        place = tuple(cell[end] for cell, end in zip(cells, corner, strict=True))
        y = y + values[place] * np.reshape(weight, (-1, *rest))
    return y


def _cell(points: Any, x: Any, side: Any) -> tuple[Any, Any, Any]:
    """The two knots around each x, and how far it is from the first to the second."""
    last = shape_of(points)[0] - 1
    i = np.clip(np.searchsorted(points, x, side) - 1, 0, max(last - 1, 0))
    j = np.minimum(i + 1, last)
    return i, j, (x - points[i]) / (points[j] - points[i]) if last else 0 * x

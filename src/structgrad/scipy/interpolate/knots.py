"""The slopes of a cubic spline at its knots: the solution of a tridiagonal system.

De Boor, A Practical Guide to Splines, 1978, chapter IV.
"""

from typing import Any

import numpy as np
from scipy import linalg

from structgrad.arrays import shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def tridiagonal(bands: Any, b: Any) -> Any:
    """x of A x = b; bands (3, n): what stands above the diagonal of A, on it and below, each in its column."""
    return linalg.solve_banded((1, 1), bands, b, check_finite=False)


def _turned(bands: Any) -> Any:
    above, on, below = bands
    return np.stack([np.roll(below, 1), on, np.roll(above, -1)])


def _by_bands(g: Any, y: Any, bands: Any) -> Any:
    """−(A⁻ᵀ g) yᵀ on the three diagonals."""
    u = tridiagonal(_turned(bands), g)
    zero = np.zeros((1, shape_of(y)[1]))
    above, below = np.concatenate([zero, u[:-1]]), np.concatenate([u[1:], zero])
    return -np.stack([np.sum(part * y, axis=1) for part in (above, u, below)])


rule(
    tridiagonal,
    params="bands b",
    holomorphic=True,
    linear="b",
    bands=_by_bands,
    b=lambda g, bands: tridiagonal(_turned(bands), g),
)


def spline_slopes(x: Any, y: Any, bc_type: Any) -> Any:
    """The slopes (n, m) at x (n,) of the spline through y (n, m), with SciPy's boundary conditions."""
    h = np.diff(x)
    m = np.diff(y, axis=0) / h[:, None]
    first, last = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    if shape_of(h)[0] == 1:
        first, last = ((1, m[0]) if bc in ("not-a-knot", "periodic") else bc for bc in (first, last))
    elif first == "periodic":
        return _periodic(h, m)
    elif shape_of(h)[0] == 2 and first == last == "not-a-knot":  # the parabola through three points
        middle = (h[0] * m[1] + h[1] * m[0]) / (h[0] + h[1])
        return np.stack([2 * m[0] - middle, middle, 2 * m[1] - middle])
    on, above, start = _end(first, h, m, -1)
    on_last, below, stop = _end(last, h[::-1], m[::-1], 1)
    bands = np.stack(
        [
            np.concatenate([[0.0], [above], h[:-1]]),
            np.concatenate([[on], 2 * (h[:-1] + h[1:]), [on_last]]),
            np.concatenate([h[1:], [below], [0.0]]),
        ]
    )
    return tridiagonal(bands, np.concatenate([start[None], _right_side(h[:-1], h[1:], m[:-1], m[1:]), stop[None]]))


def _right_side(h: Any, k: Any, m: Any, n: Any) -> Any:
    """Of the condition that the second derivative is continuous between pieces of widths h, k and mean slopes m, n."""
    return 3 * (k[:, None] * m + h[:, None] * n)


def _end(bc: Any, h: Any, m: Any, sign: int) -> tuple[Any, Any, Any]:
    """The equation at an end, counted from there: coefficients of its slope and the next one, and the right side."""
    if isinstance(bc, str) and bc == "not-a-knot":
        d = h[0] + h[1]
        return h[1], d, ((h[0] + 2 * d) * h[1] * m[0] + h[0] ** 2 * m[1]) / d
    order, value = {"clamped": (1, 0.0), "natural": (2, 0.0)}[bc] if isinstance(bc, str) else bc
    value = np.reshape(value, (-1,)) + 0 * m[0]
    if order == 1:
        return 1.0, 0.0, value
    return 2 * h[0], h[0], sign / 2 * value * h[0] ** 2 + 3 * h[0] * m[0]


def _periodic(h: Any, m: Any) -> Any:
    """The system is tridiagonal but for its corners; the last unknown is taken out of it."""
    if shape_of(h)[0] == 2:
        slope = np.sum(m / h[:, None], axis=0) / np.sum(1 / h)
        return np.stack([slope, slope, slope])
    before, right = np.roll(h, 1), _right_side(np.roll(h, 1), h, np.roll(m, 1, axis=0), m)
    on = 2 * (before + h)
    bands = np.stack(
        [np.concatenate([[0.0], before[:-2]]), on[:-1], np.concatenate([h[1:-1], [0.0]])],
    )
    coupling = -np.concatenate([h[:1], np.zeros(shape_of(h)[0] - 3), before[-2:-1]])[:, None]
    u = tridiagonal(bands, np.concatenate([right[:-1], coupling], axis=1))
    u, v = u[:, :-1], u[:, -1:]
    corner = before[-1], h[-1]  # of the slopes after the last and before it
    last = (right[-1] - corner[0] * u[0] - corner[1] * u[-1]) / (on[-1] + corner[0] * v[0] + corner[1] * v[-1])
    s = np.concatenate([u + v * last, last[None]])
    return np.concatenate([s, s[:1]])

"""Adafactor: Adam's second moments of a matrix, kept as those of its rows and of its columns alone."""

from typing import Any

import numpy as np

from structgrad.errors import StructMismatchError
from structgrad.optim.leafwise import Leaf, Slot, leafwise, real_zeros
from structgrad.optim.methods import square
from structgrad.optim.optimizer import Optimizer
from structgrad.optim.schedules import Rate, at_step, checked_rate


def adafactor(
    rate: Rate = 0.01,
    power: float = 0.8,
    limit: float = 1.0,
    smallest: float = 1e-3,
    eps: float = 1e-30,
    decay: float = 0.0,
) -> Optimizer:
    """Steps of -α U, U = g / √v̂ brought to a root mean square of limit at most (Shazeer and Stern 2018, algs. 4, 5).

    At step t, α = max(smallest, RMS(p)) min(rate, 1 / √t), and v̂ moves towards g² + eps by the weight t^-power; beside
    it stands a step of -rate decay p. An array (..., n, m) keeps the means of its rows (..., n) and of its columns
    (..., m), and v̂ is their product over their mean; other leaves keep v̂ whole.

    rate: the largest relative step, a number or a schedule. power: above 0. limit: above 0. smallest: the scale of a
    leaf that is zero. `SparseRows` are made dense, since each number's step depends on all of its leaf. ValueError for
    numbers out of range.

    >>> import numpy as np
    >>> from structgrad import optim
    >>> opt = optim.adafactor(0.1)
    >>> w = np.ones((2, 3))
    >>> w, state = opt.step(w, 5.0 * w, opt.init(w))
    >>> float(w[0, 0]), state.slots["rows"].shape, state.slots["columns"].shape
    (0.9, (2,), (3,))
    """
    checked_rate("adafactor", rate)
    for name, number in (("power", power), ("limit", limit)):
        if not number > 0:
            raise ValueError(f"adafactor: {name} must be positive, and is {number!r}")

    def formula(n: int) -> Leaf:
        lr, t = at_step(rate, n), n + 1
        rho, weight = min(lr, t**-0.5), t**-power

        def leaf(g: Any, p: Any, rows: Any, columns: Any) -> Any:
            if (np.shape(rows), np.shape(columns)) != _shapes(p):
                raise StructMismatchError("this state of adafactor belongs to other params: use opt.init(params)")
            if not np.size(g):
                return g, rows, columns
            v = square(g) + eps
            if np.ndim(p) < 2:
                rows = (1 - weight) * rows + weight * v
                u = g / np.sqrt(rows)
            else:
                rows = (1 - weight) * rows + weight * np.mean(v, -1)
                columns = (1 - weight) * columns + weight * np.mean(v, -2)
                share = rows / np.mean(rows, -1, keepdims=True)
                u = g / np.sqrt(share)[..., None] / np.sqrt(columns)[..., None, :]
            alpha = np.maximum(_rms(p), smallest) * rho
            return u * (-alpha / np.maximum(_rms(u) / limit, 1.0)) - lr * decay * p, rows, columns

        return leaf

    slots = {"rows": Slot(_row_zeros), "columns": Slot(_column_zeros)}
    return leafwise("adafactor", formula, slots, elementwise=False)


def _rms(x: Any) -> Any:
    """The root mean square."""
    return np.sqrt(np.mean(square(x)))


def _shapes(p: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those of the means of rows and of columns."""
    shape = np.shape(p)
    return (shape, ()) if len(shape) < 2 else (shape[:-1], (*shape[:-2], shape[-1]))


def _row_zeros(p: Any) -> Any:
    return real_zeros(p) if np.ndim(p) < 2 else np.zeros(_shapes(p)[0], p.real.dtype)


def _column_zeros(p: Any) -> Any:
    return 0.0 if np.ndim(p) < 2 else np.zeros(_shapes(p)[1], p.real.dtype)

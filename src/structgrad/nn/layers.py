"""Layers as functions of their weights: embedding, layer norm, dropout."""

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import NDArray

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real, require_generator, require_shape, whole
from structgrad.nn.kinds import Float, Real, Whole
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def embedding(table: NDArray[Float], ids: Whole) -> NDArray[Float]:
    """The rows of a table that ids name; the gradient of the table is zero in all others, and repeated ids add up.

    table: real array (n, …). ids: whole numbers (…) from 0 to n − 1. Returns (…, …), the shape of ids and then that of
    a row. TypeError for ids that are no whole numbers; IndexError out of range, negative ones too.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> sg.grad_bp(lambda table: np.sum(nn.embedding(table, [2, 0, 2])))(np.zeros((3, 2)))
    array([[1., 1.],
           [0., 0.],
           [2., 2.]])
    """
    table = real(table, "table")
    if not shape_of(table):
        raise ValueError(f"embedding needs a table of rows, and got a single number{users_line()}")
    rows: NDArray[Float] = table[whole(ids, shape_of(table)[0], "ids", "They are numbers of rows of the table.")]
    return rows


def layer_norm(
    x: NDArray[Float],
    scale: NDArray[Float] | None = None,
    shift: NDArray[Float] | None = None,
    *,
    eps: float = 1e-5,
    axes: int | tuple[int, ...] = -1,
) -> NDArray[Float]:
    """(x − mean) / √(variance + eps) over the last axes, times scale, plus shift.

    x: real array (…, d). scale, shift: real arrays (d), or None for none; with several axes, of the shape of these.
    eps: ≥ 0, in units of x². axes: the last axis, or a tuple of the last few. Returns an array like x. The variance is
    the mean square, not divided by d − 1. ValueError for other shapes, axes or eps. (Ba, Kiros, Hinton 2016, Layer
    normalization, eq. 4.)

    >>> from structgrad import nn
    >>> nn.layer_norm(np.array([1.0, 3.0]), scale=np.array([1.0, 10.0]), eps=0.0)
    array([-1., 10.])
    """
    x = real(x, "x")
    axes = _last(axes, shape_of(x))
    if not eps >= 0:
        raise ValueError(f"layer_norm needs an eps ≥ 0, and got {eps!r:.60}{users_line()}")
    scale, shift = (_over(w, shape_of(x)[axes[0] :], name) for w, name in ((scale, "scale"), (shift, "shift")))
    y = standardised(x, axes, float(eps))[0]
    y = y if scale is None else y * scale
    shifted: NDArray[Float] = y if shift is None else y + shift
    return shifted


def dropout(x: Real, rate: float, rng: np.random.Generator) -> Real:
    """x with each number put to 0 with probability rate, the others divided by 1 − rate: for training alone.

    x: real array (…). rate: in [0, 1); at 0, x comes back and nothing is drawn. rng: NumPy's generator, which moves on:
    each call drops others, and the same seed the same. Returns an array like x. TypeError for another generator;
    ValueError for another rate. (Srivastava et al. 2014, Dropout, §10, the inverted form.)

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.dropout(np.ones(6), 0.5, np.random.default_rng(2))
    array([0., 0., 2., 0., 2., 2.])
    """
    require_generator(rng, "dropout")
    if not 0 <= rate < 1:
        raise ValueError(f"dropout needs a rate in [0, 1), and got {rate!r:.60}{users_line()}. It is what is dropped.")
    x = real(x, "x")
    if rate == 0:
        return x
    y: Real = x * _mask(shape_of(x), rate, dtype_of(x), rng)
    return y


def _mask(shape: tuple[int, ...], rate: float, dtype: Any, rng: np.random.Generator) -> Any:
    """1 / (1 − rate) or 0 for each number, read-only, so that the tape need not copy it."""
    mask = np.multiply(rng.random(shape) >= rate, 1 / (1 - rate), dtype=dtype)
    if shape:
        mask.flags.writeable = False
    return mask


def _last(axes: int | tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """Axes counted from the front. ValueError unless they are the last ones."""
    n = len(shape)
    found = tuple(sorted(normalize_axis_tuple(axes, n))) if n else ()
    if not found or found[0] != n - len(found):
        raise ValueError(
            f"layer_norm is over the last axes, and got axes={axes} of shape {shape}{users_line()}. np.moveaxis first."
        )
    return found


def _over(w: Any, shape: tuple[int, ...], name: str) -> Any:
    if w is None:
        return None
    w = real(w, name)
    require_shape(w, shape, name, "a number for each that is normalised together.")
    return w


@primitive
def standardised(x: Any, axes: Any, eps: Any) -> Any:
    """x with mean 0 and variance 1 over some axes, and by what it was multiplied."""
    centred = x - np.mean(x, axis=axes, keepdims=True)
    factor = 1 / np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + eps)
    return np.multiply(centred, factor, out=centred), factor


def _by_x(g: Any, axes: Any, x_shape: tuple[int, ...], y: Any) -> Any:
    """Minus its mean and its part along y; the factor r moves by −r² y / n."""
    (g, g_factor), (y, factor) = g, y
    n = math.prod(x_shape[i] for i in axes)
    along = np.mean(g * y, axis=axes, keepdims=True) + g_factor * factor / n
    return factor * (g - np.mean(g, axis=axes, keepdims=True) - y * along)


rule(standardised, params="x axes eps", x=_by_x)

"""Running sums and products, and products of whole axes: exact with zeros, for nothing is divided."""

import itertools
import math
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import conj
from structgrad.rules.reductions import only, opened
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule


@primitive
def recurrence(m: Any, b: Any) -> Any:
    """s with s[0] = b[0] and s[i] = b[i] + m[i − 1] s[i − 1] along the last axis. m: (…, n − 1), b: (…, n)."""
    # Rows of a single number are walked as Python's floats, which is ten times faster than arrays of one number.
    rows, add = (x.tolist() if x.ndim == 1 else list(np.moveaxis(x, -1, 0)) for x in (m, b))
    s = itertools.accumulate(zip(rows, add[1:], strict=True), _step, initial=add[0])
    return np.moveaxis(np.array(list(s), np.result_type(m, b)), 0, -1)


def _step(s: Any, row: tuple[Any, Any]) -> Any:
    return row[1] + row[0] * s


@primitive
def products_before(x: Any) -> Any:
    """y with y[0] = 1 and y[i] the product of the i numbers before, along the last axis. x: (…, n − 1), y: (…, n)."""
    y = np.ones((*x.shape[:-1], x.shape[-1] + 1), x.dtype)
    np.multiply.accumulate(x, axis=-1, out=y[..., 1:])
    return y


def _back(g: Any, m: Any) -> Any:
    """The adjoint of the recurrence, one from the other end: t[i] = g[i] + m[i]* t[i + 1]."""
    return recurrence(conj(m)[..., ::-1], g[..., ::-1])[..., ::-1]


def _others(x: Any) -> Any:
    """For each item of the last axis the conjugate product of all others."""
    return conj(products_before(x[..., :-1]) * products_before(x[..., :0:-1])[..., ::-1])


rule(
    recurrence,
    m=lambda g, y, m: _back(g, m)[..., 1:] * conj(y[..., :-1]),
    b=_back,
)
rule(
    products_before,
    x=lambda g, y, x: _back(g[..., 1:], x[..., 1:]) * conj(y[..., :-1]) if x.shape[-1] else np.zeros(x.shape),
)


def multiplied(g: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    """The pullback of a product: g times the product of all other items."""
    shape = shape_of(a)
    if 0 in shape:
        return np.zeros(shape)
    x = a if where is None else np.where(where, a, 1)
    if axis is None or not shape:
        others = _others(np.ravel(x))
    else:
        axes = [i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))]
        order = [i for i in range(len(shape)) if i not in axes] + axes
        split = [shape[i] for i in order]
        n = len(shape) - len(axes)
        others = _others(np.reshape(np.transpose(x, order), (*split[:n], math.prod(split[n:]))))
        others = np.transpose(np.reshape(others, split), np.argsort(order))
    dx = others.reshape(shape) * opened(g, shape, axis, keepdims)
    if initial is not None:
        dx = dx * conj(initial)
    return dx if where is None else np.where(where, dx, 0)


def summed_up(g: Any, a_shape: tuple[int, ...], axis: Any) -> Any:
    """The pullback of a running sum: the running sum from the other end."""
    if axis is None or not a_shape:
        axis = 0
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis).reshape(a_shape)


def multiplied_up(g: Any, a: Any, axis: Any) -> Any:
    """The pullback of a running product: a[i] takes part in y[i] and in all y after it."""
    shape = shape_of(a)
    if 0 in shape:
        return np.zeros(shape)
    if axis is None or not shape:
        return _multiplied_up(g, np.ravel(a)).reshape(shape)
    return np.moveaxis(_multiplied_up(np.moveaxis(g, axis, -1), np.moveaxis(a, axis, -1)), -1, axis)


def _multiplied_up(g: Any, x: Any) -> Any:
    return conj(products_before(x[..., :-1])) * _back(g, x[..., 1:])


rule(
    np.prod,
    a=multiplied,
    initial=lambda g, a, axis, keepdims, where: g * conj(np.prod(a, axis, keepdims=bool(keepdims), **only(where))),
)
rule(np.cumsum, linear="a", a=summed_up)
rule(np.cumprod, a=multiplied_up)


def _along(function: Any, neutral: float) -> Any:
    """np.cumulative_sum and np.cumulative_prod: an axis must be named, and the empty sum may lead."""

    def cumulative(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
    ) -> Any:
        x = np.atleast_1d(x)
        if axis is None and x.ndim > 1:
            raise ValueError("an array of several axes needs `axis` for its running sum or product")
        axis = 0 if axis is None else axis
        y = function(x, axis, dtype, out)
        if not include_initial:
            return y
        head = list(y.shape)
        head[axis] = 1
        return np.concatenate([np.full(head, neutral, y.dtype), y], axis=axis)

    return cumulative


if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    derive(np.cumulative_sum, _along(np.cumsum, 0))
    derive(np.cumulative_prod, _along(np.cumprod, 1))

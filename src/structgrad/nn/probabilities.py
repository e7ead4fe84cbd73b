"""softmax and log-softmax along an axis."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real
from structgrad.nn.kinds import Reals
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def softmax(x: Reals, axis: int | tuple[int, ...] = -1) -> Reals:
    """exp(x) divided by its sum along an axis: the probabilities of classes with logits x.

    x: real array (…, k). Returns an array like x with values in [0, 1] that add up to 1. Large logits do not overflow;
    −inf stands for a class that is ruled out. TypeError for complex x, ValueError for a single number.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    >>> sg.grad_bp(lambda x: nn.softmax(x)[0])(np.array([1000.0, 1000.0]))
    array([ 0.25, -0.25])
    """
    y: Reals = shares(_classes(x), axis)
    return y


def log_softmax(x: Reals, axis: int | tuple[int, ...] = -1) -> Reals:
    """The logarithm of `softmax`, finite where softmax is 0 in floating point.

    x: real array (…, k). Returns an array like x with values ≤ 0. Errors as of `softmax`.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.log_softmax(np.array([-1e4, 1e4]))
    array([-20000.,      0.])
    >>> sg.grad_bp(lambda x: nn.log_softmax(x)[0])(np.array([-1e4, 1e4]))
    array([ 1., -1.])
    """
    y: Reals = log_shares(_classes(x), axis)
    return y


def _classes(x: Any) -> Any:
    x = real(x, "x")
    if not shape_of(x):
        raise ValueError(f"softmax is of several numbers, and got one{users_line()}")
    return x


@primitive
def shares(x: Any, axis: Any) -> Any:
    """exp(x) over its sum along an axis."""
    y = x - np.max(x, axis=axis, keepdims=True)
    np.exp(y, out=y)
    y /= np.sum(y, axis=axis, keepdims=True)
    return y


@primitive
def log_shares(x: Any, axis: Any) -> Any:
    """The logarithm of exp(x) over its sum along an axis."""
    y = x - np.max(x, axis=axis, keepdims=True)
    y -= np.log(np.sum(np.exp(y), axis=axis, keepdims=True))
    return y


def turn(t: Any, y: Any, axis: Any) -> Any:
    """The Jacobian of softmax at its value y, which is symmetric, times t."""
    return y * (t - np.sum(t * y, axis=axis, keepdims=True))


rule(
    shares,
    params="x axis",
    x=lambda g, axis, y: turn(g, y, axis),
    forward={"x": lambda t, axis, y: turn(t, y, axis)},
)
rule(
    log_shares,
    params="x axis",
    x=lambda g, axis, y: g - np.exp(y) * np.sum(g, axis=axis, keepdims=True),
    forward={"x": lambda t, axis, y: t - np.sum(np.exp(y) * t, axis=axis, keepdims=True)},
)

"""Functions of numbers, one by one: relu, sigmoid, softplus."""

from typing import Any

import numpy as np

from structgrad.nn.checks import real
from structgrad.nn.kinds import Real
from structgrad.rules.elementwise import masked
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


def relu(x: Real) -> Real:
    """The larger of x and 0.

    x: real array (…). Returns an array like x. Its slope is 0 where x is negative and at 0, as in PyTorch;
    `np.maximum(x, 0.0)` shares at 0, as ties do. TypeError for complex x.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> sg.grad_bp(lambda x: 3.0 * np.sum(nn.relu(x)))(np.array([-1.0, 0.0, 2.0]))
    array([0., 0., 3.])
    """
    y: Real = rectified(real(x, "x"))
    return y


def sigmoid(x: Real) -> Real:
    """The logistic function 1 / (1 + exp(−x)), the probability whose log-odds are x.

    x: real array (…). Returns an array like x with values in [0, 1]. Value and slope are right to the last digits at
    both ends. TypeError for complex x.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.sigmoid(np.array([-1e4, 0.0, 1e4]))
    array([0. , 0.5, 1. ])
    >>> sg.grad_bp(nn.sigmoid)(0.0)
    0.25
    """
    y: Real = logistic(real(x, "x"))
    return y


def softplus(x: Real) -> Real:
    """log(1 + exp(x)), a smooth relu.

    x: real array (…). Returns an array like x with values ≥ 0. It neither overflows nor loses its small values.
    TypeError for complex x.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.softplus(np.array([-1e4, 1e4]))
    array([    0., 10000.])
    >>> sg.grad_bp(nn.softplus)(0.0)
    0.5
    """
    y: Real = raised(real(x, "x"))
    return y


@primitive
def rectified(x: Any) -> Any:
    """max(x, 0)."""
    return np.maximum(x, 0)


@primitive
def logistic(x: Any) -> Any:
    """1 / (1 + exp(−x)). An overflow gives the 0 that is meant."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


@primitive
def raised(x: Any) -> Any:
    """log(1 + exp(x))."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


# Not x > 0: NaN passes, and shows.
rule(rectified, params="x", elementwise=True, selects=True, x=lambda g, y: masked(g, y != 0))
# logistic(−x) and not 1 − y, which has no digits left where y is near 1.
rule(logistic, params="x", elementwise=True, x=lambda g, x, y: g * y * logistic(-x))
rule(raised, params="x", elementwise=True, x=lambda g, x: g * logistic(x))

"""Losses number by number: squared, absolute, Huber, and the cross-entropy of yes or no."""

from typing import Any

import numpy as np

from structgrad.arrays import dtype_of, shape_of
from structgrad.nn.activations import logistic
from structgrad.nn.checks import real, require_all, require_shape
from structgrad.nn.kinds import Exact, Real
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule
from structgrad.tape.value import plain


def squared_error(prediction: Real, target: Real | Exact) -> Real:
    """(prediction − target)², without a half: one loss for each number.

    prediction, target: real arrays of one shape (…). Returns losses (…). ValueError for two shapes: (n,) against (n, 1)
    would broadcast to n² losses.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> sg.grad_bp(lambda p: np.mean(nn.squared_error(p, np.array([1.0, 4.0]))))(np.array([3.0, 4.0]))
    array([2., 0.])
    """
    error = _error(prediction, target)
    losses: Real = error * error
    return losses


def absolute_error(prediction: Real, target: Real | Exact) -> Real:
    """|prediction − target|: one loss for each number. Its slope is 0 where they are equal.

    prediction, target: real arrays of one shape (…). Returns losses (…). ValueError for two shapes.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> sg.grad_bp(lambda p: np.sum(nn.absolute_error(p, np.array([1.0, 4.0]))))(np.array([3.0, 4.0]))
    array([1., 0.])
    """
    losses: Real = np.abs(_error(prediction, target))
    return losses


def huber(prediction: Real, target: Real | Exact, delta: float = 1.0) -> Real:
    """½ r² for errors r up to delta, delta (|r| − ½ delta) beyond: one loss for each number.

    prediction, target: real arrays of one shape (…). delta: > 0, the error from which the slope stays ±delta. Returns
    losses (…). ValueError for two shapes, or another delta. (Huber 1964, Robust estimation of a location parameter.)

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> sg.grad_bp(lambda p: np.sum(nn.huber(p, np.zeros(3), 2.0)))(np.array([-9.0, 1.0, 2.0]))
    array([-2.,  1.,  2.])
    """
    delta = float(delta)
    require_all(delta > 0, f"huber needs a delta > 0, and got {delta}")
    losses: Real = bounded(*_pair(prediction, target), delta)
    return losses


def sigmoid_cross_entropy(logits: Real, target: Real | Exact) -> Real:
    """−target · log σ(logits) − (1 − target) · log σ(−logits): one loss for each number, in nats.

    logits: real array (…), log-odds of yes. target: the same shape, from 0 to 1: the probability of yes, or truth
    values. Returns losses (…) ≥ 0. Differentiable in both. Values and slopes are right to the last digits at both ends.
    ValueError for two shapes, or a target beyond 0 … 1.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> nn.sigmoid_cross_entropy(np.array([-1e4, 0.0, 1e4]), np.array([1, 0, 1]))
    array([1.00000000e+04, 6.93147181e-01, 0.00000000e+00])
    >>> sg.grad_bp(lambda x: np.sum(nn.sigmoid_cross_entropy(x, np.array([1, 0, 1]))))(np.array([-1e4, 0.0, 1e4]))
    array([-1. ,  0.5,  0. ])
    """
    x, y = _pair(logits, target)
    known = plain(y)
    require_all((known >= 0) & (known <= 1), "the target of sigmoid_cross_entropy lies in 0 … 1, and here does not")
    losses: Real = by_odds(x, y)
    return losses


def _error(prediction: Any, target: Any) -> Any:
    prediction, target = _pair(prediction, target)
    return prediction - target


def _pair(prediction: Any, target: Any) -> tuple[Any, Any]:
    prediction = real(prediction, "the prediction")
    target = real(target, "the target", dtype_of(prediction))
    require_shape(target, shape_of(prediction), "the target", "that of the prediction.")
    return prediction, target


@primitive
def bounded(prediction: Any, target: Any, delta: Any) -> Any:
    """Huber's loss: c (|r| − c / 2), where c is |r| but delta at most. No r² overflows."""
    size = np.abs(prediction - target)
    c = np.minimum(size, delta)
    return c * (size - c / 2)


@primitive
def by_odds(logits: Any, target: Any) -> Any:
    """log(1 + exp(logits)) − target · logits, where for target 0 and 1 nothing cancels but what is equal."""
    return np.maximum(logits, 0) - target * logits + np.log1p(np.exp(-np.abs(logits)))


rule(
    bounded,
    params="prediction target delta",
    elementwise=True,
    prediction=lambda g, prediction, target, delta: g * np.clip(prediction - target, -delta, delta),
    target=lambda g, prediction, target, delta: -g * np.clip(prediction - target, -delta, delta),
)
rule(
    by_odds,
    params="logits target",
    elementwise=True,
    # Not logistic(logits) − target, which has no digits left where they are close.
    logits=lambda g, logits, target: g * ((1 - target) * logistic(logits) - target * logistic(-logits)),
    target=lambda g, logits: -g * logits,
)

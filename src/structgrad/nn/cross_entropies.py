"""Cross-entropies of softmax: against labels, and against distributions over the classes."""

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index
from numpy.typing import NDArray

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real, require_all, require_shape, whole
from structgrad.nn.kinds import Exact, Float, Whole
from structgrad.nn.probabilities import log_shares, shares, turn
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule
from structgrad.tape.value import plain


def cross_entropy(logits: NDArray[Float], labels: Whole, axis: int = -1) -> NDArray[Float]:
    """−log softmax(logits) at the label: one loss for each example, in nats. `np.mean` makes them one number.

    logits: real array (…, k), k classes along `axis`. labels: whole numbers (…) from 0 to k − 1. Returns losses (…) ≥ 0
    of the dtype of logits, with all their digits also where they are near 0. TypeError for labels that are no whole
    numbers, IndexError out of range, ValueError for another shape. The gradient is softmax minus one at the label
    (Bishop 2006, Pattern recognition and machine learning, eq. 4.109).

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> logits, labels = np.array([[1e4, 0.0], [0.0, 0.0]]), np.array([1, 0])
    >>> nn.cross_entropy(logits, labels)
    array([1.00000000e+04, 6.93147181e-01])
    >>> sg.grad_bp(lambda x: np.sum(nn.cross_entropy(x, labels)))(logits)
    array([[ 1. , -1. ],
           [-0.5,  0.5]])
    """
    logits = _classes_last(real(logits, "logits"), axis)
    *batch, k = shape_of(logits)
    labels = whole(labels, k, "labels", "For probabilities of all classes take soft_cross_entropy.")
    require_shape(labels, (*batch,), "labels", "one label for each example. One-hot rows go to soft_cross_entropy.")
    losses: NDArray[Float] = label_losses(logits, labels)[0]
    return losses


def soft_cross_entropy(logits: NDArray[Float], target: NDArray[Float] | Exact, axis: int = -1) -> NDArray[Float]:
    """−Σ target · log softmax(logits): one loss for each example, in nats. `np.mean` makes them one number.

    logits: real array (…, k), k classes along `axis`. target: real array of the same shape, ≥ 0, as a rule a
    distribution over the classes; a class of target 0 costs nothing, be its logit −inf. Returns losses (…) of the dtype
    of logits. Differentiable in both. ValueError for another shape or for a negative target.

    >>> import structgrad as sg
    >>> from structgrad import nn
    >>> target = np.array([0.25, 0.75, 0.0])
    >>> sg.grad_bp(lambda x: nn.soft_cross_entropy(x, target))(np.array([0.0, 0.0, -np.inf]))
    array([ 0.25, -0.25,  0.  ])
    """
    logits = real(logits, "logits")
    target = real(target, "target", dtype_of(logits))
    require_shape(target, shape_of(logits), "target", "a number for each logit. Labels go to cross_entropy.")
    require_all(plain(target) >= 0, "target is a distribution over classes, and has a number that is not ≥ 0")
    losses: NDArray[Float] = soft_losses(_classes_last(logits, axis), _classes_last(target, axis))[0]
    return losses


def _classes_last(x: Any, axis: int) -> Any:
    n = len(shape_of(x))
    if not n or not shape_of(x)[normalize_axis_index(axis, n)]:
        raise ValueError(f"there are no classes along axis {axis} of logits of shape {shape_of(x)}{users_line()}")
    return x if axis in (-1, n - 1) else np.moveaxis(x, axis, -1)


# Each loss has two primitives, for its values and for its slopes. The first gives, beside the losses, what the second
# would have to compute again: in a list, and so without a slope of its own.


@primitive
def label_losses(logits: Any, labels: Any) -> Any:
    """The losses; and exp(logits − max) with 0 at the labels, their places in it, its sums without and with them."""
    rows = logits.reshape((-1, logits.shape[-1]))
    at = np.arange(len(rows)), labels.flatten()  # a copy: the labels are the user's
    e = rows - np.max(rows, axis=-1, keepdims=True)
    own = e[at]
    np.exp(e, out=e)
    mine = e[at]
    e[at] = 0
    rest = np.add.reduce(e, axis=-1)
    # Where the label has the largest logit, mine is 1 and the loss log(1 + rest), be rest as small as it may.
    loss = np.log1p(rest + (mine - 1)) - own
    return loss.reshape(labels.shape)[()], [e, at, rest, rest + mine]


@primitive
def label_slopes(w: Any, logits: Any, labels: Any, parts: Any) -> Any:
    """w times softmax less 1 at the label: there it is minus the sum of the others, and keeps its digits."""
    e, at, rest, total = parts
    w = np.ravel(w) / total
    y = e * w[:, None]
    y[at] = -rest * w
    return y.reshape(logits.shape)


@primitive
def soft_losses(logits: Any, target: Any) -> Any:
    """The losses, as two parts ≥ 0; and exp(logits − max) and its sums."""
    e = logits - np.max(logits, axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        cost = -np.vecdot(target, e)
    if np.any(np.isnan(cost)):  # 0 times the infinite cost of a class that is ruled out
        cost = -np.vecdot(target, np.where(target == 0, 0, e))
    np.exp(e, out=e)
    total = np.add.reduce(e, axis=-1)
    return cost + np.log(total) * np.add.reduce(target, axis=-1), [e, total]


@primitive
def soft_slopes(w: Any, logits: Any, target: Any, parts: Any) -> Any:
    """w times what softmax, times the sum of the target, has over the target."""
    e, total = parts
    y = e * (w * np.add.reduce(target, axis=-1) / total)[..., None]
    y -= target * w[..., None]
    return y


def _along_labels(g: Any, logits: Any, labels: Any) -> Any:
    """How the losses move as the logits move by g: the mean of g, by softmax, less g of the label."""
    mine = g[(*np.ogrid[tuple(map(slice, labels.shape))], labels)]
    return np.sum(shares(logits, -1) * (g - mine[..., None]), axis=-1)


def _along_target(g: Any, logits: Any, target: Any) -> Any:
    return np.sum(g * (shares(logits, -1) * np.sum(target, axis=-1, keepdims=True) - target), axis=-1)


def _curved(g: Any, w: Any, logits: Any) -> Any:
    """The second derivative by the logits, for a target that adds up to 1: a symmetric matrix, times g."""
    return w[..., None] * turn(g, shares(logits, -1), -1)


rule(
    label_losses,
    params="logits labels",
    logits=lambda g, logits, labels, y: label_slopes(g[0], logits, labels, y[1]),
    forward={"logits": lambda t, logits, labels: [_along_labels(t, logits, labels), None]},
)
rule(
    label_slopes,
    params="w logits labels parts",
    linear="w",
    w=_along_labels,
    logits=_curved,
    forward={"logits": lambda t, w, logits: w[..., None] * turn(t, shares(logits, -1), -1)},
)
rule(
    soft_losses,
    params="logits target",
    logits=lambda g, logits, target, y: soft_slopes(g[0], logits, target, y[1]),
    target=lambda g, logits: -g[0][..., None] * log_shares(logits, -1),
    forward={
        "logits": lambda t, logits, target: [_along_target(t, logits, target), None],
        "target": lambda t, logits: [soft_losses(logits, t)[0], None],
    },
)
rule(
    soft_slopes,
    params="w logits target parts",
    linear="w target",
    w=_along_target,
    logits=lambda g, w, logits, target: np.sum(target, axis=-1, keepdims=True) * _curved(g, w, logits),
    target=lambda g, w, logits: w[..., None] * (np.sum(g * shares(logits, -1), axis=-1, keepdims=True) - g),
    forward={"logits": lambda t, w, logits, target: np.sum(target, axis=-1, keepdims=True) * _curved(t, w, logits)},
)

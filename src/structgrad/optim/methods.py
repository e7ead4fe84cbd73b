"""The methods, in order of increasing complexity: from gradients to steps, each the formula of its paper.

In all formulas g is the gradient of a leaf, p the leaf, n the number of steps made before.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from structgrad.optim.apply import like
from structgrad.optim.compose import at, chain
from structgrad.optim.leafwise import NEW, Into, Leaf, Slot, leafwise, real_zeros
from structgrad.optim.optimizer import Optimizer
from structgrad.optim.schedules import Rate, at_step, checked_rate
from structgrad.struct.optics.foci import Optic

Mask: TypeAlias = Optic[Any, Any]


def sgd(rate: Rate) -> Optimizer:
    """Steps of -rate g: gradient descent (Cauchy 1847; on batches Robbins and Monro 1951).

    rate: a positive number, or a schedule from the number of steps made to one.

    >>> from structgrad import optim
    >>> opt = optim.sgd(0.1)
    >>> opt.update(10.0, opt.init(1.0), 1.0)[0]
    -1.0
    """
    checked_rate("sgd", rate)

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)
        return lambda g, p: (-lr * g,)

    return leafwise("sgd", formula)


def momentum(rate: Rate, decay: float = 0.9) -> Optimizer:
    """Steps of -rate v with the velocity v ← decay v + g (Polyak 1964, eq. 9).

    decay: from 0 to below 1. Rows without a gradient do not move; their velocity decays all the same.

    >>> from structgrad import optim
    >>> opt = optim.momentum(0.1)
    >>> opt.step(1.0, 1.0, opt.init(1.0))[0]
    0.9
    """
    checked_rate("momentum", rate, decay=decay)

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)

        def leaf(g: Any, p: Any, v: Any) -> Any:
            v = decay * v + g
            return -lr * v, v

        return leaf

    return leafwise("momentum", formula, {"v": Slot(decay=decay)})


def nesterov(rate: Rate, decay: float = 0.9) -> Optimizer:
    """Momentum that looks ahead: steps of -rate (g + decay v) (Nesterov 1983; in this form Sutskever et al. 2013).

    >>> from structgrad import optim
    >>> opt = optim.nesterov(0.1)
    >>> opt.step(1.0, 1.0, opt.init(1.0))[0]
    0.81
    """
    checked_rate("nesterov", rate, decay=decay)

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)

        def leaf(g: Any, p: Any, v: Any) -> Any:
            v = decay * v + g
            return -lr * (g + decay * v), v

        return leaf

    return leafwise("nesterov", formula, {"v": Slot(decay=decay)})


def adagrad(rate: Rate = 0.01, eps: float = 1e-10, start: float = 0.0) -> Optimizer:
    """Steps of -rate g / (√s + eps), s the sum of all g² (Duchi, Hazan and Singer 2011, eq. 1).

    start: what the sums begin with, at least 0.

    >>> from structgrad import optim
    >>> opt = optim.adagrad(0.1)
    >>> round(opt.step(1.0, 5.0, opt.init(1.0))[0], 6)
    0.9
    """
    checked_rate("adagrad", rate)

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)

        def leaf(g: Any, p: Any, s: Any) -> Any:
            s = s + square(g)
            return -lr * g / (np.sqrt(s) + eps), s

        return leaf

    return leafwise("adagrad", formula, {"s": Slot(lambda p: like(p, real_zeros(p) + start))})


def rmsprop(
    rate: Rate = 0.01, decay: float = 0.99, eps: float = 1e-8, momentum: float = 0.0, centered: bool = False
) -> Optimizer:
    """Steps of -rate g / (√v + eps), v the moving average of g² (Tieleman and Hinton 2012, lecture 6.5).

    decay: from 0 to below 1. centered: v - |m|² in place of v, m the moving average of g (Graves 2013, eqs. 38 to 41).
    momentum: from 0 to below 1; what goes before it is summed as in `momentum`.

    >>> from structgrad import optim
    >>> opt = optim.rmsprop(0.01)
    >>> round(opt.step(1.0, 5.0, opt.init(1.0))[0], 6)
    0.9
    """
    checked_rate("rmsprop", rate, decay=decay, momentum=momentum)
    slots = {"v": Slot(real_zeros, decay)}
    slots |= {"m": Slot(decay=decay)} if centered else {}
    slots |= {"u": Slot(decay=momentum)} if momentum else {}

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)

        def leaf(g: Any, p: Any, v: Any, *rest: Any) -> Any:
            v = spread = decay * v + (1 - decay) * square(g)
            after = [v]
            if centered:
                m = decay * rest[0] + (1 - decay) * g
                spread = np.maximum(v - square(m), 0.0)  # rounding makes it negative where g stays the same
                after.append(m)
            u = g / (np.sqrt(spread) + eps)
            if momentum:
                u = momentum * rest[-1] + u
                after.append(u)
            return -lr * u, *after

        return leaf

    return leafwise("rmsprop", formula, slots)


def adam(rate: Rate = 1e-3, b1: float = 0.9, b2: float = 0.999, eps: float = 1e-8, amsgrad: bool = False) -> Optimizer:
    """Steps of -rate m̂ / (√v̂ + eps), from moving averages of g and g² without their bias (Kingma and Ba 2015, alg. 1).

    b1, b2: from 0 to below 1. amsgrad: with the largest v so far in place of v (Reddi, Kale and Kumar 2018, alg. 2, and
    Adam's correction of the bias). A leaf that is complex has a real v, of |g|². Where a gradient is `SparseRows`, only
    its rows move; m and v of a row are at its turn what zero gradients in between would have made of them.

    >>> from structgrad import optim
    >>> opt = optim.adam(0.1)
    >>> round(opt.step(1.0, 5.0, opt.init(1.0))[0], 6)
    0.9
    """
    checked_rate("adam", rate, b1=b1, b2=b2)
    slots = {"m": Slot(decay=b1), "v": Slot(real_zeros, b2)} | ({"top": Slot(real_zeros)} if amsgrad else {})
    return leafwise("adam", _adam(rate, b1, b2, eps, 0.0), slots, into=True)


def adamw(
    rate: Rate = 1e-3,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
    decay: float = 0.01,
    mask: Mask | None = None,
) -> Optimizer:
    """Adam, and beside it a step of -rate decay p (Loshchilov and Hutter 2019, alg. 2).

    decay: at least 0. mask: the optic of the parts that decay; by default all.

    >>> from structgrad import optim
    >>> opt = optim.adamw(0.1, decay=0.5)
    >>> round(opt.step(1.0, 5.0, opt.init(1.0))[0], 6)
    0.85
    """
    checked_rate("adamw", rate, b1=b1, b2=b2)
    slots = {"m": Slot(decay=b1), "v": Slot(real_zeros, b2)}
    if mask is None:
        return leafwise("adamw", _adam(rate, b1, b2, eps, decay), slots, into=True)
    return chain(leafwise("adamw", _adam(rate, b1, b2, eps, 0.0), slots, into=True), at(mask, _shrink(rate, decay)))


def _adam(rate: Rate, b1: float, b2: float, eps: float, decay: float) -> Callable[[int], Leaf]:
    def formula(n: int) -> Leaf:
        lr, t = at_step(rate, n), n + 1
        # The biases are taken out of the numbers that are the same for all (Kingma and Ba 2015, end of section 2).
        root = math.sqrt(1 - b2**t)
        alpha, small, shrink = lr * root / (1 - b1**t), eps * root, lr * decay

        def leaf(g: Any, p: Any, m: Any, v: Any, *top: Any, into: Into = NEW) -> Any:
            # Line by line into numbers of their own: to allocate arrays would on large leaves be half the time.
            to_m, to_v, to_step, work = into
            new_m = np.add(np.multiply(b1, m, to_m), np.multiply(1 - b1, g, work), to_m)
            g2 = square(g) if work is None else np.multiply(g, g, work)
            g2 *= 1 - b2
            new_v = np.add(np.multiply(b2, v, to_v), g2, to_v)
            if top:  # amsgrad
                top = (np.maximum(top[0], new_v),)
            root_v = np.sqrt(top[0] if top else new_v, work)
            root_v += small
            step = np.multiply(new_m, -alpha, to_step)
            step /= root_v
            if shrink:
                step -= np.multiply(shrink, p, work)
            return step, new_m, new_v, *top

        return leaf

    return formula


def lion(rate: Rate = 1e-4, b1: float = 0.9, b2: float = 0.99, decay: float = 0.0) -> Optimizer:
    """Steps of -rate (sign(b1 m + (1 - b1) g) + decay p), then m ← b2 m + (1 - b2) g (Chen et al. 2023, alg. 2).

    b1, b2: from 0 to below 1. The sign of a complex number is z / |z|.

    >>> from structgrad import optim
    >>> opt = optim.lion(0.25)
    >>> opt.step(1.0, 5.0, opt.init(1.0))[0]
    0.75
    """
    checked_rate("lion", rate, b1=b1, b2=b2)

    def formula(n: int) -> Leaf:
        lr = at_step(rate, n)

        def leaf(g: Any, p: Any, m: Any) -> Any:
            step = -lr * (np.sign(b1 * m + (1 - b1) * g) + decay * p)
            return step, b2 * m + (1 - b2) * g

        return leaf

    return leafwise("lion", formula, {"m": Slot(decay=b2)})


def _shrink(rate: Rate, decay: float) -> Optimizer:
    """A step of -rate decay p beside the step that is there."""

    def formula(n: int) -> Leaf:
        shrink = at_step(rate, n) * decay
        return lambda s, p: (s - shrink * p,)

    return leafwise("decay", formula, reach=lambda marked: marked)


def square(g: Any) -> Any:
    """|g|²."""
    return g.real**2 + g.imag**2 if np.iscomplexobj(g) else g * g

"""What changes gradients before a method makes steps of them: clipping and weight decay."""

from typing import Any

import numpy as np

from structgrad.optim.apply import is_smooth, like
from structgrad.optim.compose import at
from structgrad.optim.leafwise import Leaf, leafwise
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.penalties import norm
from structgrad.optim.reach import before_a_step
from structgrad.struct.optics.foci import Optic
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import build, flatten


def clip(limit: float) -> Optimizer:
    """Each number of the gradient brought into -limit … limit; a complex one to modulus limit at most.

    limit: positive. After a method it clips the step.

    >>> from structgrad import optim
    >>> opt = optim.clip(1.0)
    >>> opt.advance([3.0, -0.5], opt.begin([0.0, 0.0]), [0.0, 0.0], False)[0]
    [1.0, -0.5]
    """
    if not limit > 0:
        raise ValueError(f"clip: the limit must be positive, and is {limit!r}")

    def leaf(g: Any, p: Any) -> Any:
        if np.iscomplexobj(g):
            return (g * (limit / np.maximum(np.abs(g), limit)),)
        return (np.minimum(np.maximum(g, -limit), limit),)

    return leafwise("clip", lambda n: leaf, reach=lambda marked: marked)


def clip_norm(limit: float) -> Optimizer:
    """The whole gradient scaled so that its norm is limit at most (Pascanu, Mikolov and Bengio 2013, alg. 1).

    limit: positive. The norm is that of all leaves together; in `at`, of one focus. After a method it clips the step.

    >>> from structgrad import optim
    >>> opt = optim.chain(optim.clip_norm(1.0), optim.sgd(1.0))
    >>> opt.update([3.0, 4.0], opt.init([0.0, 0.0]), [0.0, 0.0])[0]
    [-0.6000000000000001, -0.8]
    """
    if not limit > 0:
        raise ValueError(f"clip_norm: the limit must be positive, and is {limit!r}")

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        gs, nodes = flatten(grad)
        gs = [g.summed() if type(g) is SparseRows else g for g in gs]  # once for all links
        length = norm(gs)
        if not length <= limit:
            scale = limit / length
            gs = [like(g, g * scale) if is_smooth(g) else g for g in gs]
        return build(nodes, gs), State(state.count + 1)

    return Optimizer("clip_norm", lambda params: State(), advance, lambda marked: marked)


def decay(rate: float, mask: Optic[Any, Any] | None = None) -> Optimizer:
    """rate p added to the gradient: the slope of rate |p|² / 2 (L2 penalty; Krogh and Hertz 1991).

    rate: at least 0. mask: the optic of the parts that decay; by default all. Of `SparseRows` those rows decay that
    have a gradient. It must stand before the method; `adamw` decays beside it.

    >>> from structgrad import optim
    >>> opt = optim.chain(optim.decay(0.5), optim.sgd(1.0))
    >>> opt.step(2.0, 0.0, opt.init(2.0))[0]
    1.0
    """
    if not rate >= 0:
        raise ValueError(f"decay: the rate must be at least 0, and is {rate!r}")

    def formula(n: int) -> Leaf:
        return lambda g, p: (g + rate * p,)

    whole = leafwise("decay", formula, reach=lambda marked: before_a_step(marked, "decay"))
    return whole if mask is None else at(mask, whole)

"""`lookahead`: fast steps, and slow weights that pull them back."""

from typing import Any

from structgrad.optim.around import checked_every, copied, gap, kept, whole
from structgrad.optim.leafwise import Leaf, Slot, leafwise
from structgrad.optim.optimizer import Optimizer, State
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import map_leaves


def lookahead(opt: Optimizer, every: int = 5, pull: float = 0.5) -> Optimizer:
    """opt, and at every `every`-th step slow weights φ ← φ + pull (p - φ), where the params then stand (Zhang et al.
    2019, alg. 1).

    every: at least 1. pull: above 0, to 1. opt keeps its state. It gives steps for all leaves that reach it; for a
    group of parameters it is put in `at(optic, lookahead(...))`, and clipping stands before it or inside.

    >>> from structgrad import optim
    >>> opt = optim.lookahead(optim.sgd(1.0), every=2)
    >>> p, state = opt.step(5.0, 1.0, opt.init(5.0))
    >>> p, opt.step(p, 3.0, state)[0]
    (4.0, 3.0)
    """
    checked_every("lookahead", every)
    if not 0 < pull <= 1:
        raise ValueError(f"lookahead: pull must be above 0 and at most 1, and is {pull!r}")

    def formula(n: int) -> Leaf:
        def leaf(s: Any, p: Any, slow: Any) -> Any:
            slow = slow + pull * gap(p + s, slow)
            return slow - p, slow

        return leaf

    pulled = leafwise("lookahead", formula, {"slow": Slot(copied)})

    def begin(params: Any) -> State[Any]:
        return State(0, {"slow": map_leaves(copied, params)}, (opt.begin(params),))

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        n, slow = state.count + 1, {"slow": kept("lookahead", "slow", state, params)}
        step, after = opt.advance(grad, state.inner[0], params, inplace)
        if n % every == 0:  # of every row: those without a gradient now had one before
            step, met = pulled.advance(map_leaves(_dense, step), State(0, slow), params, inplace)
            slow = met.slots
        return step, State(n, slow, (after,))

    name = f"lookahead({opt}, {every}, {pull!r})"
    return Optimizer(name, begin, advance, whole("lookahead", opt), opt.frozen)


def _dense(leaf: Any) -> Any:
    return leaf.dense() if type(leaf) is SparseRows else leaf

"""`accumulate`: one step by the mean gradient of several calls."""

from typing import Any

import numpy as np

from structgrad.optim.apply import is_smooth, is_still, like, still
from structgrad.optim.around import checked_every, kept, whole
from structgrad.optim.optimizer import Optimizer, State
from structgrad.struct.leaf import space_of
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import build, flatten, map_leaves


def accumulate(opt: Optimizer, every: int) -> Optimizer:
    """One step of opt for `every` calls, by the mean of their gradients; in between not a bit of the params changes.

    every: at least 1. Schedules inside count the steps that are made. It takes gradients and gives steps: what changes
    the gradient of each call stands before it in a chain, what changes the mean inside. A mean of `SparseRows` has all
    their rows; a state that holds a sum of them is saved after a step, not in between.

    >>> from structgrad import optim
    >>> opt = optim.accumulate(optim.sgd(1.0), every=2)
    >>> p, state = opt.step(5.0, 1.0, opt.init(5.0))
    >>> p, opt.step(p, 3.0, state)[0]
    (5.0, 3.0)
    """
    checked_every("accumulate", every)

    def begin(params: Any) -> State[Any]:
        return State(0, {"sum": _rest(params)}, (opt.begin(params),))

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        n, total = state.count + 1, kept("accumulate", "sum", state, params)
        total = map_leaves(lambda x, g: _plus(x, g, inplace), total, grad)
        if n % every:
            return _rest(params), State(n, {"sum": total}, state.inner)
        mean = map_leaves(lambda x: _over(x, every), total)
        step, after = opt.advance(mean, state.inner[0], params, inplace)
        return step, State(n, {"sum": _rest(params)}, (after,))

    return Optimizer(f"accumulate({opt}, {every})", begin, advance, whole("accumulate", opt), opt.frozen)


def _rest(params: Any) -> Any:
    """The step that moves nothing."""
    leaves, nodes = flatten(params)
    return build(nodes, [still(p) if is_smooth(p) else space_of(p).zero(p) for p in leaves])


def _plus(total: Any, g: Any, inplace: bool) -> Any:
    """The sum. What was still for all calls stays so: a frozen leaf."""
    if not is_smooth(total) or is_still(g):
        return total
    if type(g) is SparseRows:
        return g.zero().add(g) if is_still(total) else g.add(total)
    if type(total) is SparseRows:
        return total.add(g)
    if inplace and type(total) is type(g) is np.ndarray and not is_still(total):
        return np.add(total, g, out=total, casting="same_kind")
    return like(total, total + g)


def _over(total: Any, n: int) -> Any:
    if not is_smooth(total) or is_still(total):
        return total
    return total / n if type(total) is SparseRows else like(total, total / n)

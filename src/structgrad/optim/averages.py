"""`ema`: a moving average of the params beside them, and `averaged`, which reads it."""

from typing import Any, TypeVar

from structgrad.errors import StructMismatchError
from structgrad.optim.apply import moved
from structgrad.optim.around import copied, gap, kept
from structgrad.optim.leafwise import Leaf, leafwise
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.reach import frozen_steps
from structgrad.optim.schedules import checked_rate
from structgrad.struct.walk import map_leaves

T = TypeVar("T")


def ema(opt: Optimizer, decay: float) -> Optimizer:
    """opt, and beside the params their moving average a ← decay a + (1 - decay) p after each step; `averaged` gives it.

    decay: from 0 to below 1. The average begins as the params do (Polyak and Juditsky 1992 took the plain mean). It
    is of what opt makes of the params: put clipping, groups and frozen parts inside, `ema(chain(...), decay)`.

    >>> from structgrad import optim
    >>> opt = optim.ema(optim.sgd(1.0), decay=0.75)
    >>> p, state = opt.step(5.0, 4.0, opt.init(5.0))
    >>> p, optim.averaged(state)
    (1.0, 4.0)
    """
    checked_rate("ema", 0.0, decay=decay)

    def formula(n: int) -> Leaf:
        return lambda p, a: ((1 - decay) * gap(p, a),)

    towards = leafwise("ema", formula)

    def begin(params: Any) -> State[Any]:
        return State(0, {"average": map_leaves(copied, params)}, (opt.begin(params),))

    def advance(grad: Any, state: State[Any], params: Any, inplace: bool) -> tuple[Any, State[Any]]:
        average = kept("ema", "average", state, params)
        step, after = opt.advance(grad, state.inner[0], params, inplace)
        end = moved(params, frozen_steps(step, opt.frozen), inplace=False)
        average, _ = towards.step(average, end, State(), inplace=inplace)
        return step, State(state.count + 1, {"average": average}, (after,))

    return Optimizer(f"ema({opt}, {decay!r})", begin, advance, opt.reach, opt.frozen)


def averaged(state: State[T], /) -> T:
    """The moving average of the params that `ema` keeps in a state, wherever in a chain it stands, as a copy.

    Of a state of `at(optic, ema(...))` it is the average of the part. StructMismatchError where no `ema`, or more than
    one, is in the state.
    """
    states: list[State[Any]] = [state]
    for each in states:
        states.extend(each.inner)
    found = [each.slots["average"] for each in states if "average" in each.slots]
    if len(found) != 1:
        raise StructMismatchError(f"averaged needs a state with one ema in it, and there are {len(found)}")
    average: T = map_leaves(copied, found[0])
    return average

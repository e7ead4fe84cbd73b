"""Lookahead, against optax."""

from typing import Any

import optax
import pytest

from structgrad import optim

RATE = 0.02
both_ways = pytest.mark.parametrize("inplace", [False, True])


@both_ways
@pytest.mark.parametrize(("every", "pull"), [(5, 0.5), (1, 0.3), (7, 1.0)])
def test_lookahead_is_that_of_optax(every: int, pull: float, inplace: bool, held: Any) -> None:
    inner = optax.lookahead(optax.adam(RATE), every, pull)

    def begin(params: Any) -> Any:
        return params, inner.init(optax.LookaheadParams(params, params))

    def update(g: Any, state: Any, params: Any) -> Any:
        slow, after = state
        step, after = inner.update(g, after, optax.LookaheadParams(params, slow))
        return step.fast, (optax.apply_updates(slow, step.slow), after)

    opt = optim.lookahead(optim.adam(RATE), every, pull)
    found, _ = held.by_us(opt, held.model(), inplace=inplace)
    held.agree(found, held.by_optax(optax.GradientTransformation(begin, update), held.model()))


def test_lookahead_looks_five_steps_ahead_and_goes_half_the_way(held: Any) -> None:
    found, _ = held.by_us(optim.lookahead(optim.adam(RATE)), held.model(), 11)
    expected, _ = held.by_us(optim.lookahead(optim.adam(RATE), 5, 0.5), held.model(), 11)
    held.agree(found, held.smooth(expected), tol=0.0)

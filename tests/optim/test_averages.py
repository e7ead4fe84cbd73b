"""Moving averages of params, against optax, and where they are found."""

import copy
from typing import Any

import numpy as np
import optax
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError

RATE = 0.02
both_ways = pytest.mark.parametrize("inplace", [False, True])


@both_ways
@pytest.mark.parametrize("decay", [0.0, 0.9])
def test_the_average_is_that_of_optax_over_the_params_after_each_step(decay: float, inplace: bool, held: Any) -> None:
    opt = optim.ema(optim.adam(RATE), decay)
    params, state = held.model(), opt.init(held.model())
    expected = copy.deepcopy(held.smooth(params))
    for n in range(held.steps):
        params, state = opt.step(params, held.grad(params, n), state, inplace=inplace)
        expected = optax.incremental_update(held.smooth(params), expected, 1.0 - decay)
    held.agree(optim.averaged(state), expected)
    alone, _ = held.by_us(optim.adam(RATE), held.model(), inplace=inplace)
    held.agree(params, held.smooth(alone), tol=0.0)


@both_ways
def test_an_average_stays_as_it_was_given(inplace: bool, held: Any) -> None:
    opt, params = optim.ema(optim.sgd(0.1), 0.5), held.model()
    state = opt.init(params)
    params, state = opt.step(params, held.grad(params, 0), state, inplace=inplace)
    found = optim.averaged(state)
    before = copy.deepcopy(held.smooth(found))
    opt.step(params, held.grad(params, 1), state, inplace=inplace)
    held.agree(found, before, tol=0.0)


def test_an_average_is_found_wherever_it_is_and_only_where_it_is(held: Any) -> None:
    params, weights = held.model(), sg.lens(type(held.model()), lambda m: m.layer)
    opt = optim.chain(
        optim.freeze(sg.lens(type(params), lambda m: m.shift)),
        optim.at(sg.lens(type(params), lambda m: m.gain), optim.sgd(0.1)),
        optim.at(weights, optim.inject(lambda rate: optim.ema(optim.sgd(rate), 0.5), rate=0.1)),
    )
    grad = held.grad(params, 0)
    _, state = opt.step(params, grad, opt.init(params))
    found: Any = optim.averaged(state)
    np.testing.assert_allclose(found.w, params.layer.w - 0.05 * grad.layer.w, rtol=1e-15)
    with pytest.raises(StructMismatchError, match="one ema in it, and there are 0"):
        optim.averaged(optim.sgd(0.1).init(1.0))
    with pytest.raises(StructMismatchError, match="one ema in it, and there are 2"):
        optim.averaged(optim.ema(optim.ema(optim.sgd(0.1), 0.5), 0.5).init(1.0))


@both_ways
@pytest.mark.parametrize("first", [False, True])
def test_the_average_of_a_frozen_part_is_that_part(first: bool, inplace: bool, held: Any) -> None:
    params: Any = {"net": held.model(), "still": [np.array([-0.0, np.nan, -np.inf, 0.1]), 0.1, -0.0]}
    links = [optim.freeze(sg.lens(dict, lambda d: d["still"])), optim.decay(0.1), optim.adamw(RATE)]
    opt = optim.ema(optim.chain(*(links if first else links[1:] + links[:1])), 0.9)
    state = opt.init(params)
    for n in range(13):
        grad = {"net": held.grad(params["net"], n), "still": [np.ones(4), 1.0, 1.0]}
        params, state = opt.step(params, grad, state, inplace=inplace)
    found: Any = optim.averaged(state)
    assert found["still"][0].tobytes() == params["still"][0].tobytes()
    assert np.array(found["still"][1:]).tobytes() == np.array([0.1, -0.0]).tobytes()

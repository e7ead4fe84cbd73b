"""Optimizers keep the type of the params, and so do their states; checked, never run."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, assert_type

import numpy as np

import structgrad as sg
from structgrad import optim
from structgrad.optim import Batches, Descent, HeldOut, Optimizer, Solution, State

from .models import Linear, Model, Net, Params, Point, Prior, length, loss


def a_state_is_that_of_the_params(net: Net, p: Point, params: Params) -> None:
    opt = optim.adam(1e-3)
    assert_type(opt, Optimizer)
    assert_type(opt.init(net), State[Net])
    assert_type(opt.init(p), State[Point])
    assert_type(opt.init(params), State[Params])


def a_step_gives_params_and_state(net: Net, grad: Net, state: State[Net]) -> None:
    opt = optim.sgd(0.1)
    assert_type(opt.step(net, grad, state), tuple[Net, State[Net]])
    assert_type(opt.step(net, grad, state, inplace=True), tuple[Net, State[Net]])


def an_update_gives_a_step_like_the_params(net: Net, grad: Net, state: State[Net]) -> None:
    step, after = optim.sgd(0.1).update(grad, state, net)
    assert_type(step, Net)
    assert_type(after, State[Net])


def a_loop_of_your_own_keeps_the_type(net: Net, x: sg.Array) -> None:
    opt = optim.momentum(0.1)
    state = opt.init(net)
    for _ in range(10):
        value, grad = sg.backprop(loss)(net, x, x)
        assert_type(value, float)
        net, state = opt.step(net, grad, state)
    assert_type((net, state), tuple[Net, State[Net]])


def backprop_of_an_optimizer_keeps_the_signature(net: Net, x: sg.Array) -> None:
    opt = optim.adam()
    assert_type(opt.backprop(loss)(net, x, y=x, l2=0.1), tuple[float, Net])
    assert_type(opt.backprop(loss, sparse=True)(net, x, x), tuple[float, Net])


def methods_take_numbers_and_schedules() -> None:
    assert_type(optim.sgd(0.1), Optimizer)
    assert_type(optim.sgd(optim.cosine(0.1, 100)), Optimizer)
    assert_type(optim.adamw(lambda n: 0.1 / (n + 1), decay=0.01), Optimizer)


def schedules_are_functions_of_the_step() -> None:
    assert_type(optim.warmup(10, 0.1)(5), float)
    rate: Callable[[int], float] = optim.join([(optim.linear(0.0, 1.0, 10), 10), 0.5])
    assert_type(rate, Callable[[int], float])


def chains_are_optimizers(net: Net) -> None:
    opt = optim.chain(optim.clip_norm(1.0), optim.decay(0.01), optim.accumulate(optim.adam(), 4))
    assert_type(opt, Optimizer)
    assert_type(opt.init(net), State[Net])


def an_optic_gives_a_part_a_method_of_its_own(model: Model) -> None:
    enc = sg.lens(Model, lambda m: m.enc)
    ws = sg.traversal(Net, lambda n: sg.each(n.layers).w)
    mu = sg.prism(Model, lambda m: sg.some(m.prior).mu)
    opt = optim.chain(optim.at(enc >> ws, optim.sgd(0.1)), optim.at(mu, optim.adam()), optim.freeze(enc))
    assert_type(opt.init(model), State[Model])


def states_inside_are_of_any() -> None:
    state: State[Point] = optim.chain(optim.sgd(0.1)).init(Point(1.0, 2.0))
    assert_type(state.inner, tuple[State[Any], ...])
    assert_type(state.slots, dict[str, Point])
    assert_type(state.count, int)


def numbers_that_are_injected_are_changed_in_the_state(net: Net) -> None:
    opt = optim.inject(optim.sgd, rate=0.5)
    assert_type(optim.change(opt.init(net), rate=0.25), State[Net])


def averages_are_like_the_params(net: Net) -> None:
    opt = optim.ema(optim.adam(), 0.99)
    assert_type(optim.averaged(opt.init(net)), Net)
    assert_type(optim.lookahead(opt), Optimizer)


def a_state_is_a_struct_to_save_and_load(net: Net) -> None:
    state = optim.adam().init(net)
    sg.save("state.safetensors", state)
    assert_type(sg.load("state.safetensors", like=state), State[Net])
    assert_type(sg.load("net.safetensors", net), Net)


def batches_keep_the_type_of_each_array(x: sg.Array, linear: Linear) -> None:
    data = optim.batches(x, linear, size=10, epochs=None)
    assert_type(data, Batches[sg.Array, Linear])
    for a, l in data:
        assert_type(a, sg.Array)
        assert_type(l, Linear)


def a_descent_is_that_of_the_params(net: Net, x: sg.Array) -> None:
    found = optim.descend(loss, net, optim.batches(x, x, size=10), optim.adam())
    assert_type(found, Iterator[Descent[Net]])
    for now in found:
        assert_type(now.params, Net)
        assert_type(now.best, Net)
        assert_type(now.state, State[Net])
        assert_type(now.held_out, HeldOut[Net] | None)


def a_descent_types_a_lambda(x: sg.Array) -> None:
    data = optim.batches(x, x, size=10)
    now = next(optim.descend(lambda w, a, b: np.mean((w * a - b) ** 2), 0.0, data, optim.sgd(0.1)))
    assert_type(now, Descent[float])


def a_batch_may_be_one_argument(p: Point) -> None:
    def of(q: Point, by: float) -> float:
        return by * q.x * q.y

    assert_type(next(optim.descend(of, p, [1.0, 2.0], optim.sgd(0.1))).params, Point)


def a_loss_without_data_takes_empty_batches(p: Point) -> None:
    empty: Iterator[tuple[()]] = itertools.repeat((), 100)
    assert_type(next(optim.descend(length, p, empty, optim.sgd(0.1))).params, Point)


def a_descent_is_taken_up_from_a_state_or_a_file(net: Net, x: sg.Array, now: Descent[Net]) -> None:
    data = optim.batches(x, x, size=10)
    assert_type(next(optim.descend(loss, net, data, optim.adam(), start=now)), Descent[Net])
    assert_type(next(optim.descend(loss, net, data, optim.adam(), start="net.safetensors")), Descent[Net])


def data_held_out_are_a_function_of_the_params(net: Net, x: sg.Array) -> None:
    data = optim.batches(x, x, size=10)
    found = optim.descend(loss, net, data, optim.adam(), held_out=lambda n: loss(n, x, x), patience=None)
    assert_type(next(found).best, Net)


def a_solution_is_that_of_the_params(p: Point, x: sg.Array) -> None:
    def misfit(q: Point, at: sg.Array) -> sg.Array:
        return q.x * at - q.y

    assert_type(optim.minimize(length, p), Solution[Point])
    assert_type(optim.minimize(length, p).params.x, float)
    assert_type(optim.least_squares(misfit, p, x), Solution[Point])


def roots_and_fixed_points_are_like_the_start(prior: Prior) -> None:
    def halved(q: Prior, by: float) -> Prior:
        return Prior(by * q.mu, by * q.scale)

    assert_type(optim.fixed_point(halved, prior, 0.5), Prior)
    assert_type(optim.root(halved, prior, 0.5), Solution[Prior])
    assert_type(optim.root(halved, prior, 0.5).params.scale, float)

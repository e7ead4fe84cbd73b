"""Chains, groups, frozen parts and injected numbers."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import NoFocusError, StructMismatchError


@dataclass(frozen=True)
class Dense:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Net:
    encoder: Dense
    head: Dense
    bias: sg.Array | None = None


def net(seed: int = 0) -> Net:
    rng = np.random.default_rng(seed)
    one, two = (Dense(rng.normal(size=(3, 2)), rng.normal(size=2)) for _ in range(2))
    return Net(one, two)


encoder = sg.lens(Net, lambda n: n.encoder)
head = sg.lens(Net, lambda n: n.head)


def train(opt: optim.Optimizer, steps: int = 5) -> Net:
    params, state = net(0), opt.init(net(0))
    for seed in range(steps):
        params, state = opt.step(params, net(seed), state)
    return params


def same(x: Any, y: Any) -> bool:
    return np.array_equal(sg.tree.ravel(x)[0], sg.tree.ravel(y)[0])


def test_each_group_is_stepped_as_by_its_own_method_alone() -> None:
    both = train(optim.chain(optim.at(encoder, optim.adam(0.1)), optim.at(head, optim.momentum(0.2))))
    assert same(both.encoder, train(optim.adam(0.1)).encoder)
    assert same(both.head, train(optim.momentum(0.2)).head)


def test_groups_may_be_groups_again() -> None:
    w, b = sg.lens(Dense, lambda d: d.w), sg.lens(Dense, lambda d: d.b)
    inner = optim.chain(optim.at(w, optim.adam(0.1)), optim.at(b, optim.sgd(0.2)))
    found = train(optim.chain(optim.at(encoder, inner), optim.at(head, optim.sgd(0.3))))
    assert same(found.encoder.w, train(optim.adam(0.1)).encoder.w)
    assert same(found.encoder.b, train(optim.sgd(0.2)).encoder.b)
    assert same(found.head, train(optim.sgd(0.3)).head)


def test_a_traversal_steps_each_focus() -> None:
    layers = sg.traversal(list, lambda xs: sg.each(xs))
    opt = optim.at(layers, optim.adam(0.1))
    params = [net(0), net(1)]
    moved, _ = opt.step(params, [net(2), net(3)], opt.init(params))
    alone, _ = optim.adam(0.1).step(params, [net(2), net(3)], optim.adam(0.1).init(params))
    assert same(moved, alone)


def test_a_leaf_that_nothing_steps_is_refused_for_its_gradient_would_be_added() -> None:
    opt = optim.chain(optim.clip(1.0), optim.at(encoder, optim.adam(0.1)))
    with pytest.raises(StructMismatchError, match=r"no step at \.head\.w.*freeze\(optic\)"):
        opt.init(net())
    with pytest.raises(StructMismatchError, match="no step at"):
        optim.clip(1.0).init(net())
    optim.chain(opt, optim.freeze(head)).init(net())


def test_a_leaf_that_is_stepped_twice_is_refused() -> None:
    with pytest.raises(StructMismatchError, match=r"\.encoder\.w is stepped twice.*sgd"):
        optim.chain(optim.at(encoder, optim.adam()), optim.sgd(0.1)).init(net())


def test_decay_behind_the_method_is_refused_for_it_would_grow_the_params() -> None:
    with pytest.raises(StructMismatchError, match="put decay before the method"):
        optim.chain(optim.sgd(0.1), optim.decay(0.1)).init(net())


def test_an_optic_that_finds_nothing_is_refused() -> None:
    bias = sg.prism(Net, lambda n: sg.some(n.bias))
    with pytest.raises(NoFocusError, match="finds nothing"):
        optim.chain(optim.at(bias, optim.sgd(1.0)), optim.sgd(0.1)).init(net())
    with pytest.raises(NoFocusError, match="finds nothing"):
        optim.chain(optim.freeze(bias), optim.sgd(0.1)).init(net())


FROZEN = [
    optim.chain(optim.freeze(encoder), optim.adamw(0.1)),
    optim.chain(optim.adamw(0.1), optim.freeze(encoder)),
    optim.chain(optim.decay(0.1), optim.freeze(encoder), optim.clip_norm(0.1), optim.momentum(0.1)),
]


@pytest.mark.feature(165)
@pytest.mark.parametrize("opt", FROZEN, ids=repr)
@pytest.mark.parametrize("inplace", [False, True])
def test_the_bytes_of_a_frozen_part_never_change(opt: optim.Optimizer, inplace: bool) -> None:
    start = net(0)
    start.encoder.w[0] = [-0.0, np.nan]
    start.encoder.w.setflags(write=False)
    before = start.encoder.w.tobytes(), start.encoder.b.tobytes()
    params, state = replace(start, head=net(0).head), opt.init(start)
    for seed in range(100):
        params, state = opt.step(params, net(seed), state, inplace=inplace)
    assert (params.encoder.w.tobytes(), params.encoder.b.tobytes()) == before
    assert params.encoder.w is start.encoder.w
    assert not same(params.head, net(0).head)


def test_a_frozen_part_has_no_say_in_the_norm() -> None:
    opt = optim.chain(optim.clip_norm(1.0), optim.sgd(1.0), optim.freeze(encoder))
    grad = replace(net(1), encoder=Dense(np.full((3, 2), 1e9), np.zeros(2)))
    found, _ = opt.update(grad, opt.init(net()), net())
    norm = np.linalg.norm(sg.tree.ravel(grad.head)[0])
    np.testing.assert_allclose(found.head.w, -grad.head.w / norm, rtol=1e-15)


@pytest.mark.feature(70)
def test_the_pullbacks_of_frozen_parts_are_not_run() -> None:
    ran: list[str] = []

    def watched(name: str) -> Any:
        @sg.op
        def through(w: Any) -> Any:
            def pullback(g: Any) -> Any:
                ran.append(name)
                return g

            return w * 1.0, pullback

        return through

    def loss(n: Net) -> sg.Scalar:
        return np.sum(watched("encoder")(n.encoder.w) * watched("head")(n.head.w))

    opt = optim.chain(optim.adam(), optim.freeze(encoder))
    value, grad = opt.backprop(loss)(net())
    expected_value, expected = sg.backprop(loss)(net())
    assert ran == ["head", "head", "encoder"]
    assert value == expected_value
    assert same(grad.head, expected.head)
    assert not np.any(grad.encoder.w)


def test_numbers_are_changed_by_hand_wherever_they_stand() -> None:
    opt = optim.chain(optim.clip(1.0), optim.at(encoder, optim.inject(optim.adam, rate=0.5)), optim.freeze(head))
    params, state = net(), opt.init(net())
    state = optim.change(state, rate=0.0)
    moved, state = opt.step(params, net(1), state)
    assert same(moved, params)
    moved, _ = opt.step(params, net(1), optim.change(state, rate=0.1))
    assert not same(moved, params)
    with pytest.raises(KeyError, match="'eps' to change: it has rate"):
        optim.change(state, eps=1.0)
    with pytest.raises(KeyError, match="made by inject"):
        optim.change(optim.sgd(0.1).init(1.0), rate=1.0)


def test_an_injected_optimizer_is_the_optimizer() -> None:
    assert same(train(optim.inject(optim.adam, rate=0.1, b1=0.8)), train(optim.adam(0.1, b1=0.8)))


def test_a_state_of_another_chain_is_refused() -> None:
    two, three = optim.chain(optim.clip(1.0), optim.sgd(0.1)), optim.chain(optim.clip(1.0), optim.sgd(0.1))
    with pytest.raises(StructMismatchError, match="1 links"):
        two.step(1.0, 1.0, optim.chain(optim.sgd(0.1)).init(1.0))
    assert three.step(1.0, 1.0, two.init(1.0))[0] == 0.9


@pytest.mark.parametrize("make", [lambda: optim.sgd(-1.0), lambda: optim.adam(0.1, b1=1.0), lambda: optim.clip(0.0)])
def test_numbers_that_make_no_sense_are_refused_at_once(make: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        make()


def test_frozen_numbers_are_passed_over_by_every_link() -> None:
    """An infinite float, a complex number with minus zeros, a Decimal of many digits: no formula sees them."""
    params: Any = {"w": 1.0, "f": -np.inf, "z": complex(-0.0, -0.0), "d": Decimal("1." + 40 * "3")}
    frozen = [optim.freeze(sg.lens(dict)[key]) for key in "fzd"]
    opt = optim.ema(optim.chain(*frozen, optim.decay(0.1), optim.adamw(0.1)), 0.9)
    moved, state = opt.step(params, {"w": 1.0, "f": 1.0, "z": 1j, "d": Decimal(1)}, opt.init(params))
    assert {key: repr(moved[key]) for key in "fzd"} == {key: repr(params[key]) for key in "fzd"}
    assert optim.averaged(state)["f"] == -np.inf
    assert moved["w"] != 1.0


def test_a_frozen_part_may_be_what_is_differentiated() -> None:
    opt = optim.chain(optim.freeze(sg.lens(dict, lambda d: d["b"])), optim.sgd(0.5))

    def after(b: Any) -> Any:
        params: Any = {"w": 1.0 * b, "b": b}
        moved, _ = opt.step(params, {"w": b, "b": b}, opt.init(params))
        return moved["w"] + 10.0 * moved["b"]

    assert sg.grad_bp(after)(2.0) == 10.5

"""Every method and option, fifty steps on a struct, against torch.optim and optax."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import optax
import pytest
import torch

import structgrad as sg
from structgrad import optim

T = torch.optim
RATE = 0.02

BY_TORCH: dict[str, tuple[optim.Optimizer, Callable[..., Any]]] = {
    "sgd": (optim.sgd(RATE), partial(T.SGD, lr=RATE)),
    "momentum": (optim.momentum(RATE), partial(T.SGD, lr=RATE, momentum=0.9)),
    "momentum 0.5": (optim.momentum(RATE, 0.5), partial(T.SGD, lr=RATE, momentum=0.5)),
    "nesterov": (optim.nesterov(RATE), partial(T.SGD, lr=RATE, momentum=0.9, nesterov=True)),
    "nesterov 0.5": (optim.nesterov(RATE, 0.5), partial(T.SGD, lr=RATE, momentum=0.5, nesterov=True)),
    "adagrad": (optim.adagrad(), T.Adagrad),
    "adagrad, all": (
        optim.adagrad(RATE, eps=0.1, start=0.3),
        partial(T.Adagrad, lr=RATE, eps=0.1, initial_accumulator_value=0.3),
    ),
    "rmsprop": (optim.rmsprop(), T.RMSprop),
    "rmsprop, all": (
        optim.rmsprop(RATE, decay=0.8, eps=0.1, momentum=0.7, centered=True),
        partial(T.RMSprop, lr=RATE, alpha=0.8, eps=0.1, momentum=0.7, centered=True),
    ),
    "rmsprop, centered": (optim.rmsprop(RATE, centered=True), partial(T.RMSprop, lr=RATE, centered=True)),
    "rmsprop, momentum": (optim.rmsprop(RATE, momentum=0.9), partial(T.RMSprop, lr=RATE, momentum=0.9)),
    "adam": (optim.adam(), T.Adam),
    "adam, all": (optim.adam(RATE, 0.8, 0.95, 0.1), partial(T.Adam, lr=RATE, betas=(0.8, 0.95), eps=0.1)),
    "adam, amsgrad": (
        optim.adam(RATE, b2=0.8, amsgrad=True),
        partial(T.Adam, lr=RATE, betas=(0.9, 0.8), amsgrad=True),
    ),
    "adamw": (optim.adamw(), T.AdamW),
    "adamw, all": (
        optim.adamw(RATE, 0.8, 0.95, 0.1, decay=0.3),
        partial(T.AdamW, lr=RATE, betas=(0.8, 0.95), eps=0.1, weight_decay=0.3),
    ),
    "decay, then adam": (
        optim.chain(optim.decay(0.3), optim.adam(RATE)),
        partial(T.Adam, lr=RATE, weight_decay=0.3),
    ),
    "decay, then momentum": (
        optim.chain(optim.decay(0.3), optim.momentum(RATE)),
        partial(T.SGD, lr=RATE, momentum=0.9, weight_decay=0.3),
    ),
}


@pytest.mark.feature(163)
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", BY_TORCH)
def test_fifty_steps_are_those_of_torch(name: str, inplace: bool, held: Any) -> None:
    opt, theirs = BY_TORCH[name]
    found, _ = held.by_us(opt, held.model(), inplace=inplace)
    held.agree(found, held.by_torch(theirs, held.model()))


@pytest.mark.parametrize("name", BY_TORCH)
def test_float32_steps_are_those_of_torch_to_its_rounding(name: str, held: Any) -> None:
    opt, theirs = BY_TORCH[name]
    found, _ = held.by_us(opt, held.model(np.float32))
    assert [leaf.dtype for leaf in held.smooth(found) if isinstance(leaf, np.ndarray)] == [np.dtype("f4")] * 3
    # Fifty steps, each rounded at 6e-8; of √(v - m²) half of the digits are lost where g hardly changes.
    held.agree(found, held.by_torch(theirs, held.model(np.float32)), tol=2e-4 if "rmsprop" in name else 1e-5)


BY_RATE: dict[str, tuple[Callable[..., optim.Optimizer], Callable[..., Any]]] = {
    "sgd": (optim.sgd, T.SGD),
    "momentum": (optim.momentum, partial(T.SGD, momentum=0.9)),
    "nesterov": (optim.nesterov, partial(T.SGD, momentum=0.9, nesterov=True)),
    "adagrad": (optim.adagrad, T.Adagrad),
    "rmsprop": (optim.rmsprop, T.RMSprop),
    "adam": (optim.adam, T.Adam),
    "adamw": (optim.adamw, T.AdamW),
}


@pytest.mark.parametrize("name", BY_RATE)
def test_the_rates_of_a_schedule_are_those_of_torch_at_the_same_steps(name: str, held: Any) -> None:
    ours, theirs = BY_RATE[name]
    rate = optim.warmup(10, optim.cosine(RATE, 30, end=0.001))
    found, _ = held.by_us(ours(rate), held.model())
    held.agree(found, held.by_torch(theirs, held.model(), rate=rate))


def test_a_schedule_is_asked_for_the_number_of_steps_made(held: Any) -> None:
    asked: list[int] = []

    def rate(n: int) -> float:
        asked.append(n)
        return RATE

    held.by_us(optim.sgd(rate), held.model(), 3)
    assert asked == [0, 1, 2]


def falling(n: Any) -> Any:
    """optax counts in int32, and would make a schedule of float32 from it."""
    return optax.linear_schedule(0.05, 0.0, 40)(n.astype("float64"))


BY_OPTAX: dict[str, tuple[optim.Optimizer, Any]] = {
    "lion": (optim.lion(RATE), optax.lion(RATE, weight_decay=0.0)),
    "lion, all": (optim.lion(RATE, 0.8, 0.95, decay=0.3), optax.lion(RATE, 0.8, 0.95, weight_decay=0.3)),
    "lion by a schedule": (optim.lion(optim.linear(0.05, 0.0, 40)), optax.lion(falling, weight_decay=0.0)),
}


@pytest.mark.parametrize("name", BY_OPTAX)
def test_fifty_steps_are_those_of_optax(name: str, held: Any) -> None:
    opt, theirs = BY_OPTAX[name]
    found, _ = held.by_us(opt, held.model())
    held.agree(found, held.by_optax(theirs, held.model()))


COMPLEX: dict[str, tuple[optim.Optimizer, Any]] = {
    "nesterov": (optim.nesterov(RATE), optax.sgd(RATE, momentum=0.9, nesterov=True)),
    "adagrad": (
        optim.adagrad(RATE, eps=0.0, start=0.3),
        optax.adagrad(RATE, initial_accumulator_value=0.3, eps=0.0),
    ),
    "rmsprop": (
        optim.rmsprop(RATE, 0.9),
        optax.rmsprop(RATE, decay=0.9, eps=1e-8, eps_in_sqrt=False),
    ),
    "adam": (optim.adam(RATE), optax.adam(RATE)),
    "lion": (optim.lion(RATE, decay=0.3), optax.lion(RATE, weight_decay=0.3)),
}


@pytest.mark.parametrize("name", COMPLEX)
def test_fifty_steps_of_complex_params_are_those_of_optax(name: str, held: Any) -> None:
    opt, theirs = COMPLEX[name]
    found, _ = held.by_us(opt, held.model(complex))
    assert found.shift.dtype == complex
    held.agree(found, held.by_optax(theirs, held.model(complex)))


@pytest.mark.parametrize(
    "opt",
    [optim.rmsprop(RATE, momentum=0.5, centered=True), optim.adam(RATE, amsgrad=True), optim.adafactor(RATE)],
    ids=repr,
)
def test_a_turn_of_the_complex_plane_turns_the_steps(opt: optim.Optimizer) -> None:
    turn = np.exp(0.7j)
    rng = np.random.default_rng(0)
    p = rng.normal(size=(3, 2)) + 0j
    q, s, t = p * turn, opt.init(p), opt.init(p)
    for _ in range(20):
        g = rng.normal(size=(3, 2)) + 1j * rng.normal(size=(3, 2))
        p, s = opt.step(p, g, s)
        q, t = opt.step(q, g * turn, t)
    np.testing.assert_allclose(q, p * turn, rtol=1e-12)  # twenty steps, each rounded at 1e-16


@pytest.mark.parametrize("opt", [optim.rmsprop(RATE, momentum=0.5, centered=True), optim.adam(RATE, amsgrad=True)])
def test_a_real_gradient_of_complex_params_makes_the_steps_of_real_ones(opt: optim.Optimizer) -> None:
    rng = np.random.default_rng(0)
    p = rng.normal(size=3)
    q, s, t = p + 0j, opt.init(p), opt.init(p + 0j)
    for _ in range(20):
        g = rng.normal(size=3)
        p, s = opt.step(p, g, s)
        q, t = opt.step(q, g + 0j, t)
    np.testing.assert_allclose(q, p, rtol=1e-14)


def test_a_gradient_that_stays_the_same_has_no_spread_and_gives_no_nan() -> None:
    opt, g = optim.rmsprop(RATE, decay=0.5, centered=True, eps=1.0), np.random.default_rng(0).normal(size=1000)
    p, state = np.zeros(1000), opt.init(np.zeros(1000))
    for _ in range(100):
        p, state = opt.step(p, g, state)
    assert np.any(state.slots["v"] < state.slots["m"] ** 2)  # what is rounded is below 0
    assert np.isfinite(p).all()


@pytest.mark.feature(163)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient(scale: float, held: Any) -> None:
    params, opt = held.model(), optim.adam(0.001)
    step, _ = opt.update(sg.tree.map(lambda p: p * scale, params), opt.init(params), params)
    for leaf, p in zip(held.smooth(step), held.smooth(params), strict=True):
        np.testing.assert_allclose(leaf, -0.001 * np.sign(p), rtol=0.01)  # eps, 1e-8, beside gradients from 1e-6 on


@pytest.mark.feature(163)
def test_a_method_steps_dicts_lists_and_dataclasses_alike(held: Any) -> None:
    params = held.model()
    nested = {"a": [params.layer.w, (params.layer.b,)], "b": {"shift": params.shift, "gain": params.gain}}
    found, state = held.by_us(optim.adam(RATE), nested)
    one, _ = held.by_us(optim.adam(RATE), params)
    held.agree(found, held.smooth(one), tol=0.0)
    assert sg.tree.paths(state.slots["m"]).keys() == sg.tree.paths(nested).keys()


def masked(held: Any) -> tuple[Any, list[bool], Callable[..., Any]]:
    """The weights of a model as an optic, as a mask over leaves, and as the two groups of torch."""
    weights = sg.lens(type(held.model()), lambda m: m.layer.w)
    mask = [True, False, False, False]

    def grouped(make: Callable[..., Any], tensors: list[Any], decay: float) -> Any:
        return make([{"params": tensors[:1], "weight_decay": decay}, {"params": tensors[1:], "weight_decay": 0.0}])

    return weights, mask, grouped


@pytest.mark.parametrize("inplace", [False, True])
def test_the_mask_of_adamw_is_a_group_of_torch(inplace: bool, held: Any) -> None:
    weights, _, grouped = masked(held)
    opt = optim.adamw(RATE, decay=0.3, mask=weights)
    found, _ = held.by_us(opt, held.model(), inplace=inplace)
    theirs = held.by_torch(lambda tensors: grouped(partial(T.AdamW, lr=RATE), tensors, 0.3), held.model())
    held.agree(found, theirs)


def test_the_mask_of_adamw_decays_at_the_rate_of_the_schedule(held: Any) -> None:
    weights, mask, _ = masked(held)
    opt = optim.adamw(optim.linear(0.05, 0.0, 40), decay=0.3, mask=weights)
    theirs = optax.adamw(falling, weight_decay=0.3, mask=mask)
    found, _ = held.by_us(opt, held.model())
    held.agree(found, held.by_optax(theirs, held.model(), apart=True))


def test_the_mask_of_decay_is_that_of_optax(held: Any) -> None:
    weights, mask, _ = masked(held)
    opt = optim.chain(optim.decay(0.3, mask=weights), optim.nesterov(RATE))
    theirs = optax.chain(optax.add_decayed_weights(0.3, mask), optax.sgd(RATE, 0.9, nesterov=True))
    found, _ = held.by_us(opt, held.model())
    held.agree(found, held.by_optax(theirs, held.model(), apart=True))


NONSENSE: dict[str, tuple[Callable[[], Any], str]] = {
    "rate": (
        lambda: optim.rmsprop(-0.1),
        "rmsprop: the rate must be a number of at least 0 or a schedule, and is -0.1",
    ),
    "decay": (lambda: optim.rmsprop(0.1, decay=1.0), "rmsprop: decay must be from 0 to below 1, and is 1.0"),
    "momentum": (lambda: optim.rmsprop(0.1, momentum=-0.5), "rmsprop: momentum must be from 0 to below 1, and is -0.5"),
    "b2": (lambda: optim.adam(b2=float("nan")), "adam: b2 must be from 0 to below 1, and is nan"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_numbers_that_make_no_sense_are_refused_by_name(name: str) -> None:
    make, said = NONSENSE[name]
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.feature(164)
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize(
    "opt",
    [optim.rmsprop(0.1, centered=True, momentum=0.5), optim.adam(0.1, b2=0.8, amsgrad=True)],
    ids=repr,
)
def test_the_slots_of_rows_catch_up_in_every_option(opt: optim.Optimizer, inplace: bool) -> None:
    """Against whole gradients with zeros: the slots of the rows that have their turn."""
    rng = np.random.default_rng(1)
    p, q = np.zeros((5, 2)), np.zeros((5, 2))
    s, t = opt.init(p), opt.init(q)
    for _ in range(30):
        rows = rng.integers(0, 5, 2)
        g: Any = sg.SparseRows(rows, rng.normal(size=(2, 2)), (5, 2))
        p, s = opt.step(p, g, s, inplace=inplace)
        q, t = opt.step(q, g.dense(), t)
        for key in t.slots.keys() - {"touched", "swept"}:
            np.testing.assert_allclose(s.slots[key][rows], t.slots[key][rows], rtol=1e-11)  # b^k at once

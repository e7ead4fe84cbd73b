"""The pair of pure functions, and the door: what does not fit is refused with its path before work is done."""

import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim, testing
from structgrad.errors import NothingToDifferentiateError, StructMismatchError


@dataclass(frozen=True)
class Dense:
    w: sg.Array
    b: sg.Array


@dataclass(frozen=True)
class Net:
    layers: list[Dense]
    gain: float
    steps: int = 3
    name: str = "net"


def net(seed: int = 0) -> Net:
    rng = np.random.default_rng(seed)
    return Net([Dense(rng.normal(size=(3, 2)), rng.normal(size=2)) for _ in range(2)], 0.5)


METHODS = [
    optim.sgd(0.1),
    optim.momentum(0.1),
    optim.nesterov(0.1),
    optim.adagrad(0.1),
    optim.rmsprop(0.1),
    optim.adam(0.1),
    optim.adamw(0.1),
    optim.lion(0.1),
    optim.chain(optim.clip_norm(1.0), optim.decay(0.1), optim.adam(0.1)),
]


@pytest.mark.parametrize("opt", METHODS, ids=repr)
def test_a_step_is_the_update_added_and_changes_nothing_that_was_given(opt: optim.Optimizer) -> None:
    params, grad, state = net(0), net(1), opt.init(net(0))
    before = copy.deepcopy((params, grad, state))
    step, after = opt.update(grad, state, params)
    moved, after_too = opt.step(params, grad, state)
    expected = sg.tree.map(lambda p, s: p + s, params, step)
    assert sg.tree.ravel(moved)[0].tolist() == sg.tree.ravel(expected)[0].tolist()
    assert sg.tree.ravel(after)[0].tolist() == sg.tree.ravel(after_too)[0].tolist()
    for was, now in zip(sg.tree.leaves(before), sg.tree.leaves((params, grad, state)), strict=True):
        assert np.array_equal(was, now)


@pytest.mark.parametrize("opt", METHODS, ids=repr)
def test_whole_numbers_and_texts_stay_and_classes_are_kept(opt: optim.Optimizer) -> None:
    params, state = net(0), opt.init(net(0))
    for seed in range(3):
        params, state = opt.step(params, net(seed), state)
    assert (params.steps, params.name) == (3, "net")
    assert type(params.gain) is float
    assert [type(leaf) for leaf in sg.tree.leaves(params)] == [type(leaf) for leaf in sg.tree.leaves(net())]


@pytest.mark.parametrize("opt", METHODS, ids=repr)
def test_in_place_steps_give_the_same_numbers_in_the_same_arrays(opt: optim.Optimizer) -> None:
    mine, pure = net(0), net(0)
    arrays = [layer.w for layer in mine.layers]
    s = t = opt.init(net(0))
    for seed in range(5):
        mine, s = opt.step(mine, net(seed), s, inplace=True)
        pure, t = opt.step(pure, net(seed), t)
    assert sg.tree.ravel(mine)[0].tolist() == sg.tree.ravel(pure)[0].tolist()
    assert all(layer.w is w for layer, w in zip(mine.layers, arrays, strict=True))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("opt", METHODS, ids=repr)
def test_params_and_slots_keep_their_dtype(opt: optim.Optimizer, dtype: Any) -> None:
    params = {"w": np.ones(3, dtype), "s": np.ones((), dtype), "x": np.dtype(dtype).type(2)}
    state = opt.init(params)
    kinds = [leaf.dtype for leaf in sg.tree.leaves(state) if isinstance(leaf, np.ndarray)]
    for _ in range(2):
        params, state = opt.step(params, params, state)
    assert {leaf.dtype for leaf in params.values()} == {np.dtype(dtype)}
    assert isinstance(params["s"], np.ndarray)
    assert [leaf.dtype for leaf in sg.tree.leaves(state) if isinstance(leaf, np.ndarray)] == kinds


def test_numbers_that_do_not_mix_with_floats_are_stepped_too() -> None:
    params = {"share": Fraction(1, 2), "price": Decimal(1), "w": 1.0}
    opt = optim.momentum(0.25)
    moved, _ = opt.step(params, {"share": Fraction(1, 4), "price": Decimal(2), "w": 1.0}, opt.init(params))
    assert moved == {"share": Fraction(7, 16), "price": Decimal("0.5"), "w": 0.75}


WRONG: dict[str, tuple[Any, str]] = {
    "a shape": (replace(net(), layers=[net().layers[0], Dense(np.ones((3, 1)), np.ones(2))]), r"\.layers\[1\]\.w"),
    "a shape that would broadcast": (
        replace(net(), layers=[net().layers[0], Dense(np.ones((3, 2)), np.ones(1))]),
        r"\.layers\[1\]\.b has shape \(1,\), and the params have \(2,\); nothing is broadcast",
    ),
    "a number for an array": (replace(net(), layers=[net().layers[0], Dense(1.0, np.ones(2))]), r"\.layers\[1\]\.w"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    "fewer layers": (replace(net(), layers=net().layers[:1]), r"\.layers has 2 parts in one struct and 1 in the other"),
    "another class": ({"layers": []}, "the whole is a Net in one struct and a dict in the other"),
    "a text": (replace(net(), gain="0.5"), r"\.gain is a str"),  # type: ignore[arg-type]  # what is refused
}


@pytest.mark.parametrize("name", WRONG)
def test_a_gradient_that_does_not_fit_is_refused_with_its_path(name: str) -> None:
    grad, message = WRONG[name]
    opt = optim.adam()
    params = net()
    before, state = copy.deepcopy(params), opt.init(params)
    for inplace in (False, True):
        with pytest.raises(StructMismatchError, match=message):
            opt.step(params, grad, state, inplace=inplace)
    with pytest.raises(StructMismatchError, match=message):
        opt.update(grad, state, params)
    assert sg.tree.ravel(params)[0].tolist() == sg.tree.ravel(before)[0].tolist()


def test_a_state_of_other_params_is_refused() -> None:
    opt = optim.adam()
    with pytest.raises(StructMismatchError, match="belongs to other params"):
        opt.step([np.ones(3)], [np.ones(3)], opt.init([np.ones(1)]))
    with pytest.raises(StructMismatchError, match="belongs to other params"):
        opt.step([1.0, 2.0], [1.0, 2.0], opt.init([1.0]))
    with pytest.raises(StructMismatchError, match="belongs to other params"):
        opt.step([1.0], [1.0], optim.sgd(0.1).init([1.0]))
    with pytest.raises(TypeError, match="init"):
        opt.step([1.0], [1.0], {"m": [0.0]})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused


def test_params_without_a_slope_are_refused() -> None:
    with pytest.raises(NothingToDifferentiateError):
        optim.sgd(0.1).init({"n": 3, "name": "line"})


def test_in_place_refuses_arrays_that_it_cannot_or_must_not_write() -> None:
    opt, fixed = optim.sgd(0.1), np.ones(2)
    fixed.setflags(write=False)
    with pytest.raises(StructMismatchError, match=r"\['a'\] is read-only"):
        opt.step({"a": fixed}, {"a": np.ones(2)}, opt.init({"a": fixed}), inplace=True)
    shared = np.ones(4)
    params = {"a": shared[:3], "b": shared[1:]}
    with pytest.raises(StructMismatchError, match=r"\['a'\] and \['b'\] are one memory"):
        opt.step(params, {"a": np.ones(3), "b": np.ones(3)}, opt.init(params), inplace=True)
    assert shared.tolist() == [1.0] * 4


def test_a_gradient_goes_through_the_steps_of_an_optimizer() -> None:
    """Training by gradient descent on what training does: the rate's own gradient, against differences."""

    def after(rate: Any) -> Any:
        opt = optim.chain(optim.clip_norm(10.0), optim.adam(rate))
        params: Any = {"w": np.array([1.0, -2.0]), "b": 0.5}
        state = opt.init(params)
        for _ in range(4):
            grad = sg.grad_bp(lambda p: np.sum(p["w"] ** 2) + np.sin(p["b"]))(params)
            params, state = opt.step(params, grad, state)
        return np.sum(params["w"] ** 2) + params["b"]

    testing.check_gradient(after, 0.1)

"""Accumulated gradients, moving averages and lookahead, against optax, and in every place they may stand."""

import copy
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError
from structgrad.testing import check_gradient

RATE = 0.02
Wrap = Callable[[optim.Optimizer], optim.Optimizer]

WRAPS: dict[str, Wrap] = {
    "accumulate": lambda opt: optim.accumulate(opt, 3),
    "ema": lambda opt: optim.ema(opt, 0.9),
    "lookahead": lambda opt: optim.lookahead(opt, 3, 0.4),
    "all": lambda opt: optim.ema(optim.lookahead(optim.accumulate(opt, 3), 2, 0.4), 0.9),
}
every_wrap = pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
both_ways = pytest.mark.parametrize("inplace", [False, True])


@both_ways
@every_wrap
def test_whatever_is_wrapped_keeps_what_it_was_given(wrap: Wrap, inplace: bool, held: Any) -> None:
    opt = wrap(optim.adamw(RATE))
    pure, in_place = held.by_us(opt, held.model(), 20), held.by_us(opt, held.model(), 20, inplace=True)
    held.agree(pure[0], held.smooth(in_place[0]), tol=0.0)
    for one, other in zip(sg.tree.leaves(pure[1]), sg.tree.leaves(in_place[1]), strict=True):
        assert np.array_equal(one, other)
    params, state = pure
    for n in range(7):
        grad = held.grad(params, n)
        before = copy.deepcopy((params, grad, state))
        step, _ = opt.update(grad, state, params)
        moved, after = opt.step(params, grad, state)
        for was, now in zip(sg.tree.leaves(before), sg.tree.leaves((params, grad, state)), strict=True):
            assert np.array_equal(was, now)
        added = sg.tree.map(lambda p, s: p + s, params, step)
        held.agree(moved, held.smooth(added), tol=0.0)
        params, state = opt.step(params, grad, after, inplace=inplace)
    assert (params.size, params.name, type(params.gain)) == (3, "model", float)


@every_wrap
def test_the_memory_of_a_state_is_its_own(wrap: Wrap, held: Any) -> None:
    opt, params = wrap(optim.sgd(0.1)), held.model()
    state = opt.init(params)
    for n in range(4):
        params, state = opt.step(params, held.grad(params, n), state, inplace=True)
        arrays = [leaf for leaf in sg.tree.leaves(state) if isinstance(leaf, np.ndarray)]
        assert not any(np.may_share_memory(a, p) for a in arrays for p in (params.layer.w, params.shift))


def frozen_in_all_ways(wrap: Wrap, part: Any) -> list[optim.Optimizer]:
    opt = optim.chain(optim.decay(0.1), optim.adamw(RATE))
    return [
        wrap(optim.chain(optim.freeze(part), opt)),
        wrap(optim.chain(opt, optim.freeze(part))),
        optim.chain(optim.freeze(part), wrap(opt)),
        optim.chain(wrap(opt), optim.freeze(part)),
    ]


@pytest.mark.feature(165)
@both_ways
@every_wrap
@pytest.mark.parametrize("way", range(4))
def test_not_a_bit_of_a_frozen_part_changes(way: int, wrap: Wrap, inplace: bool, held: Any) -> None:
    start: Any = {"net": held.model(), "still": [np.array([-0.0, np.nan, -np.inf, 0.1]), 0.1, -0.0]}
    start["still"][0].setflags(write=False)
    opt = frozen_in_all_ways(wrap, sg.lens(dict, lambda d: d["still"]))[way]
    params, state = {"net": held.model(), "still": start["still"]}, opt.init(start)
    for n in range(13):
        grad = {"net": held.grad(params["net"], n), "still": [np.ones(4), 1.0, 1.0]}
        params, state = opt.step(params, grad, state, inplace=inplace)
    assert params["still"][0] is start["still"][0]
    assert np.array(params["still"][1:]).tobytes() == np.array([0.1, -0.0]).tobytes()
    assert not np.any(params["net"].layer.w == start["net"].layer.w)


@every_wrap
def test_pullbacks_of_parts_frozen_inside_are_not_run(wrap: Wrap) -> None:
    @sg.op
    def never(w: Any) -> Any:
        def pullback(g: Any) -> Any:
            raise AssertionError("run")

        return w * 1.0, pullback

    opt = wrap(optim.chain(optim.freeze(sg.lens(dict, lambda d: d["a"])), optim.sgd(0.1)))
    _, grad = opt.backprop(lambda p: never(p["a"]) * p["b"])({"a": 2.0, "b": 3.0})
    assert grad == {"a": 0.0, "b": 2.0}


@both_ways
@every_wrap
def test_a_part_is_stepped_in_at_as_it_is_alone(wrap: Wrap, inplace: bool, held: Any) -> None:
    part = sg.lens(dict, lambda d: d["net"])
    opt = optim.chain(optim.at(part, wrap(optim.adam(RATE))), optim.at(sg.lens(dict, lambda d: d["x"]), optim.sgd(1.0)))
    params, alone = {"net": held.model(), "x": 1.0}, held.by_us(wrap(optim.adam(RATE)), held.model(), 10)[0]
    state = opt.init(params)
    for n in range(10):
        params, state = opt.step(params, {"net": held.grad(params["net"], n), "x": 0.1}, state, inplace=inplace)
    held.agree(params["net"], held.smooth(alone), tol=0.0)
    assert params["x"] == pytest.approx(0.0, abs=1e-15)


@every_wrap
def test_a_link_before_it_changes_each_gradient(wrap: Wrap, held: Any) -> None:
    opt = optim.chain(optim.clip(0.1), wrap(optim.sgd(RATE)))
    params, state = held.model(), opt.init(held.model())
    plain, own = held.model(), wrap(optim.sgd(RATE)).init(held.model())
    for n in range(7):
        grad = held.grad(params, n)
        params, state = opt.step(params, grad, state)
        clipped = sg.tree.map(
            lambda g: type(g)(np.clip(g, -0.1, 0.1)) if type(g) is float else np.clip(g, -0.1, 0.1), grad
        )
        plain, own = wrap(optim.sgd(RATE)).step(plain, clipped, own)
    held.agree(params, held.smooth(plain), tol=0.0)


@pytest.mark.parametrize("outside", [False, True])
@every_wrap
def test_a_number_changed_by_hand_counts_from_then_on(wrap: Wrap, outside: bool, held: Any) -> None:
    opt = wrap(optim.inject(optim.sgd, rate=RATE))
    if outside:
        opt = optim.inject(lambda rate: wrap(optim.sgd(rate)), rate=RATE)
    same = wrap(optim.sgd(lambda n: RATE if n < (4 if "accumulate" in repr(opt) else 12) else 0.5))
    params, state = held.by_us(opt, held.model(), 12)
    state = optim.change(state, rate=0.5)
    for n in range(12, 18):
        params, state = opt.step(params, held.grad(params, n), state)
    held.agree(params, held.smooth(held.by_us(same, held.model(), 18)[0]), tol=0.0)


@both_ways
@every_wrap
@pytest.mark.parametrize("opt", [optim.sgd(0.1), optim.adagrad(0.1)], ids=repr)
def test_gradients_by_rows_make_the_steps_of_whole_ones(opt: optim.Optimizer, wrap: Wrap, inplace: bool) -> None:
    """For methods that move nothing where there is no gradient: each wrapper has to move all rows when it is time."""
    rng = np.random.default_rng(0)
    p: dict[str, Any] = {"table": rng.normal(size=(6, 2)), "gain": 0.5}
    wrapped = wrap(opt)
    q = copy.deepcopy(p)
    s, t = wrapped.init(p), wrapped.init(q)
    for n in range(20):
        rows: Any = sg.SparseRows(rng.integers(0, 6, 2), rng.normal(size=(2, 2)), (6, 2))
        if n % 5 == 1:  # a whole one among those by rows
            rows = rng.normal(size=(6, 2))
        g = float(rng.normal())
        p, s = wrapped.step(p, {"table": rows, "gain": g}, s, inplace=inplace)
        q, t = wrapped.step(q, {"table": np.asarray(rows), "gain": g}, t)
        np.testing.assert_allclose(p["table"], q["table"], rtol=1e-13)  # sums of rows in another order
        assert p["gain"] == q["gain"]


@pytest.mark.parametrize("dtype", [np.float32, np.complex64])
@every_wrap
def test_dtypes_and_classes_are_kept(wrap: Wrap, dtype: Any, held: Any) -> None:
    params = {"w": np.ones(3, dtype), "s": np.ones((), dtype), "x": np.dtype(dtype).type(2), "f": Fraction(1, 2)}
    opt = wrap(optim.momentum(0.1))
    state = opt.init(params)
    kinds = [type(leaf) for leaf in sg.tree.leaves(state)]
    dtypes = [leaf.dtype for leaf in sg.tree.leaves(state) if isinstance(leaf, np.ndarray)]
    for _ in range(7):
        params, state = opt.step(params, params, state)
    assert [leaf.dtype for leaf in sg.tree.leaves(params)[:3]] == [np.dtype(dtype)] * 3
    assert (type(params["s"]), type(params["x"]), type(params["f"])) == (np.ndarray, dtype, Fraction)
    assert [type(leaf) for leaf in sg.tree.leaves(state)] == kinds
    assert [leaf.dtype for leaf in sg.tree.leaves(state) if isinstance(leaf, np.ndarray)] == dtypes


@every_wrap
def test_a_gradient_goes_through_the_steps(wrap: Wrap) -> None:
    def after(rate: Any) -> Any:
        opt = wrap(optim.adam(rate))
        params: Any = {"w": np.array([1.0, -2.0]), "b": 0.5}
        state = opt.init(params)
        for _ in range(6):
            grad = sg.grad_bp(lambda p: np.sum(p["w"] ** 2) + np.sin(p["b"]))(params)
            params, state = opt.step(params, grad, state)
        return np.sum(params["w"] ** 2) + params["b"]

    check_gradient(after, 0.1)


@every_wrap
def test_a_state_of_other_params_is_refused_before_anything_is_done(wrap: Wrap, held: Any) -> None:
    opt, params = wrap(optim.sgd(0.1)), held.model()
    others: list[Any] = [[1.0], replace(params, shift=np.ones(1)), replace(params, gain=np.ones(3))]
    for other in others:
        for inplace in (False, True):
            with pytest.raises(StructMismatchError, match=r"belongs to other params: use opt\.init\(params\)"):
                opt.step(params, params, opt.init(other), inplace=inplace)
    with pytest.raises(StructMismatchError, match="belongs to other params"):
        opt.step(params, params, optim.sgd(0.1).init(params))
    held.agree(params, held.smooth(held.model()), tol=0.0)


@pytest.mark.parametrize("name", ["accumulate", "lookahead"])
def test_what_would_take_a_gradient_for_a_step_is_refused(name: str) -> None:
    wrap, a, b = WRAPS[name], sg.lens(dict, lambda d: d["a"]), sg.lens(dict, lambda d: d["b"])
    params = {"a": 1.0, "b": 1.0}
    with pytest.raises(StructMismatchError, match=rf"{name}\(at.*makes no step at \['b'\]"):
        optim.chain(wrap(optim.at(a, optim.sgd(0.1))), optim.at(b, optim.sgd(0.1))).init(params)
    with pytest.raises(StructMismatchError, match=rf"put {name} before the method"):
        optim.chain(optim.at(a, optim.sgd(0.1)), wrap(optim.at(b, optim.sgd(0.1)))).init(params)
    optim.chain(optim.at(a, wrap(optim.sgd(0.1))), optim.at(b, optim.sgd(0.1))).init(params)
    wrap(optim.chain(optim.at(a, optim.sgd(0.1)), optim.freeze(b))).init(params)


NONSENSE: dict[str, tuple[Callable[[], Any], str]] = {
    "every": (lambda: optim.accumulate(optim.sgd(0.1), 0), "accumulate: every must be a whole number of at least 1"),
    "part": (lambda: optim.accumulate(optim.sgd(0.1), 1.5), "accumulate: every .*and is 1.5"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused
    "steps": (lambda: optim.lookahead(optim.sgd(0.1), -1), "lookahead: every must be"),
    "no pull": (lambda: optim.lookahead(optim.sgd(0.1), 5, 0.0), "lookahead: pull must be above 0 and at most 1"),
    "pull": (lambda: optim.lookahead(optim.sgd(0.1), 5, 1.5), "lookahead: pull must be .* and is 1.5"),
    "decay": (lambda: optim.ema(optim.sgd(0.1), 1.0), "ema: decay must be from 0 to below 1, and is 1.0"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_numbers_that_make_no_sense_are_refused(name: str) -> None:
    make, said = NONSENSE[name]
    with pytest.raises(ValueError, match=said):
        make()

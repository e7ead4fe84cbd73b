"""Clipping and decay, against optax, and on rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
import optax
import pytest

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError

RATE = 0.02

BY_OPTAX: dict[str, tuple[optim.Optimizer, Any]] = {
    "clip": (optim.chain(optim.clip(0.7), optim.sgd(RATE)), optax.chain(optax.clip(0.7), optax.sgd(RATE))),
    "clip_norm": (
        optim.chain(optim.clip_norm(3.5), optim.sgd(RATE)),
        optax.chain(optax.clip_by_global_norm(3.5), optax.sgd(RATE)),
    ),
    "decay": (
        optim.chain(optim.decay(0.3), optim.sgd(RATE)),
        optax.chain(optax.add_decayed_weights(0.3), optax.sgd(RATE)),
    ),
    "clip, then decay": (
        optim.chain(optim.clip_norm(2.0), optim.decay(0.3), optim.momentum(RATE)),
        optax.chain(optax.clip_by_global_norm(2.0), optax.add_decayed_weights(0.3), optax.sgd(RATE, 0.9)),
    ),
    "decay, then clip": (
        optim.chain(optim.decay(0.3), optim.clip_norm(2.0), optim.momentum(RATE)),
        optax.chain(optax.add_decayed_weights(0.3), optax.clip_by_global_norm(2.0), optax.sgd(RATE, 0.9)),
    ),
    "a step is clipped": (
        optim.chain(optim.momentum(RATE), optim.clip(0.03), optim.clip_norm(0.05)),
        optax.chain(optax.sgd(RATE, 0.9), optax.clip(0.03), optax.clip_by_global_norm(0.05)),
    ),
}


@pytest.mark.feature(164)
@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", BY_OPTAX)
def test_fifty_steps_are_those_of_optax(name: str, inplace: bool, held: Any) -> None:
    opt, theirs = BY_OPTAX[name]
    found, _ = held.by_us(opt, held.model(), inplace=inplace)
    held.agree(found, held.by_optax(theirs, held.model()))


def test_the_limits_of_these_tests_cut_some_gradients_and_not_others(held: Any) -> None:
    grads = [held.grad(held.model(), n) for n in range(held.steps)]
    norms = [optim.norm(grad) for grad in grads]
    assert min(norms) < 3.5 < max(norms)
    assert any(np.abs(grad.layer.w).max() > 0.7 > np.abs(grad.layer.w).min() for grad in grads)


def clipped(opt: optim.Optimizer, grad: Any) -> Any:
    """The gradient that comes out of a link."""
    params = sg.tree.map(lambda g: np.asarray(g) if type(g) is sg.SparseRows else g, grad)
    return opt.advance(grad, opt.begin(params), params, False)[0]


def test_complex_numbers_keep_their_direction() -> None:
    g = np.array([3.0 + 4.0j, 0.3 - 0.4j, 0.0, -2.0j])
    np.testing.assert_allclose(clipped(optim.clip(1.0), g), [0.6 + 0.8j, 0.3 - 0.4j, 0.0, -1.0j], rtol=1e-15)
    np.testing.assert_allclose(clipped(optim.clip_norm(1.0), [g])[0], g / np.linalg.norm(g), rtol=1e-15)
    assert clipped(optim.clip(1.0), 3.0 + 4.0j) == pytest.approx(0.6 + 0.8j)


@pytest.mark.parametrize("opt", [optim.clip(1.0), optim.clip_norm(1.0), optim.decay(0.1)], ids=repr)
def test_dtypes_and_classes_are_kept(opt: optim.Optimizer) -> None:
    g = {"w": np.full(3, 2, np.float32), "s": np.ones((), np.float32), "x": np.float32(2), "f": 3.0, "n": 3, "t": "t"}
    found = clipped(opt, g)
    assert [found[key].dtype for key in "wsx"] == [np.float32] * 3
    assert [type(found[key]) for key in "sxfnt"] == [np.ndarray, np.float32, float, int, str]


@pytest.mark.parametrize("opt", [optim.clip(1.0), optim.clip_norm(1.0)], ids=repr)
def test_a_gradient_within_the_limit_stays_to_the_bit(opt: optim.Optimizer) -> None:
    g = [np.array([0.1, -0.0, -0.3]), 0.7]
    found = clipped(opt, g)
    assert (found[0].tobytes(), found[1]) == (np.array([0.1, -0.0, -0.3]).tobytes(), 0.7)
    assert not np.any(clipped(opt, [np.zeros(3)])[0])


@pytest.mark.feature(164)
@pytest.mark.parametrize("opt", [optim.clip(0.7), optim.clip_norm(0.7)], ids=repr)
def test_rows_that_are_named_twice_are_clipped_as_their_sum(opt: optim.Optimizer) -> None:
    rows: Any = sg.SparseRows(np.array([2, 0, 2]), np.array([[0.6, 0.1], [-3.0, 0.2], [0.5, 0.1]]), (4, 2))
    found, whole = clipped(opt, {"t": rows, "b": 0.5}), clipped(opt, {"t": rows.dense(), "b": 0.5})
    assert type(found["t"]) is sg.SparseRows
    np.testing.assert_allclose(found["t"].dense(), whole["t"], rtol=1e-15)
    assert found["b"] == pytest.approx(whole["b"], rel=1e-15)


@pytest.mark.feature(164)
def test_only_rows_with_a_gradient_decay() -> None:
    opt, p = optim.chain(optim.decay(0.5), optim.sgd(1.0)), np.ones((3, 2))
    g: Any = sg.SparseRows(np.array([1]), np.full((1, 2), 0.25), (3, 2))
    moved, _ = opt.step(p, g, opt.init(p))
    assert moved.tolist() == [[1.0, 1.0], [0.25, 0.25], [1.0, 1.0]]


def test_decay_is_the_gradient_of_half_the_penalty(held: Any) -> None:
    params, grad = held.model(), held.grad(held.model(), 0)
    weights = sg.lens(type(params), lambda m: m.layer)
    for mask in (None, weights):
        penalty = sg.grad_bp(lambda p, mask=mask: 0.5 * 0.3 * optim.l2(p, mask))(params)
        opt = optim.chain(optim.decay(0.3, mask), optim.sgd(1.0))
        plain = optim.sgd(1.0)
        found, _ = opt.step(params, grad, opt.init(params))
        expected, _ = plain.step(params, sg.add(grad, penalty), plain.init(params))
        held.agree(found, held.smooth(expected), tol=1e-15)


NONSENSE: dict[str, tuple[Callable[[], Any], str]] = {
    "clip": (lambda: optim.clip(-1.0), "clip: the limit must be positive, and is -1.0"),
    "clip_norm": (lambda: optim.clip_norm(float("nan")), "clip_norm: the limit must be positive, and is nan"),
    "decay": (lambda: optim.decay(-0.1), "decay: the rate must be at least 0, and is -0.1"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_numbers_that_make_no_sense_are_refused(name: str) -> None:
    make, said = NONSENSE[name]
    with pytest.raises(ValueError, match=said):
        make()


def test_nothing_is_broadcast_on_the_way_to_a_norm() -> None:
    opt = optim.chain(optim.clip_norm(1.0), optim.sgd(0.1))
    with pytest.raises(StructMismatchError, match=r"\['w'\] has shape \(1,\), and the params have \(3,\)"):
        opt.step({"w": np.ones(3)}, {"w": np.ones(1)}, opt.init({"w": np.ones(3)}))

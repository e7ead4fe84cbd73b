"""Adafactor, against torch.optim and optax."""

from functools import partial
from typing import Any

import jax
import numpy as np
import optax
import pytest
import torch

import structgrad as sg
from structgrad import optim
from structgrad.errors import StructMismatchError

Adafactor = partial(torch.optim.Adafactor, eps=(1e-30, 1e-3))

OPTIONS: dict[str, tuple[optim.Optimizer, Any]] = {
    "defaults": (optim.adafactor(), Adafactor),
    "the rate rules": (optim.adafactor(0.003), partial(Adafactor, lr=0.003)),
    "1/√t rules": (optim.adafactor(1.0), partial(Adafactor, lr=1.0)),
    "all": (
        optim.adafactor(0.2, power=0.5, limit=1.3, smallest=2.0, decay=0.1),
        partial(Adafactor, lr=0.2, beta2_decay=-0.5, d=1.3, eps=(1e-30, 2.0), weight_decay=0.1),
    ),
    "hardly limited": (optim.adafactor(0.1, limit=100.0), partial(Adafactor, lr=0.1, d=100.0)),
}


def params(held: Any, dtype: Any = float) -> dict[str, Any]:
    """A model, and arrays of three and four axes."""
    rng = np.random.default_rng(3)
    return {
        "model": held.model(dtype),
        "kernels": rng.normal(size=(2, 3, 4)).astype(dtype),
        "deep": rng.normal(size=(2, 1, 2, 3)).astype(dtype),
        "point": np.asarray(0.4, dtype),
    }


@pytest.mark.parametrize("inplace", [False, True])
@pytest.mark.parametrize("name", OPTIONS)
def test_fifty_steps_are_those_of_torch(name: str, inplace: bool, held: Any) -> None:
    opt, theirs = OPTIONS[name]
    found, _ = held.by_us(opt, params(held), inplace=inplace)
    held.agree(found, held.by_torch(theirs, params(held)))


def test_float32_steps_are_those_of_torch_to_its_rounding(held: Any) -> None:
    opt, theirs = OPTIONS["1/√t rules"]
    found, state = held.by_us(opt, params(held, np.float32))
    kinds = {leaf.dtype for leaf in sg.tree.leaves([found, state.slots]) if isinstance(leaf, np.ndarray)}
    assert kinds == {np.dtype(np.float32)}
    held.agree(found, held.by_torch(theirs, params(held, np.float32)), tol=1e-5)  # fifty steps, each rounded at 6e-8


def test_a_schedule_bounds_the_relative_step_as_in_torch(held: Any) -> None:
    rate = optim.linear(0.3, 0.0, 40)
    found, _ = held.by_us(optim.adafactor(rate), params(held))
    held.agree(found, held.by_torch(partial(Adafactor, lr=1.0), params(held), rate=rate))


def test_second_moments_with_gradients_that_vanish_are_those_of_optax(held: Any) -> None:
    """Zeros in whole rows and columns, where eps says what happens; optax adds it to g² as the paper does."""
    rng = np.random.default_rng(0)
    gs = [rng.normal(size=(4, 3)) * np.array([[0.0], [1e-14], [1.0], [1e3]]) * np.array([1.0, 0.0, 1e-9])] * 3
    theirs = optax.chain(
        # optax makes t^-0.8 in float32, which would be all that differs.
        optax.scale_by_factored_rms(min_dim_size_to_factor=1, decay_rate_fn=lambda n, c: 1.0 - (n + 1.0) ** -0.8),
        optax.clip_by_block_rms(1.0),
    )
    with jax.enable_x64(True):
        state, update = theirs.init(np.zeros((4, 3))), held.compiled(theirs.update)
        expected = []
        for n, g in enumerate(gs):
            u, state = update(g, state, np.zeros((4, 3)))
            expected.append(-np.asarray(u) * min(1.0, (n + 1) ** -0.5))
    opt = optim.adafactor(1.0, smallest=1.0)
    mine = opt.init(np.zeros((4, 3)))
    for g, step in zip(gs, expected, strict=True):
        found, mine = opt.update(g, mine, np.zeros((4, 3)))
        np.testing.assert_allclose(found, step, rtol=1e-12, atol=0.0)


def test_a_matrix_keeps_one_number_for_each_row_and_each_column(held: Any) -> None:
    state = optim.adafactor().init(params(held))
    rows, columns = state.slots["rows"], state.slots["columns"]
    assert (rows["kernels"].shape, columns["kernels"].shape) == ((2, 3), (2, 4))
    assert (rows["model"].layer.w.shape, columns["model"].layer.w.shape) == ((3,), (2,))
    assert (rows["model"].shift.shape, columns["model"].shift) == ((4,), 0.0)
    assert (rows["model"].gain, columns["model"].name) == (0.0, "model")


def test_complex_params_have_real_moments() -> None:
    params: list[Any] = [np.ones((2, 3), complex), 1j]
    slots = optim.adafactor().init(params).slots
    assert [slots[key][0].dtype for key in ("rows", "columns")] == [float, float]
    assert slots["rows"][1] == 0.0


@pytest.mark.parametrize("inplace", [False, True])
def test_rows_are_stepped_as_the_array_that_they_are(inplace: bool) -> None:
    opt, rng = optim.adafactor(0.1), np.random.default_rng(0)
    p = rng.normal(size=(5, 2))
    q, s, t = p.copy(), opt.init(p), opt.init(p)
    for _ in range(4):
        g: Any = sg.SparseRows(rng.integers(0, 5, 3), rng.normal(size=(3, 2)), (5, 2))
        p, s = opt.step(p, g, s, inplace=inplace)
        q, t = opt.step(q, g.dense(), t)
    assert np.array_equal(p, q)


def test_leaves_without_numbers_are_let_be() -> None:
    opt = optim.adafactor(0.1)
    p = {"none": np.zeros((0, 3)), "w": np.ones(2)}
    moved, _ = opt.step(p, p, opt.init(p))
    assert moved["none"].shape == (0, 3)
    assert moved["w"].tolist() == [0.9, 0.9]


@pytest.mark.parametrize(("one", "other"), [((1,), (3,)), ((3, 1), (2, 4)), ((3, 1), (3, 4))])
def test_a_state_of_other_params_is_refused(one: Any, other: Any) -> None:
    opt = optim.adafactor()
    with pytest.raises(StructMismatchError, match=r"belongs to other params: use opt\.init"):
        opt.step(np.ones(other), np.ones(other), opt.init(np.ones(one)))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [({"rate": -1.0}, "the rate must"), ({"power": 0.0}, "power must be positive"), ({"limit": -1.0}, "limit must be")],
)
def test_numbers_that_make_no_sense_are_refused(numbers: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        optim.adafactor(**numbers)

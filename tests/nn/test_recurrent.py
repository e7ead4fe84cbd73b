"""LSTM and GRU against PyTorch, differences and mpmath; sequences, single steps, batches, extremes."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import mpmath
import numpy as np
import pytest
import torch

import structgrad as sg
from structgrad.nn import Gates, gru, gru_cell, gru_params, lstm, lstm_cell, lstm_params
from structgrad.testing import check_gradient

RNG = np.random.default_rng(11)
STATE = RNG.bit_generator.state
T, I, H = 10, 3, 4  # steps, inputs, numbers of state


@pytest.fixture(autouse=True)
def _rewound() -> None:
    """Each test draws the same numbers, whichever ran before it."""
    RNG.bit_generator.state = STATE
    torch.manual_seed(0)


def gates(k: int, biases: int | None = None, inputs: int = I, hidden: int = H) -> Gates:
    """Random weights of k gates."""
    shapes = (k * hidden, inputs), (k * hidden, hidden), ((biases or k) * hidden,)
    return Gates(*(RNG.normal(size=shape) for shape in shapes))


P, Q = gates(4), gates(3, 4)


def weights_of(module: Any) -> tuple[Any, ...]:
    """PyTorch's weights, recurrent weights and both biases, as arrays and in this order."""
    return tuple(p.detach().numpy() for p in module.parameters())


def slopes_of(module: Any) -> tuple[Any, ...]:
    return tuple(p.grad.numpy() for p in module.parameters())


def close(ours: Any, theirs: Any) -> None:
    # Numbers of size 1 to 100 out of some hundred operations, in another order.
    np.testing.assert_allclose(ours, theirs.detach().numpy() if hasattr(theirs, "detach") else theirs, 1e-12, 1e-12)


@pytest.mark.feature(168)
@pytest.mark.parametrize("batch", [(), (3,)])
def test_ten_steps_of_an_lstm_and_all_gradients_are_those_of_pytorch(batch: tuple[int, ...]) -> None:
    module = torch.nn.LSTM(I, H).double()
    w, u, b, b2 = weights_of(module)
    xs, h, c = RNG.normal(size=(T, *batch, I)), RNG.normal(size=(*batch, H)), RNG.normal(size=(*batch, H))
    tensors = [torch.tensor(a, requires_grad=True) for a in (xs, h, c)]
    theirs, (their_h, their_c) = module(tensors[0], tuple(a[None] for a in tensors[1:]))  # of one layer
    g, gh, gc = (RNG.normal(size=a.shape) for a in (np.zeros((T, *batch, H)), h, c))
    total = (theirs * torch.tensor(g)).sum() + (their_h[0] * torch.tensor(gh)).sum()
    (total + (their_c[0] * torch.tensor(gc)).sum()).backward()

    value, pullback = sg.vjp(lambda a: lstm(a[0], a[1], a[2]))((Gates(w, u, b + b2), xs, (h, c)))
    params, dxs, (dh, dc) = pullback((g, (gh, gc)))

    close(value[0], theirs)
    close(value[1][0], their_h[0])
    close(value[1][1], their_c[0])
    for ours, slope in zip((params.w, params.u, params.b, params.b), slopes_of(module), strict=True):
        close(ours, slope)
    for ours, tensor in zip((dxs, dh, dc), tensors, strict=True):
        close(ours, tensor.grad)


@pytest.mark.parametrize("batch", [(), (3,)])
def test_ten_steps_of_a_gru_and_all_gradients_are_those_of_pytorch(batch: tuple[int, ...]) -> None:
    module = torch.nn.GRU(I, H).double()
    w, u, b, b2 = weights_of(module)
    b = np.concatenate((b[: 2 * H] + b2[: 2 * H], b[2 * H :], b2[2 * H :]))
    xs, h = RNG.normal(size=(T, *batch, I)), RNG.normal(size=(*batch, H))
    tensors = [torch.tensor(a, requires_grad=True) for a in (xs, h)]
    theirs, their_h = module(tensors[0], tensors[1][None])
    g, gh = RNG.normal(size=(T, *batch, H)), RNG.normal(size=(*batch, H))
    ((theirs * torch.tensor(g)).sum() + (their_h[0] * torch.tensor(gh)).sum()).backward()

    value, pullback = sg.vjp(lambda a: gru(*a))((Gates(w, u, b), xs, h))
    params, dxs, dh = pullback((g, gh))
    dw, du, db, db2 = slopes_of(module)

    close(value[0], theirs)
    close(value[1], their_h[0])
    close(params.w, dw)
    close(params.u, du)
    close(params.b, np.concatenate((db, db2[2 * H :])))
    close(dxs, tensors[0].grad)
    close(dh, tensors[1].grad)


@pytest.mark.feature(168)
@pytest.mark.parametrize("coupled", [False, True])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_all_gradients_of_ten_steps_agree_with_differences(coupled: bool, batch: tuple[int, ...]) -> None:
    xs, h, c = RNG.normal(size=(T, *batch, I)), RNG.normal(size=(*batch, H)), RNG.normal(size=(*batch, H))
    p = gates(3 if coupled else 4)

    check_gradient(lambda p, xs, h, c: lstm(p, xs, (h, c), coupled=coupled), p, xs, h, c)


def test_all_gradients_of_a_gru_agree_with_differences() -> None:
    check_gradient(gru, gates(3, 4), RNG.normal(size=(T, 2, I)), RNG.normal(size=(2, H)))


def test_the_second_derivatives_agree_with_differences() -> None:
    xs, h, c = RNG.normal(size=(2, 2, 2)), RNG.normal(size=(2, 2)), RNG.normal(size=(2, 2))

    # Squared, so that cotangents move with the values.
    check_gradient(lambda p, xs, h, c: lstm(p, xs, (h, c))[0] ** 2, gates(4, None, 2, 2), xs, h, c, order=2)
    check_gradient(lambda p, xs, h: gru(p, xs, h)[0] ** 2, gates(3, 4, 2, 2), xs, h, order=2)
    xs, h, c = xs[0], h[0], c[0]
    check_gradient(lambda p, xs, c: lstm(p, xs, (c, c), coupled=True)[1][1], gates(3, None, 2, 2), xs, c, order=2)


@dataclass(frozen=True)
class Tagger:
    """A user's own struct, with the weights of an LSTM among others, and called as a function."""

    memory: Gates
    out: np.ndarray[Any, Any]
    coupled: bool = False

    def __call__(self, xs: Any) -> Any:
        ys, _ = lstm(self.memory, xs, coupled=self.coupled)
        return np.tanh(ys @ self.out.T)


@pytest.mark.feature(168)
@pytest.mark.parametrize("coupled", [False, True])
def test_it_composes_in_a_struct_and_a_clone_gives_the_same(coupled: bool) -> None:
    xs = RNG.normal(size=(T, I))
    net = Tagger(lstm_params(I, H, RNG, coupled=coupled), RNG.normal(size=(2, H)), coupled)
    clone = copy.deepcopy(net)

    gradient = sg.grad_bp(lambda net: np.sum(net(xs) ** 2))(net)

    np.testing.assert_array_equal(clone(xs), net(xs))
    assert type(gradient) is Tagger
    assert type(gradient.memory) is Gates
    check_gradient(lambda net: net(xs), net)


@dataclass
class Own:
    b: Any
    u: Any
    w: Any


def test_any_class_with_the_three_fields_will_do() -> None:
    p, xs = gates(4), RNG.normal(size=(2, I))
    own = Own(p.b, p.u, p.w)

    np.testing.assert_array_equal(lstm(own, xs)[0], lstm(p, xs)[0])
    assert type(sg.grad_bp(lambda p: np.sum(lstm(p, xs)[0]))(own)) is Own


def test_the_coupled_input_gate_is_one_less_the_forget_gate() -> None:
    p, xs = gates(3), RNG.normal(size=(T, I))
    h, c = np.zeros(H), np.zeros(H)
    for x in xs:
        f, proposed, o = (p.w @ x + p.u @ h + p.b).reshape(3, H)
        f = 1 / (1 + np.exp(-f))
        c = f * c + (1 - f) * np.tanh(proposed)
        h = np.tanh(c) / (1 + np.exp(-o))

    ys, (_, last) = lstm(p, xs, coupled=True)

    close(ys[-1], h)
    close(last, c)


def test_steps_one_by_one_are_the_sequence_with_its_gradients() -> None:
    p, q, xs = gates(4), gates(3, 4), RNG.normal(size=(T, 2, I))
    start = RNG.normal(size=(2, 2, H))

    def stepwise(p: Any, q: Any, xs: Any, start: Any) -> Any:
        h, c, k = start[0], start[1], start[0]
        for x in xs:
            h, c = lstm_cell(p, x, (h, c))
            k = gru_cell(q, x, k)
        return np.stack([h, c, k])

    def whole(p: Any, q: Any, xs: Any, start: Any) -> Any:
        return np.stack([*lstm(p, xs, tuple(start))[1], gru(q, xs, start[0])[1]])

    a, back = sg.vjp(lambda v: stepwise(*v))((p, q, xs, start))
    b, forth = sg.vjp(lambda v: whole(*v))((p, q, xs, start))
    g = RNG.normal(size=a.shape)

    close(a, b)
    for one, other in zip(sg.tree.leaves(back(g)), sg.tree.leaves(forth(g)), strict=True):
        close(one, other)


def test_a_state_for_all_of_a_batch_is_learned_by_all_of_it() -> None:
    p, xs, h = gates(4), RNG.normal(size=(2, 3, I)), RNG.normal(size=H)
    every = np.broadcast_to(h, (3, H))

    def run(h: Any) -> Any:
        return lstm(p, xs, (h, 2 * h))[0]

    ys, pullback = sg.vjp(run)(h)
    same, all_of_it = sg.vjp(run)(np.array(every))

    np.testing.assert_array_equal(ys, same)
    close(pullback(ys), np.sum(all_of_it(ys), axis=0))
    check_gradient(lambda h: gru(Q, xs, h), h)


@pytest.mark.parametrize("f", [lambda p, xs: lstm(p[0], xs), lambda p, xs: gru(p[1], xs)])
def test_no_state_is_a_state_of_zeros(f: Callable[..., Any]) -> None:
    p, xs, zeros = (gates(4), gates(3, 4)), RNG.normal(size=(2, 3, I)), np.zeros((3, H))

    np.testing.assert_array_equal(lstm(p[0], xs)[0], lstm(p[0], xs, (zeros, zeros))[0])
    np.testing.assert_array_equal(gru(p[1], xs)[0], gru(p[1], xs, zeros)[0])
    check_gradient(f, p, xs)


def test_single_precision_is_kept() -> None:
    p, q = (sg.tree.map(lambda a: a.astype(np.float32), gates(*k)) for k in ((4,), (3, 4)))
    xs = RNG.normal(size=(2, 2, I)).astype(np.float32)

    ys, (h, c) = lstm(p, xs)
    assert {a.dtype for a in (ys, h, c, *gru(q, xs))} == {np.dtype(np.float32)}
    check_gradient(lambda p, q, xs: (lstm(p, xs), gru(q, xs)), p, q, xs)


def test_a_batch_of_none_gives_nothing_and_no_slope() -> None:
    p, q, xs = gates(4), gates(3, 4), np.zeros((5, 0, I))

    value, pullback = sg.vjp(lambda a: (lstm(a[0], xs)[0], gru(a[1], xs)[0]))((p, q))

    assert value[0].shape == value[1].shape == (5, 0, H)
    assert not any(np.any(leaf) for leaf in sg.tree.leaves(pullback(value)))


@pytest.mark.parametrize("size", [40.0, 700.0, 800.0, 1e6, 1e300])
@pytest.mark.parametrize("sign", [-1, 1])
def test_gates_far_out_are_right_and_have_finite_slopes(size: float, sign: int) -> None:
    """The forget gate far out by its bias, the input gate shut, the output gate open."""
    one = np.ones(1)
    b = np.array([-1e300, sign * size, 0.0, 1e300])
    p = Gates(np.zeros((4, 1)), np.zeros((4, 1)), b)

    (_, (h, c)), pullback = sg.vjp(lambda p: lstm(p, one[None], (0 * one, 3 * one)))(p)
    gradient = pullback((one[None], (one, one)))

    f = 1 / (1 + mpmath.exp(-sign * mpmath.mpf(size)))
    np.testing.assert_allclose(c, float(3 * f), 1e-14, 1e-307)  # below, exp(-a) overflows, and f is 0
    np.testing.assert_allclose(h, float(mpmath.tanh(3 * f)), 1e-14, 1e-307)
    assert all(np.all(np.isfinite(leaf)) for leaf in sg.tree.leaves(gradient))


@pytest.mark.parametrize("size", [40.0, 700.0, 1e6, 1e300])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_gru_with_gates_far_out_has_finite_slopes(size: float, sign: int) -> None:
    one = np.ones(1)
    p = Gates(np.zeros((3, 1)), np.zeros((3, 1)), np.array([sign * size, sign * size, 0.0, 0.0]))

    (_, h), pullback = sg.vjp(lambda p: gru(p, one[None], 3 * one))(p)
    gradient = pullback((one[None], one))

    np.testing.assert_allclose(h, float(3 / (1 + mpmath.exp(-sign * mpmath.mpf(size)))), 1e-14, 1e-307)
    assert all(np.all(np.isfinite(leaf)) for leaf in sg.tree.leaves(gradient))


def test_weights_written_later_do_not_change_the_gradient() -> None:
    p, xs = gates(4), RNG.normal(size=(3, I))
    h = RNG.normal(size=H)

    def loss(xs: Any, late: bool) -> Any:
        u, start = p.u.copy(), h.copy()
        ys, _ = lstm(Gates(p.w, u, p.b), xs, (start, start))
        if late:
            u[:], start[:] = 0.0, 0.0
        return np.sum(ys**2)

    np.testing.assert_array_equal(sg.grad_bp(lambda x: loss(x, True))(xs), sg.grad_bp(lambda x: loss(x, False))(xs))


def test_weights_of_an_outer_run_written_later_do_not_change_the_inner_gradient() -> None:
    xs, shape = RNG.normal(size=(2, I)), (4 * H, H)

    def squared_slope(u: Any, late: bool) -> Any:
        def loss(xs: Any) -> Any:
            mine = u * 1.0
            ys, _ = lstm(Gates(P.w, mine, P.b), xs)
            if late:
                mine[:] = 0.0
            return np.sum(ys**2)

        return np.sum(sg.grad_bp(loss)(xs) ** 2)

    u = RNG.normal(size=shape)
    first, second = (sg.grad_bp(lambda u, late=late: squared_slope(u, late))(u) for late in (False, True))
    np.testing.assert_array_equal(first, second)


def test_outputs_may_be_written_into() -> None:
    p, xs = gates(4), RNG.normal(size=(3, I))

    def written(p: Any) -> Any:
        ys, (h, _) = lstm(p, xs)
        h = h * 1.0
        ys[1] = 0.0
        return ys * h

    check_gradient(written, p)


def test_inputs_may_be_lists_of_whole_numbers() -> None:
    p = gates(4)

    whole: Any = [[1, 0, 2]]
    np.testing.assert_array_equal(lstm(p, whole)[0], lstm(p, np.array([[1.0, 0.0, 2.0]]))[0])
    check_gradient(lambda a: lstm(p, [[a, 1.0, 2.0], [a, a, 0.0]]), 0.3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # a list, which a run takes


def test_weights_to_begin_with() -> None:
    plain, coupled, unit = (
        lstm_params(50, 100, np.random.default_rng(0)),
        lstm_params(50, 100, np.random.default_rng(0), coupled=True),
        gru_params(50, 100, np.random.default_rng(0)),
    )

    for params, k in ((plain, 4), (coupled, 3), (unit, 3)):
        assert params.w.shape == (k * 100, 50)
        assert params.u.shape == (k * 100, 100)
        for drawn in (params.w, params.u):
            assert np.max(np.abs(drawn)) < 0.1
            assert np.std(drawn) == pytest.approx(0.1 / np.sqrt(3), rel=0.02)  # of 15,000 draws and more
    np.testing.assert_array_equal(plain.b, np.repeat([0.0, 1.0, 0.0, 0.0], 100))
    np.testing.assert_array_equal(coupled.b, np.repeat([1.0, 0.0, 0.0], 100))
    np.testing.assert_array_equal(unit.b, np.zeros(400))
    np.testing.assert_array_equal(plain.w, lstm_params(50, 100, np.random.default_rng(0)).w)


@pytest.mark.parametrize("make", [lstm_params, gru_params])
def test_weights_are_of_the_dtype_asked_for(make: Callable[..., Any]) -> None:
    wide, narrow = (make(3, 2, np.random.default_rng(0), dtype=dtype) for dtype in (np.float64, "float32"))

    assert {x.dtype for x in sg.tree.leaves(wide)} == {np.dtype(np.float64)}
    assert {x.dtype for x in sg.tree.leaves(narrow)} == {np.dtype(np.float32)}
    for x, y in zip(sg.tree.leaves(wide), sg.tree.leaves(narrow), strict=True):
        np.testing.assert_array_equal(x.astype(np.float32), y)
    with pytest.raises(TypeError, match=rf"{make.__name__} .* draws floats: .* not complex64"):
        make(3, 2, np.random.default_rng(0), dtype=np.complex64)


@pytest.mark.parametrize("make", [lstm_params, gru_params])
def test_weights_are_drawn_from_a_generator_that_is_passed(make: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=f"{make.__name__} draws from a generator that you pass, and got 0"):
        make(3, 2, 0)
    with pytest.raises(
        ValueError, match=rf"{make.__name__}.* at least one input and one number of state, not \(3, 0\)"
    ):
        make(3, 0, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lstm(P, np.zeros(I)), "xs is (t, …, i) with at least one step, not (3,)"),
        (lambda: lstm(P, np.zeros((0, I))), "xs is (t, …, i) with at least one step, not (0, 3)"),
        (lambda: gru(Q, np.zeros((0, I))), "xs is (t, …, i) with at least one step, not (0, 3)"),
        (
            lambda: lstm(P, np.zeros((2, 5))),
            ".w of the weights is (16, 3); with 4 numbers of state (the columns of .u)",
        ),
        (lambda: lstm(P, np.zeros((2, 5))), "and 5 of input (the last axis of xs) it is (16, 5)"),
        (lambda: lstm(Q, np.zeros((2, I))), ".w of the weights is (12, 3); with 4 numbers of state"),
        (lambda: lstm(P, np.zeros((2, I)), coupled=True), "(the last axis of xs) it is (12, 3)"),
        (lambda: gru(P, np.zeros((2, I))), "(the last axis of xs) it is (12, 3)"),
        (lambda: gru(Gates(Q.w, Q.u, Q.b[:12]), np.zeros((2, I))), ".b of the weights is (12,); with 4 numbers"),
        (lambda: lstm(Gates(P.w, P.u.T, P.b), np.zeros((2, I))), ".w of the weights is (16, 3); with 16 numbers"),
        (lambda: lstm(Gates(P.w, np.zeros(()), P.b), np.zeros((2, I))), ".w of the weights is (16, 3); with 0 numbers"),
        (lambda: lstm(P, np.zeros((2, I)), cast(Any, np.zeros(H))), "the state is (h, c), not array([0., 0., 0., 0.])"),
        (lambda: lstm(P, np.zeros((2, 5, I)), (np.zeros((4, H)),) * 2), "h of the state is (5, 4), not (4, 4)"),  # pyright: ignore[reportArgumentType]  # two they are
        (lambda: lstm(P, np.zeros((2, I)), (np.zeros(H), np.zeros(3))), "c of the state is (4,), not (3,)"),
        (lambda: gru(Q, np.zeros((2, I)), np.zeros((1, H))), "h of the state is (4,), not (1, 4)"),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_what_is_expected(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_complex_weights_are_refused() -> None:
    with pytest.raises(TypeError, match=r"\.u of lstm is made of complex128"):
        lstm(Gates(P.w, cast(Any, P.u + 1j), P.b), np.zeros((2, I)))

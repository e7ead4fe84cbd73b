"""What is recorded and swept in C, at the corners where C must ask Python."""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import extend
from structgrad.tape.sweep import sweep
from structgrad.tape.value import TracedArray


def bits(x: Any) -> Any:
    """A leaf so that == asks for the very same: class, dtype and bits; NaN is as it is, and so is −0."""
    return (type(x), x.dtype, x.shape, x.tobytes()) if isinstance(x, np.ndarray) else (type(x), repr(x))


@pytest.mark.parametrize("shape", [(), (4,), (3, 4), (2, 3, 4)])
def test_a_sum_spreads_its_cotangent_as_numpy_broadcasts_it(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    for axis in (None, *range(len(shape))):
        found = sg.grad_bp(lambda x, axis=axis: np.sum(np.sum(x, axis=axis) ** 2))(x)
        expected = np.broadcast_to(2.0 * np.sum(x, axis=axis, keepdims=True), shape)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("shape", [(1,), (3,), (1, 1), (2, 3)])
def test_the_cotangent_of_what_was_broadcast_is_the_sum_that_numpy_computes(shape: tuple[int, ...]) -> None:
    batch = np.random.default_rng(0).normal(size=(1000, *shape))
    found = sg.grad_bp(lambda b: np.sum((batch + b) * batch))(np.zeros(shape))
    assert bits(found) == bits(np.sum(batch, axis=0))


@pytest.mark.parametrize("size", [3, 3000])
def test_a_read_only_view_of_what_is_written_later_is_held_as_it_was(size: int) -> None:
    below = np.ones(size)
    view = below.view()
    view.flags.writeable = False

    def f(x: Any) -> Any:
        y = x * view
        below[:] = 7.0
        return np.sum(y)

    np.testing.assert_array_equal(sg.grad_bp(f)(np.ones(size)), np.ones(size))


@pytest.mark.parametrize("size", [3, 3000])
def test_a_constant_is_held_anew_once_it_has_changed(size: int) -> None:
    def f(x: Any) -> Any:
        c = np.ones(size)
        y = x * c
        c[:] = 2.0
        return np.sum(y + x * c + x * c)

    np.testing.assert_array_equal(sg.grad_bp(f)(np.ones(size)), np.full(size, 5.0))


def test_the_cotangent_of_what_is_taken_off_has_the_other_sign_be_it_zero() -> None:
    for f in (lambda x: np.sum(-x) * 0.0, lambda x: np.sum(1.0 - x) * 0.0):
        assert bits(sg.grad_bp(f)(np.ones(3))) == bits(np.full(3, -0.0))


@sg.op
def half_square(x: Any) -> Any:
    return np.sum(x * x) / 2.0, lambda d: x


def test_a_gradient_shares_memory_with_no_leaf_and_no_seed() -> None:
    x, seed = np.arange(4.0).reshape(2, 2), np.ones(4)
    reshaped = sg.vjp(lambda x: x.reshape(4))(x)[1](seed)
    turned = sg.vjp(lambda y: y.T)(x.T)[1](x)
    for source, gradient in ((x, sg.grad_bp(half_square)(x)), (seed.reshape(2, 2), reshaped), (x.T, turned)):
        assert not np.shares_memory(gradient, source)
        assert gradient.flags.c_contiguous
        assert bits(gradient) == bits(source)


def test_what_an_array_of_whole_numbers_picks_is_no_view() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        part = y[:, np.array([0, 2])]
        part[...] = 0.0
        return np.sum(y) + np.sum(part)

    np.testing.assert_array_equal(sg.grad_bp(f)(np.ones((2, 3))), np.full((2, 3), 2.0))


@pytest.mark.parametrize("cls", [list, tuple])
def test_several_outputs_come_in_the_class_that_the_function_gives(cls: type[Any]) -> None:
    def both(x: Any) -> Any:
        return cls([x, 2.0 * x])

    def f(x: Any) -> Any:
        outs = x.__array_function__(both, (type(x),), (x,), {})
        assert type(outs) is cls
        return np.sum(outs[0]) + np.sum(outs[1] * x)

    extend.rule(both, x=lambda g: g[0] + 2.0 * g[1])
    np.testing.assert_array_equal(sg.grad_bp(f)(np.ones(3)), np.full(3, 5.0))


def test_what_a_choice_leaves_out_has_no_say_be_its_slope_infinite() -> None:
    w = np.array([[np.inf], [1.0]])
    found = sg.grad_bp(lambda x: np.sum(np.where(np.array([False]), x @ w, x[:1])))(np.ones(2))
    assert found.tolist() == [1.0, 0.0]
    assert sg.grad_bp(lambda x: np.max(np.sqrt(x), axis=0))(np.array([0.0, 1.0])).tolist() == [0.0, 0.5]
    assert sg.grad_bp(lambda x: np.sum(np.sqrt(x), where=False))(np.zeros(2)).tolist() == [0.0, 0.0]


def test_a_cotangent_has_the_dtype_of_its_number() -> None:
    seen: list[Any] = []

    @sg.op
    def same(x: Any) -> Any:
        return x, lambda d: seen.append(type(d)) or d  # type: ignore[func-returns-value]  # for its effect

    sg.grad_bp(lambda x: same(np.sum(x)) * np.float64(0.1))(np.ones(3, np.float32))
    assert seen == [np.float32]


def test_any_out_but_none_is_refused() -> None:
    assert sg.grad_bp(lambda x: np.sum(x, axis=0, out=None))(np.ones(1)).tolist() == [1.0]
    no_array: Any = 3
    with pytest.raises(sg.errors.LostGradientError, match="out="):
        sg.grad_bp(lambda x: np.sum(x, out=no_array))(np.ones(3))


def test_what_a_function_gives_back_as_it_is_shows_what_is_written_into_it() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        same = np.real(y)
        same[0] = 0.0
        return np.sum(y)

    assert sg.grad_bp(f)(np.ones(3)).tolist() == [0.0, 2.0, 2.0]


def test_a_function_that_raises_is_called_once() -> None:
    calls: list[Any] = []

    def raising(x: Any) -> Any:
        calls.append(x)
        raise ZeroDivisionError

    extend.rule(raising, x=lambda g: g)
    with pytest.raises(ZeroDivisionError):
        sg.grad_bp(lambda x: x.__array_function__(raising, (type(x),), (x,), {}))(np.ones(3))
    assert len(calls) == 1


def test_an_error_among_the_edges_is_raised() -> None:
    def edges() -> Iterator[Any]:
        yield (0, None, 0, None, lambda g: g)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sweep(edges(), [None], 1, selects=False, complex_=False)


def test_seeds_stay_as_they_were_where_views_of_them_are_added_up() -> None:
    _, pull = sg.vjp(lambda x: (x * 2.0, x.reshape(4)))(np.ones((2, 2)))
    seeds = (np.ones((2, 2)), np.ones(4))
    for _ in range(2):
        np.testing.assert_array_equal(pull(seeds), np.full((2, 2), 3.0))
    np.testing.assert_array_equal(seeds[0], np.ones((2, 2)))
    np.testing.assert_array_equal(seeds[1], np.ones(4))


def test_a_number_out_of_float32_stays_one() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        total = np.sum(x)
        seen.append(total.dtype)
        return total * total

    assert sg.grad_bp(f)(np.ones(3, np.float32)).dtype == np.float32
    assert seen == [np.dtype(np.float32)]


def test_a_traced_value_that_nobody_filled_raises_as_in_python() -> None:
    sg.grad_bp(lambda x: x * 2.0)(1.0)  # the rules are there
    empty = object.__new__(TracedArray)
    uses: list[Any] = [lambda v: v * 2.0, lambda v: v + v, np.tanh, np.sum, lambda v: v[0], lambda v: 2.0 - v]
    for use in uses:
        with pytest.raises(AttributeError):
            use(empty)


def test_each_of_many_leaves_gets_its_gradient() -> None:
    found = sg.grad_bp(lambda p: sum(np.sum(x * i) for i, x in enumerate(p)))([np.ones(2)] * 300)
    assert [g.tolist() for g in found] == [[float(i)] * 2 for i in range(300)]


def test_a_copy_by_a_truth_is_no_view() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        part = y[True]
        part[...] = 0.0
        return np.sum(y)

    assert sg.grad_bp(f)(np.ones(2)).tolist() == [2.0, 2.0]


def test_a_pullback_gets_each_of_eight_values() -> None:
    def scaled(x: Any, a: int, b: int, c: int, d: int, e: int, h: int, i: int) -> Any:
        return x * (a + b + c + d + e + h + i)

    extend.rule(scaled, x=lambda g, x, a, b, c, d, e, h, i: g * (a + b + c + d + e + h + i))
    rest = (1, 2, 4, 8, 16, 32, 64)
    found = sg.grad_bp(lambda x: np.sum(x.__array_function__(scaled, (type(x),), (x, *rest), {})))(np.ones(2))
    assert found.tolist() == [127.0, 127.0]


def test_a_method_of_a_ufunc_that_is_no_text_has_no_rule() -> None:
    with pytest.raises(sg.errors.MissingRuleError):
        sg.grad_bp(lambda x: x.__array_ufunc__(np.tanh, b"__call__", x))(np.ones(2))


def test_the_sum_of_negative_zeros_over_a_batch_is_that_of_numpy() -> None:
    found = sg.grad_bp(lambda b: np.sum((np.ones((2, 3)) - b) ** 2))(np.array([1.0, 1.0, 3.0]))
    assert [str(number) for number in found] == ["0.0", "0.0", "8.0"]


def test_a_function_is_called_as_it_is_decorated() -> None:
    def plain(x: Any) -> Any:
        return x + 1.0

    @functools.wraps(plain)
    def doubled(x: Any) -> Any:
        return 2.0 * plain(x)

    extend.rule(doubled, x=lambda g: 2.0 * g)
    value = sg.backprop(lambda x: np.sum(x.__array_function__(doubled, (type(x),), (x,), {})))(np.ones(2))[0]
    assert value == 8.0

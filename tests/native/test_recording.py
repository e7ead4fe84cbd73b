"""What is recorded and swept in C, at the corners where C must ask Python."""

import functools
import operator
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import structgrad as sg
from structgrad import extend
from structgrad.errors import EscapedError, NothingToDifferentiateError
from structgrad.tape.rule import RULES
from structgrad.tape.sweep import sweep
from structgrad.tape.value import TracedArray
from structgrad.testing import check_gradient


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


@sg.op
def itself(x: Any) -> Any:
    return x, lambda g: g


@sg.op
def reversed_view(x: Any) -> Any:
    return x[::-1], lambda g: g[::-1]


def test_an_op_may_return_its_argument_or_a_view_of_it() -> None:
    x = np.arange(3.0)
    for f in (itself, reversed_view):
        sign = -1 if f is reversed_view else 1
        found = sg.grad_bp(lambda x, f=f: np.sum(f(x * 2.0) * np.arange(1.0, 4.0)))(x)
        np.testing.assert_array_equal(found, 2.0 * np.arange(1.0, 4.0)[::sign])

        def written(x: Any, f: Any = f, sign: int = sign) -> Any:
            below = x * 2.0
            f(below)[0] = 5.0  # NumPy shows it in the argument too
            assert sg.stop_gradient(below)[::sign][0] == 5.0
            return np.sum(below)

        np.testing.assert_array_equal(sg.grad_bp(written)(x), np.array([0.0, 2.0, 2.0])[::sign])


def test_what_an_op_returned_may_be_written_into_where_it_has_memory_of_its_own() -> None:
    def f(x: Any) -> Any:
        y = doubled(x)
        y[0] = 5.0
        return np.sum(y * x)

    np.testing.assert_array_equal(sg.grad_bp(f)(np.array([1.0, 3.0])), [5.0, 12.0])


@sg.op
def doubled(x: Any) -> Any:
    def pullback(g: Any) -> Any:
        g *= 2.0  # it is its own
        return g

    return 2.0 * x, pullback


def test_a_pullback_that_writes_into_its_cotangent_spoils_nobody_elses() -> None:
    x, seed = np.arange(3.0), np.ones(3)
    value, pullback = sg.vjp(lambda x: [doubled(x), x])(x)
    expected = 3.0 * np.ones(3)
    for _ in range(2):
        np.testing.assert_array_equal(pullback([seed, seed]), expected)
    assert np.all(seed == 1.0)
    np.testing.assert_array_equal(sg.grad_bp(lambda x: np.sum(doubled(x) + x))(x), expected)
    np.testing.assert_array_equal(sg.grad_bp(lambda x: np.sum(doubled(x) + doubled(x)))(x), expected + 1.0)
    np.testing.assert_array_equal(value[0], 2.0 * x)


@sg.op
def weighted(first: Any, second: Any, weight: float) -> Any:
    return np.sum(first["a"]) * second * weight, lambda g: (
        {"a": np.full(first["a"].shape, g * second * weight), "n": 0},
        np.sum(first["a"]) * g * weight,
    )


def test_an_op_of_a_struct_and_a_number_gets_a_cotangent_for_each_traced_leaf() -> None:
    p = {"a": np.ones((2, 2)), "n": 3}
    found = sg.grad_bp(lambda q: weighted(q[0], q[1] * q[1], 0.5) * 1.0)([p, 3.0])
    assert found[1] == 12.0
    np.testing.assert_array_equal(found[0]["a"], np.full((2, 2), 4.5))
    assert found[0]["n"] == 0
    constant = sg.grad_bp(lambda second: weighted(p, second, 0.5))(3.0)  # the struct is not differentiated
    assert (type(constant), constant) == (float, 2.0)


@pytest.mark.parametrize("three", [3, 3.0, np.float64(3.0), np.float32(3.0), np.array(3.0)])
def test_the_cotangent_of_a_number_may_be_any_real_number(three: Any) -> None:
    tripled = sg.op(lambda x: (3.0 * x, lambda g: three))
    for f in (lambda x: tripled(x), lambda x: tripled(x * 1.0)):
        assert bits(sg.grad_bp(f)(2.0)) == bits(3.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_cotangent_of_an_op_is_brought_to_the_dtype_of_its_argument(dtype: Any) -> None:
    @sg.op
    def wide(x: Any) -> Any:
        return np.sum(x.astype(float) ** 2), lambda g: 2.0 * g * x.astype(float)

    x = np.arange(3.0, dtype=dtype)
    assert bits(sg.grad_bp(lambda x: wide(x))(x)) == bits(2 * x)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (lambda x, g: (g * x, g, g), "returns 3 cotangents for 2 arguments"),
        (lambda x, g: (None, 1.0), "argument 0 of the op f is being differentiated"),
        (lambda x, g: [x], "is not shaped like the argument"),
        (lambda x, g: x[1:], r"expected float64 of shape \(3,\), got float64 of shape \(2,\)"),
        (lambda x, g: x * 1j, "expected float64 of shape"),
        (lambda x, g: 1.0, r"got float64 of shape \(\)"),
    ],
)
def test_what_a_pullback_returns_is_refused_by_what_it_is(given: Any, says: str) -> None:
    @sg.op
    def f(x: Any, n: int) -> Any:
        return np.sum(x), lambda g: given(x, g)

    with pytest.raises(sg.StructgradError, match=says):
        sg.grad_bp(lambda x: f(x, 2))(np.ones(3))


def test_an_op_on_values_of_two_runs_is_differentiated_by_both() -> None:
    def outer(x: Any) -> Any:
        inner = sg.grad_bp(lambda y: weighted({"a": np.stack([y, y]), "n": 1}, x * y, 1.0))(x)
        return inner * x

    # 2 x y² by y is 4 x y, times x: 4 x³.
    assert sg.grad_bp(outer)(3.0) == 12.0 * 9.0

    def beside(x: Any) -> Any:  # a value of the outer run beside one of the inner
        return sg.grad_bp(lambda y: weighted({"a": np.stack([y, y]), "n": 1}, x, 1.0))(2.0) * x

    assert sg.grad_bp(beside)(3.0) == 4.0 * 3.0


def test_a_struct_without_leaves_has_nothing_to_differentiate() -> None:
    empty: list[Any] = [{}, [], ((), {"a": []})]
    for nothing in empty:
        with pytest.raises(NothingToDifferentiateError):
            sg.grad_bp(lambda p: 1.0)(nothing)


def test_a_value_of_a_run_that_has_ended_is_refused_by_an_op() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x)
        return np.sum(x)

    sg.grad_bp(f)(np.ones(2))
    with pytest.raises(EscapedError):
        doubled(kept[0])


def test_a_value_that_an_op_lets_out_is_refused_when_its_run_has_ended() -> None:
    kept: list[Any] = []

    @sg.op
    def late(x: Any) -> Any:
        kept[0]._tape.close()  # as where another thread ends the run meanwhile
        return x * 1.0, lambda g: g

    def f(x: Any) -> Any:
        kept.append(x)
        with pytest.raises(EscapedError):
            late(x)
        raise OSError("it went on")

    with pytest.raises(OSError, match="it went on"):
        sg.grad_bp(f)(np.ones(2))


def test_a_gradient_of_a_loss_that_fails_leaves_its_run_closed() -> None:
    kept: list[Any] = []

    def f(x: Any) -> Any:
        kept.append(x)
        raise OSError("the user's")

    with pytest.raises(OSError, match="the user's"):
        sg.grad_bp(f)(np.ones(2))
    with pytest.raises(EscapedError):
        np.sin(kept[0])


def test_options_and_other_arguments_reach_the_loss() -> None:
    def f(x: Any, *rest: Any, scale: float = 1.0) -> Any:
        assert len(rest) in (0, 12)
        return np.sum(x) * scale + sum(rest)

    assert sg.backprop(f)(np.ones(1), *range(12), scale=3.0) == (69.0, np.array([3.0]))
    assert sg.backprop(f)(np.ones(1)) == (1.0, np.array([1.0]))


def test_a_loss_that_is_no_float_is_given_as_a_python_number() -> None:
    for f in (
        lambda x: np.float32(2.0),
        lambda x: np.sum(x.astype(np.float32)),
        lambda x: np.sum(x).reshape(()),
        lambda x: 2,
    ):
        value, gradient = sg.backprop(f)(np.ones(2))
        assert (type(value) in (float, int), float(value)) == (True, 2.0)
        assert gradient.dtype == np.float64


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize(
    ("f", "slope", "wild"),
    [(np.exp, np.exp, 1e3), (np.log, lambda x: 1 / x, 0.0), (np.sqrt, lambda x: 0.5 / np.sqrt(x), 0.0)],
)
def test_what_was_not_chosen_is_silent_and_what_was_keeps_its_slope(
    f: Any, slope: Any, wild: float, twice: bool
) -> None:
    x = np.array([[0.5, wild, 2.0], [wild, 0.25, 1.0]])

    def loss(x: Any) -> Any:
        y = f(x)
        chosen = np.where(x != wild, y * 3.0, 1.0)
        return np.sum(chosen) + (np.sum(np.where(x != wild, y, 1.0)) if twice else 0.0)

    expected = np.zeros((2, 3))
    expected[x != wild] = (4.0 if twice else 3.0) * slope(x[x != wild])
    with np.errstate(over="ignore", divide="ignore"):
        np.testing.assert_allclose(sg.grad_bp(loss)(x), expected, rtol=1e-15)


@pytest.mark.parametrize(("f", "x", "slope"), [(np.log, 0.0, np.inf), (np.sqrt, 0.0, np.inf), (np.exp, 1e3, np.inf)])
def test_an_infinite_slope_that_was_chosen_stays_infinite(f: Any, x: float, slope: float) -> None:
    with np.errstate(all="ignore"):
        found = sg.grad_bp(lambda v: np.sum(np.where(v >= 0.0, f(v) * 1.0, 0.0)))(np.array([x, 1.0, -1.0]))
    np.testing.assert_array_equal(found, [slope, sg.grad_bp(lambda v: f(v))(1.0), 0.0])


@pytest.mark.parametrize("selects", [False, True])
def test_a_product_writes_over_no_cotangent_that_others_have(selects: bool) -> None:
    x, c = np.arange(1.0, 5.0), np.array([2.0, 3.0, 5.0, 7.0])
    seed = np.array([1.0, -1.0, 2.0, 0.5])

    def f(x: Any) -> Any:
        y = np.where(x > 0.0, x, 0.0) if selects else x
        return y * c, y / c

    value, pullback = sg.vjp(f)(x)
    for _ in range(2):
        np.testing.assert_allclose(pullback((seed, seed)), seed * c + seed / c, rtol=1e-15)
    np.testing.assert_array_equal(seed, [1.0, -1.0, 2.0, 0.5])
    np.testing.assert_array_equal(value[0], x * c)
    # One cotangent goes two ways, over both kinds of edge.
    both = sg.grad_bp(lambda p: np.sum((f(p[0])[0] + p[1] * c) * seed))([x, x])
    np.testing.assert_allclose(both, [seed * c, seed * c], rtol=1e-15)


def test_a_pullback_that_is_one_operator_is_that_operator() -> None:
    assert RULES[np.exp].pulls["x"].of is operator.mul
    assert RULES[np.log].pulls["x"].of is operator.truediv
    assert RULES[np.negative].pulls["x"].of is not operator.mul
    odd = np.frompyfunc(lambda x: 2.0 * x, 1, 1)
    extend.rule(odd, x=lambda g, x: x * g)
    assert RULES[odd].pulls["x"].of is not operator.mul


@pytest.mark.parametrize("a", [np.ones((3, 2)), np.ones((4, 3, 2)), np.ones(2)], ids=lambda a: f"{a.ndim}-d")
@pytest.mark.parametrize("b", [np.ones((2, 5)), np.ones((4, 2, 5)), np.ones(2)], ids=lambda b: f"{b.ndim}-d")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, complex])
def test_a_product_of_every_rank_has_cotangents_as_its_sides_are(a: Any, b: Any, dtype: Any) -> None:
    a, b = a.astype(dtype), b.astype(np.float64)
    for loss in (lambda p: np.sum(np.real(p[0] @ p[1])), lambda p: np.sum(np.real(np.matmul(*p)))):
        for found, x in zip(sg.grad_bp(loss)([a, b]), [a, b], strict=True):
            assert (found.shape, found.dtype) == (x.shape, x.dtype)
            np.testing.assert_allclose(np.sum(found * np.conj(x)), np.sum(a @ b), rtol=1e-6)


def test_a_loss_that_is_a_value_of_an_outer_run_alone_has_no_slope_inside() -> None:
    def outer(x: Any) -> Any:
        inner = sg.backprop(lambda y: x * 3.0)(2.0)
        return inner[0] + inner[1] * x

    assert sg.backprop(outer)(5.0) == (15.0, 3.0)


def test_a_loss_in_an_object_array_is_lifted() -> None:
    found = sg.grad_bp(lambda x: np.array(np.sum(x * x)))(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(found, [2.0, 4.0])


def test_what_numpy_has_no_hook_for_is_explained() -> None:
    a: Any = scipy.sparse.csr_matrix(np.eye(2))
    with pytest.raises(ValueError, match="unsupported data types") as raised:
        sg.grad_bp(lambda x: np.sum(a @ x))(np.ones(2))
    assert "gives no hook" in raised.value.__notes__[0]


def test_a_large_constant_that_changes_before_the_sweep_is_refused() -> None:
    large = np.ones(1 << 21 | 1)

    def f(x: Any) -> Any:
        y = np.sum(x * large)
        large[3] = 2.0
        return y

    with pytest.raises(sg.StructgradError, match="was changed after it had been used"):
        sg.grad_bp(f)(1.0)


CALLS: dict[str, Any] = {
    "dot": lambda a, b: np.dot(a, b),
    "outer": lambda a, b: np.outer(a, b),
    "where": lambda a, b: np.where([True, False, True], a, b),
    "where of lists": lambda a, b: np.where([True, False], [a[0], 2.0], a[:2] * b[:2]),
    "concatenate": lambda a, b: np.concatenate([a, b, a]),
    "stack of a tuple": lambda a, b: np.stack((a, b), axis=1),
    "cross": lambda a, b: np.cross(a, b),
    "by name": lambda a, b: np.dot(a, b=b) * np.prod(a * b, initial=b[0]) + np.var(a * b, mean=b[:1]),
    "interp": lambda a, b: np.interp(a * 0.3, np.array([0.0, 1.0, 4.0]), fp=b),
    "einsum": lambda a, b: np.einsum("i,j->ij", a, b),
    "solve": lambda a, b: np.linalg.solve(np.diag(a), b=b),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_has_a_slope_in_each_argument_that_is_traced(name: str) -> None:
    f, a, b = CALLS[name], np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 4.0])

    def loss(a: Any, b: Any) -> Any:
        y = f(a, b)
        return np.sum(np.sin(y))

    check_gradient(lambda p: loss(*p), [a, b])
    check_gradient(lambda a: loss(a, b), a)
    check_gradient(lambda b: loss(a, b), b)

    # A value of an outer run beside one of an inner: d/da of the sum of d/db.
    def mixed(a: Any) -> Any:
        return np.sum(sg.grad_bp(lambda b: loss(a, b))(b) * b)

    check_gradient(mixed, a)


@pytest.mark.parametrize("size", [3, 3000])
def test_what_is_given_beside_a_traced_value_is_kept_as_it_was(size: int) -> None:
    def f(x: Any) -> Any:
        c, mask = np.full(size, 2.0), np.full(size, True)
        y = np.dot(x, c) + np.sum(np.where(mask, x, 0.0)) + np.dot(c, x)
        c[:], mask[:] = 7.0, False
        return y

    np.testing.assert_array_equal(sg.grad_bp(f)(np.ones(size)), np.full(size, 5.0))


def test_an_op_of_a_number_that_is_no_float_gets_a_cotangent_of_its_class() -> None:
    halved = sg.op(lambda x: (x / 2, lambda g: 0.5))
    assert bits(sg.grad_bp(lambda p: np.real(halved(p["z"])))({"z": 1 + 2j})["z"]) == bits(0.5 + 0j)
    found = sg.grad_bp(lambda x: halved(x))(Fraction(3))
    assert (type(found), found) == (Fraction, Fraction(1, 2))
    to_float = sg.op(lambda x: (float(x) / 2, lambda g: 0.5))
    found = sg.grad_bp(lambda x: to_float(x))(Fraction(3))
    assert (type(found), found) == (Fraction, Fraction(1, 2))


def test_an_op_of_a_tuple_takes_its_cotangent_alone_or_in_a_tuple() -> None:
    for wrap in (lambda d: d, lambda d: (d,), lambda d: (d, None)):

        @sg.op
        def f(pair: Any, n: int, wrap: Any = wrap) -> Any:
            return pair[0] * pair[1] * n, lambda g: wrap((g * pair[1] * n, g * pair[0] * n))

        def loss(p: Any, f: Any = f) -> Any:
            return f(p, 2)

        assert sg.grad_bp(loss)((3.0, 5.0)) == (10.0, 6.0)

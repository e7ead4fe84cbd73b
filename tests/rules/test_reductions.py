"""sum, mean, max, min along axes, by NumPy's names, as methods and by Python's own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

nan, inf = np.nan, np.inf
V = np.array([0.7, -1.3, 2.1, 0.4])
M = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [-0.8, 1.9, 0.5, 1.1]])
T = np.sin(1.0 + 1.7 * np.arange(24.0)).reshape(2, 3, 4)
MASK = M > -1.0
NUMBER = np.array(1.3)
FUNCTIONS = [np.sum, np.mean, np.max, np.min, np.amax, np.amin]

# how a function is called, and with which arrays
CALLS: list[tuple[str, Callable[..., Any], Any]] = [
    ("everything", lambda f, v: f(v**2), T),
    ("no axis, kept", lambda f, v: f(v**2, keepdims=True), M),
    ("axis", lambda f, v: f(v**2, axis=1), M),
    ("axis by position", lambda f, v: f(v**2, 0), M),
    ("negative axis", lambda f, v: f(v**2, axis=-2), T),
    ("negative axis, kept", lambda f, v: f(v**2, axis=-3, keepdims=True), T),
    ("axes", lambda f, v: f(v**2, axis=(0, 2)), T),
    ("mixed axes, kept", lambda f, v: f(v**2, axis=(-1, 0), keepdims=True), T),
    ("no axes", lambda f, v: f(v**2, axis=()), M),
    ("only axis", lambda f, v: f(v**2, axis=0), V),
    ("a view against the grain", lambda f, v: f(v[::-2].T ** 2, axis=0), M),
    ("transposed", lambda f, v: f(np.exp(v.T), axis=1), M),
    ("float", lambda f, v: f(v**2), 1.3),
    ("NumPy's float", lambda f, v: f(v**2, keepdims=True), np.float64(1.3)),
    ("0-d", lambda f, v: f(v**2), NUMBER),
    ("length 1", lambda f, v: f(v**2, axis=1), M[:, :1]),
    ("float32", lambda f, v: f(v * v, axis=0), M.astype(np.float32)),
]


@pytest.mark.feature(118, 121, 132)
@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize(("call", "x"), [row[1:] for row in CALLS], ids=[row[0] for row in CALLS])
def test_reductions_agree_with_differences(f: Callable[..., Any], call: Callable[..., Any], x: Any) -> None:
    check_gradient(lambda v: call(f, v), x, order=1 if x is T or x is NUMBER else 2)


@pytest.mark.feature(132)
@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.sum(v**2, axis=1, where=MASK),
        lambda v: np.sum(v**2, where=MASK, initial=3.0),
        lambda v: np.sum(v**2, axis=0, keepdims=True, where=np.array([True, False, True, True])),
        lambda v: np.sum(v**2, where=False),
        lambda v: np.sum(v**2, 0, None, None, True, 1.0, MASK),
        lambda v: np.sum(v**2, axis=1, dtype=complex),
        lambda v: np.mean(v**2, axis=0, where=MASK),
        lambda v: np.mean(v**2, where=MASK, keepdims=True),
        lambda v: np.max(v**2, axis=1, where=MASK, initial=0.0),
        lambda v: np.max(v, axis=(0, 1), where=MASK, initial=-9.0),
        lambda v: np.min(v, axis=0, where=MASK, initial=0.2, keepdims=True),
        lambda v: v.sum(1).mean() * v.max() * v.min(axis=0),
        lambda v: np.add.reduce(v**2) + np.maximum.reduce(v, axis=1, keepdims=True) * np.minimum.reduce(v),
    ],
)
def test_where_initial_and_dtype(f: Callable[..., Any]) -> None:
    check_gradient(f, M, order=2)


def test_initial_is_differentiated_and_competes() -> None:
    check_gradient(lambda v, i: np.sum(v**2, axis=0, initial=i), M, 0.7)
    check_gradient(lambda v, i: np.max(v, axis=0, initial=i), M, 0.7)
    check_gradient(lambda v, i: np.min(v, axis=1, initial=i, where=MASK), M, -0.7)

    dv, di = sg.grad_bp(lambda p: 6.0 * np.max(p[0], initial=p[1]), (np.array([2.0, 1.0, 2.0]), 2.0))

    assert (dv.tolist(), di) == ([2.0, 0.0, 2.0], 2.0)

    dv, di = sg.grad_bp(lambda p: 6.0 * np.max(p[0], initial=p[1]), (np.array([2.0, 1.0]), 2.0))

    assert (dv.tolist(), di) == ([3.0, 0.0], 3.0)


@pytest.mark.parametrize("f", [np.sum, np.max, np.min])
def test_a_number_has_an_axis_to_sum_too(f: Callable[..., Any]) -> None:
    check_gradient(lambda v: f(v**2, axis=-1, keepdims=True), 1.3)
    check_gradient(lambda v: f(v**2, axis=0), NUMBER)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_complex_numbers(f: Callable[..., Any]) -> None:
    check_gradient(lambda z: f(z * z, axis=0), M + 1j * M[::-1])


@pytest.mark.parametrize("f", FUNCTIONS)
def test_nested_derivatives(f: Callable[..., Any]) -> None:
    check_gradient(lambda v: sg.grad_bp(lambda w: f(w**3), v), V, order=2)


@pytest.mark.feature(118)
def test_an_empty_sum_is_0_with_an_empty_gradient() -> None:
    value, grad = sg.backprop(np.sum, np.zeros(0))

    assert (value, grad.shape, grad.dtype.name) == (0.0, (0,), "float64")
    assert sg.grad_bp(lambda v: np.sum(np.sum(v, axis=0)), np.zeros((3, 0))).shape == (3, 0)
    assert sg.grad_bp(lambda v: np.sum(np.max(v, axis=1, initial=1.0)), np.zeros((3, 0))).shape == (3, 0)
    assert sg.grad_bp(lambda p: np.sum(p[0]) + p[1], (np.zeros((2, 0)), 5.0))[1] == 1.0


@pytest.mark.feature(118)
def test_sum_and_mean_over_lists_dicts_and_arrays() -> None:
    slopes = [2.0, -6.0]

    assert sg.grad_bp(lambda v: sum(x * x for x in v), [1.0, -3.0]) == slopes
    assert sg.grad_bp(lambda v: sum(x * x for x in v.values()), {"a": 1.0, "b": -3.0}) == {"a": 2.0, "b": -6.0}
    assert sg.grad_bp(lambda v: sum(v * v), np.array([1.0, -3.0])).tolist() == slopes
    assert sg.grad_bp(lambda v: np.sum(np.stack(v) ** 2), [1.0, -3.0]) == slopes
    assert sg.grad_bp(lambda v: np.mean(np.stack(v) ** 2), [1.0, -3.0]) == [1.0, -3.0]
    assert sg.grad_bp(lambda v: v[0] * sum(v[1]), (2.0, [])) == (0.0, [])


@pytest.mark.parametrize("f", FUNCTIONS)
def test_what_a_reduction_gives_back_can_be_written_into(f: Callable[..., Any]) -> None:
    grad = sg.grad_bp(f, M)
    grad[0, 0] = 7.0

    assert np.count_nonzero(grad == 7.0) == 1


@pytest.mark.feature(121)
@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (np.max, [3.0, 1.0, 3.0], [3.0, 0.0, 3.0]),
        (np.min, [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]),
        (np.max, [inf, 1.0, inf], [3.0, 0.0, 3.0]),
        (np.max, [-inf, -inf], [3.0, 3.0]),
        (np.min, [-inf, 2.0], [6.0, 0.0]),
        (np.max, [0.0, -0.0], [3.0, 3.0]),
        (np.max, [nan, 1.0, nan], [3.0, 0.0, 3.0]),
        (np.min, [nan, 1.0], [6.0, 0.0]),
    ],
)
def test_ties_share_equally_and_nan_follows_numpy(f: Callable[..., Any], x: list[float], expected: list[float]) -> None:
    assert sg.grad_bp(lambda v: 6.0 * f(v), np.array(x)).tolist() == expected


@pytest.mark.feature(121)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [None, 1, 0, (0, 2), (-1, 1)])
def test_few_ties_among_many_numbers_share_as_all_do(axis: Any, keepdims: bool) -> None:
    x = np.random.default_rng(3).permutation(6 * 10 * 20).reshape(6, 10, 20).astype(float)
    x[3, 4, 5] = x[3, 8, 5] = x[3, 4, 9] = x[1, 4, 5] = 2000.0
    top = np.max(x, axis=axis, keepdims=True)
    g = np.where(np.arange(top.size) % 2, 3.0, np.inf).reshape(top.shape)  # where nothing is largest, ∞ has no say
    shares = np.where(x == top, g / np.sum(x == top, axis=axis, keepdims=True), 0.0)

    value, pullback = sg.vjp(lambda v: np.max(v, axis=axis, keepdims=keepdims))(x)

    np.testing.assert_array_equal(pullback(g.reshape(np.shape(value))[()]), shares)


@pytest.mark.feature(121)
def test_nan_among_many_numbers_has_the_whole_slope_of_its_row_even_if_ties_make_up_for_it() -> None:
    x = np.arange(120.0).reshape(3, 40)
    x[0, 7] = x[0, 8] = nan
    x[1, :2] = 200.0

    grad = sg.grad_bp(lambda v: np.sum(np.max(v, axis=1)), x)

    expected = np.zeros((3, 40))
    expected[0, 7:9] = expected[1, :2] = 0.5
    expected[2, 39] = 1.0
    np.testing.assert_array_equal(grad, expected)


@pytest.mark.feature(121)
def test_what_is_masked_takes_no_part_in_ties() -> None:
    mask = np.array([True, False, True])

    grad = sg.grad_bp(lambda v: 6.0 * np.max(v, where=mask, initial=0.0), np.array([2.0, 2.0, 1.0]))

    assert grad.tolist() == [6.0, 0.0, 0.0]


@pytest.mark.feature(121)
def test_ties_along_an_axis_sum_to_what_came_in() -> None:
    x = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0]])

    _, pullback = sg.vjp(lambda v: np.max(v, axis=1))(x)

    np.testing.assert_array_equal(pullback(np.array([4.0, 9.0])), [[2.0, 2.0, 0.0], [3.0, 3.0, 3.0]])


@pytest.mark.feature(95, 120, 121)
def test_python_builtins_iterate() -> None:
    ways: list[Callable[[Any], Any]] = [lambda v: next(iter(v)), lambda v: list(v)[1], lambda v: list(v)[2]]
    for way, unit in zip(ways, np.eye(3), strict=True):
        assert sg.grad_bp(way, np.array([1.0, 2.0, 3.0])).tolist() == unit.tolist()
        assert sg.grad_bp(way, (1.0, 2.0, 3.0)) == tuple(unit)
    assert sg.grad_bp(lambda v: max(v) * min(v), np.array([2.0, -1.0, 5.0])).tolist() == [0.0, 5.0, -1.0]
    assert sg.grad_bp(lambda v: sum(v), np.array([2.0, -1.0])).tolist() == [1.0, 1.0]
    assert sg.grad_bp(lambda v: max(v[0], v[1]), (2.0, -1.0)) == (1.0, 0.0)
    assert sg.grad_bp(lambda p: max(p[0]) * p[1], (np.array([1.0, 3.0]), 2.0))[0].tolist() == [0.0, 2.0]
    assert sg.grad_bp(lambda v: sum(v[i] for i in range(3) if type(i) is int), (1.0, 2.0, 3.0)) == (1.0, 1.0, 1.0)


@pytest.mark.feature(120)
def test_length_is_a_plain_int_without_a_slope() -> None:
    lengths: list[Any] = []

    def loss(v: Any) -> Any:
        lengths.extend([len(v), len(v[0]), v.size, v.shape[1]])
        return len(v) * np.sum(v) / v.size

    grad = sg.grad_bp(loss, M)

    assert lengths == [3, 4, 12, 4]
    assert {type(n) for n in lengths} == {int}
    np.testing.assert_array_equal(grad, np.full((3, 4), 0.25))


@pytest.mark.parametrize("f", [np.max, np.min])
def test_infinite_slopes_of_what_is_not_extreme_are_not_asked_for(f: Callable[..., Any]) -> None:
    sign = 1.0 if f is np.max else -1.0

    grad = sg.grad_bp(lambda v: f(sign * np.sqrt(v)), np.array([0.0, 4.0]))

    assert grad.tolist() == [0.0, sign / 4.0]


@pytest.mark.feature(84)
def test_a_vector_taken_apart() -> None:
    def f(v: Any) -> Any:
        x, y, z = v
        return np.sqrt(x / y) * z

    # From the documentation of Haskell's backprop, 01 Getting started: funcOnList [3, 5, -2].
    expected = [-0.2581988897, 0.1549193338, 0.7745966692]
    for v in (np.array([3.0, 5.0, -2.0]), [3.0, 5.0, -2.0], (3.0, 5.0, -2.0)):
        value, grad = sg.backprop(f, v)
        np.testing.assert_allclose(value, -1.5491933385, atol=1e-10)  # ten digits are printed there
        np.testing.assert_allclose(grad, expected, atol=1e-10)
    by_name = sg.grad_bp(lambda d: f(d.values()), {"x": 3.0, "y": 5.0, "z": -2.0})
    np.testing.assert_allclose(list(by_name.values()), expected, atol=1e-10)


@pytest.mark.feature(84)
def test_rows_of_an_array() -> None:
    check_gradient(lambda m: sum(np.sum(row) ** 2 * i for i, row in enumerate(m)), M, order=2)
    check_gradient(lambda m: [row * m[0] for row in m], M)


def _cell(h: Any, x: Any, w: Any) -> Any:
    return np.tanh(w["recurrent"] @ h + w["input"] * x)


@pytest.mark.feature(123)
def test_folds_and_scans_by_plain_loops_equal_the_hand_unrolled() -> None:
    w = {"recurrent": M[:, :3] / 2.0, "input": V[:3]}
    xs = [0.5, -1.0, 2.0]

    def fold(w: Any, h: Any, xs: Any) -> Any:
        for x in xs:
            h = _cell(h, x, w)
        return h

    def unrolled(w: Any, h: Any, xs: Any) -> Any:
        return _cell(_cell(_cell(h, xs[0], w), xs[1], w), xs[2], w)

    def scan(w: Any, h: Any, xs: Any) -> Any:
        outs = []
        for x in reversed(xs):
            h = _cell(h, x, w)
            outs.append(h)
        return outs

    g = np.array([0.3, -2.0, 1.1])
    by_fold = sg.vjp(lambda p: fold(*p))((w, V[1:], xs))[1](g)
    by_hand = sg.vjp(lambda p: unrolled(*p))((w, V[1:], xs))[1](g)
    assert by_fold[2] == by_hand[2]
    np.testing.assert_array_equal(by_fold[1], by_hand[1])
    np.testing.assert_array_equal(by_fold[0]["recurrent"], by_hand[0]["recurrent"])
    check_gradient(fold, w, V[1:], xs)
    check_gradient(scan, w, V[1:], xs)

"""where, select, choose, compress, extract, piecewise; and the programs one writes with them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

X = np.array([[0.3, -1.7, 2.2, 0.9], [1.4, 0.1, -0.6, -2.5], [0.7, 1.1, -0.2, 3.0]])
Y = X[::-1] * 1.3 + 0.2
MASK = np.array([[True, False, True, True], [False, False, True, False], [True, True, False, False]])

WHERE: list[tuple[str, Callable[..., Any]]] = [
    ("both", lambda x, y: np.where(MASK, x, y)),
    ("by value", lambda x, y: np.where(x > y, x * y, y**2)),
    ("broadcast condition", lambda x, y: np.where(MASK[0], x, y)),
    ("broadcast value", lambda x, y: np.where(MASK, x[0], y[:, :1])),
    ("constant", lambda x, y: np.where(MASK, x * y, 0)),
    ("truth", lambda x, y: np.where(True, x, y)),
    ("traced condition", lambda x, y: np.where(x, x, y)),
    ("one argument", lambda x, y: x[np.where(x > 0)] * y[0, 0]),
    ("one traced argument", lambda x, y: x[np.where(x - x * MASK)] * y[0, 0]),
]


@pytest.mark.feature(135)
@pytest.mark.parametrize("f", [f for _, f in WHERE], ids=[name for name, _ in WHERE])
def test_where(f: Callable[..., Any]) -> None:
    check_gradient(f, X, Y)
    check_gradient(f, X.astype(np.float32), Y.astype(np.float32))
    check_gradient(lambda x, y: f(x * x, y), X, Y, order=2)
    check_gradient(f, np.asfortranarray(X), Y[::-1][::-1])


def both_sides(condition: Any, g: Any) -> tuple[Any, Any]:
    """The cotangents of x and y that np.where(condition, x, y) gives back for g."""

    def chosen(p: Any) -> Any:
        return np.where(condition, *p)

    dx, dy = sg.vjp(chosen)((X, Y))[1](g)
    return dx, dy


@pytest.mark.feature(135)
@pytest.mark.parametrize("g", [np.inf, np.nan, 1e200])
def test_where_keeps_apart_what_is_infinite_and_what_is_not_chosen(g: float) -> None:
    dx, dy = both_sides(MASK, np.where(MASK, g, 2.0))

    np.testing.assert_array_equal(dx, np.where(MASK, g, 0.0))
    np.testing.assert_array_equal(dy, np.where(MASK, 0.0, 2.0))


@pytest.mark.feature(135)
@pytest.mark.parametrize(
    "condition", [[2.0, 0.0, np.nan, -1.0], [3, 0, 1, 1], ["a", "", "b", "c"], (True, False, True, True)]
)
def test_whatever_is_not_zero_is_true_to_where(condition: Any) -> None:
    for given in (condition, np.array(condition)):
        dx, dy = both_sides(given, np.ones((3, 4)))

        np.testing.assert_array_equal(dx, np.broadcast_to([1.0, 0.0, 1.0, 1.0], (3, 4)))
        np.testing.assert_array_equal(dy, np.broadcast_to([0.0, 1.0, 0.0, 0.0], (3, 4)))


@pytest.mark.feature(135)
@pytest.mark.parametrize("x", [X[0], X], ids=["number", "array"])
def test_a_product_that_is_left_out_has_no_say_be_it_infinite(x: Any) -> None:
    grad = sg.grad_bp(lambda v: np.sum(np.where(False, v @ np.array([np.inf, 1.0, 1.0, 1.0]), 0.0)), x)

    np.testing.assert_array_equal(grad, np.zeros_like(x))


def test_where_of_scalars() -> None:
    assert sg.grad_bp(lambda x: np.where(x > 0, x * x, 0.0), 3.0) == 6.0
    assert sg.grad_bp(lambda x: np.where(x > 0, x * x, -x), np.float32(-3.0)) == -1.0
    check_gradient(lambda x, y: np.where(MASK, x, y), 2.0, np.float64(0.3))
    check_gradient(lambda x: np.where(MASK[:0], X[:0], x), 2.0)


def test_lists_of_traced_values_in_where_are_right_or_refused() -> None:
    weights = np.arange(1.0, 7.0).reshape(3, 2)

    def listed(p: list[float]) -> sg.Scalar:
        return np.sum(weights * np.where(np.ones((3, 2), bool), [p[0], p[1]], 0.0))

    try:
        grad = sg.grad_bp(listed, [2.0, 5.0])
    except LostGradientError:
        return
    assert grad == [9.0, 12.0]


SELECTS: list[tuple[str, Callable[..., Any]]] = [
    ("select", lambda x, y: np.select([MASK, x > 0, y > 0], [x * y, y, x**2], default=x)),
    ("select by rows", lambda x, y: np.select([MASK[:1], MASK], [x[0], y[:, 1:2]], y)),
    ("select zero", lambda x, y: np.select([MASK, ~MASK], [x, np.full((3, 4), 2.0)])),
    ("choose", lambda x, y: np.choose(MASK.astype(int), [x, y])),
    ("choose rows", lambda x, y: np.choose([2, 0, 1, 1], x * y)),
    ("choose wrap", lambda x, y: np.choose(np.arange(-4, 8).reshape(3, 4), [x, y, X], mode="wrap")),
    ("choose clip", lambda x, y: np.choose(np.arange(-4, 8).reshape(3, 4), (x, y, x[0]), mode="clip")),
    ("compress", lambda x, y: np.compress([True, False, True], x, axis=0) * y[1:]),
    ("compress last", lambda x, y: np.compress([False, True], x, axis=-1) * y),
    ("compress flat", lambda x, y: np.compress(MASK.ravel(), x) + y[0, 0]),
    ("extract", lambda x, y: np.extract(MASK, x * y)),
    ("extract by value", lambda x, y: np.extract(x > 0, x) ** 2 + y[0, 0]),
]


@pytest.mark.parametrize("f", [f for _, f in SELECTS], ids=[name for name, _ in SELECTS])
def test_selections(f: Callable[..., Any]) -> None:
    check_gradient(f, X, Y)
    check_gradient(f, X, Y, order=2)
    check_gradient(f, X.astype(np.float32), Y.astype(np.float32))


@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.piecewise(v, [v < 0, v >= 0], [lambda t: -(t**2), lambda t: t**3]),
        lambda v: np.piecewise(v, [v < -1, v > 1], [np.exp, 2.5, lambda t: 0.5 * t]),
        lambda v: np.piecewise(v, v > 0 if np.ndim(v) < 2 else [v > 0], [np.log, np.sin]),
        lambda v: np.piecewise(v, [v > 1, v > 2], [lambda t, a, b: a * t + b] * 2, 3.0, b=4.0),
        lambda v: np.piecewise(v, [v > 0], [np.sqrt]),
        lambda v: np.piecewise(v, [v > 99.0], [np.sqrt]) + v,
    ],
)
def test_piecewise_gives_each_function_its_own_values(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(f, X[0], order=2)
    check_gradient(f, 1.3)
    check_gradient(f, X.astype(np.float32))


def test_piecewise_counts_its_functions() -> None:
    with pytest.raises(ValueError, match="1 or 2 functions"):
        sg.grad_bp(lambda v: np.sum(np.piecewise(v, [v > 0], [1, 2, 3])), X)  # pyright: ignore[reportCallIssue]  # numbers for functions


def test_out_is_refused() -> None:
    for f in (np.compress, np.choose):
        with pytest.raises(LostGradientError, match="out="):
            sg.vjp(lambda v, f=f: f([1, 0, 1, 0], v, out=np.zeros(3)))(X)


def test_a_default_of_select_that_numpy_shows_nobody_has_its_slope() -> None:
    check_gradient(lambda v: np.select([MASK], [X], default=v), 2.0)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def log_softmax(x: Any) -> Any:
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


PROGRAMS: list[tuple[str, Callable[..., Any]]] = [
    ("relu", lambda x: np.maximum(x, 0)),
    ("relu by where", lambda x: np.where(x > 0, x, 0)),
    ("relu by product", lambda x: x * (x > 0)),
    ("leaky relu", lambda x: np.where(x > 0, x, 0.01 * x)),
    ("elu", lambda x: np.where(x > 0, x, np.expm1(x))),
    ("hard tanh", lambda x: np.clip(x, -1, 1)),
    ("sigmoid", sigmoid),
    ("tanh", np.tanh),
    ("softplus", lambda x: np.logaddexp(0, x)),
    ("softplus by hand", lambda x: np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)),
    ("softmax", softmax),
    ("log softmax", log_softmax),
]


@pytest.mark.feature(135)
@pytest.mark.parametrize("f", [f for _, f in PROGRAMS], ids=[name for name, _ in PROGRAMS])
def test_activations_by_hand(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(f, X[:2, :2], order=2)
    check_gradient(f, X.astype(np.float32))


@pytest.mark.feature(135)
def test_the_known_numbers_of_activations() -> None:
    assert sg.grad_bp(lambda x: 3 * sigmoid(x), -2.0) == pytest.approx(0.31498, abs=5e-6)
    value, pullback = sg.vjp(softmax)(np.array([[1000.0, 1001.0], [0.0, 0.0]]))
    s = 1 / (1 + np.e)
    np.testing.assert_allclose(value, [[s, 1 - s], [0.5, 0.5]], rtol=1e-15)
    by_first = pullback(np.array([[1.0, 0.0], [0.0, 0.0]]))
    np.testing.assert_allclose(by_first, [[s * (1 - s), -s * (1 - s)], [0.0, 0.0]], rtol=1e-14)  # rows on their own


@pytest.mark.feature(135)
def test_what_clip_lets_through_it_does_not_change() -> None:
    np.testing.assert_array_equal(sg.vjp(lambda v: np.clip(v, -2.0, 2.5))(X)[0][MASK], np.clip(X, -2.0, 2.5)[MASK])


@pytest.mark.feature(125)
@pytest.mark.filterwarnings("ignore:numpy.fix is deprecated:DeprecationWarning")  # NumPy 2.5 would have trunc
def test_rounding_is_flat_unless_it_is_told_to_pass() -> None:
    def passing(x: Any) -> Any:
        return x + sg.stop_gradient(np.round(x) - x)

    assert sg.grad_bp(lambda x: np.round(x) * 3 + x, 1.3) == 1.0
    assert sg.grad_bp(lambda x: passing(x) * 3, 1.3) == 3.0
    assert sg.backprop(lambda x: passing(x) * 3, 1.3)[0] == 3.0
    for f in (np.floor, np.ceil, np.trunc, np.rint, np.fix, np.round, np.around, round, np.sign, lambda v: v // 1):
        assert sg.vjp(lambda x, f=f: f(x) * x)(1.3)[1](2.0) == 2 * f(1.3)

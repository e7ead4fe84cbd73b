"""maximum, minimum, clip: who gets the cotangent, also at ties, edges and NaN."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.testing import check_gradient

nan, inf = np.nan, np.inf
EXTREMES = [np.maximum, np.minimum, np.fmax, np.fmin]
X = np.array([[0.3, -1.7, 2.2], [1.4, 0.1, -0.6]])


def shares(f: Callable[..., Any], *args: Any, g: float = 3.0) -> Any:
    """What each argument gets of a cotangent g."""
    return sg.vjp(lambda p: f(*p))(args)[1](g)


@pytest.mark.feature(121)
@pytest.mark.parametrize("f", EXTREMES)
@pytest.mark.parametrize("tie", [2.0, 0.0, inf, -inf])
def test_ties_share_equally(f: np.ufunc, tie: float) -> None:
    assert shares(f, tie, tie) == (1.5, 1.5)
    assert shares(f, 0.0, -0.0) == (1.5, 1.5)
    assert sg.grad_bp(lambda v: f(v, tie), tie) == 0.5  # a constant keeps its share
    assert shares(lambda a: f(a, a), tie) == (3.0,)


@pytest.mark.feature(121)
@pytest.mark.parametrize(
    ("f", "a", "b", "expected"),
    [
        (np.maximum, 1.0, 2.0, (0.0, 3.0)),
        (np.maximum, inf, 2.0, (3.0, 0.0)),
        (np.maximum, -inf, 2.0, (0.0, 3.0)),
        (np.minimum, 1.0, 2.0, (3.0, 0.0)),
        (np.minimum, -inf, inf, (3.0, 0.0)),
        (np.fmax, nan, 2.0, (0.0, 3.0)),
        (np.fmax, 2.0, nan, (3.0, 0.0)),
        (np.fmin, nan, -inf, (0.0, 3.0)),
        (np.fmin, nan, nan, (1.5, 1.5)),
        (np.maximum, nan, 2.0, (1.5, 1.5)),
        (np.minimum, 2.0, nan, (1.5, 1.5)),
    ],
)
def test_infinity_and_nan_follow_numpy(f: np.ufunc, a: float, b: float, expected: tuple[float, float]) -> None:
    assert shares(f, a, b) == expected
    da, db = sg.vjp(lambda p: f(*p))((np.array([a]), np.array([b])))[1](np.array([3.0]))
    assert (da[0], db[0]) == expected


@pytest.mark.parametrize("f", EXTREMES)
def test_extremes_of_every_kind_of_argument(f: np.ufunc) -> None:
    for a, b in ((X, 0.0), (1, X), (X, X[::-1]), (X[0], 2.0 * X), (X.T, X[:1, :2]), (0.3, X), (np.float64(1.1), 2.0)):
        check_gradient(f, a, b)
    check_gradient(lambda a: f(a**2, a), X, order=2)
    check_gradient(lambda a: f(a, [0, 1, 2]), X)
    assert sg.grad_bp(lambda a: np.sum(f(a, 0)), X.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("f", EXTREMES)
def test_lists_of_traced_values_beside_a_traced_one_are_right_or_refused(f: np.ufunc) -> None:
    def loss(v: sg.Array) -> sg.Scalar:
        return np.sum(f([v[0, 0], v[0, 1], 0.5], v) * np.arange(1.0, 7.0).reshape(2, 3))

    def stacked(v: sg.Array) -> sg.Scalar:
        return np.sum(f(np.stack([v[0, 0], v[0, 1], 0.5]), v) * np.arange(1.0, 7.0).reshape(2, 3))

    try:
        grad = sg.grad_bp(loss, X)
    except LostGradientError:
        return
    np.testing.assert_allclose(grad, sg.grad_bp(stacked, X))


LOW, HIGH = np.array([-0.5, 0.0, -1.0]), np.array([1.0, 1.2, 2.0])
CLIPS: list[tuple[str, Callable[..., Any]]] = [
    ("both", lambda v, lo, hi: np.clip(v, lo, hi)),
    ("names", lambda v, lo, hi: np.clip(v, a_min=lo, a_max=hi)),
    ("new names", lambda v, lo, hi: np.clip(v, min=lo, max=hi)),
    ("no upper", lambda v, lo, hi: np.clip(v, lo, None) * hi),
    ("no lower", lambda v, lo, hi: np.clip(v, None, hi) * lo),
    ("only max", lambda v, lo, hi: np.clip(v, max=hi) * lo),
    ("neither", lambda v, lo, hi: np.clip(v, None, None) * lo * hi),
    ("method", lambda v, lo, hi: v.clip(lo, hi)),
    ("method with names", lambda v, lo, hi: v.clip(min=lo, max=hi)),
    ("crossed", lambda v, lo, hi: np.clip(v, hi + 1, lo)),
]


@pytest.mark.feature(135)
@pytest.mark.parametrize("f", [f for _, f in CLIPS], ids=[name for name, _ in CLIPS])
def test_clip_has_slopes_by_the_value_and_by_its_bounds(f: Callable[..., Any]) -> None:
    check_gradient(f, X, LOW, HIGH)
    check_gradient(f, X[:, ::-1], -0.55, HIGH)
    check_gradient(lambda v, lo, hi: f(v, lo, hi) ** 2, X, LOW, HIGH, order=2)
    check_gradient(f, np.float64(0.3), -0.5, 2.0)
    check_gradient(f, X.astype(np.float32), LOW.astype(np.float32), HIGH.astype(np.float32))
    check_gradient(f, np.zeros((0, 3)), LOW, HIGH)


@pytest.mark.feature(135)
def test_a_plain_array_is_clipped_to_traced_bounds() -> None:
    check_gradient(lambda lo, hi: np.clip(X, lo, hi), LOW, HIGH)
    check_gradient(lambda lo, hi: X.clip(lo, hi), LOW, HIGH)


@pytest.mark.parametrize(
    ("x", "low", "high", "expected"),
    [
        (1.0, 1.0, 2.0, (3.0, 0.0, 0.0)),
        (2.0, 1.0, 2.0, (3.0, 0.0, 0.0)),
        (1.0, 1.0, 1.0, (3.0, 0.0, 0.0)),
        (0.0, 1.0, 1.0, (0.0, 3.0, 0.0)),
        (1.5, 2.0, 1.0, (0.0, 0.0, 3.0)),
        (1.0, 2.0, 1.0, (0.0, 0.0, 3.0)),
        (9.0, 2.0, 1.0, (0.0, 0.0, 3.0)),
        (nan, 1.0, 2.0, (3.0, 0.0, 0.0)),
        (inf, 1.0, inf, (3.0, 0.0, 0.0)),
    ],
)
def test_clip_on_its_edges_and_beyond(x: float, low: float, high: float, expected: tuple[float, ...]) -> None:
    assert shares(np.clip, x, low, high) == expected


def test_clip_refuses_what_it_cannot_do() -> None:
    with pytest.raises(MissingRuleError, match="where="):
        sg.grad_bp(lambda v: np.sum(np.clip(v, 0, 1, where=X > 0)), X)
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda v: np.sum(np.clip(v, 0, 1, out=X.copy())), X)
    with pytest.raises(ValueError, match="not as both"):
        sg.grad_bp(lambda v: np.sum(np.clip(v, 0, 1, max=2)), X)


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_peak_to_peak(axis: int | None) -> None:
    check_gradient(lambda v: np.ptp(v, axis) + v.ptp(axis) if hasattr(v, "ptp") else np.ptp(v, axis) * 2, X)
    check_gradient(lambda v: np.ptp(v, axis=axis, keepdims=True) ** 2, X, order=2)


SECOND: list[Callable[..., Any]] = [
    lambda x: np.maximum(x, -1.0) ** 2,
    lambda x: np.clip(x, -1.0, 1.0) ** 2,
    lambda x: np.where(x > -1.0, x, 0.0) ** 2,
    lambda x: np.sum(np.clip(np.sin([1.0, 1.0] * x), -1.0, 1.0)) ** 2 / 4,
]


@pytest.mark.feature(25)
@pytest.mark.parametrize("f", SECOND)
def test_a_cotangent_that_happens_to_be_zero_still_has_a_slope(f: Callable[..., Any]) -> None:
    assert sg.grad_bp(sg.grad_bp(f))(0.0) == pytest.approx(2.0)

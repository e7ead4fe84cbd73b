"""Reductions by ufuncs without a function of their own."""

import functools
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

X = np.random.default_rng(5).uniform(0.4, 2.0, (3, 4))
inf = np.inf
ANY_ORDER = [np.fmax, np.fmin, np.hypot, np.logaddexp, np.logaddexp2]
IN_ORDER = [np.subtract, np.divide, np.float_power, np.remainder, np.fmod, np.copysign, np.nextafter]


def name(f: Any) -> str:
    return str(f.__name__)


@pytest.mark.parametrize("f", ANY_ORDER, ids=name)
def test_reductions_over_any_axes_agree_with_differences(f: np.ufunc) -> None:
    check_gradient(lambda v: f.reduce(v, axis=None), X)
    check_gradient(lambda v: f.reduce(v, axis=(0, 2)), X.reshape(3, 2, 2))
    check_gradient(lambda v: f.reduce(v, axis=(), keepdims=True), X)


@pytest.mark.parametrize("f", [*ANY_ORDER, *IN_ORDER], ids=name)
def test_reductions_along_an_axis_agree_with_differences(f: np.ufunc) -> None:
    check_gradient(f.reduce, X)
    check_gradient(lambda v: f.reduce(v, axis=-1, keepdims=True), X[:, ::-2].astype(np.float32))
    check_gradient(lambda v: f.reduce(v, 1), X[:2, :3], order=2)
    check_gradient(lambda v: f.reduce(v, dtype=np.float64), X[0].astype(np.float32))
    check_gradient(f.reduce, X[:1])


@pytest.mark.parametrize("f", [*ANY_ORDER, *IN_ORDER], ids=name)
def test_what_they_begin_with_has_a_slope_and_what_they_skip_has_none(f: np.ufunc) -> None:
    check_gradient(lambda v, first: f.reduce(v, axis=1, initial=first, where=X > 0.6), X, 0.9)
    check_gradient(lambda v, first: f.reduce(v, initial=first, keepdims=True), X[:2, 0], 1.3, order=2)
    check_gradient(lambda v: f.reduce(v, axis=0, initial=1.5), X[:0])


@pytest.mark.parametrize("f", [np.subtract, np.divide, np.float_power], ids=name)
def test_complex_numbers_too(f: np.ufunc) -> None:
    check_gradient(f.reduce, X[:, :2] + 1j * X[:, 2:])


@pytest.mark.parametrize("f", [np.power, np.arctan2], ids=name)
def test_where_numpy_itself_is_wrong_nothing_is_differentiated(f: np.ufunc) -> None:
    with np.errstate(all="ignore"):  # powers of what was never there
        right = np.allclose(f.reduce(X, axis=1), functools.reduce(f, X.T))
        if right:  # it depends on the processor
            check_gradient(lambda v: f.reduce(v, axis=1), X)
            return
        with pytest.raises(MissingRuleError, match=rf"NumPy's {f.__name__}\.reduce is wrong here"):
            sg.vjp(lambda v: f.reduce(v, axis=1))(X)
    check_gradient(lambda v: functools.reduce(f, list(v.T)), X)


def test_hypot_begins_with_0_and_has_slope_0_there() -> None:
    assert sg.grad_bp(np.hypot.reduce, np.array([-3.0])).tolist() == [-1.0]
    assert sg.grad_bp(np.hypot.reduce, np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert sg.grad_bp(np.hypot.reduce, np.array([2.0**600, 0.0])).tolist() == [1.0, 0.0]


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2], ids=name)
def test_sums_of_exponentials_stay_finite_and_infinities_tie(f: np.ufunc) -> None:
    for x, expected in (
        ([1e300, -1e300, 0.0], [1.0, 0.0, 0.0]),
        ([-inf, -inf], [0.5, 0.5]),
        ([inf, 3.0, inf, -inf], [0.5, 0.0, 0.5, 0.0]),
        ([-inf, 7.0], [0.0, 1.0]),
    ):
        assert sg.grad_bp(f.reduce, np.array(x)).tolist() == expected
    masked = sg.grad_bp(lambda v: f.reduce(v, where=np.array([False, False])), np.array([1.0, 2.0]))
    assert masked.tolist() == [0.0, 0.0]
    shares = sg.grad_bp(lambda p: f.reduce(p[0], initial=p[1]))((np.full(2, -inf), -inf))
    assert (shares[0].tolist(), shares[1]) == ([1 / 3, 1 / 3], 1 / 3)


def test_infinite_slopes_of_what_is_not_extreme_are_not_asked_for() -> None:
    assert sg.grad_bp(lambda v: np.fmax.reduce(np.sqrt(v)), np.array([0.0, 4.0])).tolist() == [0.0, 0.25]


def test_fmax_shares_among_ties_and_passes_over_nan() -> None:
    assert sg.grad_bp(np.fmax.reduce, np.array([2.0, np.nan, 2.0, 1.0])).tolist() == [0.5, 0.0, 0.5, 0.0]
    assert sg.grad_bp(np.fmin.reduce, np.array([np.nan, np.nan])).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"axis": None}, ValueError),
        ({"axis": (0, 1)}, ValueError),
        ({"axis": 2}, np.exceptions.AxisError),
        ({"where": X > 1}, ValueError),
    ],
)
def test_what_numpy_refuses_is_refused_in_its_words(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as plain:
        np.subtract.reduce(X, **options)
    with pytest.raises(error) as traced:
        sg.vjp(lambda v: np.subtract.reduce(v, **options))(X)

    assert str(plain.value) == str(traced.value)

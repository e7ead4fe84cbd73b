"""accumulate of every ufunc."""

import itertools
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

X = np.random.default_rng(5).uniform(0.4, 2.0, (3, 4))
EXTREMES = [np.maximum, np.minimum, np.fmax, np.fmin]
UFUNCS = [
    *EXTREMES,
    *(np.subtract, np.divide, np.float_power, np.remainder, np.fmod, np.hypot),
    *(np.logaddexp, np.logaddexp2, np.copysign, np.nextafter, np.heaviside),
]


def name(f: Any) -> str:
    return str(f.__name__)


@pytest.mark.parametrize("f", UFUNCS, ids=name)
def test_running_results_agree_with_differences(f: np.ufunc) -> None:
    check_gradient(f.accumulate, X)
    check_gradient(lambda v: f.accumulate(v, axis=-1), X[:, ::-2].astype(np.float32))
    check_gradient(lambda v: f.accumulate(v, dtype=np.float64), X[0].astype(np.float32))
    check_gradient(lambda v: f.accumulate(v, 1), X[:2, :3], order=2)
    check_gradient(f.accumulate, X[:1])
    check_gradient(f.accumulate, X[:0])


@pytest.mark.parametrize("f", [np.subtract, np.divide, np.float_power], ids=name)
def test_complex_numbers_too(f: np.ufunc) -> None:
    check_gradient(f.accumulate, X[:, :2] + 1j * X[:, 2:], order=2)


@pytest.mark.parametrize("f", [np.power, np.arctan2], ids=name)
def test_where_numpy_itself_is_wrong_nothing_is_differentiated(f: np.ufunc) -> None:
    x = np.concatenate([X, X, X]).astype(np.float32)
    with np.errstate(all="ignore"):  # powers of what was never there
        if np.allclose(f.accumulate(x), list(itertools.accumulate(x, f))):  # it depends on the processor
            check_gradient(f.accumulate, X)
            return
        with pytest.raises(MissingRuleError, match=rf"NumPy's {f.__name__}\.accumulate is wrong here"):
            sg.vjp(f.accumulate)(x)


@pytest.mark.parametrize("f", EXTREMES, ids=name)
def test_ties_share_equally_with_all_before_them(f: np.ufunc) -> None:
    x = np.array([1.0, 1.0, 1.0, 5.0, 2.0, 5.0])
    if f in (np.minimum, np.fmin):
        x = -x
    _, pullback = sg.vjp(lambda v: f.accumulate(v))(x)

    slopes = np.array([pullback(g) for g in np.eye(6)])
    expected = [
        [1, 0, 0, 0, 0, 0],
        [1 / 2, 1 / 2, 0, 0, 0, 0],
        [1 / 3, 1 / 3, 1 / 3, 0, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0, 0],
        [0, 0, 0, 1 / 2, 0, 1 / 2],
    ]
    assert slopes.tolist() == expected


def test_the_rows_of_a_matrix_do_not_tie_with_each_other() -> None:
    _, pullback = sg.vjp(lambda v: np.maximum.accumulate(v, axis=1))(np.full((2, 2), 3.0))

    assert pullback(np.array([[1.0, 2.0], [4.0, 6.0]])).tolist() == [[2.0, 1.0], [7.0, 3.0]]


def test_nan_stays_for_maximum_and_is_passed_over_by_fmax() -> None:
    x = np.array([np.nan, 1.0, np.nan, 2.0])
    for f, expected in ((np.maximum, [[1, 0, 0, 0], [1 / 2, 0, 1 / 2, 0]]), (np.fmax, [[1, 0, 0, 0], [0, 1, 0, 0]])):
        _, pullback = sg.vjp(lambda v, f=f: f.accumulate(v))(x)
        assert [pullback(np.eye(4)[i]).tolist() for i in (0, 2)] == expected


def test_infinite_slopes_of_what_is_not_extreme_are_not_asked_for() -> None:
    grad = sg.grad_bp(lambda v: np.maximum.accumulate(np.sqrt(v))[1], np.array([4.0, 0.0]))

    assert grad.tolist() == [0.25, 0.0]


def test_a_long_running_maximum_is_exact() -> None:
    x = np.random.default_rng(0).normal(size=2000)
    g = np.random.default_rng(1).normal(size=2000)
    _, pullback = sg.vjp(lambda v: np.maximum.accumulate(v))(x)

    owners = [int(np.argmax(x[: i + 1])) for i in range(2000)]
    np.testing.assert_allclose(pullback(g), np.bincount(owners, g, 2000), rtol=1e-12)  # summed in another order


def test_what_numpy_refuses_is_refused() -> None:
    with pytest.raises(np.exceptions.AxisError):
        sg.vjp(lambda v: np.hypot.accumulate(v, 2))(X)
    with pytest.raises(TypeError):
        sg.vjp(np.hypot.accumulate)(1.0)

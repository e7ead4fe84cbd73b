"""reduceat of every ufunc: segments in order, going back, of a single item."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.testing import check_gradient

X = np.random.default_rng(5).uniform(0.4, 2.0, (3, 5))
UFUNCS = [
    *(np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot, np.logaddexp, np.logaddexp2),
    *(np.subtract, np.divide, np.float_power, np.remainder, np.fmod, np.copysign, np.nextafter),
]
INDICES = [[0, 2, 4], [1, 3], [2, 0, 3, 3, 1], [4], [0, 4, 0], []]


@pytest.mark.parametrize("f", UFUNCS, ids=lambda f: f.__name__)
def test_segments_agree_with_differences(f: np.ufunc) -> None:
    for indices in INDICES:
        check_gradient(lambda v, i=indices: f.reduceat(v, np.array(i, int), axis=1), X)
    check_gradient(lambda v: f.reduceat(v, [0, 2, 1]), X[:, ::-2].astype(np.float32))
    check_gradient(lambda v: f.reduceat(v, [1, 0], -1), X[:2, :3], order=2)
    check_gradient(lambda v: f.reduceat(v, [0, 2], dtype=float), X[0].astype(np.float32))


@pytest.mark.parametrize("f", [np.add, np.multiply, np.subtract, np.divide], ids=lambda f: f.__name__)
def test_complex_numbers_too(f: np.ufunc) -> None:
    check_gradient(lambda v: f.reduceat(v, [0, 2]), X[0] + 1j * X[1], order=2)


@pytest.mark.parametrize("f", [np.maximum, np.fmax], ids=lambda f: f.__name__)
def test_ties_within_a_segment_share_equally(f: np.ufunc) -> None:
    _, pullback = sg.vjp(lambda v: f.reduceat(v, [0, 3, 1]))(np.array([2.0, 2.0, 1.0, 2.0, 5.0]))

    assert pullback(np.array([6.0, 8.0, 10.0])).tolist() == [3.0, 3.0, 0.0, 8.0, 10.0]
    x = np.array([np.nan, 1.0, np.nan, 2.0])
    expected = [1 / 2, 0.0, 1 / 2, 0.0] if f is np.maximum else [0.0, 0.0, 0.0, 1.0]
    assert sg.grad_bp(lambda v: f.reduceat(v, [0])[0], x).tolist() == expected


def test_infinite_slopes_of_what_is_not_extreme_are_not_asked_for() -> None:
    grad = sg.grad_bp(lambda v: np.sum(np.maximum.reduceat(np.sqrt(v), [0])), np.array([0.0, 4.0]))

    assert grad.tolist() == [0.0, 0.25]


def test_a_segment_of_one_item_is_the_item_itself() -> None:
    value, pullback = sg.vjp(lambda v: np.hypot.reduceat(v, [0, 1]))(np.array([-3.0, -4.0]))

    assert value.tolist() == [-3.0, -4.0]
    assert pullback(np.ones(2)).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("f", [np.add, np.maximum], ids=lambda f: f.__name__)
def test_an_index_beyond_the_axis_is_refused_in_numpys_words(f: Any) -> None:
    for indices in ([0, 5], [-1]):
        with pytest.raises(IndexError, match="out-of-bounds"):
            sg.vjp(lambda v, i=indices: f.reduceat(v, i, axis=1))(X)

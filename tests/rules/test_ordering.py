"""Sorting, partitioning, distinct values: along every axis, with ties, at every order."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

X = np.random.default_rng(3).permutation(np.linspace(-2.0, 2.1, 15)).reshape(3, 5)  # far from ties
CASES: list[tuple[str, Callable[..., Any]]] = [
    ("sort", np.sort),
    ("sort first axis", lambda v: np.sort(v, axis=0)),
    ("sort negative axis", lambda v: np.sort(v, -2)),
    ("sort flat", lambda v: np.sort(v, axis=None)),
    ("stable", lambda v: np.sort(v, stable=True)),
    ("kind", lambda v: np.sort(v, kind="heapsort")),
    ("descending", lambda v: np.sort(v)[..., ::-1]),
    ("partition", lambda v: np.partition(v, 2)),
    ("partition first axis", lambda v: np.partition(v, 1, axis=0)),
    ("partition flat", lambda v: np.partition(v, (3, 7), axis=None)),
    ("partition from the end", lambda v: np.partition(v, -2, axis=-1)),
    ("argsort", lambda v: v[:, np.argsort(v[0])]),
    ("method", lambda v: v[:, v[0].argsort()]),
    ("sort_complex", lambda v: np.sort_complex(v)),
    ("unique", np.unique),
    ("unique rows", lambda v: np.unique(v, axis=0)),
    ("unique columns", lambda v: np.unique(v, axis=-1)),
]


@pytest.mark.parametrize("f", [f for _, f in CASES], ids=[name for name, _ in CASES])
def test_orders(f: Callable[..., Any]) -> None:
    check_gradient(f, X)
    check_gradient(lambda v: f(v**2), X, order=2)
    check_gradient(f, X[:, ::-1].astype(np.float32))
    check_gradient(f, np.asfortranarray(X))


@pytest.mark.feature(121)
def test_ties_in_a_sort_lose_and_double_nothing() -> None:
    g = np.array([2.0, 3.0, 5.0, 7.0])

    grad: Any = sg.vjp(np.sort)(np.array([1.0, 0.0, 1.0, 1.0]))[1](g)

    assert sorted(grad) == [2.0, 3.0, 5.0, 7.0]
    assert grad[1] == 2.0


def test_nan_and_infinity_are_sorted_as_numpy_does() -> None:
    x = np.array([np.nan, 1.0, -np.inf, np.inf])

    np.testing.assert_array_equal(sg.vjp(np.sort)(x)[1](np.array([2.0, 3.0, 5.0, 7.0])), [7.0, 3.0, 2.0, 5.0])


def test_unique_tells_where_its_values_are() -> None:
    x = np.array([3.0, 1.0, 3.0, 2.0])

    def loss(v: sg.Array) -> sg.Scalar:
        values, index, inverse, counts = np.unique(v, return_index=True, return_inverse=True, return_counts=True)
        np.testing.assert_array_equal(index, [1, 3, 0])
        np.testing.assert_array_equal(inverse, [2, 0, 2, 1])
        return np.sum(values * counts)

    np.testing.assert_array_equal(sg.grad_bp(loss, x), [2.0, 1.0, 0.0, 1.0])
    values, counts = np.unique(x, return_counts=True)
    assert sg.backprop(loss, x)[0] == np.sum(values * counts)


def test_a_wrong_axis_is_numpys_error() -> None:
    for f in (lambda v: np.sort(v, axis=2), lambda v: np.partition(v, 1, axis=-3), lambda v: np.unique(v, axis=5)):
        with pytest.raises(np.exceptions.AxisError):
            sg.vjp(f)(X)


@pytest.mark.parametrize("f", [np.union1d, np.intersect1d, np.setdiff1d, np.setxor1d])
def test_sets_are_refused_with_a_way_out(f: Callable[..., Any]) -> None:
    with pytest.raises(LostGradientError, match=r"np\.unique"):
        sg.grad_bp(lambda v: np.sum(f(v, X[0])), X)

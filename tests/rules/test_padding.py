"""Padding: against central differences, twice."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
Row = tuple[str, Function, tuple[Any, ...]]
# (name, function, shapes of its arguments); float is a Python float.
PADDING: list[Row] = [
    *(
        (f"{mode}", lambda a, mode=mode: np.pad(a, ((1, 2), (0, 3)), mode), ((3, 4),))  # pyright: ignore[reportArgumentType, reportCallIssue]  # one of the literals below
        for mode in ("constant", "edge", "reflect", "symmetric", "wrap", "linear_ramp", "maximum", "minimum", "median")
    ),
    ("mean", lambda a: np.pad(a, 2, "mean", stat_length=((2, 1), (3, 9))), ((3, 4),)),
    ("median near", lambda a: np.pad(a, 2, "median", stat_length=((2, 1), (3, 9))), ((3, 4),)),
    ("maximum near", lambda a: np.pad(a, 1, "maximum", stat_length=2), ((3, 4),)),
    ("empty", lambda a: np.pad(a, 1, "empty")[1:-1], ((3,),)),
    ("far by reflection", lambda a: np.pad(a, (7, 9), "reflect"), ((4,),)),
    ("far by symmetry", lambda a: np.pad(a, (7, 9), "symmetric"), ((4,),)),
    ("far around", lambda a: np.pad(a, (7, 9), "wrap"), ((4,),)),
    ("numbers", lambda a: np.pad(a, 1, constant_values=((1, 2), (3, 4))), ((3, 4),)),
    ("a traced number", lambda a, b: np.pad(a, ((1, 2), (0, 3)), constant_values=b), ((3, 4), float)),
    ("a pair", lambda a, b, c: np.pad(a, 1, constant_values=(b, c)), ((3, 4), float, float)),
    ("pairs", lambda a, b: np.pad(a, 1, constant_values=((b, 2.0), (b * b, 1.0))), ((3, 4), float)),
    ("ramps", lambda a, b: np.pad(a, (1, 3), "linear_ramp", end_values=(b, 2.0)), ((3, 4), float)),
    ("a dict", lambda a: np.pad(a, {-1: (1, 2)}, "edge"), ((3, 4),)),
    ("each axis", lambda a: np.pad(a, [[1], [2]], "edge"), ((3, 4),)),
]
ROWS = [pytest.param(f, shapes, id=name) for name, f, shapes in PADDING]


def values(shapes: tuple[Any, ...]) -> list[Any]:
    rng = np.random.default_rng(1)
    return [float(rng.normal()) if shape is float else rng.normal(size=shape) for shape in shapes]


@pytest.mark.feature(131)
@pytest.mark.parametrize(("f", "shapes"), ROWS)
def test_padding_agrees_with_differences_to_second_order(f: Function, shapes: tuple[Any, ...]) -> None:
    check_gradient(lambda *x: f(*x) ** 2, *values(shapes), order=2)


@pytest.mark.parametrize(("f", "shapes"), ROWS)
def test_float32_stays_float32(f: Function, shapes: tuple[Any, ...]) -> None:
    at = [np.float32(x) if isinstance(x, float) else x.astype(np.float32) for x in values(shapes)]
    y, pullback = sg.vjp(lambda x: f(*x))(at)

    assert f(*at).dtype == y.dtype == np.float32
    assert [(type(x), np.float32) for x in at] == [(type(g), g.dtype) for g in pullback(y)]


@pytest.mark.parametrize("f", [lambda a: np.pad(a, 1), lambda a: np.pad(a, ((0, 0), (1, 1)), "edge")])
def test_arrays_of_no_items_have_gradients_of_no_items(f: Function) -> None:
    x = np.zeros((0, 3))
    y, pullback = sg.vjp(f)(x)

    assert f(x).shape == y.shape
    assert (0, 3) == pullback(np.ones(y.shape)).shape


def test_ties_of_a_median_frame_share() -> None:
    grad = sg.grad_bp(lambda a: np.pad(a, (1, 0), "median")[0], np.array([2.0, 1.0, 2.0, 5.0]))

    assert grad.tolist() == [0.5, 0.0, 0.5, 0.0]


@pytest.mark.parametrize("mode", ["constant", "reflect", "mean", "median"])
def test_views_with_gaps_are_as_good_as_arrays(mode: Any) -> None:
    check_gradient(lambda a: np.pad(a, 2, mode) ** 2, values(((8, 6),))[0].T[::2, ::-2])


def test_padding_that_cannot_be_differentiated_is_refused_by_the_name_of_its_mode() -> None:
    with pytest.raises(MissingRuleError, match="mode='reflect', reflect_type='odd'"):
        sg.grad_bp(lambda x: np.sum(np.pad(x, 1, "reflect", reflect_type="odd")), np.ones(3))
    with pytest.raises(MissingRuleError, match=r"function for its mode \(test_padding.* Use np.concatenate"):
        sg.grad_bp(lambda x: np.sum(np.pad(x, 1, lambda *args: None)), np.ones(3))
    with pytest.raises(ValueError, match="'mirror' is not supported"):
        sg.grad_bp(lambda x: np.sum(np.pad(x, 1, "mirror")), np.ones(3))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # no mode
    with pytest.raises(TypeError, match="stat_length"):
        sg.grad_bp(lambda x: np.sum(np.pad(x, 1, "edge", stat_length=1)), np.ones(3))

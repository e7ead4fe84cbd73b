"""nan_origin: the first number that is not finite, its line, and the leaves it comes from."""

import sys
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.transforms.events import Origin
from structgrad.transforms.origin import nan_origin

NAN, INF = float("nan"), float("inf")


def line() -> str:
    """The line of the caller, as reports name it."""
    return f"test_origin.py:{sys._getframe(1).f_lineno}"


def phases(origin: Origin) -> list[str]:
    return [event.phase for event in origin.events]


def test_the_first_operation_that_makes_one_is_named_with_line_shapes_and_paths() -> None:
    here = ""

    def loss(p: Any, x: Any) -> Any:
        nonlocal here
        h = p["w"] @ x + p["b"]
        h, here = np.log(h), line()
        return np.sum(np.exp(h)) * p["unused"] * 0.0

    p = {"w": np.array([[1.0, 0.0], [0.0, -1.0]]), "b": np.zeros(2), "unused": 1.0}
    (event,) = nan_origin(loss)(p, np.array([1.0, 2.0])).events

    assert (event.phase, event.operation, event.line) == ("forward", "log", here)
    assert np.isnan(event.value)
    assert event.index == (1,)
    assert event.kinds == ("float64[2]", "float64[2]")
    assert event.paths == ("['w']", "['b']")
    assert str(event) == f"forward: log ({here}) makes nan at [1], float64[2] of (float64[2]), from ['w'], ['b']"


def test_an_infinity_comes_first_and_then_the_nan_that_is_born_of_it() -> None:
    origin = nan_origin(lambda x: np.sum(np.exp(x) / (np.exp(x) + 1.0)))(np.array([1.0, 1000.0]))

    assert phases(origin) == ["forward", "nan"]
    assert [(e.operation, e.index) for e in origin.events] == [("exp", (1,)), ("divide", (1,))]
    assert origin.events[0].value == INF
    assert np.isnan(origin.events[1].value)


def test_of_an_infinity_and_a_nan_the_nan_is_shown() -> None:
    (event,) = nan_origin(lambda x: np.sum(np.log(x)))(np.array([0.0, -1.0])).events

    assert np.isnan(event.value)
    assert event.index == (1,)


def test_a_nan_that_is_given_after_an_infinity_is_told_as_given() -> None:
    origin = nan_origin(lambda x: np.exp(x) + x * NAN)(1000.0)

    assert phases(origin) == ["forward", "constant"]
    assert [event.operation for event in origin.events] == ["exp", "multiply"]


def test_where_the_value_is_finite_the_first_bad_cotangent_is_named() -> None:
    here = ""

    def loss(p: Any) -> Any:
        nonlocal here
        h = p["a"] * p["b"]
        h, here = np.sqrt(h), line()
        return np.sum(h * 3.0) + p["c"]

    (event,) = nan_origin(loss)({"a": np.array([4.0, 0.0]), "b": 1.0, "c": 0.0}).events

    assert (event.phase, event.operation, event.line) == ("backward", "sqrt", here)
    assert (event.value, event.index, event.paths) == (INF, (1,), ("['a']", "['b']"))
    assert str(event) == (
        f"backward: the pullback of sqrt ({here}) makes inf at [1] for its input float64[2], which is of ['a'], ['b']"
    )


def test_an_infinity_that_the_value_survives_is_told_with_the_cotangent_that_does_not() -> None:
    origin = nan_origin(lambda x: 1.0 / (1.0 + np.exp(x)))(1000.0)

    assert phases(origin) == ["forward", "backward"]
    assert [e.operation for e in origin.events] == ["exp", "exp"]


@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_leaf_that_is_bad_from_the_start_is_told_as_such(bad: float) -> None:
    origin = nan_origin(lambda p: np.sum(p["w"][1] ** 2) * p["b"])({"w": [1.0, np.array([2.0, bad])], "b": 3.0})

    assert phases(origin) == ["leaf"]
    assert str(origin) == f"leaf: ['w'][1] is {bad} at [1], float64[2]"


def test_so_is_a_constant() -> None:
    here = ""

    def loss(x: Any) -> Any:
        nonlocal here
        data = np.array([[1.0, 2.0], [NAN, 3.0]])
        h, here = np.concatenate([x, data]), line()
        return np.sum(h)

    (event,) = nan_origin(loss)(np.ones((1, 2))).events

    assert str(event) == f"constant: concatenate ({here}) is given nan at [1, 0], float64[2, 2]"
    assert str(nan_origin(lambda x: NAN)(1.0)) == "constant: return is given nan, float64"


@pytest.mark.parametrize(
    "loss",
    [
        lambda x: np.sum(x * x),
        lambda x: (np.log(x * 0.0), np.sum(x))[1],  # nobody reads the logarithm
        lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)),  # nor does the value ask for these
        lambda x: np.sum(np.exp(np.where(x > 0, x, -INF))),  # an infinity that is meant
        lambda x: {"text": "t", "n": 3, "x": x},
    ],
)
def test_nothing_is_told_while_value_and_gradient_are_finite(loss: Any) -> None:
    origin = nan_origin(loss)(np.array([1.0, 0.0]))

    assert not origin
    assert str(origin) == "all numbers are finite"


def test_cotangents_in_pieces_and_in_lists_are_looked_at() -> None:
    def by_items(x: Any) -> Any:
        return np.sqrt(x[0]) + np.sqrt(x[1])

    def by_lists(x: Any) -> Any:
        a, b = np.split(np.concatenate([np.sqrt(x), x]), 2)
        return np.sum(a) + np.sum(b)

    for loss in (by_items, by_lists):
        (event,) = nan_origin(loss)(np.array([1.0, 0.0])).events
        assert (event.phase, event.operation) == ("backward", "sqrt")


def test_what_the_value_does_not_depend_on_is_not_blamed() -> None:
    def loss(p: Any) -> Any:
        np.log(p["x"] * 0.0)
        return np.arccosh(p["x"])

    (event,) = nan_origin(loss)({"unused": NAN, "x": 0.5}).events

    assert (event.phase, event.operation, event.paths) == ("forward", "arccosh", ("['x']",))


def test_a_bad_cotangent_that_reaches_no_leaf_is_not_blamed() -> None:
    def loss(p: Any) -> Any:
        root = np.cbrt(p["y"])
        masked = np.where(p["x"] > 0, p["x"], 0.0)  # which drops the infinite slope of sqrt
        return root + np.sum(np.sqrt(masked))

    (event,) = nan_origin(loss)({"x": np.array([1.0, 0.0]), "y": 0.0}).events

    assert (event.operation, event.paths) == ("cbrt", ("['y']",))


def test_complex_numbers_and_any_struct_as_value_are_taken() -> None:
    origin = nan_origin(lambda p: {"z": np.log(p["z"]), "rest": [p["x"]]})({"z": np.array([1j, 0j]), "x": 1.0})

    assert phases(origin) == ["forward"]
    assert origin.events[0].kinds == ("complex128[2]", "complex128[2]")


def test_a_gradient_can_be_asked_for_the_origin_of_its_own() -> None:
    slope = sg.grad_bp(lambda x: np.sum(x**1.5))

    (event,) = nan_origin(slope)(np.array([0.0, 1.0])).events

    assert (event.phase, event.operation, event.value) == ("backward", "power", INF)


def test_a_block_under_checkpoint_counts_as_one_operation() -> None:
    def block(x: Any) -> Any:
        return np.log(x) * 2.0

    (event,) = nan_origin(lambda x: np.sum(sg.checkpoint(block)(x)))(np.array([1.0, -1.0])).events

    assert event.operation == "block"


def test_errors_of_the_function_and_of_its_arguments_pass() -> None:
    with pytest.raises(ZeroDivisionError):
        nan_origin(lambda x: x / 0)(1.0)
    with pytest.raises(sg.StructgradError, match="nothing to differentiate"):
        nan_origin(lambda x: x)(1)


def test_numpy_does_not_warn_meanwhile() -> None:
    nan_origin(lambda x: np.sum(np.log(x)))(np.array([0.0, -1.0]))  # a warning is an error in these tests

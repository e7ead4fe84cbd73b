"""A loss or gradient that is not finite is told with its origin before a step is made by it."""

import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import optim


def mean_log(p: Any, x: Any) -> Any:
    return -np.mean(np.log(p["w"] * x)) + p["b"] * 0.0


START: Any = {"w": np.ones(2), "b": 0.5}
BATCHES = [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([1.0, 0.0]), np.array([1.0, 1.0])]


def test_a_loss_that_is_not_finite_is_told_with_line_operation_and_leaf() -> None:
    states = optim.descend(mean_log, START, BATCHES, optim.sgd(0.1))
    with np.errstate(all="ignore"):
        last = [next(states), next(states)][-1]
        with pytest.raises(optim.NotFiniteError) as found:
            next(states)
    text = str(found.value)
    assert "after 2 steps the loss is inf; no step was made by it\n" in text
    assert "forward: log (test_not_finite.py:" in text
    assert "makes -inf at [1]" in text
    assert "from ['w']" in text
    assert found.value.origin.events[0].operation == "log"
    assert np.all(np.isfinite(last.params["w"]))
    assert isinstance(found.value, sg.StructgradError | FloatingPointError)


def test_a_gradient_that_is_not_finite_is_refused_though_the_loss_is_fine() -> None:
    def loss(p: Any, x: Any) -> Any:
        return np.sum(np.sqrt(p["w"] * x)) + p["b"]

    states = optim.descend(loss, START, [np.ones(2), np.array([1.0, 0.0])], optim.sgd(0.1))
    last = next(states)
    with np.errstate(all="ignore"), pytest.raises(optim.NotFiniteError) as found:
        next(states)
    assert f"after 1 steps the loss is {np.sqrt(0.95) + 0.4}" in str(found.value)
    assert "its gradient at ['w'] is not finite" in str(found.value)
    assert "backward: the pullback of sqrt (test_not_finite.py:" in str(found.value)
    assert np.all(np.isfinite(last.params["w"]))


@pytest.mark.parametrize("inplace", [False, True])
def test_nothing_is_written_by_a_gradient_that_is_refused(inplace: bool) -> None:
    params: Any = {"w": np.array([1.0, 0.0]), "b": 0.5}
    states = optim.descend(lambda p, x: np.sum(np.sqrt(p["w"])), params, [0], optim.sgd(0.1), inplace=inplace)
    with np.errstate(all="ignore"), pytest.raises(optim.NotFiniteError):
        next(states)
    assert params["w"].tolist() == [1.0, 0.0]


WILD: dict[str, Any] = {
    "an array of many": np.where(np.arange(10_000) == 7_777, np.nan, 1.0).reshape(100, 100),
    "float32": np.array([1.0, np.inf], np.float32),
    "complex": np.array([1.0, 1.0 + 1j * np.inf]),
    "a number": float("nan"),
    "a NumPy number": np.float32(np.inf),
    "infinities of both signs": np.array([np.inf, -np.inf]),
    "rank 0": np.array(np.nan),
    "not contiguous": np.array([[1.0, np.nan], [1.0, 1.0]])[:, 1],
}


@pytest.mark.parametrize("name", WILD)
def test_one_number_in_a_slope_is_enough(name: str) -> None:
    slope = WILD[name]
    plain = np.ones_like(slope) if isinstance(slope, np.ndarray) else type(slope)(1)

    @sg.op
    def steep(w: Any) -> Any:
        return 1.0, lambda g: slope

    params: Any = [1.0, {"w": plain}]
    states = optim.descend(lambda p, x: p[0] + steep(p[1]["w"]), params, [0], optim.sgd(0.1))
    with pytest.raises(optim.NotFiniteError, match=r"its gradient at \[1\]\['w'\] is not finite"):
        next(states)


@pytest.mark.parametrize("huge", [np.full(9, 1e300), np.full(9, 1e38, np.float32), np.full(9, 6e4, np.float16)])
def test_a_slope_whose_square_overflows_is_finite(huge: Any) -> None:
    @sg.op
    def steep(w: Any) -> Any:
        return 1.0, lambda g: huge

    for s in optim.descend(lambda w, x: steep(w), huge * 0, [0], optim.sgd(1.0)):
        assert np.array_equal(s.params, -huge)


def test_leaves_that_are_no_floats_are_looked_at_too() -> None:
    params: Any = {"d": Fraction(3), "n": 1}
    for s in optim.descend(lambda p, x: p["d"] * p["d"], params, [0], optim.sgd(0.5)):
        assert s.params == {"d": Fraction(0), "n": 1}


def test_rows_of_a_table_are_looked_at() -> None:
    def loss(p: Any, ids: Any) -> Any:
        return np.sum(np.sqrt(p["table"][ids]))

    table = np.ones((5, 2))
    table[3] = 0.0
    states = optim.descend(loss, {"table": table}, [np.array([1, 1]), np.array([3, 1])], optim.sgd(0.1), sparse=True)
    assert next(states).params["table"][1].tolist() == [0.9, 0.9]
    with np.errstate(all="ignore"), pytest.raises(optim.NotFiniteError, match=r"gradient at \['table'\]"):
        next(states)


def test_a_loss_that_is_finite_the_second_time_is_called_random() -> None:
    values = iter([np.nan, 1.0])
    states = optim.descend(lambda w, x: w * next(values), 1.0, [0], optim.sgd(0.1))
    with pytest.raises(optim.NotFiniteError, match=r"the loss is nan.*\n.*all is finite: the loss is random"):
        next(states)


def test_the_error_travels_between_processes() -> None:
    states = optim.descend(lambda w, x: np.log(w) * x, 1.0, [np.nan], optim.sgd(0.1))
    with pytest.raises(optim.NotFiniteError) as found:
        next(states)
    again = pickle.loads(pickle.dumps(found.value))
    assert (str(again), str(again.origin)) == (str(found.value), str(found.value.origin))

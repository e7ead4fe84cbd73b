"""Ways out of a run: each raises, and says what, where, and what to do instead."""

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError, UnknownLeafError


def refusal(f: Any, p: Any = None) -> str:
    with pytest.raises(LostGradientError) as caught:
        sg.grad_bp(f)({"w": np.array([1.0, 2.0]), "s": 0.5} if p is None else p)
    return str(caught.value)


@pytest.mark.feature(74)
def test_conversions_to_python_numbers_name_the_leaf_the_line_and_the_way_out() -> None:
    for f in (
        lambda p: float(p["s"]),
        lambda p: int(p["s"]),
        lambda p: complex(p["s"]),
        lambda p: math.sin(p["s"]),
        lambda p: p["s"].item(),
        lambda p: list(range(p["s"])),
    ):
        text = refusal(f)
        assert "['s']" in text
        assert "(test_refuse.py:" in text
        assert "stop_gradient" in text
    assert "np.sin" in refusal(lambda p: math.sin(p["s"]))


@pytest.mark.feature(74)
def test_a_dtype_that_would_drop_the_gradient_is_refused() -> None:
    for f in (
        lambda p: np.asarray(p["w"], dtype=float),
        lambda p: np.array([p["s"], p["s"]], dtype=float),
        lambda p: np.float64(p["s"]),
    ):
        assert "would forget the gradient" in refusal(f) or "would forget its gradient" in refusal(f)


@pytest.mark.feature(74)
def test_writes_into_plain_arrays_say_like() -> None:
    def item(p: Any) -> Any:
        z = np.zeros(3)
        z[0] = p["s"]
        return np.sum(z)

    def part(p: Any) -> Any:
        z = np.zeros(3)
        z[:2] = p["w"]
        return np.sum(z)

    def accumulate(p: Any) -> Any:
        z = np.zeros(2)
        z += p["w"]
        return np.sum(z)

    assert "np.zeros(3, like=v)" in refusal(item)
    assert "np.zeros(3, like=v)" in refusal(part)
    assert "out=" in refusal(accumulate)
    assert "np.zeros(3, like=v)" in refusal(accumulate)
    assert "out=" in refusal(lambda p: np.add(p["s"], 1.0, out=np.zeros(())))
    assert "out=" in refusal(lambda p: np.sum(p["w"], out=np.zeros(())))


def test_memory_cannot_be_changed() -> None:
    assert "fixed within a run" in refusal(lambda p: p["w"].resize(3))


def test_the_operation_is_named_where_the_value_is_no_leaf() -> None:
    assert "the result of tanh" in refusal(lambda p: float(np.tanh(p["s"])))


@pytest.mark.feature(76)
def test_repr_shows_value_and_slot_and_pickling_is_refused() -> None:
    shown: list[str] = []

    def show_and_pickle(p: Any) -> Any:
        shown.append(repr(p["s"] * 2.0))
        return pickle.dumps(p["s"])

    refusal(show_and_pickle)
    assert shown == ["Traced(1.0, %2)"]
    assert "pickled" in refusal(lambda p: pickle.dumps(p["w"]))
    texts: list[str] = []

    def show(x: Any) -> Any:
        texts.append(f"{x:.2f} {x}")
        return x

    sg.grad_bp(show)(0.5)
    assert texts == ["0.50 0.5"]


@pytest.mark.feature(76)
def test_copies_stay_on_the_tape() -> None:
    assert sg.grad_bp(lambda x: copy.copy(x) * copy.deepcopy({"x": x})["x"])(3.0) == 6.0
    assert np.array_equal(sg.grad_bp(lambda v: np.sum(v.copy() * v))(np.array([3.0])), [6.0])


def test_an_unknown_object_in_a_struct_is_named_with_its_path() -> None:
    with pytest.raises(UnknownLeafError, match=r"\.?\['rng'\] is a numpy.random.*Generator.*Static"):
        sg.grad_bp(lambda p: p["w"])({"w": 1.0, "rng": np.random.default_rng(0)})


@pytest.mark.feature(73)
def test_numpy_functions_take_traced_values_or_raise_by_name() -> None:
    assert sg.grad_bp(lambda x: np.sin(x))(0.0) == 1.0
    unknown = np.linalg._umath_linalg.det  # a ufunc that no rule can know
    with pytest.raises(MissingRuleError, match=r"no rule for .*float64\[2, 2\].*test_refuse.py:\d+"):
        sg.grad_bp(lambda x: unknown(x))(np.eye(2))


@pytest.mark.feature(68)
def test_comparisons_truth_and_hash_are_those_of_the_value() -> None:
    def f(v: Any) -> Any:
        assert bool(v < 3.0)
        assert v == 2.0
        assert (v != 2.0) is np.False_ or (v != 2.0) is False
        assert hash(v) == hash(2.0)
        assert {2.0: True}[v]
        return v

    assert sg.grad_bp(f)(2.0) == 1.0

    def g(v: Any) -> Any:
        assert (v > 1.5).tolist() == [False, True]
        assert type(v > 1.5) is np.ndarray
        if v > 1.5:
            raise AssertionError
        return np.sum(v)

    with pytest.raises(ValueError, match="ambiguous"):
        sg.grad_bp(g)(np.array([1.0, 2.0]))
    with pytest.raises(TypeError, match="unhashable"):
        sg.grad_bp(lambda v: {v: 1}[v])(np.ones(2))


def test_traced_values_pass_for_what_they_stand_for() -> None:
    def f(p: Any) -> Any:
        assert isinstance(p["w"], np.ndarray)
        assert isinstance(p["s"], float)
        assert (p["w"].shape, p["w"].dtype, p["w"].ndim, p["w"].size) == ((2,), np.float64, 1, 2)
        match p["s"]:
            case float():
                pass
            case _:
                raise AssertionError
        return np.sum(p["w"]) * p["s"]

    assert sg.grad_bp(f)({"w": np.ones(2), "s": 2.0})["s"] == 2.0

"""Constants are told apart by their words, and the words are the same in every process."""

import datetime
import enum
import functools
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from structgrad.saving.constants import constant_rows


class Act(enum.Enum):
    RELU = 1
    TANH = 2


class Level(enum.IntEnum):
    LOW = 1


class Text(str):
    __slots__ = ()

    def __repr__(self) -> str:
        return object.__repr__(self)


class Callable_:
    def __call__(self, x: Any) -> Any:
        return x

    def method(self) -> None: ...


def leaky(slope: float, x: Any) -> Any:
    return x * slope


STRINGS = np.array(["a", "b"], dtype=np.dtypes.StringDType())


@pytest.mark.parametrize(
    ("constant", "words"),
    [
        ("relu", "'relu'"),
        ("\ud800\n", "'\\ud800\\n'"),
        (b"x", "b'x'"),
        (None, "None"),
        (..., "Ellipsis"),
        (3, "3"),
        (True, "True"),
        (-0.0, "-0.0"),
        (0.1 + 1j, "(0.1+1j)"),
        (Fraction(1, 3), "Fraction(1, 3)"),
        (range(3), "range(0, 3)"),
        (slice(1, None), "slice(1, None, None)"),
        (datetime.date(2024, 1, 2), "datetime.date(2024, 1, 2)"),
        (Text("relu"), "'relu'"),
        (Act.RELU, "Act.RELU"),
        (Level.LOW, "Level.LOW"),
        (np.float32(0.1), "0.1 (float32)"),
        (np.str_("a"), "a (str_)"),
        (np.datetime64("2024-01-02"), "2024-01-02 (datetime64)"),
        (np.dtype("f4"), "float32 (Float32DType)"),
        (np.tanh, "tanh"),
        (np.linalg.norm, "norm"),
        (len, "len"),
        (leaky, "leaky"),
        (Callable_, "class Callable_"),
        (Callable_(), "object of class Callable_"),
        (Callable_().method, "Callable_.method"),
        (object(), "object of class object"),
    ],
)
def test_a_constant_is_one_row(constant: Any, words: str) -> None:
    assert constant_rows(".x", constant) == [(".x", words)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (functools.partial(leaky, 0.1), functools.partial(leaky, 0.2)),
        (functools.partial(leaky, x=0.1), functools.partial(leaky, slope=0.1)),
        (functools.partial(leaky), functools.partial(len)),
        ([functools.partial(print, functools.partial(len))], [functools.partial(print, functools.partial(abs))]),
        ({"a", "b"}, {"a", "c"}),
        ({1}, frozenset({1})),
        (frozenset({(1, 2)}), frozenset({(1, 3)})),
        (np.zeros(3), np.array([0.0, 0.0, -0.0])),
        (np.zeros(3), np.zeros(3, np.float32)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.array(["a", "b"]), np.array(["a", "c"])),
        (STRINGS, STRINGS[::-1]),
        (np.zeros(2, "M8[s]"), np.zeros(2, "M8[D]")),
        (np.zeros(2, "i4,f8"), np.ones(2, "i4,f8")),
    ],
)
def test_other_constants_have_other_rows(a: Any, b: Any) -> None:
    assert constant_rows("", a) != constant_rows("", b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        (np.arange(6.0)[::2], np.array([0.0, 2.0, 4.0], ">f8")),
        (np.array(["a", "b"], "<U1"), np.array(["a", "b"], ">U1")),
        (STRINGS, STRINGS[::-1][::-1]),
        (functools.partial(leaky, 0.1), functools.partial(leaky, 0.1)),
        ({"a", "b", "c"}, {"c", "b", "a"}),
        (float("nan"), -float("nan")),
    ],
)
def test_equal_constants_have_equal_rows(a: Any, b: Any) -> None:
    assert constant_rows("", a) == constant_rows("", b)


def test_rows_of_a_set_do_not_depend_on_the_process() -> None:
    code = "from structgrad.saving.constants import constant_rows; print(constant_rows('', [set('abcdef'), {None, 1}]))"

    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(printed) == 1

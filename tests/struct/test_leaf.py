"""Leaves: which have a slope, what their gradient is, and classes of one's own."""

import datetime
import enum
import functools
import math
import pathlib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import NothingToDifferentiateError, StructMismatchError, UnknownLeafError


class Length(float):
    """A float by another name."""

    def __new__(cls, metres: float) -> "Length":
        raise AssertionError("__new__ ran")


NUMBERS = [
    3.0,
    np.float64(3.0),
    np.float32(3.0),
    np.float16(3.0),
    np.longdouble(3.0),
    Fraction(3),
    Decimal(3),
    float.__new__(Length, 3.0),
]


@pytest.mark.feature(3, 46, 48)
@pytest.mark.parametrize("x", NUMBERS, ids=lambda x: type(x).__name__)
def test_a_gradient_has_the_class_of_its_number(x: Any) -> None:
    grad = sg.grad_bp(lambda s: s["x"] * s["x"], {"x": x})

    assert type(grad["x"]) is type(x)
    assert grad == {"x": 6.0}
    assert type(sg.zero(x)) is type(sg.one(x)) is type(sg.add(x, x)) is type(x)


@pytest.mark.feature(46)
def test_gradients_of_fractions_are_exact() -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    grad = sg.grad_bp(cube, Fraction(1, 3))

    assert (type(grad), grad) == (Fraction, Fraction(1, 3))


@pytest.mark.feature(46, 143)
def test_the_gradient_by_a_complex_number_is_the_direction_of_ascent() -> None:
    z = 1.0 + 2.0j

    grad = sg.grad_bp(lambda z: np.abs(z) ** 2, z)

    assert type(grad) is complex
    assert grad == 2.0 * z


@pytest.mark.feature(48)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("shape", [(), (0, 3), (2,), (2, 3), (1, 1, 2, 2)])
def test_a_gradient_has_the_shape_and_dtype_of_its_array(shape: tuple[int, ...], dtype: Any) -> None:
    x = np.ones(shape, dtype)

    grad = sg.grad_bp(lambda x: np.sum(x * x), x)

    assert (type(grad), grad.shape, grad.dtype) == (np.ndarray, shape, dtype)
    assert np.all(grad == 2.0)


DISCRETE = [3, True, 2**70, np.int8(5), np.uint8(5), np.bool_(True), np.arange(3), np.array([True, False])]


@pytest.mark.feature(45)
@pytest.mark.parametrize("leaf", DISCRETE, ids=repr)
def test_whole_numbers_and_truths_have_gradient_zero_of_their_own_class(leaf: Any) -> None:
    grad = sg.grad_bp(lambda s: s["x"] * s["x"], {"x": 3.0, "leaf": leaf})

    assert type(grad["leaf"]) is type(leaf)
    assert getattr(grad["leaf"], "dtype", None) == getattr(leaf, "dtype", None)
    assert not np.any(grad["leaf"])


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


class Lookup:
    """Something to be called, with settings that are no numbers with a slope."""

    def __init__(self) -> None:
        self.names = ["a", "b"]
        self.names_again = self.__dict__

    def __call__(self, i: int) -> str:
        return self.names[i]


STATIC = [
    "text",
    b"bytes",
    None,
    Colour.RED,
    Size.BIG,
    np.tanh,
    len,
    math.sin,
    lambda x: x,
    functools.partial(np.clip, a_min=0.0),
    Lookup(),
    float,
    ...,
    slice(1, 2),
    range(3),
    {1, 2},
    frozenset("ab"),
    np.dtype(float),
    pathlib.PurePosixPath("a/b"),
    datetime.date(2020, 1, 1),
    datetime.timedelta(1),
    np.datetime64("2020-01-01"),
    np.timedelta64(3, "D"),
    np.str_("text"),
    np.array(["a", "b"]),
    np.array(["2020-01-01"], dtype="datetime64[D]"),
]


@pytest.mark.feature(47, 50)
@pytest.mark.parametrize("leaf", STATIC, ids=repr)
def test_what_has_no_slope_is_carried_along(leaf: Any) -> None:
    grad = sg.grad_bp(lambda s: s["x"] * s["x"], {"x": 3.0, "leaf": leaf})

    assert grad["leaf"] is leaf
    assert sg.zero(leaf) is leaf
    assert sg.one(leaf) is leaf
    assert sg.add(leaf, leaf) is leaf


@pytest.mark.feature(50)
def test_functions_are_carried_and_two_different_ones_do_not_add() -> None:
    assert sg.add([math.sin], [math.sin]) == [math.sin]
    with pytest.raises(StructMismatchError, match=r"at \[0\]: .*sin.* and .*cos"):
        sg.add([math.sin], [math.cos])
    with pytest.raises(StructMismatchError):
        sg.add(np.array(["a", "b"]), np.array(["a", "c"]))
    assert list(sg.add(np.array(["a", "b"]), np.array(["a", "b"]))) == ["a", "b"]


def test_a_callable_that_holds_numbers_is_not_passed_over() -> None:
    class Scaled:
        def __init__(self) -> None:
            self.options = {"w": [np.ones(2)]}

        def __call__(self, x: float) -> float:
            return x

    struct: dict[str, Any] = {"x": 1.0, "f": Scaled()}

    with pytest.raises(UnknownLeafError, match=r"\['f'\] is a .*Scaled"):
        sg.grad_bp(lambda s: s["f"](s["x"]), struct)


@pytest.mark.parametrize(
    "leaf", [object(), np.ma.masked_array([1.0]), np.zeros(2, dtype=[("x", float)])], ids=lambda x: type(x).__name__
)
@pytest.mark.feature(31)
def test_what_structgrad_does_not_know_is_named_with_class_and_path(leaf: Any) -> None:
    name = f"{type(leaf).__module__}.{type(leaf).__qualname__}"
    functions: list[Callable[[Any], Any]] = [sg.zero, sg.one, lambda s: sg.grad_bp(lambda s: s["a"][0], s)]
    for function in functions:
        with pytest.raises(UnknownLeafError) as error:
            function({"a": [1.0, leaf]})

        assert f"['a'][1] is a {name}" in str(error.value)
        assert "Static[...]" in str(error.value)


@pytest.mark.feature(45)
def test_a_struct_without_slope_says_what_to_write() -> None:
    with pytest.raises(NothingToDifferentiateError, match=r"write 3 as 3\.0"):
        sg.grad_bp(lambda s: s["n"], {"n": 3})


@pytest.mark.feature(53)
def test_zero_does_not_read_what_is_there() -> None:
    x = np.full(10**6, np.nan)

    assert np.array_equal(sg.zero(x), np.zeros(10**6))
    assert sg.zero(math.inf) == 0.0


def test_nothing_is_broadcast_when_adding() -> None:
    pairs: list[tuple[Any, Any]] = [
        (np.ones(3), np.ones((2, 3))),
        (np.ones(3), np.ones(())),
        (np.ones(1, bool), np.ones(3, bool)),
        (np.ones(1, int), np.ones(3, int)),
        (np.ones(3), 1.0),
        (1.0, 1),
        (1.0, 1.0j),
    ]
    for x, y in pairs:
        for a, b in ((x, y), (y, x)):
            with pytest.raises(StructMismatchError, match="do not add"):
                sg.add(a, b)


def test_sums_of_arrays_without_axes_stay_arrays() -> None:
    for x in (np.array(2.0), np.array(2), np.array(True)):
        total = sg.add(x, x)
        assert (type(total), total.shape, total.dtype) == (np.ndarray, (), x.dtype)


@pytest.mark.parametrize("combine", [sg.zero, sg.one])
def test_zeros_and_ones_share_no_memory(combine: Callable[[Any], Any]) -> None:
    x = np.ones(3)

    assert not np.shares_memory(combine(x), x)

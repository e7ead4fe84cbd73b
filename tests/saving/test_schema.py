"""What is loaded into another struct is refused, and the first difference named: what the file has, what like has."""

import collections
import copy
import functools
import types
from dataclasses import dataclass, make_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructMismatchError
from structgrad.saving import load, save


@dataclass
class Linear:
    w: Any
    b: Any


@dataclass
class Scale:
    w: Any
    b: Any


@attrs.frozen
class Block:
    w: Any
    act: sg.Static[Any]


class Pair(NamedTuple):
    w: Any
    stride: sg.Static[tuple[int, ...]]


Untyped = attrs.make_class("Untyped", {"act": attrs.field(type=sg.Static[str])})


class Named(list[Any]):
    pass


def relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def objects(*shape: int) -> Any:
    return np.empty(shape, dtype=object)


F64, F32 = np.zeros((2, 3)), np.zeros((2, 3), np.float32)
LINEAR, KEYS = Linear(1.0, 2.0), {"a": 1.0, "b": 2.0}
BARE = Linear.__new__(Linear)  # its fields were never set


@pytest.mark.feature(170)
@pytest.mark.parametrize(
    ("saved", "like", "message"),
    [
        # dtype, shape and class of a leaf
        ({"w": F64}, {"w": F32}, "['w'] is float64 array of shape (2, 3) there, and float32 array of shape (2, 3) in"),
        ({"w": F64}, {"w": F64.T}, "['w'] is float64 array of shape (2, 3) there, and float64 array of shape (3, 2)"),
        (
            {"w": F64},
            {"w": F64[None]},
            "['w'] is float64 array of shape (2, 3) there, and float64 array of shape (1, 2",
        ),
        ([1.0], [1], "[0] is float there, and int in like"),
        ([1], [True], "[0] is int there, and bool in like"),
        ([1.0], [np.float64(1.0)], "[0] is float there, and float64 scalar in like"),
        ([np.float64(1.0)], [np.array(1.0)], "[0] is float64 scalar there, and float64 array of shape () in like"),
        ([1.0], [1.0j], "[0] is float there, and complex in like"),
        ([1.0], [Fraction(1)], "[0] is float there, and Fraction in like"),
        ([1.0], [None], "[0] is float there, and None in like"),
        ([F64], [F64 + 0.0j], "[0] is float64 array of shape (2, 3) there, and complex128 array of shape (2, 3) in"),
        (np.zeros((2, 2)), np.zeros(2, complex), "the whole is float64 array of shape (2, 2) there, and complex128"),
        # classes, lengths, keys and order of containers
        ([LINEAR, LINEAR], [LINEAR, Scale(1.0, 2.0)], "[1] is Linear of 2 there, and Scale of 2 in like"),
        ({"x": [1.0, 2.0]}, {"x": [1.0]}, "['x'] is list of 2 there, and list of 1 in like"),
        ({"x": [1.0]}, {"x": (1.0,)}, "['x'] is list of 1 there, and tuple of 1 in like"),
        ([1.0], Named([1.0]), "the whole is list of 1 there, and Named of 1 in like"),
        (KEYS, {"a": 1.0, "c": 2.0}, "['b'] (float) there, where like has ['c'] (float)"),
        (KEYS, {"b": 1.0, "a": 2.0}, "['a'] (float) there, where like has ['b'] (float)"),
        (KEYS, collections.OrderedDict(KEYS), "the whole is dict of 2 there, and OrderedDict of 2 in like"),
        ({1: 1.0}, {"1": 1.0}, "[1] (float) there, where like has ['1'] (float)"),
        (LINEAR, BARE, "the whole is Linear of 2 there, and Linear of 0 in like"),
        ([[], 1.0], [{}, 1.0], "[0] is list of 0 there, and dict of 0 in like"),
        (objects(0, 3), objects(3, 0), "the whole is ndarray of shape (0, 3) there, and ndarray of shape (3, 0) in"),
        # what is carried along, as leaves and in Static fields
        ([np.tanh], [np.sin], "[0] is tanh there, and sin in like"),
        ([relu], [Linear], "[0] is relu there, and class Linear in like"),
        (["relu"], ["tanh"], "[0] is 'relu' there, and 'tanh' in like"),
        (["None"], [None], "[0] is 'None' there, and None in like"),
        (Block(1.0, "relu"), Block(1.0, "tanh"), ".act is 'relu' there, and 'tanh' in like"),
        (Block(1.0, 0.5), Block(1.0, 0.25), ".act is 0.5 there, and 0.25 in like"),
        (Block(1.0, LINEAR), Block(1.0, Linear(1.0, 3.0)), ".act.b is 2.0 there, and 3.0 in like"),
        (Pair(1.0, (1, 2)), Pair(1.0, (1, 3)), ".stride[1] is 2 there, and 3 in like"),
        (Pair(1.0, (1, 2)), Pair(1.0, (1,)), ".stride is tuple of 2 there, and tuple of 1 in like"),
        (Untyped("relu"), Untyped("tanh"), ".act is 'relu' there, and 'tanh' in like"),
    ],
)
def test_the_first_difference_is_named(tmp_path: Path, saved: Any, like: Any, message: str) -> None:
    for x, y in [(saved, like), (like, saved)]:
        save(tmp_path / "x", x)
        with pytest.raises(StructMismatchError) as error:
            load(tmp_path / "x", like=y)
        if x is saved:
            assert message in str(error.value)
            assert str(error.value).startswith(f"{tmp_path / 'x'} has another struct: ")


def test_static_fields_that_only_one_side_has_are_a_difference(tmp_path: Path) -> None:
    without, has = make_dataclass("Net", ["w"]), make_dataclass("Net", ["w", ("act", sg.Static[str])])

    save(tmp_path / "x", [has(1.0, "relu")])
    with pytest.raises(StructMismatchError, match=r"\[0\]\.act \('relu'\) there, where like has \[0\]\.w \(float\)"):
        load(tmp_path / "x", like=[without(1.0)])
    save(tmp_path / "x", make_dataclass("Net", [])())
    with pytest.raises(StructMismatchError, match=r"nothing more there, where like has \.act \('relu'\)"):
        load(tmp_path / "x", like=make_dataclass("Net", [("act", sg.Static[str])])("relu"))


def test_a_class_that_moved_to_another_module_is_the_same(tmp_path: Path) -> None:
    there, here = (make_dataclass("Net", ["w"], namespace={"__module__": name}) for name in ("__main__", "package.net"))

    save(tmp_path / "x", there(1.0))

    assert load(tmp_path / "x", like=here(2.0)) == here(1.0)


def test_nothing_is_loaded_and_like_stays_where_a_struct_differs(tmp_path: Path) -> None:
    like: Any = {"a": np.zeros(2), "b": [0.0, np.zeros(3)]}
    before = copy.deepcopy(like)
    save(tmp_path / "x", {"a": np.ones(2), "b": [1.0, np.ones(4)]})

    with pytest.raises(StructMismatchError, match=r"\['b'\]\[1\] is float64 array of shape \(4,\) there"):
        load(tmp_path / "x", like=like)

    assert repr(like) == repr(before)


def test_what_is_static_may_be_anything(tmp_path: Path) -> None:
    cyclic: list[Any] = [1.0]
    cyclic.append(cyclic)
    partial = functools.partial(relu)
    partial.keywords["itself"] = [partial]
    things = [cyclic, partial, object(), types, open, objects(2), np.zeros(2, "O,f8"), np.random.default_rng(0)]

    for thing in things:
        save(tmp_path / "x", Block(1.0, thing))
        assert load(tmp_path / "x", like=Block(2.0, thing)).w == 1.0
        assert load(tmp_path / "x", like=Block(2.0, thing)).act is thing

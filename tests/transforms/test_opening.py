"""Structs opened through partials and methods, and forms without leaves."""

import functools
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from structgrad.struct.walk import build, same_structure
from structgrad.transforms.opening import hollow, opened


@dataclass
class Layer:
    w: float
    rows: Any

    def scaled(self, x: float) -> float:
        return self.w * x

    def rows_of(self, x: Any, y: Any = None) -> Any:
        return self.rows, x, y


def objects() -> Any:
    found = np.empty(2, dtype=object)
    found[:] = [1.0, (2.0, "t")]
    return found


STRUCTS: list[Any] = [
    1.0,
    None,
    [],
    {"a": [1.0, (2.0, {})], 3: Layer(1.0, OrderedDict(b=2.0))},
    Layer(1.0, [2.0]).scaled,
    functools.partial(Layer(1.0, 2.0).rows_of, x=functools.partial(max, 1.0)),
    objects(),
]


@pytest.mark.parametrize("x", STRUCTS, ids=repr)
def test_what_is_opened_can_be_built_again_from_its_hollow_form(x: Any) -> None:
    leaves, nodes = opened(x)
    form = hollow(nodes, len(leaves))

    assert same_structure(nodes, form)
    assert [type(node and node[1]) for node in form] == [type(node and node[1]) for node in nodes]
    again, _ = opened(build(form, leaves))
    assert len(again) == len(leaves)
    assert all(a is b for a, b in zip(again, leaves, strict=True))


def test_the_leaves_of_methods_and_partials_are_theirs() -> None:
    layer = Layer(1.0, [2.0])
    part = functools.partial(layer.rows_of, 3.0, y={"k": 4.0})

    assert opened(part)[0] == [Layer.rows_of, 1.0, 2.0, 3.0, 4.0]
    assert build(opened(layer.scaled)[1], [Layer.scaled, 5.0, 2.0])(2.0) == 10.0


def test_a_form_does_not_follow_its_original() -> None:
    x = {"a": 1.0}
    leaves, nodes = opened(x)
    form = hollow(nodes, len(leaves))
    x["b"] = 2.0
    del x["a"]

    assert build(form, [7.0]) == {"a": 7.0}


def test_a_partial_that_holds_itself_stays_closed() -> None:
    rows: list[Any] = []
    part = functools.partial(max, rows)
    rows.append(part)

    assert opened(part)[0] == [part]

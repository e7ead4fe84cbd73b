"""Structs are opened, closed and compared in C as in Python."""

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import structgrad as sg
from structgrad.errors import CycleError
from structgrad.struct import walk
from structgrad.testing import structs


@given(structs())
def test_a_struct_is_flattened_as_python_flattens_it(x: Any) -> None:
    leaves, nodes = walk.flatten(x)
    expected, expected_nodes = walk._flatten(x)
    assert all(a is b for a, b in zip(leaves, expected, strict=True))
    assert [node and (node[0], id(node[1]), node[2]) for node in nodes] == [
        node and (node[0], id(node[1]), node[2]) for node in expected_nodes
    ]


@given(structs())
def test_a_struct_is_built_as_python_builds_it(x: Any) -> None:
    leaves, nodes = walk.flatten(x)
    ours, expected = walk.build(nodes, leaves), walk._build(nodes, leaves)
    assert type(ours) is type(expected)
    assert sg.tree.paths(ours) == sg.tree.paths(expected)
    assert all(a is b for a, b in zip(walk.flatten(ours)[0], walk.flatten(expected)[0], strict=True))


@given(structs(), structs())
def test_structures_are_the_same_where_python_says_so(x: Any, y: Any) -> None:
    for a, b in ((x, sg.tree.map(lambda leaf: leaf, x)), (x, y)):
        nodes, others = walk.flatten(a)[1], walk.flatten(b)[1]
        assert walk.same_structure(nodes, others) == walk._same_structure(nodes, others)


@dataclass
class Late:
    """A class whose field may never have been set."""

    x: float
    y: float


def test_a_field_that_was_never_set_is_no_part_of_the_structure() -> None:
    half = object.__new__(Late)
    half.x = 1.0
    assert walk.flatten(half)[0] == [1.0]
    assert not hasattr(walk.build(walk.flatten(half)[1], [2.0]), "y")
    other = object.__new__(Late)
    other.y = 1.0
    assert not walk.same_structure(walk.flatten(half)[1], walk.flatten(other)[1])


@pytest.mark.parametrize("change", [lambda d: d.update(c=3.0), lambda d: d.pop("b")])
def test_a_dict_that_has_changed_its_size_meanwhile_is_not_built_again(
    change: Callable[[dict[str, float]], Any],
) -> None:
    x = {"a": 1.0, "b": 2.0}
    leaves, nodes = walk.flatten(x)
    change(x)
    with pytest.raises(ValueError, match="zip"):
        walk.build(nodes, leaves)


@dataclass
class Moody:
    """A class with a field that can be read from the second time on."""

    x: float
    y: float


def test_an_error_in_a_property_is_raised() -> None:
    moody, errors = Moody(1.0, 2.0), [ZeroDivisionError]

    def read(self: Moody) -> float:
        if errors:
            raise errors.pop()
        return 1.0

    setattr(Moody, "x", property(read))  # noqa: B010  # as code that adds a property later; its type is a float's
    with pytest.raises(ZeroDivisionError):
        walk.flatten(moody)


class Incomparable:
    """A key of a dict that is equal to nothing without an error."""

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError


def test_an_error_while_keys_are_compared_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        sg.tree.map(np.add, {Incomparable(): 1.0}, {Incomparable(): 1.0})


def test_a_walk_with_too_few_or_too_many_leaves_raises() -> None:
    nodes = walk.flatten([1.0, {"a": 2.0}])[1]
    for leaves in ([1.0], [], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match="leaves"):
            walk.build(nodes, leaves)


@dataclass
class ProblemError(Exception):
    """A class of C's, of which object.__new__ makes no objects."""

    x: float


def test_a_record_that_object_cannot_make_raises_as_in_python() -> None:
    with pytest.raises(TypeError, match="not safe"):
        sg.grad_bp(lambda e: e.x * 2.0)(ProblemError(1.0))


def test_a_wide_struct_that_goes_round_is_refused_before_it_fills_the_memory() -> None:
    x: list[Any] = []
    x += [x, *[1.0] * 50_000]
    tracemalloc.start()
    with pytest.raises(CycleError):
        walk.flatten(x)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000  # bytes; C went round 4,096 times: 1,600 MB
    tracemalloc.stop()

"""Several parts as one focus: tuples of parts, and slices."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from structgrad.errors import NoFocusError, OpticError, StructMismatchError
from structgrad.struct.optics import lens, prism, traversal
from structgrad.struct.optics.level import closed as close_level


class Vec(NamedTuple):
    x: float
    y: float
    z: float


@dataclass
class Body:
    at: Vec
    speed: Vec
    mass: float


BODY = Body(Vec(1.0, 2.0, 3.0), Vec(4.0, 5.0, 6.0), 7.0)


@pytest.mark.feature(92)
def test_a_tuple_of_parts_is_one_focus() -> None:
    both = lens(Body, lambda b: (b.speed.x, b.mass, b.at))

    assert (4.0, 7.0, BODY.at) == both.get(BODY)
    assert Body(Vec(0.0, 0.0, 0.0), Vec(8.0, 5.0, 6.0), 9.0) == both.set(BODY, (8.0, 9.0, Vec(0.0, 0.0, 0.0)))
    assert 7.0 == BODY.mass


@pytest.mark.feature(92)
def test_to_set_several_parts_rebuilds_each_container_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rebuilt: list[Any] = []

    def closed(level: Any) -> Any:
        rebuilt.append(level.value)
        return close_level(level)

    monkeypatch.setattr("structgrad.struct.optics.find.closed", closed)
    lens(Body, lambda b: (b.speed.x, b.speed.y, b.at.x, b.mass)).set(BODY, (0.0, 0.0, 0.0, 0.0))

    own = [x for x in rebuilt if x is BODY.speed or x is BODY.at]
    assert 2 == len(own)
    assert 2 == sum(x is BODY for x in rebuilt)  # once as a struct, once as the home of the tuple


@pytest.mark.feature(92)
def test_what_is_outside_of_all_parts_is_carried_by_identity() -> None:
    changed = lens(Body, lambda b: (b.speed.x, b.mass)).set(BODY, (0.0, 0.0))

    assert changed.at is BODY.at


def test_a_tuple_of_parts_goes_on_as_a_tuple() -> None:
    second = lens(Body, lambda b: (b.at, b.speed)) >> lens(tuple)[1].x

    assert 4.0 == second.get(BODY)
    assert Body(BODY.at, Vec(0.0, 5.0, 6.0), 7.0) == second.set(BODY, 0.0)


def test_a_tuple_of_parts_stands_inside_of_other_optics() -> None:
    ends = lens(Vec, lambda v: (v.x, v.z))
    bodies = {"a": BODY, "b": BODY}

    assert [(4.0, 6.0), (4.0, 6.0)] == (traversal(dict, lambda d: d).each().speed >> ends).to_list(bodies)
    assert Vec(3.0, 2.0, 1.0) == (lens(Body).at >> ends).over(BODY, lambda e: (e[1], e[0])).at


def test_a_tuple_with_an_absent_part_is_absent() -> None:
    pair = lens(dict, lambda d: (d["a"], d["b"]))
    struct = {"inner": {"a": 1.0}}

    assert (prism(dict, lambda d: d["inner"]) >> pair).preview(struct) is None
    with pytest.raises(NoFocusError, match=r"^in \['inner'\]: the struct has no key 'b'\. Its keys: 'a'\.$"):
        (lens(dict)["inner"] >> pair).get(struct)


@pytest.mark.parametrize("value", [(1.0,), (1.0, 2.0, 3.0), [1.0, 2.0], 1.0])
def test_a_tuple_takes_a_tuple_of_its_length(value: Any) -> None:
    with pytest.raises(StructMismatchError, match="is a tuple of 2 parts, and what is put there"):
        lens(dict, lambda d: (d["a"], d["b"])).set({"a": 1.0, "b": 2.0}, value)


def test_parts_that_turn_out_to_be_one_are_refused() -> None:
    ends = lens(list, lambda xs: (xs[0], xs[-1]))

    assert [3.0, 2.0, 1.0] == ends.over([1.0, 2.0, 3.0], lambda e: (e[1], e[0]))
    with pytest.raises(OpticError, match=r"two foci overlap at \[0\]"):
        ends.set([1.0], (2.0, 3.0))
    with pytest.raises(OpticError, match=r"two foci overlap at the struct"):
        lens(list, lambda xs: (xs[0], xs[1:])).get([1.0, 2.0])


@pytest.mark.parametrize(
    ("struct", "part", "changed"),
    [([1.0, 2.0, 3.0], [2.0, 3.0], [1.0, 8.0, 9.0]), ((1.0, 2.0, 3.0), (2.0, 3.0), (1.0, 8.0, 9.0))],
)
def test_a_slice_is_one_focus(struct: Any, part: Any, changed: Any) -> None:
    tail = lens(type(struct))[1:]

    assert part == tail.get(struct)
    assert changed == tail.set(struct, type(struct)([8.0, 9.0]))
    assert changed[2] == lens(type(struct))[1:][-1].get(tail.set(struct, type(struct)([8.0, 9.0])))


def test_a_slice_of_a_named_tuple_is_a_tuple_as_in_python() -> None:
    tail = lens(Vec, lambda v: v[1:])

    assert (2.0, 3.0) == tail.get(BODY.at)
    assert tuple is type(tail.get(BODY.at))
    assert Vec(1.0, 8.0, 9.0) == tail.set(BODY.at, (8.0, 9.0))


@pytest.mark.parametrize("value", [[1.0], [1.0, 2.0, 3.0], (1.0, 2.0)])
def test_a_slice_keeps_its_class_and_length(value: Any) -> None:
    with pytest.raises(StructMismatchError, match=r"^\[1:\] is a list of 2 parts, and what is put there"):
        lens(list)[1:].set([1.0, 2.0, 3.0], value)


def test_only_lists_and_tuples_have_slices() -> None:
    with pytest.raises(OpticError, match=r"class dict; only lists and tuples have slices such as \[1:\]"):
        lens(dict)[1:].get({"a": 1.0})

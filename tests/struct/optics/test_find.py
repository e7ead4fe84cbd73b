"""The search for foci: deep, wide, and without a copy that nobody needs."""

from dataclasses import dataclass
from typing import Any

import pytest

from structgrad.struct.optics import each, lens, prism, some, traversal
from structgrad.struct.optics.find import find, put
from structgrad.struct.optics.step import Each, Field, Item, Step


@dataclass
class Chain:
    value: float
    next: "Chain | None" = None


def chain(n: int) -> Chain:
    top = Chain(0.0)
    for i in range(1, n):
        top = Chain(float(i), top)
    return top


def end(c: Any) -> Any:
    for _ in range(999):
        c = c.next
    return c.value


def test_a_path_of_a_thousand_steps_is_no_accident() -> None:
    last, top = lens(Chain, end), chain(1000)

    changed = last.set(top, 7.0)

    assert 0.0 == last.get(top)
    assert 7.0 == last.get(changed)
    assert 999.0 == changed.value
    assert "next.next" in repr(last)


def test_class_form_is_as_deep() -> None:
    c: Any = lens(Chain)
    for _ in range(999):
        c = c.next

    assert lens(Chain, end) == c.value


def test_a_list_of_a_hundred_thousand_is_no_accident() -> None:
    struct = [float(i) for i in range(100_000)]
    every = traversal(list, lambda xs: each(xs))

    assert 99_999.0 == lens(list)[-1].get(struct)
    assert struct == every.to_list(struct)
    assert [-x for x in struct] == every.over(struct, lambda x: -x)


def test_two_paths_meet_the_container_they_share_once() -> None:
    struct = {"a": {"x": 1.0, "y": 2.0}, "b": 3.0}
    paths = [(Item("a"), Item("x")), (Item("b"),), (Item("a"), Item("y"))]

    found = find(struct, *paths, strict=True)

    assert 3 == len(found.levels)  # the root, the struct and its "a"
    assert [[1.0], [3.0], [2.0]] == [found.foci(i) for i in range(3)]
    assert {"a": {"x": 7.0, "y": 9.0}, "b": 8.0} == put(found, [[7.0], [8.0], [9.0]])


def test_a_branch_without_foci_is_not_rebuilt() -> None:
    struct = [{"a": {"x": None}}, {"a": {"x": [1.0]}}]
    path = (Each(), Item("a"), Item("x"), Each())

    found = find(struct, path, strict=False)
    changed = put(found, [[2.0]])

    assert [{"a": {"x": None}}, {"a": {"x": [2.0]}}] == changed
    assert struct[0] is changed[0]


def test_one_part_in_two_places_is_two_parts() -> None:
    shared = [1.0]

    changed = lens(list)[0][0].set([shared, shared], 2.0)

    assert [[2.0], [1.0]] == changed


def test_a_cycle_beside_the_path_does_no_harm() -> None:
    struct: dict[str, Any] = {"w": 1.0}
    struct["self"] = struct

    changed = lens(dict)["w"].set(struct, 2.0)

    assert 2.0 == changed["w"]
    assert changed["self"] is struct


@pytest.mark.parametrize("n", [10, 1000])
def test_absent_parts_deep_down_are_absent(n: int) -> None:
    deep = prism(Chain, lambda c: some(end(c)))

    assert 0.0 == deep.preview(chain(1000))
    assert (None if n == 10 else 0.0) == deep.preview(chain(n))


def test_steps_are_data() -> None:
    steps: set[Step] = {Field("w"), Field("w"), Item("w"), Each(), Each()}

    assert 3 == len(steps)

"""Lenses, prisms and traversals on plain structs: what they find, set and change, in both forms."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from structgrad.arrays import Array
from structgrad.errors import NoFocusError
from structgrad.struct.optics import Lens, Prism, Traversal, as_, each, lens, prism, some, traversal


class Linear(NamedTuple):
    w: Array
    b: float


@dataclass(frozen=True)
class Relu:
    slope: float


@dataclass(frozen=True)
class Net:
    layers: list[Linear]
    head: Linear | Relu
    prior: Relu | None = None
    table: dict[str, float] | None = None


def net(**changes: Any) -> Net:
    layers = [Linear(np.array([1.0, 2.0]), 3.0), Linear(np.array([4.0]), 5.0)]
    given: dict[str, Any] = {"layers": layers, "head": Relu(0.1), "table": {"a": 1.0, "b": 2.0}, **changes}
    return Net(**given)


FIRST_B = lens(Net, lambda n: n.layers[0].b)


@pytest.mark.feature(78)
def test_a_lens_gets_the_part_itself() -> None:
    n = net()

    assert n.layers[0].w is lens(Net, lambda n: n.layers[0].w).get(n)
    assert n is lens(Net).get(n)


@pytest.mark.feature(78)
def test_both_forms_are_one_lens() -> None:
    assert lens(Net).layers[0].w == lens(Net, lambda n: n.layers[0].w)
    assert lens(Net).prior.some().slope == prism(Net, lambda n: some(n.prior).slope)
    assert lens(Net).head.as_(Relu).slope == prism(Net, lambda n: as_(n.head, Relu).slope)
    assert lens(Net).layers.each().w == traversal(Net, lambda n: each(n.layers).w)
    assert lens(Net).layers[1:] == lens(Net, lambda n: n.layers[1:])
    assert hash(lens(Net).layers[0]) == hash(lens(Net, lambda n: n.layers[0]))
    optics: set[Any] = {lens(Net).layers, lens(Net, lambda n: n.layers), prism(Net, lambda n: n.layers)}
    assert 2 == len(optics)
    assert lens(Net).layers[0] != lens(Net).layers[1]


@pytest.mark.feature(79)
def test_set_replaces_the_part_and_leaves_the_struct_as_it_was() -> None:
    n = net()
    before = copy.deepcopy(n)

    changed = FIRST_B.set(n, 7.0)

    assert 7.0 == changed.layers[0].b
    assert repr(before) == repr(n)


@pytest.mark.feature(79)
def test_set_carries_what_is_not_on_the_way_by_identity() -> None:
    n = net()

    changed = FIRST_B.set(n, 7.0)

    assert changed.layers[0].w is n.layers[0].w
    assert changed.layers[1] is n.layers[1]
    assert changed.head is n.head
    assert changed.table is n.table
    assert [Net, list, Linear] == [type(changed), type(changed.layers), type(changed.layers[0])]


@pytest.mark.feature(79)
def test_set_at_the_identity_replaces_the_struct() -> None:
    n, other = net(), net(head=Relu(0.5))

    assert other is lens(Net).set(n, other)


@pytest.mark.feature(80)
def test_over_is_set_of_the_changed_part() -> None:
    n = net()
    w = lens(Net, lambda n: n.layers[0].w)

    changed = w.over(n, np.tanh)

    assert repr(w.set(n, np.tanh(w.get(n)))) == repr(changed)
    assert np.array_equal([0.7615941559557649, 0.9640275800758169], changed.layers[0].w)  # tanh(1), tanh(2)


@pytest.mark.feature(81)
def test_preview_gives_the_part_or_none() -> None:
    slope = prism(Net, lambda n: some(n.prior).slope)

    assert 0.2 == slope.preview(net(prior=Relu(0.2)))
    assert slope.preview(net()) is None


@pytest.mark.feature(81)
@pytest.mark.parametrize(
    "absent",
    [
        prism(Net, lambda n: n.layers[7].w),
        prism(Net, lambda n: n.layers[-3].w),
        prism(Net, lambda n: some(n.table)["c"]),
        prism(Net, lambda n: some(n.prior)),
        prism(Net, lambda n: some(n.prior).slope),
        prism(Net, lambda n: as_(n.head, Linear).b),
        lens(Net).layers[7] >> prism(Linear, lambda l: l.w),
        lens(Net).prior >> lens(Relu).slope >> prism(object, lambda x: x),
    ],
    ids=repr,
)
def test_a_prism_that_finds_nothing_changes_nothing(absent: Prism[Net, Any]) -> None:
    n = net()

    assert absent.preview(n) is None
    assert [] == absent.to_list(n)
    assert n is absent.set(n, 1.0)
    assert n is absent.over(n, lambda x: 1.0 / 0.0)


@pytest.mark.feature(81)
def test_a_prism_that_finds_its_part_sets_it() -> None:
    slope = prism(Net, lambda n: some(n.prior).slope)
    n = net(prior=Relu(0.2))

    assert Relu(0.9) == slope.set(n, 0.9).prior
    assert Relu(0.4) == slope.over(n, lambda x: 2 * x).prior


@pytest.mark.feature(82)
@pytest.mark.parametrize(
    ("path", "message"),
    [
        (lambda n: n.layers[7].w, r"^\.layers has 2 items, so there is no \.layers\[7\]\.$"),
        (lambda n: n.layers[-3], r"^\.layers has 2 items, so there is no \.layers\[-3\]\.$"),
        (lambda n: n.table["c"], r"^\.table has no key 'c'\. Its keys: 'a', 'b'\.$"),
        (lambda n: n.prior.slope, r"^\.prior is None and has no \.prior\.slope\. .* prism, with some\(...\)"),
        (lambda n: (n.head, n.layers[7]), r"^\.layers has 2 items, so there is no \.layers\[7\]\.$"),
    ],
)
def test_a_lens_without_its_part_says_where_it_ends(path: Callable[[Any], Any], message: str) -> None:
    part = lens(Net, path)

    with pytest.raises(NoFocusError, match=message):
        part.get(net())
    with pytest.raises(NoFocusError, match=message):
        part.set(net(), 1.0)
    with pytest.raises(NoFocusError, match=message):
        part.over(net(), lambda x: x)


@pytest.mark.feature(83)
def test_a_traversal_lists_its_parts_in_order() -> None:
    n = net()

    found = traversal(Net, lambda n: each(n.layers).w).to_list(n)

    assert [id(n.layers[0].w), id(n.layers[1].w)] == [id(w) for w in found]


@pytest.mark.feature(83)
def test_a_traversal_sets_all_its_parts_and_changes_each() -> None:
    bs = traversal(Net, lambda n: each(n.layers).b)
    n = net()

    assert [7.0, 7.0] == bs.to_list(bs.set(n, 7.0))
    assert [-3.0, -5.0] == bs.to_list(bs.over(n, lambda b: -b))
    assert bs.set(n, 7.0).layers[1].w is n.layers[1].w


def test_a_traversal_passes_over_what_is_absent() -> None:
    rows = traversal(list, lambda xs: some(each(xs))[1])
    struct = [[1.0, 2.0], None, [3.0], [4.0, 5.0]]

    assert [2.0, 5.0] == rows.to_list(struct)
    assert [[1.0, 0.0], None, [3.0], [4.0, 0.0]] == rows.set(struct, 0.0)
    assert rows.set(struct, 0.0)[2] is struct[2]


@pytest.mark.feature(90)
def test_only_the_variant_that_is_there_is_found() -> None:
    relu, linear = prism(Net, lambda n: as_(n.head, Relu).slope), prism(Net, lambda n: as_(n.head, Linear).b)
    n = net(head=Linear(np.ones(1), 2.0))

    assert (None, 2.0) == (relu.preview(n), linear.preview(n))
    assert n is relu.set(n, 9.0)
    assert 9.0 == linear.preview(linear.set(n, 9.0))


@pytest.mark.feature(91)
@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (lens(Net).layers, lens(list)[0], Lens),
        (lens(Net).layers, prism(list, lambda l: l[0]), Prism),
        (lens(Net).layers, traversal(list, each), Traversal),
        (prism(Net, lambda n: n.layers), lens(list)[0], Prism),
        (prism(Net, lambda n: n.layers), prism(list, lambda l: l[0]), Prism),
        (prism(Net, lambda n: n.layers), traversal(list, each), Traversal),
        (traversal(Net, lambda n: each(n.layers)), lens(Linear).w, Traversal),
        (traversal(Net, lambda n: each(n.layers)), prism(Linear, lambda l: l.w), Traversal),
        (traversal(Net, lambda n: each(n.layers)), traversal(tuple, each), Traversal),
    ],
)
def test_optics_compose_to_the_wider_of_the_two(left: Any, right: Any, kind: type) -> None:
    both = left >> right
    n = net()
    parts = [id(part) for middle in left.to_list(n) for part in right.to_list(middle)]

    assert len(parts) > 0
    assert parts == [id(part) for part in both.to_list(n)]
    assert kind is type(both)


@pytest.mark.feature(91)
def test_composition_is_associative() -> None:
    a: Any = lens(Net).layers
    b: Any = traversal(list, each)
    c: Any = lens(Linear).w
    n = net()

    assert (a >> b) >> c == a >> (b >> c)
    assert repr(((a >> b) >> c).set(n, 1.0)) == repr(a.over(n, lambda l: (b >> c).set(l, 1.0)))


@pytest.mark.feature(91)
def test_a_composed_lens_is_the_lens_of_the_whole_path() -> None:
    assert lens(Net, lambda n: n.layers[0].w) == lens(Net).layers >> lens(list)[0] >> lens(Linear).w


def test_an_optic_composes_with_optics_only() -> None:
    with pytest.raises(TypeError):
        FIRST_B >> (lambda b: b)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]  # what is refused


@pytest.mark.parametrize(
    "optic", [FIRST_B, prism(Net, lambda n: as_(n.head, Relu)), traversal(Net, lambda n: each(n.layers))]
)
def test_an_optic_survives_copying_and_pickling(optic: Any) -> None:
    assert optic == copy.deepcopy(optic)
    assert optic == pickle.loads(pickle.dumps(optic))


def test_an_optic_is_no_container() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        list(lens(Net))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]  # what is refused
    with pytest.raises(TypeError):
        "w" in lens(Net)  # type: ignore[misc]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]  # what is refused


def test_an_optic_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        FIRST_B.get = None  # type: ignore[method-assign,assignment]  # pyright: ignore[reportAttributeAccessIssue]  # what is refused

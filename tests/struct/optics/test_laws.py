"""The lens laws, as properties of random structs; and that check_lens sees each of them broken."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from structgrad.errors import GradientCheckError
from structgrad.struct import tree
from structgrad.struct.optics import Lens, each, lens, traversal
from structgrad.struct.optics.laws import check_lens, unequal


class Two(NamedTuple):
    x: Any
    y: Any


@dataclass(frozen=True)
class Data:
    a: Any
    b: Any


@attrs.frozen
class Attrs:
    a: Any
    b: Any


LEAVES = st.one_of(
    st.floats(), st.integers(), st.none(), st.just("relu"), st.lists(st.floats(), max_size=3).map(np.array)
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    table = st.dictionaries(st.sampled_from(["a", "b'", 3, (1, 2)]), inner, min_size=1)
    return st.one_of(
        some,
        some.map(tuple),
        some.map(deque),
        table,
        table.map(OrderedDict),
        table.map(MappingProxyType),
        st.builds(Two, inner, inner),
        st.builds(Data, inner, inner),
        st.builds(Attrs, inner, inner),
    )


STRUCTS = containers(st.recursive(LEAVES, containers, max_leaves=8))


def children(x: Any) -> Any:
    return each(x)


def lens_at(struct: Any, path: str) -> Lens[Any, Any]:
    """The lens of a path that `tree.paths` prints."""
    return lens(type(struct), eval(f"lambda s: s{path}"))


@pytest.mark.feature(91)
@settings(max_examples=30)  # the structs are small, and each test is to take a quarter of a second
@given(st.data(), STRUCTS, LEAVES, LEAVES)
def test_a_lens_to_any_leaf_of_any_struct_obeys_the_laws(data: Any, s: Any, a: Any, b: Any) -> None:
    path = data.draw(st.sampled_from(sorted(tree.paths(s))))
    part = lens_at(s, path)

    assert unequal(part.get(part.set(s, a)), a) is None
    assert unequal(part.set(s, part.get(s)), s) is None
    assert unequal(part.set(part.set(s, a), b), part.set(s, b)) is None
    check_lens(part, s, a, b)


@pytest.mark.feature(91, 92)
@settings(max_examples=30)
@given(st.data(), STRUCTS)
def test_a_tuple_of_leaves_of_any_struct_obeys_the_laws(data: Any, s: Any) -> None:
    paths = data.draw(st.lists(st.sampled_from(sorted(tree.paths(s))), min_size=1, unique=True))
    group = lens(type(s), eval(f"lambda s: ({', '.join(f's{path}' for path in paths)},)"))

    check_lens(group, s, tuple(map(float, range(len(paths)))), tuple("ab"[i % 2] for i in range(len(paths))))


@pytest.mark.feature(79)
@settings(max_examples=30)
@given(st.data(), STRUCTS)
def test_set_changes_one_leaf_and_carries_all_others(data: Any, s: Any) -> None:
    before = tree.paths(s)
    path = data.draw(st.sampled_from(sorted(before)))
    mark = object()

    after = tree.paths(lens_at(s, path).set(s, mark))

    assert list(before) == list(after)
    assert after[path] is mark
    assert all(after[other] is before[other] for other in before if other != path)
    assert all(value is before[other] for other, value in tree.paths(s).items())


@settings(max_examples=30)
@given(STRUCTS, st.floats())
def test_each_of_any_struct_takes_what_is_set(s: Any, a: float) -> None:
    every = traversal(object, children)

    assert all(found is a for found in every.to_list(every.set(s, a)))


@pytest.mark.feature(91)
def test_a_doubling_lens_is_rejected() -> None:
    with pytest.raises(GradientCheckError, match=r"^Lens\.of\(.*\) breaks set\(s, get\(s\)\) == s: the value is"):
        check_lens(Lens.of(lambda x: 2.0 * x, lambda x, part: part), 1.0)
    with pytest.raises(GradientCheckError, match=r"breaks set\(s, get\(s\)\) == s: \['w'\] is 4\.0 on the left"):
        check_lens(lens(dict)["w"] >> Lens.of(lambda x: 2.0 * x, lambda x, part: part), {"w": 2.0}, 1.0)


@pytest.mark.feature(91)
def test_a_lens_that_forgets_what_is_put_is_rejected() -> None:
    with pytest.raises(GradientCheckError, match=r"breaks get\(set\(s, a\)\) == a"):
        check_lens(Lens.of(lambda x: x, lambda x, part: x), 1.0, 2.0)


@pytest.mark.feature(91)
def test_a_lens_that_counts_what_is_put_is_rejected() -> None:
    counting = Lens.of(lambda s: s[0], lambda s, part: (part, s[1] + (part != s[0])))

    with pytest.raises(GradientCheckError, match=r"breaks set\(set\(s, a\), b\) == set\(s, b\): \[1\] is 2 on"):
        check_lens(counting, (1.0, 0), 2.0, 3.0)


@pytest.mark.feature(97)
def test_a_pair_that_is_no_inverse_is_rejected() -> None:
    def is_rejected(there: Any, back: Any, s: Any, *parts: Any) -> bool:
        with np.errstate(invalid="ignore"):  # the logarithm of a negative number is the point
            try:
                check_lens(Lens.iso(there, back), s, *parts)
            except GradientCheckError:
                return True
        return False

    assert is_rejected(np.exp, np.log, np.array([1.0, 2.0]), np.array([-1.0, 2.0]))
    assert is_rejected(np.exp, np.log1p, np.array([1.0, 2.0]))
    assert is_rejected(np.square, np.sqrt, np.array([-1.0, 2.0]))
    assert not is_rejected(np.negative, np.negative, np.array([-1.0, 2.0]), np.array([3.0, np.nan]))


@pytest.mark.feature(97)
def test_an_isomorphism_of_two_parts_obeys_the_laws() -> None:
    halves = lens(Data, lambda d: (d.a, d.b)) >> Lens.iso(lambda p: Two(*p), tuple)

    check_lens(halves, Data(1, 2.0))
    check_lens(halves, Data(1, np.ones(2)), Two(3, np.zeros(2)), Two(4, np.ones(2)))


@pytest.mark.parametrize(
    ("x", "y", "difference"),
    [
        (1.0, 1.0, None),
        (1.0, 1, "the value is 1.0 on the left and 1 on the right"),
        ([1.0], (1.0,), "the whole is a list in one struct and a tuple in the other"),
        ({"a": [1.0, 2.0]}, {"a": [1.0, 3.0]}, "['a'][1] is 2.0 on the left and 3.0 on the right"),
        ({"a": 1.0}, {"b": 1.0}, "the whole has 1 parts in one struct and 1 in the other (['a'])"),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan]), None),
        (
            np.array([1.0]),
            np.array([2.0]),
            "the value is array([1.]) on the left and array([2.]) on the right",
        ),
        (np.array(["a"]), np.array(["a"]), None),
        (float("nan"), float("nan"), None),
        (complex("nan"), complex("nan"), None),
        (
            np.float32(1.0),
            np.float64(1.0),
            "the value is np.float32(1.0) on the left and np.float64(1.0) on the right",
        ),
    ],
)
def test_structs_are_compared_leaf_by_leaf(x: Any, y: Any, difference: str | None) -> None:
    assert difference == unequal(x, y)

"""Path functions: what they may do, and what is said of those that do more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from structgrad.arrays import Array
from structgrad.errors import NoFieldError, OpticError
from structgrad.struct.optics import Lens, as_, each, lens, prism, some, traversal


@dataclass
class Part:
    w: Array
    weight: float = 1.0

    def loss(self) -> float:
        return self.weight


@dataclass
class Whole:
    parts: list[Part]
    maybe: Part | None = None
    head: Part | float = 1.0
    untold: Any = field(default_factory=dict)
    index = 0


@dataclass
class Clash:
    get: float = 1.0
    set: float = 2.0
    over: float = 3.0
    each: float = 4.0
    some: float = 5.0
    as_: float = 6.0
    to_list: float = 7.0
    preview: float = 8.0
    of: float = 9.0
    put_all: float = 10.0


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (lambda w: w.parts[0].w * 2.0, r"computes w\.parts\[0\]\.w \* \.\.\."),
        (lambda w: 2.0 - w.parts[0].w, r"computes \.\.\. - w\.parts\[0\]\.w"),
        (lambda w: w.untold["k"] == 3, r"computes w\.untold\['k'\] == \.\.\."),
        (lambda w: -w.untold, r"computes with w\.untold"),
        (lambda w: abs(w.untold), r"computes with w\.untold"),
        (lambda w: w.untold.copy(), r"calls w\.untold\.copy\(\.\.\.\)"),
        (lambda w: w.untold or w.maybe, r"asks whether w\.untold is true"),
        (lambda w: [*w.parts], r"iterates over w\.parts or unpacks it"),
        (lambda w: w.parts[len(w.parts)], r"asks for the length of w\.parts"),
        (lambda w: "k" in w.untold, r"asks what is in w\.untold"),
        (lambda w: float(w.untold), r"converts w\.untold to a number"),
        (lambda w: np.tanh(w.parts[0].w), r"gives w\.parts\[0\]\.w to NumPy"),
        (lambda w: np.sum(w.parts[0].w), r"gives w\.parts\[0\]\.w to NumPy"),
        (lambda w: np.asarray(w.parts[0].w), r"gives w\.parts\[0\]\.w to NumPy"),
        (lambda w: setattr(w, "head", 1.0), r"changes a part of w"),
    ],
)
def test_a_path_function_may_only_follow_fields_and_items(path: Callable[[Any], Any], what: str) -> None:
    with pytest.raises(OpticError, match=rf"the path function {what} \(test_build\.py:\d+\)\. .* may follow"):
        lens(Whole, path)


@pytest.mark.parametrize("result", [3.0, None, [], (), (lambda: 1.0)])
def test_a_path_function_must_give_a_part(result: Any) -> None:
    with pytest.raises(OpticError, match=rf"gave an object of class {type(result).__qualname__}, no part"):
        lens(Whole, lambda w: result)
    with pytest.raises(OpticError, match="no part of its argument"):
        lens(Whole, lambda w: (w.head, result))


def test_a_part_of_another_argument_is_no_part() -> None:
    kept: list[Whole] = []

    def path(w: Whole) -> Any:
        kept.append(w)
        return kept[0].head

    lens(Whole, path)

    with pytest.raises(OpticError, match="no part of its argument"):
        lens(Whole, path)


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (lambda: lens(Whole, lambda w: each(w.parts).w), "traversal(Whole, lambda w: each(w.parts).w)"),
        (lambda: lens(Whole, lambda w: some(w.maybe).w), "prism(Whole, lambda w: some(w.maybe).w)"),
        (lambda: lens(Whole, lambda w: as_(w.head, Part).w), "prism(Whole, lambda w: as_(w.head, Part).w)"),
        (lambda: prism(Whole, lambda w: each(w.parts).w), "traversal(Whole, lambda w: each(w.parts).w)"),
    ],
)
def test_more_foci_than_allowed_are_refused_with_what_to_write(make: Callable[[], Any], remedy: str) -> None:
    with pytest.raises(OpticError) as error:
        make()

    assert str(error.value).endswith(f"write {remedy}.")


@pytest.mark.parametrize("mark", [each, some, lambda x: as_(x, float)])
def test_a_mark_outside_of_a_path_function_is_refused(mark: Callable[[Any], Any]) -> None:
    with pytest.raises(OpticError, match=r"got an object of class list \(test_build\.py:\d+\)\.$"):
        mark([1.0])


def test_as_takes_a_class() -> None:
    with pytest.raises(OpticError, match=r"as_ takes a class, and got int \| str"):
        prism(Whole, lambda w: as_(w.head, int | str))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused


def test_an_optic_starts_from_a_class() -> None:
    with pytest.raises(OpticError, match=r"lens takes the class .* got an object of class Part"):
        lens(Part(np.ones(1)))  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]  # what is refused
    with pytest.raises(OpticError, match=r"prism takes the class .* got an object of class Part"):
        prism(Part(np.ones(1)), lambda p: p.w)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType, reportAttributeAccessIssue]  # what is refused


@pytest.mark.feature(100)
@pytest.mark.parametrize(
    "make",
    [
        lambda: lens(Whole, lambda w: w.parts[0].wieght),  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # misspelt
        lambda: lens(Whole).parts[0].wieght,
        lambda: prism(Whole, lambda w: some(w.maybe).wieght),  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # misspelt
        lambda: traversal(Whole, lambda w: each(w.parts).wieght),  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # misspelt
    ],
)
def test_a_misspelt_field_is_reported_before_there_is_a_struct(make: Callable[[], Any]) -> None:
    with pytest.raises(NoFieldError, match=r"class Part, .* no field 'wieght'; did you mean 'weight'\? Its") as e:
        make()

    assert isinstance(e.value, AttributeError)
    assert "Its fields: w, weight." in str(e.value)


@pytest.mark.feature(100)
@pytest.mark.parametrize("use", ["get", "set", "over"])
def test_a_misspelt_field_that_no_annotation_tells_of_is_reported_at_use(use: str) -> None:
    wrong: Lens[Whole, Any] = lens(Whole, lambda w: w.untold["k"][0].wieght)
    struct = Whole([], untold={"k": [Part(np.ones(1))]})
    arguments = {"get": (), "set": (1.0,), "over": (abs,)}[use]

    with pytest.raises(NoFieldError, match=r"^\.untold\['k'\]\[0\] is of class Part, .* did you mean 'weight'"):
        getattr(wrong, use)(struct, *arguments)


@pytest.mark.feature(100)
def test_a_method_is_no_field() -> None:
    with pytest.raises(NoFieldError, match=r"no field 'loss'.*'loss' is a method"):
        lens(Whole, lambda w: w.parts[0].loss())


@pytest.mark.parametrize("name", ["get", "set", "over", "each", "some", "as_", "to_list", "of", "put_all"])
def test_a_field_named_like_a_method_is_refused_in_class_form_and_found_by_lambda(name: str) -> None:
    field_lens = lens(Clash, lambda c: getattr(c, name))
    struct = Clash()

    with pytest.raises(OpticError, match=rf"class Clash has a field '{name}', .* lambda s: s\.{name}\)"):
        getattr(lens(Clash), name)
    assert getattr(struct, name) == field_lens.get(struct)
    assert 0.5 == getattr(field_lens.set(struct, 0.5), name)


def test_preview_hides_a_field_of_prisms_only() -> None:
    assert 8.0 == lens(Clash).preview.get(Clash())
    with pytest.raises(OpticError, match="has a field 'preview'"):
        (prism(dict, lambda d: d["c"]).as_(Clash)).preview


def test_class_form_is_refused_only_where_it_is_ambiguous() -> None:
    identity = lens(Clash, lambda c: c)

    assert Clash(get=0.5) == identity.over(Clash(), lambda c: Clash(get=0.5))
    assert 1.0 == (lens(dict)["c"] >> lens(Clash, lambda c: c.get)).get({"c": Clash()})


def test_foci_that_overlap_are_refused() -> None:
    for path in [
        lambda w: (w.parts, w.parts),
        lambda w: (w.parts, w.parts[0].w),
        lambda w: (w.parts[0].w, w.head, w.parts[0]),
        lambda w: (w.parts, w),
    ]:
        with pytest.raises(OpticError, match=r"^\(w.*: the parts overlap, and to set both is ambiguous"):
            lens(Whole, path)


@pytest.mark.parametrize("make", [prism, traversal])
def test_only_lenses_have_tuples_of_parts(make: Any) -> None:
    with pytest.raises(OpticError, match="only a lens may have a tuple of parts"):
        make(Whole, lambda w: (w.parts, w.head))


def test_a_tuple_has_no_marked_parts() -> None:
    with pytest.raises(OpticError, match="only a lens may have a tuple of parts"):
        lens(Whole, lambda w: (w.head, some(w.maybe)))


def test_an_item_must_be_hashable() -> None:
    with pytest.raises(OpticError, match=r"a path has no item \[list\]"):
        lens(Whole, lambda w: w.untold[[1]])

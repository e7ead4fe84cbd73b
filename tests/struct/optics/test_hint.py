"""What annotations tell: checked where they do tell, and silent where they do not."""

from __future__ import annotations

from abc import ABC
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, NamedTuple, NewType, NotRequired, Protocol, TypedDict, TypeVar

import attrs
import msgspec
import numpy as np
import pydantic
import pytest
from numpy.typing import NDArray
from typing_extensions import TypeAliasType

from structgrad.arrays import Array
from structgrad.errors import NoFieldError, OpticError
from structgrad.struct.optics import as_, each, lens, some, traversal
from structgrad.struct.static import Static

T = TypeVar("T", bound=Any)


@dataclass
class Leaf:
    w: Array


class Named(NamedTuple):
    w: float
    leaf: Leaf


class Keyed(TypedDict):
    w: float
    leaf: NotRequired[Leaf]


@attrs.define
class Attrs:
    leaf: Leaf


class Struct(msgspec.Struct):
    leaf: Leaf


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    leaf: Leaf


@dataclass
class Pair(Generic[T]):
    fst: T
    rest: list[T]


class Layer(ABC):  # noqa: B024  # a base that tells nothing
    pass


class Dense(Leaf):
    pass


@dataclass
class Wide(Leaf):
    extra: float


class HasW(Protocol):
    w: Array


Alias = TypeAliasType("Alias", Leaf)
Own = NewType("Own", Leaf)


@dataclass
class Untold:
    plain: Leaf
    unknown: NotImportedHere  # type: ignore[name-defined]  # pyright: ignore[reportUndefinedVariable]  # noqa: F821  # a name that nobody can resolve


@dataclass
class Told:
    plain: Leaf
    maybe: Leaf | None
    either: Leaf | Attrs
    listed: list[Leaf]
    pair: tuple[Leaf, Attrs]
    row: tuple[Leaf, ...]
    table: dict[str, Leaf]
    queue: deque[Leaf]
    named: Named
    keyed: Keyed
    model: Model
    struct: Struct
    attrs_: Attrs
    generic: Pair[Leaf]
    carried: Static[Leaf]
    noted: Annotated[Leaf, "note"]
    alias: Alias
    own: Own
    dense: Dense
    layer: Layer
    protocol: HasW
    anything: Any
    array: NDArray[np.float64]
    mapping: Mapping[str, Leaf]
    number: float


WRONG: list[Callable[[Any], Any]] = [
    lambda t: t.wrong,
    lambda t: t.plain.wrong,
    lambda t: t.maybe.wrong,
    lambda t: some(t.maybe).wrong,
    lambda t: t.either.wrong,
    lambda t: as_(t.either, Wide).wrong,  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # what is refused
    lambda t: t.listed[0].wrong,
    lambda t: t.listed[1:][0].wrong,
    lambda t: each(t.listed).wrong,
    lambda t: t.pair[0].leaf,
    lambda t: t.pair[1].w,
    lambda t: t.pair[-1].w,
    lambda t: t.row[5].wrong,
    lambda t: t.table["k"].wrong,
    lambda t: each(t.table).wrong,
    lambda t: t.queue[0].wrong,
    lambda t: t.named.wrong,
    lambda t: t.named.leaf.wrong,
    lambda t: t.keyed["wrong"],
    lambda t: t.keyed["leaf"].wrong,
    lambda t: t.keyed.leaf,
    lambda t: t.model.wrong,
    lambda t: t.model.leaf.wrong,
    lambda t: t.struct.leaf.wrong,
    lambda t: t.attrs_.leaf.wrong,
    lambda t: t.generic.fst.wrong,
    lambda t: t.generic.rest[0].wrong,
    lambda t: t.carried.wrong,
    lambda t: t.noted.wrong,
    lambda t: t.alias.wrong,
    lambda t: t.own.wrong,
    lambda t: t.dense.wrong,
    lambda t: t.listed.wrong,
    lambda t: t.table.wrong,
    lambda t: t.array.shape,
    lambda t: t.number.real,
]


@pytest.mark.parametrize("path", WRONG)
def test_a_step_that_annotations_exclude_is_refused_at_once(path: Callable[[Any], Any]) -> None:
    with pytest.raises(NoFieldError):
        traversal(Told, path)


@pytest.mark.parametrize(
    "path",
    [
        lambda t: t.plain[0],
        lambda t: t.array[0],
        lambda t: t.array[1:],
        lambda t: each(t.array),
        lambda t: each(t.number),
    ],
)
def test_an_item_that_annotations_exclude_is_refused_at_once(path: Callable[[Any], Any]) -> None:
    with pytest.raises(OpticError):
        traversal(Told, path)


@pytest.mark.parametrize(
    "path",
    [
        lambda t: t.either.w,
        lambda t: t.either.leaf.w,
        lambda t: as_(t.plain, Wide).extra,
        lambda t: t.pair[5].wrong,
        lambda t: t.named[0],
        lambda t: t.layer.wrong,
        lambda t: t.protocol.wrong,
        lambda t: t.anything.wrong[0].wrong,
        lambda t: t.mapping["k"].wrong,
        lambda t: each(t.plain).wrong,
    ],
)
def test_what_annotations_leave_open_is_not_refused(path: Callable[[Any], Any]) -> None:
    traversal(Told, path)


def test_an_annotation_that_cannot_be_resolved_tells_only_its_field() -> None:
    assert "lens(Untold, lambda u: u.plain.wrong)" == repr(lens(Untold).plain.wrong)
    with pytest.raises(NoFieldError, match="no field 'unknwon'; did you mean 'unknown'"):
        lens(Untold, lambda u: u.unknwon)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # misspelt


def test_a_field_of_a_subclass_is_reported_with_the_way_to_it() -> None:
    with pytest.raises(NoFieldError, match=r"Wide has it: narrow with as_\(\.\.\., Wide\)"):
        lens(Told, lambda t: t.plain.extra)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # what is refused


def test_a_generic_class_hands_its_argument_on() -> None:
    with pytest.raises(NoFieldError, match=r"^\.rest\[0\] is of class Leaf"):
        lens(Pair[Leaf], lambda p: p.rest[0].wrong)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # what is refused
    assert "lens(Pair, lambda p: p.fst.wrong)" == repr(lens(Pair, lambda p: p.fst.wrong))

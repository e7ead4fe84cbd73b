"""Static[T] where annotations are texts: `from __future__ import annotations`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import attrs
import msgspec
import pydantic
import pytest

import structgrad as sg
from structgrad import Static, tree
from structgrad import Static as Fixed

if TYPE_CHECKING:
    from structgrad.optim import Nowhere  # type: ignore[import-not-found, attr-defined, unused-ignore]  # pyright: ignore[reportAttributeAccessIssue]  # seen by no run

Rate = Static[float]


@dataclass
class Data:
    x: float
    plain: Static[float] = 2.0
    dotted: sg.Static[float] = 2.0
    alias: Rate = 2.0
    renamed: Fixed[float] = 2.0
    optional: Static[float] | None = 2.0
    hidden: Static[Nowhere] = 2.0
    hidden_dotted: sg.Static[Nowhere] = 2.0
    number: float | Nowhere = 2.0


@attrs.define
class Attrs:
    x: float
    rate: Fixed[float] = 2.0


class Model(pydantic.BaseModel):
    x: float
    rate: Static[float] = 2.0


class Message(msgspec.Struct):
    x: float
    rate: Static[float] = 2.0


@dataclass
class Inherited(Data):
    y: float = 1.0


@pytest.mark.feature(47, 70)
def test_texts_mark_their_fields_be_all_their_names_known_or_not() -> None:
    assert list(tree.paths(Data(1.0))) == [".x", ".number"]
    assert list(tree.paths(Inherited(1.0))) == [".x", ".number", ".y"]


@pytest.mark.feature(47, 70)
@pytest.mark.parametrize("struct", [Attrs(3.0), Model(x=3.0), Message(3.0)])
def test_texts_are_read_whatever_the_class(struct: Any) -> None:
    grad = sg.grad_bp(lambda s: s.x * s.x * s.rate, struct)

    assert (type(grad), grad.x, grad.rate) == (type(struct), 12.0, 2.0)

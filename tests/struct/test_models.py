"""Models of pydantic and msgspec: opened by the same road, and not validated again."""

import subprocess
import sys
from typing import Any

import msgspec
import numpy as np
import pydantic
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.errors import UnknownLeafError

RUNS: list[str] = []


class Layer(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True, frozen=True, validate_assignment=True)
    w: Any
    b: float
    name: str = "layer"
    rate: sg.Static[float] = 0.5
    _note: str = pydantic.PrivateAttr("mine")

    @pydantic.field_validator("b")
    @classmethod
    def positive(cls, b: float) -> float:
        RUNS.append("validator")
        return b

    def model_post_init(self, context: Any, /) -> None:
        RUNS.append("post_init")


class Net(pydantic.BaseModel):
    layers: list[Layer]
    scale: float = 2.0


@pytest.mark.feature(3, 33)
def test_nested_pydantic_models_give_models_and_no_validator_runs() -> None:
    net = Net(layers=[Layer(w=np.ones(2), b=3.0)])
    RUNS.clear()

    grad = sg.grad_bp(lambda n: np.sum(n.layers[0].w) * n.layers[0].b * n.layers[0].rate * n.scale, net)

    layer = grad.layers[0]
    np.testing.assert_array_equal(layer.w, [3.0, 3.0])
    assert (type(grad), type(layer), layer.b, layer.name, layer.rate) == (Net, Layer, 2.0, "layer", 0.5)
    assert (layer._note, RUNS) == ("mine", [])
    assert layer.model_copy(update={"b": 1.0}).b == 1.0
    assert layer.model_dump(exclude={"w"}) == {"b": 2.0, "name": "layer", "rate": 0.5}


def test_the_state_of_a_rebuilt_model_is_its_own() -> None:
    layer = Layer(w=1.0, b=2.0)

    zero = sg.zero(layer)
    zero.model_fields_set.add("name")

    assert layer.model_fields_set == {"w", "b"}


def test_numbers_that_are_no_fields_of_a_model_are_refused() -> None:
    class Loose(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(extra="allow")
        x: float
        _cache: float = pydantic.PrivateAttr(0.5)

    with pytest.raises(UnknownLeafError, match="Loose holds numbers in '_cache'"):
        sg.zero(Loose(x=1.0))
    loose = Loose.model_validate({"x": 1.0, "y": 2.0})
    loose.__pydantic_private__ = None
    with pytest.raises(UnknownLeafError, match="Loose holds numbers in 'y'"):
        sg.zero(loose)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    w: float
    parts: list[float]
    name: str = "message"
    rate: sg.Static[float] = 0.5

    def __post_init__(self) -> None:
        RUNS.append("post_init")


class Longer(Message, frozen=True, kw_only=True):
    more: float


@pytest.mark.feature(3, 33)
def test_msgspec_structs_give_structs_and_no_hook_runs() -> None:
    message = Longer(w=2.0, parts=[3.0, 5.0], more=7.0)
    RUNS.clear()

    grad = sg.grad_bp(lambda m: m.w * m.parts[1] * m.more * m.rate, message)

    assert RUNS == []
    assert grad == Longer(w=17.5, parts=[0.0, 7.0], more=5.0)
    assert list(tree.paths(grad)) == [".w", ".parts[0]", ".parts[1]", ".name", ".more"]


def test_neither_library_is_imported_by_structgrad() -> None:
    code = "import structgrad, sys; structgrad.zero([1.0]); print({'pydantic', 'msgspec'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "set()"

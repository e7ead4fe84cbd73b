"""Models of pydantic and msgspec within a loss: validators in Python take traced values, C that wants floats refuses.

As parameters they are opened and closed without validation (tests/struct/test_models.py).
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import numpy as np
import pydantic
import pytest
from pydantic import AfterValidator, ConfigDict, Field, InstanceOf, SkipValidation, TypeAdapter

import structgrad as sg
from structgrad.testing import check_gradient

Check = Callable[..., None]
W = np.linspace(0.2, 0.9, 3)


def vector(w: Any) -> Any:
    if w.shape != (3,):
        raise ValueError(f"w has shape {w.shape}")
    return w


class Open(pydantic.BaseModel):
    """With numbers that are asked for their class, as arrays are."""

    model_config = ConfigDict(arbitrary_types_allowed=True, validate_assignment=True)
    w: Annotated[np.ndarray, AfterValidator(vector)]
    b: Annotated[InstanceOf[float], Field(ge=0.0)] = 1.0
    c: SkipValidation[float] = 1.0


class Closed(pydantic.BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True, validate_assignment=True)
    w: np.ndarray
    b: float = 1.0


def total(model: Any) -> sg.Scalar:
    return np.sum(np.sin(model.w)) * model.b


def assigned(model: Any, name: str, value: Any) -> sg.Scalar:
    new = model.model_copy()
    setattr(new, name, value)
    return total(new)


def test_a_model_that_asks_for_the_class_is_built_within_a_loss() -> None:
    check_gradient(lambda m: total(Open(w=m.w**2, b=m.b * m.w[0], c=m.c)) * m.c, Open(w=W, b=0.7), order=2)
    check_gradient(lambda m: assigned(m, "b", m.b * m.w[0]), Open(w=W, b=0.7), order=2)
    check_gradient(lambda w: total(Closed(w=w**2)), W, order=2)
    check_gradient(lambda m: assigned(m, "w", m.w**2), Closed(w=W, b=0.7), order=2)


def test_what_its_validators_refuse_outside_they_refuse_in_every_run(reported: Check) -> None:
    reported(lambda w: total(Open(w=w[:2])), W, pydantic.ValidationError, r"w has shape \(2,\)")
    reported(lambda w: total(Open(w=w[0])), W, pydantic.ValidationError, "should be an instance of ndarray")
    reported(lambda w: total(Open(w=w, b=-w[0])), W, pydantic.ValidationError, "should be greater than or equal to 0")
    reported(lambda w: total(Open(w=w, b=w)), W, pydantic.ValidationError, "should be an instance of float")


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("annotation", [float, int, bool, complex, float | int | str, list[float]])
def test_pydantic_s_own_numbers_refuse_a_traced_value_rather_than_lose_its_gradient(
    annotation: Any, strict: bool, run: Any
) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    several = annotation == list[float]

    with pytest.raises(pydantic.ValidationError, match="Input should be a valid"):
        run(lambda x: np.sum(adapter.validate_python([x] if several else x, strict=strict)), 1.0)


def by_float(b: float) -> float:
    return b * b


def test_a_float_field_refuses_a_new_traced_value_and_the_error_names_it(refused: Check) -> None:
    names_it = r"should be a valid number .* input_value=Traced"

    refused(lambda b: total(Closed(w=W, b=b)), 0.7, pydantic.ValidationError, names_it)
    refused(lambda b: assigned(Closed(w=W), "b", b), 0.7, pydantic.ValidationError, names_it)
    refused(pydantic.validate_call(by_float), 0.7, pydantic.ValidationError, names_it)
    refused(lambda m: Closed.model_validate(dict(m)).b, Closed(w=W, b=0.7), pydantic.ValidationError, names_it)


def test_a_float_field_takes_a_traced_value_where_pydantic_does_not_validate() -> None:
    check_gradient(lambda m: total(m.model_copy(update={"b": m.b * m.b})), Closed(w=W, b=0.7), order=2)
    check_gradient(lambda b: total(Closed.model_construct(w=W, b=b * b)), 0.7, order=2)
    check_gradient(lambda m: total(Closed.model_validate(m)), Closed(w=W, b=0.7), order=2)  # an instance stays as it is


def test_a_model_is_not_turned_into_json_within_a_run() -> None:
    def length(model: Closed) -> float:
        return len(model.model_dump_json(exclude={"w"})) * model.b

    with pytest.raises(ValueError, match="Unable to serialize unknown type"):
        sg.grad_bp(length)(Closed(w=W, b=0.7))


class Message(msgspec.Struct):
    w: Any
    b: float


def test_msgspec_builds_structs_of_traced_values() -> None:
    check_gradient(lambda m: total(msgspec.structs.replace(m, b=m.b * m.b)), Message(W, 0.7), order=2)
    check_gradient(lambda m: total(Message(m.w**2, m.b * m.w[0])), Message(W, 0.7), order=2)


@pytest.mark.parametrize("strict", [True, False])
def test_msgspec_s_decoder_refuses_a_traced_value(strict: bool, refused: Check) -> None:
    def converted(b: float) -> sg.Scalar:
        return total(msgspec.convert({"w": W, "b": b}, Message, strict=strict))

    refused(converted, 0.7, msgspec.ValidationError, "Expected `float`, got `Traced`")


@pytest.mark.parametrize("encode", [msgspec.json.encode, msgspec.msgpack.encode])
def test_msgspec_s_encoders_refuse_a_traced_value(encode: Any, refused: Check) -> None:
    refused(lambda b: b * len(encode(b)), 0.7, TypeError, "Encoding objects of type Traced")

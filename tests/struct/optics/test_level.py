"""Every kind of container on the way of an optic: opened and closed without the user's code."""

import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any, ClassVar, NamedTuple, TypedDict

import attrs
import msgspec
import numpy as np
import pydantic
import pytest

from structgrad.arrays import Array
from structgrad.struct.optics import Lens, each, lens, traversal
from structgrad.struct.static import Static

CALLS: list[str] = []


@dataclass(frozen=True)
class Data:
    w: float
    name: Static[str] = "d"
    start: InitVar[int] = 0
    shared: ClassVar[int] = 1

    def __post_init__(self, start: int) -> None:
        CALLS.append("post_init")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    w: float
    name: Static[str] = "s"

    def __post_init__(self) -> None:
        CALLS.append("post_init")


@attrs.frozen
class Attrs:
    w: float = attrs.field(converter=float, validator=lambda *_: CALLS.append("validator"))
    name: Static[str] = "a"


@attrs.define(slots=False)
class Dict:
    w: float = attrs.field(on_setattr=lambda *a: CALLS.append("on_setattr"))
    name: Static[str] = "a"


class Tuple(NamedTuple):
    w: float
    name: str = "t"


class Pair(NamedTuple):
    x: float
    y: float


class Struct(msgspec.Struct, frozen=True):
    w: float
    name: Static[str] = "m"

    def __post_init__(self) -> None:
        CALLS.append("post_init")


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True)
    w: float
    name: Static[str] = "p"

    @pydantic.field_validator("w")
    @classmethod
    def check(cls, w: float) -> float:
        CALLS.append("validator")
        return w


class Typed(TypedDict):
    w: float


RECORDS: list[Callable[[], Any]] = [
    lambda: Data(1.0),
    lambda: Slots(w=1.0),
    lambda: Attrs(1.0),
    lambda: Dict(1.0),
    lambda: Tuple(1.0),
    lambda: Struct(1.0),
    lambda: Model(w=1.0),
    lambda: types.SimpleNamespace(w=1.0, name="n"),
]


@pytest.mark.parametrize("make", RECORDS)
def test_a_field_of_every_record_is_set_without_running_its_code(make: Callable[[], Any]) -> None:
    record = make()
    w = lens(type(record), lambda r: r.w)
    CALLS.clear()

    changed = w.set(record, "not even a number")

    assert [] == CALLS
    assert "not even a number" == changed.w == w.get(changed)
    assert (1.0, type(record), record.name) == (record.w, type(changed), changed.name)


@pytest.mark.parametrize("make", RECORDS)
def test_a_static_field_is_a_focus_too(make: Callable[[], Any]) -> None:
    record = make()
    name = lens(type(record), lambda r: r.name)
    CALLS.clear()

    changed = name.set(record, "new")

    assert [] == CALLS
    assert "new" == changed.name == name.get(changed)
    assert (1.0, type(record)) == (changed.w, type(changed))
    assert "new" != record.name


@pytest.mark.parametrize("make", RECORDS)
def test_a_static_field_is_set_together_with_others(make: Callable[[], Any]) -> None:
    both = lens(type(make()), lambda r: (r.name, r.w))

    assert ("new", 2.0) == both.get(both.set(make(), ("new", 2.0)))


def children(x: Any) -> Any:
    return each(x)


def test_each_goes_over_what_a_gradient_goes_over() -> None:
    fields = traversal(Data, children)

    assert [1.0] == fields.to_list(Data(1.0))
    assert "d" == fields.set(Data(1.0), 2.0).name


@pytest.mark.parametrize(
    ("struct", "changed"),
    [
        ([1.0, 2.0], [0.0, 0.0]),
        ((1.0, 2.0), (0.0, 0.0)),
        (Pair(1.0, 2.0), Pair(0.0, 0.0)),
        ({"a": 1.0, 2: 2.0}, {"a": 0.0, 2: 0.0}),
        (OrderedDict(a=1.0), OrderedDict(a=0.0)),
        (defaultdict(float, a=1.0), defaultdict(float, a=0.0)),
        (types.MappingProxyType({"a": 1.0}), types.MappingProxyType({"a": 0.0})),
        (deque([1.0, 2.0], maxlen=5), deque([0.0, 0.0], maxlen=5)),
        (types.SimpleNamespace(a=1.0, b=2.0), types.SimpleNamespace(a=0.0, b=0.0)),
        (Attrs(1.0, "n"), Attrs(0.0, "n")),
        ([], []),
        ({}, {}),
        (None, None),
    ],
)
def test_each_goes_over_every_kind_of_container(struct: Any, changed: Any) -> None:
    every = traversal(object, children)

    assert changed == every.set(struct, 0.0)
    assert type(changed) is type(every.set(struct, 0.0))


def test_each_goes_over_an_array_of_objects() -> None:
    ragged = np.array([1.0, None], dtype=object)

    assert [1.0, None] == traversal(object, children).to_list(ragged)


class Stubborn:
    """A leaf that passes for an array and refuses whatever would convert, compare, copy or iterate it."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__class__":
            return np.ndarray
        raise AssertionError(f"asked for {name}")

    def _refuse(self, *_: Any) -> Any:
        raise AssertionError("used")

    __bool__ = __len__ = __iter__ = __eq__ = __ne__ = __hash__ = __getitem__ = _refuse
    __float__ = __int__ = __index__ = __array__ = __copy__ = __deepcopy__ = __reduce_ex__ = _refuse
    __add__ = __radd__ = __lt__ = __array_ufunc__ = __array_function__ = _refuse


@dataclass(frozen=True)
class Holder:
    w: Array
    parts: list[Any]
    table: dict[str, Any]


def test_leaves_are_never_looked_into() -> None:
    a, b, c = (Stubborn() for _ in range(3))
    holder: Any = Holder(a, [b, None, 1.0], {"c": c})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # as a traced value does
    own: Lens[Any, Any] = lens(Holder, lambda h: (h.w, h.parts[0], h.table["c"]))
    w: Lens[Any, Any] = lens(Holder, lambda h: h.w)

    assert a is w.get(holder)
    assert b is lens(Holder).parts[0].set(holder, b).parts[0]
    assert c is own.set(holder, (c, a, b)).w
    assert c is lens(Holder).table["c"].over(holder, lambda x: x).table["c"]
    assert b is traversal(Holder, lambda h: each(h.parts)).to_list(holder)[0]
    assert a is lens(Holder).w.some().as_(np.ndarray).preview(holder)
    assert b is lens(Holder).put_all(holder, [holder]).parts[0]

"""Structs for tests/test_mypy_plugin.py to step into, and values of every shape that their annotations allow."""

import enum
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from types import SimpleNamespace
from typing import (
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    Protocol,
    TypedDict,
    TypeVar,
)

import attrs
import msgspec
import numpy as np
import pydantic
from numpy.typing import NDArray

from structgrad import Array, Static
from structgrad.extend import container

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Linear:
    w: Array
    b: Array
    kind: ClassVar[str] = "linear"

    def forward(self, x: Array) -> Array:
        return self.w @ x + self.b

    @property
    def size(self) -> int:
        return self.w.size


@dataclass(frozen=True, slots=True)
class Scaled(Linear):
    scale: float = 1.0


class Prior(NamedTuple):
    mu: Array
    scale: float


class Params(TypedDict):
    w: Array
    layers: list[Linear]
    bias: NotRequired[float]


@dataclass
class Pair(Generic[T]):
    fst: T
    rest: list[T]


class Doubled(Pair[T]):
    extra: float = 1.0


@attrs.frozen
class Conv:
    _kernel: Array
    stride: int = 1
    twin: Linear | None = None


class Packed(msgspec.Struct):
    inner: Linear


class Checked(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    inner: Linear
    _hidden: str = ""


@container
class Opened:
    total: ClassVar[int] = 0

    def __init__(self, x: float) -> None:
        self.x = x

    @property
    def twice(self) -> float:
        return 2.0 * self.x

    @property
    def half(self) -> float:
        return 0.5 * self.x

    @half.setter
    def half(self, half: float) -> None:
        self.x = 2.0 * half


class Plain:
    def __init__(self, x: float) -> None:
        self.x = x


class HasW(Protocol):
    @property
    def w(self) -> Array: ...


class Layer(ABC):
    @property
    @abstractmethod
    def gain(self) -> float: ...

    @property
    def double(self) -> float:
        return 2.0 * self.gain


@dataclass
class Dense(Layer):
    gain: float = 1.0  # pyright: ignore[reportIncompatibleMethodOverride]  # the field takes its place
    w: Array = field(default_factory=lambda: np.ones(2))


@dataclass
class Indexed:
    items: list[float]

    def __getitem__(self, i: int) -> float:
        return self.items[i]


@dataclass
class Open:
    known: float

    def __getattr__(self, name: str) -> float:
        raise AttributeError(name)


class Money:
    def __init__(self, cents: float) -> None:
        self.cents = cents

    def zero(self) -> "Money":
        return Money(0.0)

    def one(self) -> "Money":
        return Money(1.0)

    def add(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)


class Labelled(list[Linear]):
    label: str = ""


class Colour(enum.Enum):
    RED = "r"


Own = NewType("Own", Linear)
Meters = NewType("Meters", float)


@dataclass
class Clash:
    get: float = 1.0
    each: float = 2.0
    preview: float = 3.0
    inner: Pair[float] = field(default_factory=lambda: Pair(1.0, [2.0]))


@dataclass
class Base:
    before: InitVar[int]
    base: Linear
    late: Linear = field(init=False)
    _: KW_ONLY
    since: InitVar[int] = 0
    constant = 3

    def __post_init__(self, before: int, since: int) -> None:
        self.late = self.base


@dataclass
class Net(Base):
    layers: list[Linear]
    table: dict[str, Linear]
    grid: dict[tuple[int, int], float]
    queue: deque[Linear]
    row: tuple[Linear, ...]
    pair: tuple[Linear, Pair[Linear]]
    mapping: Mapping[str, Linear]
    prior: Prior
    maybe: Prior | None
    maybes: list[Linear | None]
    labelled: Labelled
    starred: tuple[float, *tuple[Linear, ...]]
    either: Linear | Conv
    alike: Linear | Dense
    inexact: Array | Linear
    params: Params
    conv: Conv
    packed: Packed
    checked: Checked
    opened: Opened
    plain: Plain
    loose: SimpleNamespace
    protocol: HasW
    base_class: Layer
    indexed: Indexed
    open: Open
    money: Money
    carried: Static[Linear]
    own: Own
    meters: Meters
    scaled: Scaled
    clash: Clash
    clashes: list[Clash]
    anything: Any
    half: NDArray[np.float32]
    text: str = "relu"
    mode: Literal["fast", "exact"] = "fast"
    colour: Colour = Colour.RED
    cls: type[Linear] = Linear


def _net(maybe: Prior | None, either: Linear | Conv, alike: Linear | Dense, inexact: Array | Linear) -> Net:
    linear = Linear(np.ones((2, 2)), np.ones(2))
    lines = [linear, linear]
    return Net(
        1,
        linear,
        layers=lines,
        table={"a": linear},
        grid={(0, 1): 2.0},
        queue=deque(lines),
        row=(linear, linear),
        pair=(linear, Pair(linear, lines)),
        mapping={"a": linear},
        prior=Prior(np.ones(2), 1.0),
        maybe=maybe,
        maybes=[linear if maybe else None, None],
        labelled=Labelled(lines),
        starred=(1.0, linear, linear),
        either=either,
        alike=alike,
        inexact=inexact,
        params={"w": np.ones(2), "layers": lines},
        conv=Conv(np.ones(3)),
        packed=Packed(linear),
        checked=Checked(inner=linear),
        opened=Opened(1.0),
        plain=Plain(1.0),
        loose=SimpleNamespace(x=1.0),
        protocol=linear,
        base_class=Dense(),
        indexed=Indexed([1.0]),
        open=Open(1.0),
        money=Money(3.0),
        carried=linear,
        own=Own(linear),
        meters=Meters(1.0),
        scaled=Scaled(np.ones((2, 2)), np.ones(2)),
        clash=Clash(),
        clashes=[Clash()],
        anything=linear,
        half=np.ones(2, np.float32),
    )


LINEAR, CONV = Linear(np.ones((2, 2)), np.ones(2)), Conv(np.ones(3), twin=Linear(np.ones((2, 2)), np.ones(2)))
NETS = [
    _net(Prior(np.ones(2), 1.0), LINEAR, LINEAR, LINEAR),
    _net(None, CONV, Dense(), np.ones(2)),
]

SAMPLES: dict[Any, Sequence[Any]] = {
    Net: NETS,
    Pair: [Pair(LINEAR, [LINEAR])],
    Doubled: [Doubled(LINEAR, [LINEAR])],
    Params: [NETS[0].params],
    Clash: [Clash()],
    Conv: [CONV, Conv(np.ones(3))],
}

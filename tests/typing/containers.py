"""A gradient has the type of its struct, whatever the struct is made of; checked, never run."""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, NotRequired, Protocol, Self, TypedDict, TypeVar, assert_type

import msgspec
import numpy as np
import pydantic
from numpy.typing import NDArray

import structgrad as sg

from .models import Linear, Model, Net, Pair, Params, Point, Prior, length

T = TypeVar("T")
F32 = NDArray[np.float32]


def a_dataclass_gives_itself(net: Net) -> None:
    def width(n: Net) -> sg.Scalar:
        return np.sum(n.layers[0].w)

    assert_type(sg.grad_bp(width)(net), Net)
    assert_type(sg.grad_bp(width)(net).layers[0].w, sg.Array)
    assert_type(sg.grad_bp(width)(net).table["k"], float)


def an_attrs_class_gives_itself(p: Point) -> None:
    assert_type(sg.grad_bp(length)(p), Point)
    assert_type(sg.grad_bp(length)(p).x, float)


def a_named_tuple_gives_itself(prior: Prior) -> None:
    def density(q: Prior) -> sg.Scalar:
        return np.sum(q.mu) * q.scale

    mu, scale = sg.grad_bp(density)(prior)
    assert_type(mu, sg.Array)
    assert_type(scale, float)
    assert_type(sg.grad_bp(density)(prior), Prior)


def a_typed_dict_gives_itself(params: Params) -> None:
    def of(q: Params) -> sg.Scalar:
        return np.sum(q["w"])

    assert_type(sg.grad_bp(of)(params), Params)
    assert_type(sg.grad_bp(of)(params)["layers"][0], Linear)


def a_key_that_is_not_required_stays_so() -> None:
    class Loose(TypedDict):
        w: float
        b: NotRequired[float]

    def of(q: Loose) -> float:
        return q["w"] + q.get("b", 0.0)

    assert_type(sg.grad_bp(of)({"w": 1.0}), Loose)
    assert_type(sg.grad_bp(of)({"w": 1.0}).get("b"), float | None)


def a_dict_of_lists_gives_one(x: sg.Array) -> None:
    def of(q: dict[str, list[sg.Array]]) -> sg.Scalar:
        return np.sum(q["a"][0])

    assert_type(sg.grad_bp(of)({"a": [x]}), dict[str, list[sg.Array]])


def a_dict_with_keys_of_its_own_gives_one(by: dict[tuple[int, int], Point]) -> None:
    def of(q: dict[tuple[int, int], Point]) -> float:
        return q[0, 1].x

    assert_type(sg.grad_bp(of)(by)[0, 1], Point)


def dicts_with_an_order_or_a_default_stay_so(
    ordered: OrderedDict[str, float], default: defaultdict[str, sg.Array]
) -> None:
    assert_type(sg.grad_bp(lambda q: q["a"] * q["b"], ordered), OrderedDict[str, float])
    assert_type(sg.grad_bp(lambda q: np.sum(q["a"]), default), defaultdict[str, sg.Array])


def a_list_and_a_deque_give_themselves(layers: list[Linear], queue: deque[float]) -> None:
    def first(ls: list[Linear]) -> float:
        return ls[0].b

    def ends(q: deque[float]) -> float:
        return q[0] * q[-1]

    assert_type(sg.grad_bp(first)(layers), list[Linear])
    assert_type(sg.grad_bp(ends)(queue), deque[float])


def a_tuple_keeps_the_type_of_each_place(x: sg.Array, p: Point) -> None:
    def of(q: tuple[sg.Array, Point, float]) -> sg.Scalar:
        return np.sum(q[0]) * q[1].x * q[2]

    by_x, by_p, by_k = sg.grad_bp(of)((x, p, 2.0))
    assert_type((by_x, by_p, by_k), tuple[sg.Array, Point, float])


def a_tuple_of_any_length_stays_one(row: tuple[Linear, ...]) -> None:
    def of(q: tuple[Linear, ...]) -> float:
        return sum((l.b for l in q), 0.0)

    assert_type(sg.grad_bp(of)(row), tuple[Linear, ...])


def a_nest_of_containers_is_kept_whole(nest: dict[str, tuple[list[Prior], Pair[float]]]) -> None:
    def of(q: dict[str, tuple[list[Prior], Pair[float]]]) -> float:
        return q["a"][0][0].scale * q["a"][1].fst

    assert_type(sg.grad_bp(of)(nest)["a"][0][0], Prior)
    assert_type(sg.grad_bp(of)(nest)["a"][1].snd, float)


def an_optional_struct_gives_an_optional_gradient(linear: Linear | None) -> None:
    def of(q: Linear | None) -> float:
        return 0.0 if q is None else q.b

    grad = sg.grad_bp(of)(linear)
    assert_type(grad, Linear | None)
    if grad is not None:
        assert_type(grad.b, float)


def an_optional_field_is_narrowed_as_in_the_struct(model: Model) -> None:
    def of(m: Model) -> sg.Scalar:
        return 0.0 if m.prior is None else np.sum(m.prior.mu)

    grad = sg.grad_bp(of)(model)
    assert_type(grad.prior, Prior | None)
    assert grad.prior is not None
    assert_type(grad.prior.mu, sg.Array)


def a_union_is_matched_as_in_the_struct(model: Model, x: sg.Array) -> None:
    def of(m: Model) -> sg.Scalar:
        return m.head.energy(x) if isinstance(m.head, Linear) else m.head.layers[0].energy(x)

    match sg.grad_bp(of)(model).head:
        case Linear() as linear:
            assert_type(linear.b, float)
        case Net() as net:
            assert_type(net.layers, list[Linear])


def a_generic_struct_keeps_its_argument(pair: Pair[Linear], x: sg.Array) -> None:
    def of(q: Pair[Linear]) -> sg.Scalar:
        return np.sum(q.fst.w @ q.snd.w @ x)

    assert_type(sg.grad_bp(of)(pair), Pair[Linear])
    assert_type(sg.grad_bp(of)(pair).fst.w, sg.Array)


def a_generic_loss_stays_generic(points: Pair[Point], nets: Pair[Net]) -> None:
    def of(q: Pair[T], measure: Callable[[T], float]) -> float:
        return measure(q.fst) + measure(q.snd)

    def depth(net: Net) -> float:
        return net.layers[0].b

    assert_type(sg.grad_bp(of)(points, length), Pair[Point])
    assert_type(sg.grad_bp(of)(nets, depth), Pair[Net])


def a_generic_function_may_take_gradients_itself(p: Point) -> None:
    def descended(q: T, slope: T) -> T:
        step: T = sg.add(q, sg.zero(slope))
        return step

    assert_type(descended(p, sg.grad_bp(length)(p)), Point)


def a_bound_type_variable_keeps_the_concrete_class(net: Net) -> None:
    class HasLayers(Protocol):
        @property
        def layers(self) -> Sequence[Linear]: ...

    H = TypeVar("H", bound=HasLayers)

    def of(h: H) -> sg.Scalar:  # pyright: ignore[reportInvalidTypeVarUse]  # the gradient uses it again
        return np.sum(h.layers[0].w)

    def of_protocol(h: HasLayers) -> sg.Scalar:
        return np.sum(h.layers[0].w)

    assert_type(sg.grad_bp(of)(net), Net)
    assert_type(sg.grad_bp(of_protocol)(net), HasLayers)


@dataclass(frozen=True)
class Tree(Generic[T]):
    value: T
    left: "Tree[T] | None" = None
    right: "Tree[T] | None" = None


def a_recursive_struct_is_opened_to_any_depth(tree: Tree[float]) -> None:
    def of(t: Tree[float]) -> float:
        return t.value if t.left is None else t.value * of(t.left)

    grad = sg.grad_bp(of)(tree)
    assert_type(grad, Tree[float])
    assert grad.left is not None
    assert_type(grad.left.left, Tree[float] | None)


def a_subclass_is_told_from_its_base(net: Net) -> None:
    @dataclass(frozen=True)
    class Wide(Linear):
        gain: float = 1.0

    def of(wide: Wide) -> float:
        return wide.gain * wide.b

    assert_type(sg.grad_bp(of)(Wide(np.ones((2, 2)), 0.0)), Wide)
    assert_type(sg.grad_bp(lambda l: l.b, net.layers[0]), Linear)


def models_of_msgspec_and_pydantic_give_themselves() -> None:
    class Packed(msgspec.Struct):
        x: float
        name: str = "packed"

    class Checked(pydantic.BaseModel):
        x: float

    assert_type(sg.grad_bp(lambda q: q.x**2, Packed(2.0)), Packed)
    assert_type(sg.grad_bp(lambda q: q.x**2, Checked(x=2.0)).x, float)


def numbers_and_arrays_keep_their_kind(a: F32, z: complex, f: Fraction) -> None:
    def energy(v: F32) -> sg.Scalar:
        return np.sum(v * v)

    def modulus(v: complex) -> sg.Scalar:
        return np.abs(v)

    def third(v: Fraction) -> sg.Scalar:
        return v / 3

    assert_type(sg.grad_bp(energy)(a), F32)
    assert_type(sg.grad_bp(modulus)(z), complex)
    assert_type(sg.grad_bp(third)(f), Fraction)


def a_static_field_is_its_own_type() -> None:
    @dataclass(frozen=True)
    class Scaled:
        w: sg.Array
        scale: sg.Static[float] = 2.0

    def of(s: Scaled) -> sg.Scalar:
        return s.scale * np.sum(s.w)

    assert_type(sg.grad_bp(of)(Scaled(np.ones(2))).scale, float)


def a_class_with_zero_add_and_one_is_a_leaf() -> None:
    @dataclass(frozen=True)
    class Money:
        cents: float

        def zero(self) -> Self:
            return type(self)(0.0)

        def add(self, other: Self) -> Self:
            return type(self)(self.cents + other.cents)

        def one(self) -> Self:
            return type(self)(1.0)

    def worth(m: Money) -> float:
        return 2.0 * m.cents

    def nothing(leaf: sg.Backprop) -> sg.Backprop:
        return assert_type(leaf.zero(), sg.Backprop)

    nothing(Money(3.0))
    assert_type(sg.grad_bp(worth)(Money(3.0)), Money)


def a_registered_class_is_a_leaf(f: Fraction) -> None:
    sg.register_backprop(Fraction, zero=lambda x: Fraction(0), add=lambda x, y: x + y, one=lambda x: Fraction(1))
    assert_type(sg.zero(f), Fraction)


def a_mapping_is_known_by_its_annotation(params: Mapping[str, sg.Array]) -> None:
    def of(q: Mapping[str, sg.Array]) -> sg.Scalar:
        return np.sum(q["w"])

    assert_type(sg.grad_bp(of)(params), Mapping[str, sg.Array])

"""What the checkers know of optics; checked, never run. An ignore that is not needed is an error."""

from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar, assert_type

from structgrad.arrays import Array
from structgrad.struct.optics import Lens, Prism, Traversal, as_, each, lens, prism, some, traversal
from structgrad.struct.optics.laws import check_lens

T = TypeVar("T")


@dataclass(frozen=True)
class Linear:
    w: Array
    b: Array

    def __call__(self, x: Array) -> Array:
        return self.w @ x + self.b


@dataclass(frozen=True)
class Net:
    layers: list[Linear]
    table: dict[str, float]
    row: tuple[Linear, ...]
    pair: tuple[Linear, float]


class Prior(NamedTuple):
    mu: Array
    scale: float


@dataclass(frozen=True)
class Model:
    enc: Net
    dec: Net
    head: Linear | Net
    prior: Prior | None = None


@dataclass(frozen=True)
class Pair(Generic[T]):
    fst: T
    snd: T


class Params(TypedDict):
    w: Array
    layers: list[Linear]


def lambda_form(net: Net, model: Model, w: Array) -> None:
    assert_type(lens(Net), Lens[Net, Net])
    assert_type(lens(Net, lambda n: n.layers), Lens[Net, list[Linear]])
    assert_type(lens(Net, lambda n: n.layers[0].w), Lens[Net, Array])
    assert_type(lens(Net, lambda n: n.table["k"]), Lens[Net, float])
    assert_type(lens(Net, lambda n: n.pair[1]), Lens[Net, float])
    assert_type(lens(Net, lambda n: n.layers[1:]), Lens[Net, list[Linear]])
    assert_type(lens(Params, lambda p: p["layers"][0].b), Lens[Params, Array])
    assert_type(lens(Pair[Linear], lambda p: p.fst.w), Lens[Pair[Linear], Array])
    assert_type(lens(Model, lambda m: (m.enc, m.dec)), Lens[Model, tuple[Net, Net]])
    assert_type(lens(Model, lambda m: m.prior), Lens[Model, Prior | None])
    assert_type(prism(Model, lambda m: some(m.prior).mu), Prism[Model, Array])
    assert_type(prism(Model, lambda m: as_(m.head, Linear).w), Prism[Model, Array])
    assert_type(prism(Net, lambda n: n.layers[7]), Prism[Net, Linear])
    assert_type(traversal(Net, lambda n: each(n.layers).w), Traversal[Net, Array])
    assert_type(traversal(Net, lambda n: each(n.table)), Traversal[Net, float])
    assert_type(traversal(Net, lambda n: each(n.row).b), Traversal[Net, Array])

    lens(Net, lambda n: n.layerz)  # type: ignore[attr-defined]
    lens(Net, lambda n: n.layers["k"])  # type: ignore[call-overload]
    lens(Params, lambda p: p["q"])  # type: ignore[typeddict-item]
    lens(Model, lambda m: m.prior.mu)  # type: ignore[union-attr]
    lens(Model, lambda m: m.head.layers)  # type: ignore[union-attr]
    prism(Model, lambda m: as_(m.head, Linear).layers)  # type: ignore[attr-defined]
    traversal(Net, lambda n: each(n.layers).v)  # type: ignore[attr-defined]
    traversal(Model, lambda m: each(m.prior))  # type: ignore[arg-type]


def methods(net: Net, model: Model, w: Array) -> None:
    first = lens(Net, lambda n: n.layers[0].w)
    mu = prism(Model, lambda m: some(m.prior).mu)
    ws = traversal(Net, lambda n: each(n.layers).w)

    assert_type(first.get(net), Array)
    assert_type(first.set(net, w), Net)
    assert_type(first.over(net, lambda a: a.T), Net)
    assert_type(first.to_list(net), list[Array])
    assert_type(mu.preview(model), Array | None)
    assert_type(mu.set(model, w), Model)
    assert_type(mu.over(model, lambda a: -a), Model)
    assert_type(mu.to_list(model), list[Array])
    assert_type(ws.to_list(net), list[Array])
    assert_type(ws.set(net, w), Net)
    assert_type(ws.over(net, lambda a: a.T), Net)
    assert_type(lens(Model, lambda m: (m.enc, m.dec)).get(model), tuple[Net, Net])

    first.get(model)  # type: ignore[arg-type]
    first.set(net, "w")  # type: ignore[arg-type]
    first.over(net, lambda a: "w")  # type: ignore[arg-type,return-value]
    mu.set(model, 1.0)  # type: ignore[arg-type]
    ws.to_list(model)  # type: ignore[arg-type]
    for _ in first:  # type: ignore[misc]
        pass


def composition() -> None:
    enc = lens(Model, lambda m: m.enc)
    first = lens(Net, lambda n: n.layers[0])
    seventh = prism(Net, lambda n: n.layers[7])
    layers = traversal(Net, lambda n: each(n.layers))
    w = lens(Linear, lambda l: l.w)

    assert_type(enc >> first, Lens[Model, Linear])
    assert_type(enc >> first >> w, Lens[Model, Array])
    assert_type(enc >> seventh, Prism[Model, Linear])
    assert_type(enc >> layers, Traversal[Model, Linear])
    assert_type(seventh >> w, Prism[Net, Array])
    assert_type(enc >> seventh >> w, Prism[Model, Array])
    assert_type(prism(Model, lambda m: m.enc) >> layers, Traversal[Model, Linear])
    assert_type(layers >> w, Traversal[Net, Array])
    assert_type(layers >> prism(Linear, lambda l: l.w), Traversal[Net, Array])
    assert_type(enc >> layers >> w, Traversal[Model, Array])

    enc >> w  # type: ignore[operator]
    layers >> enc  # type: ignore[operator]
    enc >> (lambda n: n)  # type: ignore[operator]


def class_form(net: Net) -> None:
    layers = lens(Net, lambda n: n.layers)
    prior = lens(Model, lambda m: m.prior)

    assert_type(layers[0], Lens[Net, Linear])
    assert_type(layers.each(), Traversal[Net, Linear])
    assert_type(lens(Net, lambda n: n.table)["k"], Lens[Net, float])
    assert_type(lens(Net, lambda n: n.table).each(), Traversal[Net, float])
    assert_type(lens(Net, lambda n: n.row)[0], Lens[Net, Linear])
    assert_type(prior.some(), Prism[Model, Prior])
    assert_type(lens(Model, lambda m: m.head).as_(Linear), Prism[Model, Linear])
    assert_type(prism(Net, lambda n: n.layers).each(), Traversal[Net, Linear])
    assert_type(traversal(Model, lambda m: m.prior).some(), Traversal[Model, Prior])
    assert_type(traversal(Model, lambda m: m.head).as_(Net), Traversal[Model, Net])

    lens(Net, lambda n: n.pair[1]).each()  # type: ignore[misc]
    layers.some()  # type: ignore[misc]


def own_lenses(linear: Linear) -> None:
    def transposed(l: Linear) -> Array:
        return l.w.T

    def with_transposed(l: Linear, wt: Array) -> Linear:
        return Linear(wt.T, l.b)

    def parts(l: Linear) -> tuple[Array, Array]:
        return l.w, l.b

    def linear_of(p: tuple[Array, Array]) -> Linear:
        return Linear(*p)

    assert_type(Lens.of(transposed, with_transposed), Lens[Linear, Array])
    assert_type(Lens.iso(parts, linear_of), Lens[Linear, tuple[Array, Array]])
    assert_type(Lens.iso(parts, linear_of)[0], Lens[Linear, Array])
    check_lens(Lens.of(transposed, with_transposed), linear, linear.w.T)

    Lens.of(with_transposed, transposed)  # type: ignore[misc,arg-type]
    Lens.iso(parts, parts)  # type: ignore[misc]
    check_lens(Lens.of(transposed, with_transposed), linear, "w")  # type: ignore[misc]


def any_focus() -> None:
    # Without the plugin a step of class form has a focus of Any; the struct is known all the same.
    found: Lens[Net, Any] = lens(Net).layers
    wrong: Lens[Model, Any] = lens(Net).layers  # type: ignore[assignment]
    assert_type((found, wrong), tuple[Lens[Net, Any], Lens[Model, Any]])

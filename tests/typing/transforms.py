"""What the checkers know of gradients; checked, never run. An ignore that is not needed is an error."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, NamedTuple, TypedDict, TypeVar, assert_type

import numpy as np
from attrs import frozen

import structgrad as sg

T = TypeVar("T")


@dataclass(frozen=True)
class Linear:
    w: sg.Array
    b: float

    def energy(self, x: sg.Array) -> sg.Scalar:
        return np.sum((self.w @ x + self.b) ** 2)

    @sg.grad_bp
    def slope(self, x: sg.Array) -> sg.Scalar:
        return np.sum(self.w @ x)

    @sg.grad_bp(argnums=1)
    def slope_by_x(self, x: sg.Array) -> sg.Scalar:
        return np.sum(self.w @ x)


@dataclass(frozen=True)
class Net:
    layers: list[Linear]
    head: Linear | None
    act: Callable[[sg.Array], sg.Array]


@dataclass(frozen=True)
class Pair(Generic[T]):
    fst: T
    snd: T


@frozen
class Point:
    x: float
    y: float


class Prior(NamedTuple):
    mu: sg.Array
    scale: float


class Params(TypedDict):
    w: sg.Array
    layers: list[Linear]


def loss(net: Net, x: sg.Array, y: sg.Array, *, l2: float = 0.0) -> sg.Scalar:
    return np.mean((net.layers[0].w @ x - y) ** 2) + l2


def length(p: Point) -> float:
    return p.x * p.x + p.y * p.y


def product(a: float, b: sg.Array, c: Point) -> sg.Scalar:
    return a * np.sum(b) * c.x


def with_aux(net: Net, x: sg.Array) -> tuple[sg.Scalar, dict[str, Any]]:
    return np.sum(net.layers[0].w @ x), {"calls": 1}


def curried_form(net: Net, x: sg.Array, p: Point) -> None:
    assert_type(sg.grad_bp(loss)(net, x, x), Net)
    assert_type(sg.grad_bp(loss)(net, x, y=x, l2=0.1), Net)
    assert_type(sg.backprop(loss)(net, x, x, l2=0.1), tuple[float, Net])
    assert_type(sg.backprop(length)(p), tuple[float, Point])
    assert_type(sg.grad_bp(length)(p).x, float)

    sg.grad_bp(loss)(net, x)  # type: ignore[call-arg]
    sg.grad_bp(loss)(p, x, x)  # type: ignore[arg-type]
    sg.grad_bp(loss)(net, x, x, l1=0.1)  # type: ignore[call-arg]
    sg.grad_bp(length)(p).z  # type: ignore[attr-defined]
    wrong: Net = sg.grad_bp(length)(p)  # type: ignore[assignment]
    value, grad = sg.backprop(length)(p)
    assert_type((value, grad, wrong), tuple[float, Point, Net])
    value.x  # type: ignore[attr-defined]


def one_call_form(net: Net, x: sg.Array, p: Point, prior: Prior, params: Params) -> None:
    assert_type(sg.grad_bp(lambda n: loss(n, x, x), net), Net)
    assert_type(sg.backprop(lambda n: loss(n, x, x), net), tuple[float, Net])
    assert_type(sg.grad_bp(partial(loss, x=x, y=x), net), Net)
    assert_type(sg.grad_bp(length, p), Point)
    assert_type(sg.grad_bp(lambda q: np.sum(q[0] * q[1]), (x, 3.0)), tuple[sg.Array, float])
    assert_type(sg.grad_bp(lambda q: np.sum(q["w"] * q["layers"][0].b), params), Params)
    assert_type(sg.grad_bp(lambda q: np.sum(q.mu) * q.scale, prior), Prior)
    assert_type(sg.grad_bp(lambda v: np.sum(v * v), x), sg.Array)
    assert_type(sg.grad_bp(lambda t: t**3, 2.0), float)

    sg.grad_bp(lambda n: loss(n, x, x), p)  # type: ignore[arg-type]
    sg.grad_bp(lambda n: n.layerz, net)  # type: ignore[attr-defined]
    sg.grad_bp(lambda q: q["v"], params)  # type: ignore[typeddict-item]
    sg.grad_bp(lambda q: q.scale * q.mean, prior)  # type: ignore[attr-defined]
    sg.grad_bp(lambda n: n.head.b, net)  # type: ignore[union-attr]
    sg.grad_bp(lambda n: "loss", net)  # type: ignore[arg-type,return-value]


def structs(x: sg.Array, p: Point, prior: Prior, params: Params, pair: Pair[Linear]) -> None:
    def of_pair(q: Pair[Linear], x: sg.Array) -> sg.Scalar:
        return np.sum(q.fst.w @ q.snd.w @ x)

    def of_any_pair(q: Pair[T], measure: Callable[[T], float]) -> float:
        return measure(q.fst) + measure(q.snd)

    def of_prior(q: Prior) -> sg.Scalar:
        return np.sum(q.mu) * q.scale

    def of_params(q: Params) -> sg.Scalar:
        return np.sum(q["w"])

    def of_table(q: dict[str, list[sg.Array]]) -> sg.Scalar:
        return np.sum(q["a"][0])

    def of_optional(q: Linear | None) -> float:
        return 0.0 if q is None else q.b

    assert_type(sg.grad_bp(of_pair)(pair, x), Pair[Linear])
    assert_type(sg.grad_bp(of_pair)(pair, x).fst.w, sg.Array)
    assert_type(sg.grad_bp(of_any_pair)(Pair(p, p), length), Pair[Point])
    assert_type(sg.grad_bp(of_prior)(prior), Prior)
    assert_type(sg.backprop(of_prior)(prior)[1].mu, sg.Array)
    assert_type(sg.grad_bp(of_params)(params), Params)
    assert_type(sg.grad_bp(of_params)(params)["layers"][0], Linear)
    assert_type(sg.grad_bp(of_table)({"a": [x]}), dict[str, list[sg.Array]])
    assert_type(sg.grad_bp(of_optional)(pair.fst), Linear | None)

    sg.grad_bp(of_params)(params)["v"]  # type: ignore[typeddict-item]
    sg.grad_bp(of_optional)(pair.fst).b  # type: ignore[union-attr]
    sg.grad_bp(of_any_pair)(Pair(x, x), length)  # type: ignore[arg-type]


def methods(linear: Linear, x: sg.Array) -> None:
    assert_type(sg.grad_bp(Linear.energy)(linear, x), Linear)
    assert_type(sg.grad_bp(linear.energy)(x), sg.Array)  # bound: by its first own argument
    assert_type(linear.slope(x), Linear)
    assert_type(linear.slope_by_x(x), sg.Array)

    linear.slope("x")  # type: ignore[arg-type]


def arguments(x: sg.Array, p: Point, i: int) -> None:
    assert_type(sg.grad_bp(product, argnums=0)(2.0, x, p), float)
    assert_type(sg.grad_bp(product, argnums=1)(2.0, x, p), sg.Array)
    assert_type(sg.grad_bp(product, argnums=2)(2.0, x, p), Point)
    assert_type(sg.grad_bp(product, argnums=(0,))(2.0, x, p), tuple[float])
    assert_type(sg.grad_bp(product, argnums=(0, 1))(2.0, x, p), tuple[float, sg.Array])
    assert_type(sg.grad_bp(product, argnums=(0, 1, 2))(2.0, x, p), tuple[float, sg.Array, Point])
    assert_type(sg.backprop(product, argnums=1)(2.0, x, p), tuple[float, sg.Array])
    assert_type(sg.backprop(product, argnums=(0, 1))(2.0, x, p), tuple[float, tuple[float, sg.Array]])
    assert_type(sg.grad_bp(product, argnums=(0, 2))(2.0, x, p), Any)  # no overload of its own
    assert_type(sg.grad_bp(product, argnums=i)(2.0, x, p), Any)  # which one, only the run knows

    sg.grad_bp(product, argnums=1)(2.0, p, x)  # type: ignore[arg-type]
    sg.grad_bp(product, argnums="b")  # type: ignore[call-overload]


def aux(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(with_aux, has_aux=True)(net, x), tuple[Net, dict[str, Any]])
    assert_type(sg.backprop(with_aux, has_aux=True)(net, x), tuple[float, Net, dict[str, Any]])

    sg.grad_bp(with_aux)(net, x)  # type: ignore[arg-type]
    sg.grad_bp(length, has_aux=True)  # type: ignore[call-overload]


def optics(net: Net, x: sg.Array, p: Point) -> None:
    w0 = sg.lens(Net, lambda n: n.layers[0].w)
    b = sg.prism(Net, lambda n: sg.some(n.head).b)
    ws = sg.traversal(Net, lambda n: sg.each(n.layers).w)
    both = sg.lens(Net, lambda n: (n.layers[0].w, n.layers[1].b))

    assert_type(sg.grad_bp(loss, wrt=w0)(net, x, x), sg.Array)
    assert_type(sg.grad_bp(loss, wrt=b)(net, x, x), float | None)
    assert_type(sg.grad_bp(loss, wrt=ws)(net, x, x, l2=0.1), list[sg.Array])
    assert_type(sg.grad_bp(loss, wrt=both)(net, x, x), tuple[sg.Array, float])
    assert_type(sg.backprop(loss, wrt=w0)(net, x, x), tuple[float, sg.Array])
    assert_type(sg.backprop(loss, wrt=b)(net, x, x), tuple[float, float | None])
    assert_type(sg.backprop(loss, wrt=ws)(net, x, x), tuple[float, list[sg.Array]])
    assert_type(sg.grad_bp(lambda n: loss(n, x, x), wrt=w0)(net), sg.Array)  # the lens gives the lambda its type

    sg.grad_bp(length, wrt=w0)  # type: ignore[misc]
    sg.grad_bp(loss, wrt="layers")  # type: ignore[call-overload]


def nesting(net: Net, x: sg.Array, p: Point) -> None:
    def cube(t: float) -> float:
        return t**3

    assert_type(sg.grad_bp(sg.grad_bp(cube))(2.0), float)
    assert_type(sg.vjp(sg.grad_bp(length))(p), tuple[Point, Callable[[Point], Point]])
    assert_type(sg.trace(sg.grad_bp(loss))(net, x, x), sg.Trace)

    sg.grad_bp(sg.grad_bp(length))  # type: ignore[arg-type]


def pullbacks(net: Net, x: sg.Array, p: Point) -> None:
    def moved(q: Point, by: float) -> Pair[float]:
        return Pair(q.x + by, q.y + by)

    value, pullback = sg.vjp(moved)(p, 1.0)
    assert_type(value, Pair[float])
    assert_type(pullback, Callable[[Pair[float]], Point])
    assert_type(sg.vjp(loss)(net, x, x)[1](1.0), Net)
    assert_type(sg.trace(loss)(net, x, x, l2=0.1), sg.Trace)
    assert_type(sg.trace(loss)(net, x, x).outputs, tuple[str, ...])
    assert_type(sg.stop_gradient(net), Net)
    assert_type(sg.stop_gradient(p.x), float)

    pullback(p)  # type: ignore[arg-type]
    sg.vjp(moved)(net, 1.0)  # type: ignore[arg-type]
    sg.trace(loss)(p, x, x)  # type: ignore[arg-type]


def values(net: Net, x: sg.Array, p: Point, prior: Prior) -> None:
    assert_type(sg.zero(net), Net)
    assert_type(sg.one(2.0), float)
    assert_type(sg.add(prior, prior), Prior)
    assert_type(sg.tree.map(lambda a, g: a - 0.1 * g, net, net), Net)
    vector, back = sg.tree.ravel(p)
    assert_type(vector, sg.Array)
    assert_type(back, Callable[[sg.Array], Point])
    assert_type(sg.tree.paths(net), dict[str, Any])

    back(p)  # type: ignore[arg-type]
    wrong: Point = sg.zero(net)  # type: ignore[assignment]
    step: Prior = sg.tree.map(lambda a: a, wrong)  # type: ignore[assignment]
    assert_type(step, Prior)


def with_any(p: Any, x: Any) -> Any:
    return p["w"] * x


def functions_of_any(x: Any) -> None:
    # What has no types of its own is called under --strict as well, and stays Any.
    assert_type(sg.grad_bp(with_any)(x, 1.0), Any)
    assert_type(sg.grad_bp(with_any, argnums=1)(x, 1.0), Any)
    both: tuple[Any, Any] = sg.grad_bp(with_any, argnums=(0, 1))(x, 1.0)
    assert_type((both, sg.backprop(with_any)(x, 1.0)), tuple[tuple[Any, Any], tuple[float, Any]])
    assert_type(sg.grad_bp(lambda q: q * q)(x), Any)

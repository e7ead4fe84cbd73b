"""`grad_bp` and `backprop` in each of their forms; checked, never run."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar, assert_type

import numpy as np

import structgrad as sg

from .models import Linear, Model, Net, Pair, Params, Point, Prior, length, loss, product, with_aux

P = ParamSpec("P")
T = TypeVar("T")


def the_other_arguments_are_those_of_the_loss(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(loss)(net, x, x), Net)
    assert_type(sg.grad_bp(loss)(net, x, y=x, l2=0.1), Net)


def backprop_gives_the_value_first(net: Net, x: sg.Array, p: Point) -> None:
    assert_type(sg.backprop(loss)(net, x, x, l2=0.1), tuple[float, Net])
    value, grad = sg.backprop(length)(p)
    assert_type(value, float)
    assert_type(grad, Point)


def one_call_types_a_lambda(net: Net, x: sg.Array, prior: Prior, params: Params) -> None:
    assert_type(sg.grad_bp(lambda n: loss(n, x, x), net), Net)
    assert_type(sg.backprop(lambda n: loss(n, x, x), net), tuple[float, Net])
    assert_type(sg.grad_bp(lambda q: np.sum(q["w"] * q["layers"][0].b), params), Params)
    assert_type(sg.grad_bp(lambda q: np.sum(q.mu) * q.scale, prior), Prior)


def one_call_types_a_lambda_of_a_tuple(x: sg.Array) -> None:
    assert_type(sg.grad_bp(lambda q: np.sum(q[0] * q[1]), (x, 3.0)), tuple[sg.Array, float])


def one_call_takes_arrays_and_numbers(x: sg.Array) -> None:
    assert_type(sg.grad_bp(lambda v: np.sum(v * v), x), sg.Array)
    assert_type(sg.grad_bp(lambda t: t**3, 2.0), float)
    assert_type(sg.backprop(lambda t: t**3, 2.0), tuple[float, float])


def one_call_takes_a_partial(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(partial(loss, x=x, y=x), net), Net)
    assert_type(sg.backprop(partial(loss, x=x, y=x, l2=0.1), net), tuple[float, Net])


def one_call_takes_a_named_function(p: Point) -> None:
    assert_type(sg.grad_bp(length, p), Point)
    assert_type(sg.grad_bp(length, p).y, float)


def a_declared_variable_types_a_lambda(x: sg.Array) -> None:
    slope: Callable[[Net], Net] = sg.grad_bp(lambda n: loss(n, x, x))
    assert_type(slope, Callable[[Net], Net])


def a_method_is_a_function_of_its_object(linear: Linear, x: sg.Array) -> None:
    assert_type(sg.grad_bp(Linear.energy)(linear, x), Linear)
    assert_type(sg.backprop(Linear.energy)(linear, x), tuple[float, Linear])


def a_bound_method_is_one_of_its_first_own_argument(linear: Linear, x: sg.Array) -> None:
    assert_type(sg.grad_bp(linear.energy)(x), sg.Array)


def a_callable_object_is_a_function_of_its_argument(x: sg.Array) -> None:
    class Energy:
        def __call__(self, linear: Linear, at: sg.Array) -> sg.Scalar:
            return linear.energy(at)

    assert_type(sg.grad_bp(Energy())(Linear(x, 0.0), x), Linear)


class Spring:
    def __init__(self, stiffness: float) -> None:
        self.stiffness = stiffness

    @sg.grad_bp
    def force(self, x: sg.Array) -> sg.Scalar:
        return self.stiffness * np.sum(x * x)

    @sg.grad_bp(argnums=1)
    def force_at(self, x: sg.Array) -> sg.Scalar:
        return self.stiffness * np.sum(x * x)

    @sg.grad_bp(argnums=(0, 1))
    def both(self, x: sg.Array) -> sg.Scalar:
        return self.stiffness * np.sum(x * x)

    @staticmethod
    @sg.grad_bp
    def at_rest(x: sg.Array) -> sg.Scalar:
        return np.sum(x * x)


def a_decorated_method_stays_a_method(spring: Spring, x: sg.Array) -> None:
    assert_type(spring.force(x), Spring)
    assert_type(spring.at_rest(x), sg.Array)


def a_factory_decorates_by_another_argument(spring: Spring, x: sg.Array) -> None:
    assert_type(spring.force_at(x), sg.Array)
    assert_type(spring.both(x), tuple[Spring, sg.Array])


def a_decorated_function_is_its_gradient(x: sg.Array) -> None:
    @sg.grad_bp
    def slope(q: Pair[float], scale: float = 1.0) -> float:
        return scale * q.fst * q.snd

    assert_type(slope(Pair(1.0, 2.0), scale=3.0), Pair[float])


def argnums_picks_one_argument(x: sg.Array, p: Point) -> None:
    assert_type(sg.grad_bp(product, argnums=0)(2.0, x, p), float)
    assert_type(sg.grad_bp(product, argnums=1)(2.0, x, p), sg.Array)
    assert_type(sg.grad_bp(product, argnums=2)(2.0, x, p), Point)
    assert_type(sg.backprop(product, argnums=1)(2.0, x, p), tuple[float, sg.Array])


def argnums_picks_several_arguments(x: sg.Array, p: Point) -> None:
    assert_type(sg.grad_bp(product, argnums=(0,))(2.0, x, p), tuple[float])
    assert_type(sg.grad_bp(product, argnums=(0, 1))(2.0, x, p), tuple[float, sg.Array])
    assert_type(sg.grad_bp(product, argnums=(0, 1, 2))(2.0, x, p), tuple[float, sg.Array, Point])
    assert_type(sg.backprop(product, argnums=(0, 1))(2.0, x, p), tuple[float, tuple[float, sg.Array]])


def other_argnums_are_known_to_the_run_alone(x: sg.Array, p: Point, i: int) -> None:
    assert_type(sg.grad_bp(product, argnums=(0, 2))(2.0, x, p), Any)
    assert_type(sg.grad_bp(product, argnums=i)(2.0, x, p), Any)


def aux_comes_behind_the_gradient(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(with_aux, has_aux=True)(net, x), tuple[Net, dict[str, Any]])
    assert_type(sg.backprop(with_aux, has_aux=True)(net, x), tuple[float, Net, dict[str, Any]])


def defaults_may_be_said(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(loss, argnums=0, wrt=None, has_aux=False, sparse=False)(net, x, x), Net)
    assert_type(sg.backprop(loss, argnums=0, wrt=None, has_aux=False, sparse=False)(net, x, x), tuple[float, Net])
    assert_type(sg.grad_bp(None, argnums=1)(product)(2.0, x, Point(1.0, 2.0)), sg.Array)


def sparse_rows_stand_where_the_array_stood(net: Net, x: sg.Array) -> None:
    # What sparse=True makes of a table is SparseRows; the type is that of the struct all the same.
    assert_type(sg.grad_bp(loss, sparse=True)(net, x, x), Net)
    assert_type(sg.grad_bp(product, argnums=1, sparse=True)(2.0, x, Point(1.0, 2.0)), sg.Array)
    assert_type(sg.backprop(product, argnums=1, sparse=True)(2.0, x, Point(1.0, 2.0)), tuple[float, sg.Array])


def gradients_nest() -> None:
    def cube(t: float) -> float:
        return t**3

    assert_type(sg.grad_bp(sg.grad_bp(cube))(2.0), float)
    assert_type(sg.grad_bp(lambda t: sg.grad_bp(cube, t), 2.0), float)
    assert_type(sg.grad_bp(lambda t: sg.backprop(cube, t)[1], 2.0), float)


def a_loss_may_hold_a_gradient(net: Net, x: sg.Array) -> None:
    def steepness(n: Net) -> sg.Scalar:
        return np.sum(sg.grad_bp(loss)(n, x, x).layers[0].w ** 2)

    assert_type(sg.grad_bp(steepness)(net), Net)


def a_step_of_descent_has_the_type_of_the_net(net: Net, x: sg.Array) -> None:
    value, grad = sg.backprop(loss)(net, x, x)
    layers = [Linear(l.w - 0.1 * g.w, l.b - 0.1 * g.b) for l, g in zip(net.layers, grad.layers, strict=True)]
    assert_type(layers, list[Linear])
    assert_type(value < 0.1, bool)


def a_wrapper_of_your_own_keeps_the_types(net: Net, x: sg.Array) -> None:
    def halved(fn: Callable[Concatenate[T, P], float]) -> Callable[Concatenate[T, P], T]:
        def scaled(at: T, /, *args: P.args, **kwargs: P.kwargs) -> float:
            return 0.5 * fn(at, *args, **kwargs)

        return sg.grad_bp(scaled)

    assert_type(halved(loss)(net, x, x, l2=0.1), Net)


def a_loss_of_several_structs_is_one_of_a_tuple(model: Model, p: Point, x: sg.Array) -> None:
    def of(q: tuple[Net, Point]) -> sg.Scalar:
        return loss(q[0], x, x) + length(q[1])

    by_net, by_p = sg.grad_bp(of)((model.enc, p))
    assert_type(by_net, Net)
    assert_type(by_p, Point)


def keyword_arguments_are_a_dict(x: sg.Array) -> None:
    def line(w: float, b: float) -> sg.Scalar:
        return np.mean((w * x + b) ** 2)

    assert_type(sg.grad_bp(lambda p: line(**p), {"w": 1.0, "b": 2.0}), dict[str, float])


def a_gradient_goes_where_a_function_is_asked_for(net: Net) -> None:
    def applied(fn: Callable[[Net, sg.Array, sg.Array], Net], x: sg.Array) -> Net:
        return fn(net, x, x)

    assert_type(applied(sg.grad_bp(loss), np.ones(2)), Net)


def a_dataclass_may_hold_a_gradient(p: Point) -> None:
    @dataclass(frozen=True)
    class Problem:
        slope: Callable[[Point], Point]

    assert_type(Problem(sg.grad_bp(length)).slope(p), Point)


def with_any(p: Any, x: Any) -> Any:
    return p["w"] * x


def a_function_of_any_stays_any(x: Any) -> None:
    # What has no types of its own is called under --strict as well.
    assert_type(sg.grad_bp(with_any)(x, 1.0), Any)
    assert_type(sg.grad_bp(with_any, argnums=1)(x, 1.0), Any)
    both: tuple[Any, Any] = sg.grad_bp(with_any, argnums=(0, 1))(x, 1.0)
    assert_type((both, sg.backprop(with_any)(x, 1.0)), tuple[tuple[Any, Any], tuple[float, Any]])
    assert_type(sg.grad_bp(lambda q: q * q)(x), Any)

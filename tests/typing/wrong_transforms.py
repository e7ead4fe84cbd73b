"""Mistakes in the use of transforms, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnusedExpression=false

from functools import partial

import numpy as np

import structgrad as sg

from .models import Linear, Net, Pair, Point, Prior, length, loss, product, with_aux


def another_struct(x: sg.Array, p: Point) -> None:
    sg.grad_bp(loss)(p, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_struct_in_one_call(x: sg.Array, p: Point) -> None:
    sg.grad_bp(lambda n: loss(n, x, x), p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_struct_for_a_named_function(net: Net) -> None:
    sg.grad_bp(length, net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def mypy_does_not_look_into_a_partial(x: sg.Array, p: Point) -> None:
    sg.grad_bp(partial(loss, x=x, y=x), p)  # pyright: ignore[reportArgumentType]


def another_struct_for_backprop(net: Net) -> None:
    sg.backprop(length)(net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_struct_for_a_method(p: Point, x: sg.Array) -> None:
    sg.grad_bp(Linear.energy)(p, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_argument_of_a_generic_struct(x: sg.Array) -> None:
    def of(q: Pair[Point]) -> float:
        return q.fst.x

    sg.grad_bp(of)(Pair(x, x))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_dict_for_a_struct() -> None:
    sg.grad_bp(length)({"x": 1.0, "y": 2.0})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_argument_too_few(net: Net, x: sg.Array) -> None:
    sg.grad_bp(loss)(net, x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def an_argument_too_many(p: Point) -> None:
    sg.grad_bp(length)(p, 1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_misspelt_keyword(net: Net, x: sg.Array) -> None:
    sg.grad_bp(loss)(net, x, x, l1=0.1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_keyword_of_another_type(net: Net, x: sg.Array) -> None:
    sg.backprop(loss)(net, x, x, l2="0.1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def the_params_by_keyword(net: Net, x: sg.Array) -> None:
    sg.grad_bp(loss)(net=net, x=x, y=x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_misspelt_option(p: Point) -> None:
    sg.grad_bp(length, argnum=0)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


def no_function(p: Point) -> None:
    sg.grad_bp(p)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def a_value_where_the_function_goes(p: Point) -> None:
    sg.grad_bp(length(p), p)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def a_function_without_parameters() -> None:
    def nothing() -> float:
        return 1.0

    sg.grad_bp(nothing)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def params_that_go_by_keyword_alone() -> None:
    def of(*, p: Point) -> float:
        return p.x

    sg.grad_bp(of)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def arguments_in_another_order_than_argnums(x: sg.Array, p: Point) -> None:
    sg.grad_bp(product, argnums=1)(2.0, p, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def argnums_that_are_a_name() -> None:
    sg.grad_bp(product, argnums="b")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def argnums_that_are_a_list() -> None:
    sg.grad_bp(product, argnums=[0, 1])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_another_argument(x: sg.Array, p: Point) -> None:
    slope: Point = sg.grad_bp(product, argnums=1)(2.0, x, p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    slope.x.hex()


def one_gradient_where_argnums_give_two(x: sg.Array, p: Point) -> None:
    slope: float = sg.grad_bp(product, argnums=(0, 1))(2.0, x, p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    slope.hex()


def aux_that_nobody_asked_for(net: Net, x: sg.Array) -> None:
    sg.grad_bp(with_aux)(net, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def aux_of_a_loss_that_has_none() -> None:
    sg.grad_bp(length, has_aux=True)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def aux_in_the_place_of_the_gradient(net: Net, x: sg.Array) -> None:
    aux, _ = sg.grad_bp(with_aux, has_aux=True)(net, x)
    aux["calls"]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]


def a_gradient_of_a_gradient_of_a_struct() -> None:
    sg.grad_bp(sg.grad_bp(length))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_decorated_method_of_another_type(x: sg.Array) -> None:
    class Spring:
        @sg.grad_bp
        def force(self, at: sg.Array) -> sg.Scalar:
            return np.sum(at * at)

    Spring().force("at")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_cotangent_that_is_no_value(p: Point) -> None:
    def moved(q: Point, by: float) -> Pair[float]:
        return Pair(q.x + by, q.y + by)

    sg.vjp(moved)(p, 1.0)[1](p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_pullback_used_as_the_value(p: Point) -> None:
    sg.vjp(length)(p)(1.0)  # type: ignore[operator]  # pyright: ignore[reportCallIssue]


def a_pullback_of_another_struct(net: Net) -> None:
    sg.vjp(length)(net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_tangent_of_another_struct(p: Point, prior: Prior) -> None:
    sg.jvp(length)(p, prior)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_tangent_that_is_missing(p: Point) -> None:
    sg.jvp(length)(p)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_tangent_of_another_struct_for_hvp(p: Point, net: Net) -> None:
    sg.hvp(length)(p, net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_hessian_of_what_is_no_loss() -> None:
    sg.hessian(sg.grad_bp(length))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_mode_that_there_is_not() -> None:
    sg.jacobian(length, mode="backward")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_jacobian_at_another_struct(net: Net) -> None:
    sg.jacobian(length)(net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_checkpoint_with_another_argument(net: Net, x: sg.Array) -> None:
    sg.checkpoint(loss)(net, x, y="y")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_checkpoint_of_steps_that_do_not_give_the_state() -> None:
    sg.checkpoint(length, steps=10)  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_trace_of_another_struct(p: Point, x: sg.Array) -> None:
    sg.trace(loss)(p, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_stopped_struct_as_another(net: Net) -> None:
    stopped: Point = sg.stop_gradient(net)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    stopped.x.hex()

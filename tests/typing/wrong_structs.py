"""Mistakes about a struct and its gradient, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnusedExpression=false

import numpy as np
from numpy.typing import NDArray

import structgrad as sg

from .models import Linear, Model, Net, Pair, Params, Point, Prior, length, loss


def a_misspelt_field_of_a_gradient(p: Point) -> None:
    sg.grad_bp(length)(p).z  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_field_inside_a_gradient(net: Net, x: sg.Array) -> None:
    sg.grad_bp(loss)(net, x, x).layers[0].weight  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_field_in_a_lambda(net: Net) -> None:
    sg.grad_bp(lambda n: n.layerz, net)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_field_of_a_named_tuple(prior: Prior) -> None:
    sg.grad_bp(lambda q: q.scale * q.mean, prior)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_field_of_an_attrs_class(p: Point) -> None:
    sg.grad_bp(lambda q: q.x * q.Y, p)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_key(params: Params) -> None:
    sg.grad_bp(lambda q: np.sum(q["v"]), params)  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]


def a_misspelt_key_of_a_gradient(params: Params) -> None:
    sg.grad_bp(lambda q: np.sum(q["w"]), params)["v"]  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]


def a_misspelt_field_in_a_generic_struct(pair: Pair[Linear]) -> None:
    sg.grad_bp(lambda q: q.fst.c, pair)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_field_of_what_may_be_none(net: Net) -> None:
    sg.grad_bp(lambda n: n.head.b, net)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def a_field_of_a_gradient_that_may_be_none(linear: Linear | None) -> None:
    def of(l: Linear | None) -> float:
        return 0.0 if l is None else l.b

    sg.grad_bp(of)(linear).b  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def a_field_of_one_of_two_classes(model: Model) -> None:
    sg.grad_bp(lambda m: m.head.b, model)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


def an_index_beyond_a_tuple(x: sg.Array) -> None:
    sg.grad_bp(lambda q: np.sum(q[0] * q[2]), (x, 3.0))  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]


def an_index_of_a_struct(p: Point) -> None:
    sg.grad_bp(length)(p)[0]  # type: ignore[index]  # pyright: ignore[reportIndexIssue]


def a_key_of_another_type(table: dict[str, float]) -> None:
    sg.grad_bp(lambda q: q[0] ** 2, table)  # type: ignore[index]  # pyright: ignore[reportArgumentType]


def too_many_parts_of_a_gradient(prior: Prior) -> None:
    mu, scale, rest = sg.grad_bp(lambda q: np.sum(q.mu) * q.scale, prior)  # type: ignore[misc]  # pyright: ignore[reportAssignmentType]
    print(mu, scale, rest)


def a_gradient_as_another_struct(p: Point) -> None:
    net: Net = sg.grad_bp(length)(p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    net.layers.clear()


def a_gradient_as_a_number(p: Point) -> None:
    slope: float = sg.grad_bp(length)(p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    slope.hex()


def a_gradient_as_a_dict(p: Point) -> None:
    slopes: dict[str, float] = sg.grad_bp(length)(p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    slopes.clear()


def a_number_of_a_gradient_as_an_array(p: Point) -> None:
    slope: sg.Array = sg.grad_bp(length)(p).x  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    slope.fill(0.0)


def a_gradient_given_to_a_function_of_another_struct(net: Net, x: sg.Array) -> None:
    length(sg.grad_bp(loss)(net, x, x))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_gradient_returned_as_another_struct(p: Point) -> None:
    def slope(q: Point) -> Pair[float]:
        return sg.grad_bp(length)(q)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    slope(p)


def a_generic_gradient_of_another_argument(pair: Pair[Linear]) -> None:
    grad: Pair[Point] = sg.grad_bp(lambda q: q.fst.b, pair)  # type: ignore[arg-type,attr-defined]  # pyright: ignore[reportAssignmentType]
    grad.fst.x.hex()


def a_float32_array_as_a_float64_one(a: NDArray[np.float32]) -> None:
    def energy(v: NDArray[np.float32]) -> sg.Scalar:
        return np.sum(v * v)

    grad: sg.Array = sg.grad_bp(energy)(a)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    grad.fill(0.0)


def a_step_that_subtracts_structs(net: Net, x: sg.Array) -> None:
    net - sg.grad_bp(loss)(net, x, x)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]


def a_step_that_scales_a_struct(p: Point) -> None:
    0.1 * sg.grad_bp(length)(p)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]


def a_value_and_gradient_the_wrong_way_round(p: Point) -> None:
    grad, _ = sg.backprop(length)(p)
    grad.x  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_value_and_gradient_where_there_is_a_gradient(p: Point) -> None:
    pair: tuple[float, Point] = sg.grad_bp(length)(p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    pair[1].x.hex()


def an_assignment_to_a_frozen_gradient(p: Point) -> None:
    sg.grad_bp(length)(p).x = 0.0  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def a_zero_as_another_struct(net: Net) -> None:
    zero: Point = sg.zero(net)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    zero.x.hex()


def a_sum_of_two_structs(p: Point, net: Net) -> None:
    total: Point = sg.add(p, net)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    total.x.hex()


def a_loaded_struct_as_another(net: Net) -> None:
    found: Model = sg.load("net.safetensors", like=net)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    found.enc.layers.clear()


def a_struct_where_ravel_has_a_vector(p: Point) -> None:
    _, back = sg.tree.ravel(p)
    back(p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_class_without_its_one_as_backprop(p: Point) -> None:
    class Money:
        def zero(self) -> "Money":
            return Money()

        def add(self, other: "Money") -> "Money":
            return other

    leaf: sg.Backprop = Money()  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    leaf.zero()


def a_registration_with_a_zero_of_another_class() -> None:
    sg.register_backprop(Linear, zero=lambda l: 0.0, add=lambda l, m: l, one=lambda l: l)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def a_registration_whose_add_takes_one() -> None:
    sg.register_backprop(Linear, zero=lambda l: l, add=lambda l: l, one=lambda l: l)  # type: ignore[arg-type,misc]  # pyright: ignore[reportArgumentType]

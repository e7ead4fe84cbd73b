"""Mistakes about optimizers and their states, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnusedExpression=false

import structgrad as sg
from structgrad import optim
from structgrad.optim import Constraint, Descent, State

from .models import Linear, Model, Net, Pair, Point, Prior, length, loss

OPT = optim.adam(1e-3)


def a_state_of_another_model(net: Net, other: Model) -> None:
    OPT.step(net, net, OPT.init(other))  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def a_gradient_of_another_model(net: Net, other: Model, state: State[Net]) -> None:
    OPT.step(net, other, state)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def a_gradient_of_another_model_in_update(p: Point, prior: Prior, state: State[Point]) -> None:
    OPT.update(prior, state, p)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def a_state_in_the_place_of_the_gradient(p: Point) -> None:
    OPT.step(p, OPT.init(p), p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def the_arguments_of_update_in_the_order_of_step(p: Point, grad: Point, state: State[Point]) -> None:
    OPT.update(p, grad, state)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_step_without_a_state(p: Point) -> None:
    OPT.step(p, p)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_step_whose_result_is_one(p: Point, state: State[Point]) -> None:
    p = OPT.step(p, p, state)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


def the_results_of_a_step_the_wrong_way_round(p: Point, state: State[Point]) -> None:
    state, p = OPT.step(p, p, state)  # type: ignore[arg-type,assignment]  # pyright: ignore[reportAssignmentType]


def a_state_kept_as_that_of_another_model(net: Net) -> None:
    state: State[Point] = OPT.init(net)  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    state.count.bit_length()


def a_slot_of_another_struct(p: Point) -> None:
    net: Net = OPT.init(p).slots["m"]  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    net.layers.clear()


def averages_of_another_struct(p: Point) -> None:
    net: Net = optim.averaged(OPT.init(p))  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    net.layers.clear()


def a_text_for_a_rate() -> None:
    optim.sgd("0.1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_misspelt_number() -> None:
    optim.adam(beta1=0.9)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_schedule_that_gives_a_text() -> None:
    optim.sgd(lambda n: f"{n}")  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def a_list_in_a_chain() -> None:
    optim.chain([optim.clip(1.0), optim.sgd(0.1)])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_method_that_is_not_called() -> None:
    optim.chain(optim.adam)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_function_where_an_optic_goes() -> None:
    optim.at(lambda n: n.layers, optim.sgd(0.1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_part_and_its_method_the_wrong_way_round() -> None:
    optim.at(optim.sgd(0.1), sg.lens(Net, lambda n: n.layers))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_name_of_a_field_to_freeze() -> None:
    optim.freeze("layers")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_number_that_is_a_text(net: Net) -> None:
    optim.change(OPT.init(net), rate="0.1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def backprop_at_another_struct(p: Point, x: sg.Array) -> None:
    OPT.backprop(loss)(p, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def backprop_of_a_function_that_gives_a_struct() -> None:
    OPT.backprop(sg.grad_bp(length))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_descent_of_another_struct(p: Point, x: sg.Array) -> None:
    optim.descend(loss, p, optim.batches(x, x, size=1), OPT)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_descent_with_too_few_arrays(net: Net, x: sg.Array) -> None:
    optim.descend(loss, net, optim.batches(x, size=1), OPT)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_descent_with_arrays_of_another_type(net: Net, x: sg.Array, linear: Linear) -> None:
    optim.descend(loss, net, optim.batches(x, linear, size=1), OPT)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_descent_taken_up_from_another(net: Net, x: sg.Array, now: Descent[Point]) -> None:
    optim.descend(loss, net, optim.batches(x, x, size=1), OPT, start=now)  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_descent_without_an_optimizer(net: Net, x: sg.Array) -> None:
    optim.descend(loss, net, optim.batches(x, x, size=1), 0.1)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def data_held_out_for_another_struct(net: Net, x: sg.Array) -> None:
    optim.descend(loss, net, optim.batches(x, x, size=1), OPT, held_out=length)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_descent_as_its_params(p: Point) -> None:
    found: Point = next(optim.descend(lambda q, by: by * length(q), p, [1.0], OPT))  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    found.x.hex()


def batches_without_a_size(x: sg.Array) -> None:
    optim.batches(x)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def a_batch_taken_apart_into_too_many(x: sg.Array) -> None:
    for a, b in optim.batches(x, size=1):  # type: ignore[misc]  # pyright: ignore[reportAssignmentType]
        print(a, b)


def a_solution_as_its_params(p: Point) -> None:
    found: Point = optim.minimize(length, p)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    found.x.hex()


def a_minimum_of_another_struct(net: Net) -> None:
    optim.minimize(length, net)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_minimum_of_what_is_no_loss(p: Point) -> None:
    optim.minimize(sg.grad_bp(length), p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_root_of_what_gives_another_struct(p: Point) -> None:
    def of(q: Point) -> Pair[float]:
        return Pair(q.x, q.y)

    optim.root(of, p)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def constraints_that_are_functions(p: Point) -> None:
    optim.minimize(length, p, constraints=[length])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def a_constraint_without_a_function() -> None:
    Constraint("ineq")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_state_saved_and_loaded_as_another(net: Net) -> None:
    state: State[Model] = sg.load("state.safetensors", like=OPT.init(net))  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]
    state.count.bit_length()

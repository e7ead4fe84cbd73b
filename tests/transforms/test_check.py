"""check_gradient and check_op: right derivatives pass, and every planted fault is found and named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import GradientCheckError, NothingToDifferentiateError
from structgrad.testing import check_gradient, check_op

Pullback = Callable[..., Any]
Net = dict[str, Any]
ROWS = np.array([0, 2, 2])
LABELS = np.array([2, 0])
WEIGHTS = np.array([1.0, -2.0, 3.0, 0.5])


@dataclass(frozen=True)
class Fault:
    """A function, what its pullback should be, and what somebody wrote; pullbacks take g and the arguments."""

    value: Callable[..., Any]
    right: Pullback
    wrong: Pullback
    args: tuple[Any, ...]

    def op(self, pullback: Pullback) -> Callable[..., Any]:
        """The op with one of the pullbacks."""
        made: Callable[..., Any] = sg.op(lambda *args: (self.value(*args), lambda g: pullback(g, *args)))
        return made


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def others_product(x: Any) -> Any:
    return np.stack([np.prod(np.delete(x, i)) for i in range(3)])


def cross_entropy(logits: Any) -> Any:
    return np.log(np.sum(np.exp(logits), axis=1)) - logits[np.arange(2), LABELS]


def cross_entropy_slope(logits: Any) -> Any:
    e = np.exp(logits)
    return e / np.sum(e, axis=1, keepdims=True) - np.eye(3)[LABELS]


def rows_of(g: Any) -> Any:
    table = np.zeros((3, 2))
    np.add.at(table, ROWS, np.ones((3, 2)))
    return g * table


LOGITS = np.array([[1.0, -0.5, 0.3], [0.2, 0.7, -1.0]])
VECTOR = np.array([0.5, -1.5, 2.0])
TABLE = np.arange(6.0).reshape(3, 2)
FAULTS = {
    "the seed goes to the node recorded last": Fault(
        lambda x: x * x, lambda g, x: 2.0 * g * x, lambda g, x: 3.0 * 2.0 * g * x, (3.0,)
    ),
    "the product divides by its zeros": Fault(
        np.prod, lambda g, x: g * others_product(x), lambda g, x: g * np.prod(x) / x, (np.array([2.0, 0.0, 3.0]),)
    ),
    "a constant exponent takes a logarithm": Fault(
        lambda x: x**2.0,
        lambda g, x: 2.0 * g * x,
        lambda g, x: g * x**2.0 * (2.0 / x + 0.0 * np.log(x)),
        (np.array([0.0, 1.0]),),
    ),
    "softmax overflows": Fault(
        softmax,
        lambda g, x: softmax(x) * (g - np.sum(g * softmax(x))),
        lambda g, x: np.exp(x) / np.sum(np.exp(x)) * (g - np.sum(g * softmax(x))),
        (np.array([1000.0, 1001.0]),),
    ),
    "einsum forgets that an operand is used twice": Fault(
        lambda v: np.einsum("i,i->", v, v), lambda g, v: 2.0 * g * v, lambda g, v: g * v, (VECTOR,)
    ),
    "the trace has no gradient": Fault(
        lambda a: np.einsum("ii->", a), lambda g, a: g * np.eye(2), lambda g, a: np.zeros((2, 2)), (np.eye(2),)
    ),
    "sigmoid ignores the cotangent": Fault(
        sigmoid,
        lambda g, x: g * sigmoid(x) * (1.0 - sigmoid(x)),
        lambda g, x: sigmoid(x) * (1.0 - sigmoid(x)),
        (-2.0,),
    ),
    "sparse cross-entropy ignores the cotangent": Fault(
        cross_entropy,
        lambda g, x: g[:, np.newaxis] * cross_entropy_slope(x),
        lambda g, x: cross_entropy_slope(x),
        (LOGITS,),
    ),
    "clip ignores the cotangent": Fault(
        lambda x: np.clip(x, -1.0, 1.0),
        lambda g, x: np.where(abs(x) <= 1.0, g, 0.0),
        lambda g, x: np.where(abs(x) <= 1.0, 1.0, 0.0),
        (VECTOR,),
    ),
    "dense use and row use of a table do not add up": Fault(
        lambda table: np.sum(table**2) + np.sum(table[ROWS]),
        lambda g, table: 2.0 * g * table + rows_of(g),
        lambda g, table: rows_of(g),
        (TABLE,),
    ),
    "repeated rows do not add up": Fault(
        lambda table: np.sum(table[ROWS]),
        lambda g, table: rows_of(g),
        lambda g, table: g * np.array([[1.0], [0.0], [1.0]]) * np.ones((3, 2)),
        (TABLE,),
    ),
    "an unused step brings NaN": Fault(
        lambda x: x * 2.0, lambda g, x: g * 2.0, lambda g, x: g * 2.0 + 0.0 * np.log(x - x), (VECTOR,)
    ),
    "a factor is off by a little": Fault(
        np.tanh,
        lambda g, x: g * (1.0 - np.tanh(x) ** 2),
        lambda g, x: g * (1.0 - np.tanh(x) ** 2) * 1.00001,
        (0.5,),
    ),
    "one of a thousand numbers is wrong": Fault(
        np.sin,
        lambda g, x: g * np.cos(x),
        lambda g, x: g * np.where(np.arange(1000) == 77, 0.0, np.cos(x)),
        (np.linspace(-1.0, 1.0, 1000),),
    ),
    "one of two arguments is wrong": Fault(
        lambda a, b: a * b, lambda g, a, b: (g * b, g * a), lambda g, a, b: (g * b, -g * a), (2.0, 3.0)
    ),
    "one of two arguments is forgotten": Fault(
        lambda a, b: a * b, lambda g, a, b: (g * b, g * a), lambda g, a, b: (g * b, None), (2.0, 3.0)
    ),
    "the conjugate is forgotten": Fault(
        lambda z: z * z, lambda g, z: g * np.conj(2.0 * z), lambda g, z: g * 2.0 * z, (np.array([1.0 + 2.0j]),)
    ),
    "the pullback is not linear": Fault(
        np.tanh,
        lambda g, x: g * (1.0 - np.tanh(x) ** 2),
        lambda g, x: np.clip(g, -1.0, 1.0) * (1.0 - np.tanh(x) ** 2),
        (VECTOR,),
    ),
    "the wrong axis is summed": Fault(
        lambda a: np.sum(a, axis=0),
        lambda g, a: np.broadcast_to(g, a.shape),
        lambda g, a: np.broadcast_to(g[:, np.newaxis], a.shape),
        (np.eye(3),),
    ),
    "the shape is another": Fault(lambda x: x[:2], lambda g, x: np.append(g, 0.0), lambda g, x: g, (VECTOR,)),
    "the structure is another": Fault(
        lambda p: p["w"] * WEIGHTS[0], lambda g, p: {"w": g}, lambda g, p: {"v": g}, ({"w": 2.0},)
    ),
    "there are too few cotangents": Fault(
        lambda a, b: a * b, lambda g, a, b: (g * b, g * a), lambda g, a, b: g * b, (2.0, 3.0)
    ),
}


@pytest.mark.feature(172, 174)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_right_op_passes(fault: Fault) -> None:
    check_op(fault.op(fault.right), *fault.args)


@pytest.mark.feature(172, 174)
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(fault: Fault) -> None:
    with pytest.raises(GradientCheckError), np.errstate(all="ignore"):
        check_op(fault.op(fault.wrong), *fault.args)


@pytest.mark.feature(173)
def test_a_fault_of_second_order_is_found_at_order_two() -> None:
    cube = sg.op(lambda x: (x**3, lambda g: 3.0 * g * sg.stop_gradient(x) ** 2))

    check_op(cube, 2.0)
    with pytest.raises(GradientCheckError, match="the derivative of <lambda>: the slope by argument 0 is"):
        check_op(cube, 2.0, order=2)


@pytest.mark.feature(173)
def test_a_right_function_passes_at_every_order() -> None:
    net = {"w": 0.5, "b": 2.0, "n": 3, "name": "net"}

    check_gradient(lambda p, x: np.tanh(p["w"] * x) * p["b"], net, 1.5, order=3)
    check_gradient(lambda z: np.sin(z), 1.0 + 2.0j, order=2)


@pytest.mark.feature(172)
def test_the_message_names_leaf_place_and_both_numbers() -> None:
    @sg.op
    def scaled(net: Net) -> tuple[sg.Array, Callable[[sg.Array], Net]]:
        return net["w"] * net["b"], lambda g: {"w": g * net["b"] + np.array([0.0, 1.0]) * g, "b": g @ net["w"]}

    with pytest.raises(GradientCheckError) as error:
        check_gradient(lambda x, net: scaled(net), 1, {"w": np.array([1.0, 2.0]), "b": 3.0})

    assert "the slope by argument 1 ['w'][1] is " in str(error.value)
    assert "central differences give" in str(error.value)
    assert "they differ by" in str(error.value)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: np.log(x), (1e-8,)),
        (lambda x: 1.0 / x, (1e-3,)),
        (lambda x: np.sqrt(x), (1e12,)),
        (lambda x: np.sin(8.0 * np.pi * x), (0.3,)),
        (lambda x: np.arccosh(x), (1.001,)),
        (lambda x: 1e-12 * x * x, (3.0,)),
        (lambda x: 1e12 * np.exp(x), (np.array([0.0, -3.0]),)),
        (lambda x: np.tanh(x) * x, (np.arange(3, dtype=np.float32),)),
        (lambda x: x * x, (np.float16(0.5),)),
        (lambda x: {"a": np.sin(x), "n": 3, "act": np.tanh}, (np.linspace(0.0, 1.0, 60),)),
        (lambda x, n: x**n, (2.5, 3)),
        (lambda x: x, (np.zeros((0, 3)),)),
    ],
)
def test_right_functions_pass_whatever_their_scale(f: Callable[..., Any], args: tuple[Any, ...]) -> None:
    check_gradient(f, *args)


def test_the_cotangent_is_never_ones_and_the_seed_chooses_it() -> None:
    seen: list[Any] = []
    spy = sg.op(lambda x: (x + 0.0, lambda g: seen.append(g) or g))  # type: ignore[func-returns-value]  # notes g

    for seed in (0, 0, 1):
        check_gradient(spy, VECTOR, seed=seed, forward=False)  # what it notes would outlive its run

    first, again, other = seen[0], seen[3], seen[6]
    np.testing.assert_array_equal(first, again)
    assert not np.any(first == other)
    assert not np.any(np.abs(first) == 1.0)


def test_tolerances_can_be_widened_and_narrowed() -> None:
    slightly_wrong = sg.op(lambda x: (x * x, lambda g: 2.001 * g * x))

    check_gradient(slightly_wrong, 3.0, rtol=1e-2)
    check_gradient(slightly_wrong, 3.0, atol=1.0)
    with pytest.raises(GradientCheckError):
        check_gradient(slightly_wrong, 3.0, rtol=1e-5)


def test_nothing_to_differentiate_is_said() -> None:
    with pytest.raises(NothingToDifferentiateError):
        check_gradient(lambda n: n, 3)


def test_static_arguments_of_an_op_are_passed_on() -> None:
    @sg.op
    def power(x: float, *, n: int) -> Any:
        return x**n, lambda g: g * n * x ** (n - 1)

    check_op(power, 2.0, n=3, order=2)

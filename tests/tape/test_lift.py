"""The calls that NumPy gives no hook for: right, by object arrays of traced items that are lifted back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

X = np.array([0.3, 0.7, 1.2, 2.0])
Function = Callable[[Any], Any]

HOOKLESS: dict[str, Function] = {
    "array of scalars": lambda x: np.array([x[0], x[1] * 2.0, 1.0]),
    "nested lists": lambda x: np.array([[x[0], 0.0], [x[1], x[2] * x[3]]]) @ x[:2],
    "array of an array": lambda x: np.array(x) * x,
    "asarray": lambda x: np.asarray(x) * x + np.asanyarray(x),
    "array of arrays": lambda x: np.array([x, x * 2.0]) * x,
    "asarray of a scalar": lambda x: np.asarray(x[0]) * x[1],
    "sum of a list": lambda x: np.sum([x[0], x[1] * x[2]]),
    "exp of a list": lambda x: np.exp([x[0], x[1]]) * x[:2],
    "log of an array of scalars": lambda x: np.log(np.array([x[0], x[1]])) + np.arctan2(np.array([x[2], x[3]]), 2.0),
    "prod, max, dot of lists": lambda x: np.prod([x[0], x[1]]) * np.dot([x[0]], [x[2]]) * np.max([x[1], x[2]]),
    "full": lambda x: np.full(4, x[0]) * x + np.full((2, 4), x),
    "r_": lambda x: np.r_[x, 1.0, x[0]] * np.r_[x[::-1], 2.0, 3.0] * x[0],
    "c_": lambda x: np.c_[x, x * 2.0] * x[:, None],
    "vectorize": lambda x: np.vectorize(lambda t: t * t if t > 1.0 else -t)(x) * x,
    "stack of nested lists": lambda x: np.stack([[x[0], x[1]], [x[2], x[3]]]) @ x[:2],
    "plain @ list": lambda x: np.ones((2, 2)) @ np.array([x[0], x[1] ** 2]),
    "dot of a plain array": lambda x: np.ones(4).dot(x) * x[0],
    "operators between them": lambda x: (np.array([x[0], x[1]]) * 2.0 + np.array([x[2], 1.0]) ** 2) / x[3],
    "concatenate with one": lambda x: np.concatenate([x, np.array([x[0], 2.0])]),
    "einsum with one": lambda x: np.einsum("i,i->", np.array([x[0], x[1]]), x[2:]),
    "where with one": lambda x: np.where(X[:2] > 0.5, np.array([x[0], x[1]]), x[2:]),
    "frompyfunc": lambda x: np.sum(np.frompyfunc(lambda t: t**3, 1, 1)(np.asarray(x))),
    "sorted, then joined": lambda x: np.array(sorted(x, reverse=True)) * x,
    "norm": lambda x: np.linalg.norm(np.array([x[0], x[1], 2.0])),
    "in a dict": lambda x: {"a": np.array([x[0], x[1]]), "b": [np.array([x[2]])]},
}


@pytest.mark.feature(74)
@pytest.mark.parametrize("f", HOOKLESS.values(), ids=list(HOOKLESS))
def test_a_call_without_a_hook_has_numpys_value_and_right_slopes(f: Function) -> None:
    check_gradient(f, X, order=2)


def test_the_right_hand_side_of_an_ode_is_written_as_everybody_writes_it() -> None:
    @dataclass(frozen=True)
    class Rates:
        a: float
        b: float

    def rhs(y: Any, r: Rates) -> Any:
        return np.array([r.a * y[0] - r.b * y[0] * y[1], r.b * y[0] * y[1] - y[1]])

    def end(r: Rates) -> Any:
        y = np.array([1.0, 0.5])
        for _ in range(20):
            y = y + 0.1 * rhs(y + 0.05 * rhs(y, r), r)
        return y

    check_gradient(end, Rates(0.7, 1.3), order=2)


def test_an_array_of_all_items_in_order_is_the_array_itself() -> None:
    def f(x: Any) -> Any:
        return np.asarray(x) * x

    steps = sg.trace(f)(X).steps
    assert steps[-1].operation == "multiply"
    assert steps[-1].inputs == ("x", "x")


def test_an_array_made_of_items_keeps_them_when_the_array_is_written_into() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        kept = np.array(y)
        y[:] = 0.0
        return kept * x

    check_gradient(f, X)


def test_a_write_that_asarray_would_not_show_is_refused() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        shown = np.asarray(y)
        y[1:][0] = 0.0
        return shown * x

    with pytest.raises(LostGradientError, match=r"np\.array\(v\)"):
        sg.vjp(f)(X)


def test_a_write_into_asarray_that_the_array_would_not_show_is_refused() -> None:
    def into(shown: Any) -> None:
        shown[0] = 0.0

    def onto(shown: Any) -> None:
        shown -= 1.0

    for write in (into, onto):
        for array in (np.asarray, np.ascontiguousarray, np.asanyarray):

            def f(x: Any, write: Any = write, array: Any = array) -> Any:
                y = x * 1.0
                shown = array(y)
                write(shown)
                return np.sum(y)

            with pytest.raises(ValueError, match="read-only") as caught:
                sg.grad_bp(f)(X)
            assert "np.array(v)" in caught.value.__notes__[0]


def test_a_copy_of_objects_can_be_written_into() -> None:
    def f(x: Any) -> Any:
        y = np.array(x)
        y[0] = 3.0
        y[1:] *= 2.0
        return np.sum(y * x)

    check_gradient(f, X)


def test_what_numpy_made_on_its_way_does_not_stop_a_write() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        z = np.r_[y, 1.0]
        y[0] = 0.0
        return np.sum(y * x) + np.sum(z)

    check_gradient(f, X)


def test_an_object_array_that_was_changed_is_not_its_parent() -> None:
    def f(x: Any) -> Any:
        items = np.asarray(x * 1.0).copy()
        items[0] = 7.0
        return items[::-1] * x

    check_gradient(f, X)


def test_a_dtype_that_cannot_hold_it_raises() -> None:
    for f in (
        lambda x: np.array([x[0], x[1]]).astype(float),
        lambda x: np.asarray(x, dtype=np.float64),
        lambda x: np.mean([x[0], x[1]]) * 1.0 if float(x[0]) else 0.0,
    ):
        with pytest.raises(LostGradientError):
            sg.vjp(f)(X)


def test_object_arrays_of_plain_numbers_stay_what_they_are() -> None:
    ones = np.array([1.0, 2.0, 3.0, 4.0], dtype=object)

    value, _ = sg.vjp(lambda x: x[0] * 2.0)(X)
    assert value == 0.6
    assert sg.grad_bp(lambda x: np.sum(ones * x))(X).tolist() == [1.0, 2.0, 3.0, 4.0]


def test_complex_items_which_numpy_would_not_know_for_complex_are_refused() -> None:
    z = np.array([1 + 2j, 3 - 1j])
    for f in (lambda z: np.sum(np.imag(np.array([z[0], z[1]]))), lambda z: np.sum(np.asarray(z).imag)):  # pyright: ignore[reportAttributeAccessIssue]  # NumPy's stubs know no .imag of Any
        with pytest.raises(LostGradientError, match=r"np\.stack for complex numbers"):
            sg.grad_bp(f)(z)

"""Calls taken apart and put together: closures, defaults, methods, partials, and functions that hold each other."""

import functools
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from structgrad.errors import LostGradientError
from structgrad.transforms.capture import given
from structgrad.transforms.opening import opened


@dataclass
class Layer:
    w: float
    rows: list[float]

    def scaled(self, x: float) -> float:
        return self.w * x + sum(self.rows)


def doubled(roots: list[Any]) -> list[Any]:
    """The roots with every float in them, and in what they carry, twice as large."""
    call, leaves, _ = given(roots)
    return call.put([2.0 * leaf if type(leaf) is float else leaf for leaf in leaves])


def adder(a: float) -> Any:
    def add(x: float, b: float = 1.0, *, c: float = 0.5) -> float:
        return a + x + b + c

    return add


def test_arguments_closures_and_defaults_are_replaced() -> None:
    add, args = doubled([adder(10.0), {"x": [100.0, 3]}])

    assert add(0.0) == 2 * (10.0 + 1.0 + 0.5)
    assert args == {"x": [200.0, 3]}
    assert adder(10.0)(0.0) == 11.5


def test_methods_and_partials_are_opened_however_deep() -> None:
    layer = Layer(3.0, [1.0])
    nested = functools.partial(functools.partial(layer.scaled), 5.0)

    assert doubled([layer.scaled])[0](1.0) == 8.0
    assert doubled([nested])[0]() == 6.0 * 10.0 + 2.0
    assert doubled([lambda: nested()])[0]() == 62.0
    assert doubled([functools.partial(adder(1.0), b=2.0)])[0](0.0) == 2 * 3.5
    assert nested() == 16.0


def test_functions_that_hold_each_other_are_tied_again() -> None:
    step = 1.0

    def even(n: int) -> float:
        return 0.0 if n == 0 else step + odd(n - 1)

    def odd(n: int) -> float:
        return step + even(n - 1)

    new_even, new_odd = doubled([even, odd])

    assert (new_even(4), new_odd(3), even(4)) == (8.0, 6.0, 4.0)


def test_functions_share_their_variables_as_before() -> None:
    total = 1.0

    def grow() -> None:
        nonlocal total
        total += 1.0

    def read() -> float:
        return total

    new_grow, new_read = doubled([grow, read])
    new_grow()

    assert (new_read(), read()) == (3.0, 1.0)


def test_what_cannot_be_opened_stays_closed() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)

    def later() -> float:
        return empty  # it has no value yet when the function is taken apart

    assert opened(cycle)[0] == [cycle]
    new_cycle, new_later = doubled([cycle, later])
    empty = 1.0
    assert new_cycle is cycle
    assert new_later() == 1.0


def test_a_form_keeps_no_leaf_alive() -> None:
    class Leaf:
        pass

    leaf = Leaf()
    ref = weakref.ref(leaf)
    call = given([{"x": [leaf]}, functools.partial(print, leaf)])[0]
    del leaf

    assert ref() is None
    assert call.put([1, print, 2])[0] == {"x": [1]}


def lent(roots: list[Any]) -> tuple[list[Any], Callable[[], None]]:
    """The roots with every float replaced, lent."""
    call, leaves, values = given(roots)
    return call.lend(values, leaves, [2.0 * leaf if type(leaf) is float else leaf for leaf in leaves])


def test_what_keeps_all_its_leaves_is_lent_as_it_is() -> None:
    log: list[str] = []
    a = 3.0

    def note(text: str) -> float:
        log.append(text)
        return a

    (new, rows, numbers), check = lent([note, log, [1.0]])

    assert new("x") == 6.0
    assert rows is log
    assert log == ["x"]
    assert numbers == [2.0]
    check()


def set_variable(x: float, rows: list[float]) -> Any:
    y = x

    def change(rows: list[float]) -> None:
        nonlocal y
        y = 0.0

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (set_variable(1.0, []), "assigns to a variable"),
        (lambda rows: rows.append(1.0), "changes a struct"),
        (lambda rows: rows.clear(), "changes a struct"),
        (lambda rows: rows.__setitem__(0, 9.0), "changes a struct"),
    ],
)
def test_a_change_to_what_is_new_is_seen(change: Any, what: str) -> None:
    (new, rows), check = lent([change, [5.0]])
    new(rows)

    with pytest.raises(LostGradientError, match=what):
        check()

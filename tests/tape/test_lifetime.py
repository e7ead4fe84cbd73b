"""Values live as long as something names them, and a run ends when its function does."""

import gc
import weakref
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import EscapedError
from structgrad.tape.value import TracedArray


@pytest.mark.feature(19)
def test_a_value_that_outlives_its_run_raises_and_says_where_it_was_made() -> None:
    leaked: list[Any] = []

    def loss(x: Any) -> Any:
        leaked.extend([x, x * 2.0])
        return x * x

    sg.grad_bp(loss)(2.0)
    for use in (
        lambda v: v + 1.0,
        lambda v: np.sin(v),
        lambda v: v > 0,
        bool,
        lambda v: 2.0**v,
        float,
        np.sum,
    ):
        for v in leaked:
            with pytest.raises(EscapedError, match=r"loss.*test_lifetime"):
                use(v)


@pytest.mark.feature(20)
def test_a_value_of_an_earlier_run_is_refused_inside_a_later_one() -> None:
    leaked: list[Any] = []

    def leak(x: Any) -> Any:
        leaked.append(x)
        return x * x

    sg.grad_bp(leak)(2.0)
    with pytest.raises(EscapedError):
        sg.grad_bp(lambda x: x * leaked[0])(2.0)
    with pytest.raises(EscapedError):
        sg.grad_bp(lambda x: x * x)(leaked[0])


@pytest.mark.feature(30)
def test_a_failing_function_leaves_nothing_behind() -> None:
    tapes: list[weakref.ref[Any]] = []

    def broken(x: Any) -> Any:
        tapes.append(weakref.ref(x._tape))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sg.grad_bp(broken)(2.0)
    gc.collect()

    assert tapes[0]() is None
    assert sg.grad_bp(lambda x: x * x)(3.0) == 6.0


@pytest.mark.feature(156)
def test_intermediates_die_with_the_run_without_the_cycle_collector() -> None:
    values: list[weakref.ref[Any]] = []

    def f(x: Any) -> Any:
        y = np.exp(x * 2.0)
        values.append(weakref.ref(y._tape))
        values.append(weakref.ref(y._value))
        return np.sum(y * y)

    gc.collect()
    gc.disable()
    try:
        sg.grad_bp(f)(np.ones(3))
        assert all(value() is None for value in values)
    finally:
        gc.enable()


@pytest.mark.feature(156)
def test_a_thousand_runs_leave_no_object_behind() -> None:
    g = sg.grad_bp(lambda p: np.sum(np.tanh(p["w"]) * p["b"]))
    p = {"w": np.ones(3), "b": 2.0}
    g(p)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        g(p)
    gc.collect()

    assert len(gc.get_objects()) - before < 50  # the interpreter's own caches move a little


def test_what_no_pullback_names_dies_during_the_run() -> None:
    alive: list[Any] = []

    def f(x: Any) -> Any:
        y = x + 1.0
        ref = weakref.ref(y._value)
        y = y + 1.0  # adding names nothing, so nothing keeps the first sum
        alive.append(ref())
        return np.sum(y)

    sg.grad_bp(f)(np.ones(3))
    assert alive == [None]


@pytest.mark.feature(157, 158)
def test_each_pullback_runs_once_however_often_its_value_is_used_and_not_at_all_when_it_is_not() -> None:
    calls: list[str] = []

    def counted(name: str) -> Any:
        @sg.op
        def double(x: Any) -> Any:
            calls.append(f"{name} forward")
            return 2.0 * x, back

        def back(g: Any) -> Any:
            calls.append(f"{name} back")
            return 2.0 * g

        return double

    used, unused = counted("used"), counted("unused")

    def f(x: Any) -> Any:
        y = used(x)
        unused(x)
        return y * y * y * y

    assert sg.grad_bp(f)(1.0) == 64.0
    assert sorted(calls) == ["unused forward", "used back", "used forward"]


@pytest.mark.feature(98)
def test_reading_every_field_once_costs_one_edge_each() -> None:
    edges: dict[int, int] = {}
    for n in (100, 1000):
        params = {f"f{i}": float(i) for i in range(n)}

        def f(p: Any, n: int = n) -> Any:
            total: Any = 0.0
            for value in p.values():
                total = total + value * 2.0
            edges[n] = len(next(iter(p.values()))._tape.edges) - 1
            return total

        assert set(sg.grad_bp(f)(params).values()) == {2.0}
    # n products of one edge, n - 1 sums of two; 0.0 + the first one has none, it shares its slot
    assert (edges[100], edges[1000]) == (100 + 2 * 99, 1000 + 2 * 999)


def test_traced_arrays_are_of_one_class() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append(type(x))
        return np.sum(x)

    sg.grad_bp(f)(np.ones(2))
    assert seen == [TracedArray]

"""Where structgrad ends and plain Python goes on: effects, coroutines, symbols, sparse constants, no-grad regions."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import scipy.sparse

import structgrad as sg
from structgrad.errors import LostGradientError, NotScalarError
from structgrad.testing import check_gradient

X = np.array([0.3, 0.7, 1.2])


@pytest.mark.feature(54)
def test_effects_run_once_for_each_result_that_is_forced() -> None:
    forced: list[str] = []

    def later(name: str, value: Any) -> Any:
        def force() -> Any:
            forced.append(name)
            return value()

        return force

    def loss(p: dict[str, Any]) -> Any:
        first = later("first", lambda: np.sin(p["x"]))
        never = later("never", lambda: p["x"] ** 9)
        second = later("second", lambda: first() * p["y"])
        assert callable(never)
        return second()

    check_gradient(loss, {"x": 0.5, "y": 2.0})
    forced.clear()
    sg.grad_bp(loss)({"x": 0.5, "y": 2.0})
    assert forced == ["second", "first"]


@pytest.mark.feature(54)
def test_futures_are_forced_inside_the_function_and_peeking_raises() -> None:
    def loss(p: dict[str, Any]) -> Any:
        with ThreadPoolExecutor(2) as pool:
            parts = [pool.submit(np.sin, p["x"]), pool.submit(lambda: p["x"] * p["y"])]
            return parts[0].result() * parts[1].result()

    check_gradient(loss, {"x": 0.5, "y": 2.0})
    with pytest.raises(LostGradientError, match="stop_gradient"):
        sg.grad_bp(lambda x: x * float(x))(2.0)


@pytest.mark.feature(55)
def test_a_coroutine_is_run_inside_the_function() -> None:
    async def loss(v: Any) -> Any:
        y = v * v
        await asyncio.sleep(0)
        return np.sum(np.sin(y)) if np.sum(y) > 1.0 else np.sum(y)

    check_gradient(lambda v: asyncio.run(loss(v)), X, order=2)
    waiting: list[Any] = []
    with pytest.raises(NotScalarError, match="returned a coroutine"):
        sg.grad_bp(lambda v: waiting.append(loss(v)) or waiting[0])(X)  # type: ignore[func-returns-value]  # to close it
    waiting[0].close()


@pytest.mark.feature(55)
def test_a_generator_that_depends_on_earlier_results_is_a_plain_loop() -> None:
    def states(v: Any) -> Any:
        while np.sum(v) < 40.0:
            v = v * v + 1.0
            yield np.sum(v)

    check_gradient(lambda v: sum(states(v)), X)


class Symbol:
    """An expression, as the text of it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __add__(self, other: Any) -> "Symbol":
        return Symbol(f"({text(self)} + {text(other)})")

    def __mul__(self, other: Any) -> "Symbol":
        return Symbol(f"{text(self)} * {text(other)}")

    def __rmul__(self, other: Any) -> "Symbol":
        return Symbol(f"{text(other)} * {text(self)}")

    def __truediv__(self, other: Any) -> "Symbol":
        return Symbol(f"{text(self)} / ({text(other)})")

    def sqrt(self) -> "Symbol":
        return Symbol(f"sqrt({text(self)})")


def text(x: Any) -> str:
    return x.text if isinstance(x, Symbol) else str(x)


@pytest.mark.feature(58)
def test_a_class_of_expressions_gives_the_gradient_as_an_expression() -> None:
    sg.register_backprop(Symbol, zero=lambda x: Symbol("0"), add=lambda x, y: x + y, one=lambda x: Symbol("1"))

    gradient = sg.grad_bp(lambda x: np.sqrt(4 * x))(Symbol("x"))

    assert gradient.text == "1 / (2 * sqrt(4 * x)) * 4"


@pytest.mark.feature(63)
def test_a_sparse_constant_multiplies_from_the_right_and_says_so_from_the_left() -> None:
    A: Any = scipy.sparse.csr_matrix(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.5]]))

    check_gradient(lambda v: np.sin(v) @ A, X)
    with pytest.raises(ValueError, match="unsupported data types") as caught:
        sg.grad_bp(lambda v: np.sum(A @ v))(X)
    assert any("v @ A.T" in note for note in caught.value.__notes__)


@pytest.mark.feature(63)
def test_a_sparse_leaf_keeps_its_class_and_structure() -> None:
    cls = scipy.sparse.csr_array
    sg.register_backprop(cls, zero=lambda x: x * 0.0, add=lambda x, y: x + y, one=lambda x: x.sign())
    A = cls(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]))

    gradient = sg.grad_bp(lambda p: p["k"] * 2.0)({"A": A, "k": 1.5})

    assert type(gradient["A"]) is cls
    np.testing.assert_array_equal(gradient["A"].indices, A.indices)
    assert gradient["k"] == 2.0


@pytest.mark.feature(77)
def test_what_is_computed_from_a_stopped_struct_records_nothing_and_is_constant() -> None:
    def loss(p: dict[str, Any]) -> Any:
        still = sg.stop_gradient(p)
        total = np.sum(still["w"] ** 2)
        assert type(total) is np.float64
        return np.sum(p["w"]) * total

    assert len(sg.trace(loss)({"w": X})) == 2  # the sum and the product
    np.testing.assert_allclose(sg.grad_bp(loss)({"w": X})["w"], np.full(3, np.sum(X**2)))

"""watch: a line that changes what a gradient needs raises, and arrays are afterwards as writeable as before."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructgradError
from structgrad.transforms.watch import watch

X = np.array([1.0, 2.0])


def test_the_line_that_writes_raises_and_names_the_operation_that_needs_the_array() -> None:
    def loss(x: Any) -> Any:
        c = np.ones((2, 2))
        y = c @ x
        c[0] = 5.0
        return np.sum(y)

    with pytest.raises(ValueError, match="read-only") as caught:
        sg.grad_bp(watch(loss))(X)

    first = loss.__code__.co_firstlineno
    assert caught.traceback[-1].lineno + 1 == first + 3
    (note,) = caught.value.__notes__
    assert note.splitlines() == [
        "debug.watch made arrays read-only that the gradient needs:",
        f"float64[2, 2]: matmul (test_watch.py:{first + 2}) uses it",
    ]


def test_a_write_through_another_view_raises_when_the_function_returns() -> None:
    def loss(x: Any) -> Any:
        whole = np.ones(3)
        part, other = whole[:2], whole[1:]
        y = x * part
        other[0] = 7.0
        return np.sum(y)

    first = loss.__code__.co_firstlineno
    with pytest.raises(StructgradError, match=rf"float64\[2\], was changed .*: multiply \(test_watch.py:{first + 3}\)"):
        sg.grad_bp(watch(loss))(X)


def test_a_write_into_the_array_of_a_leaf_raises() -> None:
    x = X.copy()

    def loss(p: Any) -> Any:
        y = p["x"] * p["x"]
        x[0] = 7.0
        return np.sum(y)

    with pytest.raises(StructgradError, match="of a leaf that is differentiated"):
        sg.grad_bp(watch(loss))({"x": x})


def test_what_no_pullback_needs_may_be_written() -> None:
    def loss(x: Any) -> Any:
        shift, scale = np.ones(2), np.ones(2)
        y = x + shift
        shift[0] = 5.0
        scale[0] = 3.0  # before it is used
        scale *= np.ones(2)
        y[:1] = shift[1:]  # numbers that are written are copied at once
        shift[1] = 6.0
        return np.sum(y * scale)

    assert np.array_equal(sg.grad_bp(watch(loss))(X), [0.0, 1.0])


def test_traced_arrays_may_be_written_as_ever() -> None:
    def loss(x: Any) -> Any:
        y = x * 3.0
        y[0] = y[1]
        x[1:][0] = 5.0
        return np.sum(y * x)

    assert np.array_equal(sg.grad_bp(watch(loss))(X), sg.grad_bp(loss)(X))


def test_afterwards_arrays_are_as_writeable_as_before_whatever_happens() -> None:
    whole, fixed = np.ones(4), np.ones(2)
    part = whole[1:3]
    fixed.flags.writeable = False

    def loss(x: Any, fail: bool) -> Any:
        y = np.sum(x * part) + np.sum(x * fixed) + np.sum(x * whole[:2])
        assert not whole.flags.writeable
        if fail:
            raise ZeroDivisionError
        return y

    sg.grad_bp(watch(loss))(X, False)
    with pytest.raises(ZeroDivisionError):
        sg.backprop(watch(loss))(X, True)

    assert (whole.flags.writeable, part.flags.writeable, fixed.flags.writeable) == (True, True, False)
    assert X.flags.writeable


def test_a_view_that_outlives_the_right_to_write_its_base_is_left_as_it_is() -> None:
    whole = np.ones(4)
    part = whole[:2]
    whole.flags.writeable = False  # part stays writeable, and could not be made so again

    sg.grad_bp(watch(lambda x: np.sum(x * part)))(X)

    assert part.flags.writeable


@pytest.mark.parametrize(
    "use",
    [
        sg.op(lambda x, c: (x * c, lambda g: g * c)),
        sg.checkpoint(lambda x, c: x * c),
        lambda x, c: np.einsum("i,i->i", x, c),
        lambda x, c: x**c,
        lambda x, c: np.where(c > 0, np.multiply(x, c), c),
    ],
)
def test_constants_of_ops_blocks_and_any_function_are_watched(use: Any) -> None:
    def loss(x: Any) -> Any:
        c = np.ones(2)
        y = use(x, c)
        c[0] = 5.0
        return np.sum(y)

    with pytest.raises(ValueError, match="read-only"):
        sg.grad_bp(watch(loss))(X)


def test_value_gradient_and_every_mode_are_those_of_the_function() -> None:
    def loss(x: Any, c: Any) -> Any:
        return np.sum(np.sin(x * c) * c)

    c = np.array([2.0, 3.0])
    assert watch(loss)(X, c) == loss(X, c)
    assert np.array_equal(sg.grad_bp(watch(loss))(X, c), sg.grad_bp(loss)(X, c))
    assert sg.jvp(watch(loss))(X, X, c) == sg.jvp(loss)(X, X, c)
    assert np.array_equal(sg.hvp(watch(loss))(X, X, c), sg.hvp(loss)(X, X, c))
    assert str(sg.trace(watch(loss))(X, c)) == str(sg.trace(loss)(X, c))
    assert watch(loss).__name__ == "loss"


def test_another_value_error_passes_without_a_note() -> None:
    def loss(x: Any) -> Any:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine") as caught:
        sg.grad_bp(watch(loss))(X)
    assert not hasattr(caught.value, "__notes__")

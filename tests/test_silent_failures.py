"""Where other libraries give a wrong gradient without a word: here it is right, or it raises."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import (
    CotangentError,
    EscapedError,
    LostGradientError,
    NothingToDifferentiateError,
    NotScalarError,
    OpticError,
    StructMismatchError,
    UnknownLeafError,
)


def test_a_cotangent_of_the_wrong_shape_raises() -> None:
    _, pull = sg.vjp(lambda x: x * 2.0)(np.ones(3))
    with pytest.raises(CotangentError):
        pull(np.ones(2))
    with pytest.raises(CotangentError):
        pull(np.ones((1, 3)))


def test_a_custom_pullback_of_the_wrong_shape_raises() -> None:
    bad = sg.op(lambda x: (np.sum(x), lambda d: d))
    with pytest.raises(CotangentError):
        sg.grad_bp(bad)(np.ones(3))


def test_a_tuple_result_does_not_count_as_independent() -> None:
    with pytest.raises(NotScalarError):
        sg.grad_bp(lambda x: (x, x))(2.0)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]  # the checker sees it as well
    assert sg.vjp(lambda x: (x, 3.0 * x))(2.0)[1]((1.0, 1.0)) == 4.0


def test_a_leaked_value_raises() -> None:
    leaked: list[Any] = []

    def leak(x: Any) -> Any:
        leaked.append(x)
        return x

    sg.grad_bp(leak)(2.0)
    with pytest.raises(EscapedError):
        sg.grad_bp(lambda x: x * leaked[0])(3.0)


def test_containers_are_what_they_are_inside_the_function() -> None:
    def f(p: Any) -> Any:
        return p["w"] * 3.0 if isinstance(p, dict) else 0.0

    assert sg.grad_bp(f)({"w": 2.0}) == {"w": 3.0}


@pytest.mark.parametrize("size", [3, 3000])
def test_a_constant_buffer_that_is_reused_keeps_its_old_values_for_the_gradient(size: int) -> None:
    def f(x: Any) -> Any:
        buffer = np.zeros(size)
        total: Any = 0.0
        for i in range(1, 4):
            buffer[:] = i
            total = total + np.sum(x * buffer)
        buffer[:] = 0.0
        return total

    assert np.array_equal(sg.grad_bp(f)(np.ones(size)), np.full(size, 6.0))


def test_an_index_array_that_is_reused_keeps_its_old_values_for_the_gradient() -> None:
    def f(x: Any) -> Any:
        index = np.array([0, 1])
        total = np.sum(x[index])
        index[:] = 2
        return total

    assert np.array_equal(sg.grad_bp(f)(np.ones(3)), [1.0, 1.0, 0.0])


def test_a_large_constant_that_is_written_after_use_raises() -> None:
    n = (1 << 21) + 8  # above 16 MB, where constants are watched in place of being copied
    c = np.ones(n)
    _, pull = sg.vjp(lambda x: x[0] * np.sum(x[1] * c))((2.0, np.float64(3.0)))
    c[7], c[9] = 5.0, -3.0
    with pytest.raises(sg.StructgradError, match="changed after it had been used"):
        pull(1.0)


def test_float32_stays_float32() -> None:
    x = np.ones(3, dtype=np.float32)
    g = sg.grad_bp(lambda x: np.sum(np.tanh(x * 2.0) * np.ones(3)))(x)
    assert g.dtype == np.float32


def test_filling_with_a_traced_value_has_a_gradient() -> None:
    assert sg.grad_bp(lambda v: np.sum(np.full_like(np.zeros(3) * v, v)))(2.0) == 3.0
    with pytest.raises(LostGradientError):  # NumPy asks only the array, which is plain here
        sg.grad_bp(lambda v: np.sum(np.full_like(np.zeros(3), v)))(2.0)


def test_a_product_with_zeros_is_right() -> None:
    assert np.array_equal(sg.grad_bp(np.prod)(np.array([2.0, 0.0, 3.0])), [0.0, 6.0, 0.0])
    assert not np.any(sg.grad_bp(np.prod)(np.array([0.0, 0.0, 3.0])))


def test_an_exception_inside_does_not_disturb_later_derivatives() -> None:
    def broken(x: Any) -> Any:
        return sg.grad_bp(lambda y: y / 0)(x)

    with pytest.raises(ZeroDivisionError):
        sg.grad_bp(broken)(2.0)
    assert sg.grad_bp(sg.grad_bp(lambda x: x**3))(2.0) == 12.0


def test_items_of_object_arrays_are_leaves() -> None:
    ragged = np.empty(2, dtype=object)
    ragged[0], ragged[1] = np.ones(2), np.ones(3)
    g = sg.grad_bp(lambda r: np.sum(r[0] * 2.0) + np.sum(r[1] * 3.0))(ragged)
    assert g.dtype == object
    assert (g[0].tolist(), g[1].tolist()) == ([2.0, 2.0], [3.0, 3.0, 3.0])


@pytest.mark.parametrize(
    "cut",
    [
        lambda x: float(x[0]),
        lambda x: int(x[0]),
        lambda x: x[0].item(),
        lambda x: math.sin(x[0]),
        lambda x: np.sum(np.asarray(x, dtype=float)),
        lambda x: np.sum(np.array([x[0], x[1]], dtype=float)),
        lambda x: np.float64(x[0]) * 2.0,
    ],
)
def test_conversions_raise(cut: Any) -> None:
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda x: cut(x) * 1.0)(np.array([1.0, 2.0]))


def test_a_write_into_a_plain_array_raises() -> None:
    def f(x: Any) -> Any:
        z = np.zeros(2)
        z[0] = x
        return np.sum(z)

    with pytest.raises(LostGradientError):
        sg.grad_bp(f)(2.0)


def test_a_cast_has_a_gradient() -> None:
    x = np.ones(2)
    assert np.array_equal(sg.grad_bp(lambda x: np.sum(x.astype(np.float32) * 2.0))(x), [2.0, 2.0])
    assert np.array_equal(sg.grad_bp(lambda x: np.sum(x.astype(float) * x))(x), [2.0, 2.0])


def test_a_result_that_is_no_scalar_is_not_summed() -> None:
    with pytest.raises(NotScalarError):
        sg.grad_bp(lambda x: x * 2.0)(np.ones(3))


def test_a_result_that_does_not_depend_on_the_argument_has_gradient_zero_of_its_shape() -> None:
    assert np.array_equal(sg.grad_bp(lambda x: 1.0)(np.ones((2, 2))), np.zeros((2, 2)))


def test_unique_has_a_gradient_or_raises() -> None:
    x = np.array([3.0, 1.0, 3.0])
    try:
        g = sg.grad_bp(lambda x: np.sum(np.unique(x) * np.array([1.0, 10.0])))(x)
    except sg.StructgradError:
        return
    assert g[1] == 1.0
    assert g[0] + g[2] == 10.0


def test_abs_has_derivative_zero_at_zero() -> None:
    assert sg.grad_bp(np.abs)(0.0) == 0.0
    assert sg.grad_bp(abs)(0.0) == 0.0  # pyright: ignore[reportArgumentType]  # of a number it is one


def test_what_is_passed_by_keyword_is_not_taken_for_a_constant_in_silence() -> None:
    with pytest.raises(NothingToDifferentiateError, match="by position"):
        sg.grad_bp(lambda x: x * x)(x=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # the checker sees it as well


def test_dicts_keep_their_order() -> None:
    g = sg.grad_bp(lambda p: p["b"] + p["a"])({"b": 1.0, 3: 2.0, "a": 1.0})
    assert list(g) == ["b", 3, "a"]


@dataclass
class Foreign:
    w: float


class Unknown:
    w = 1.0


def test_python_floats_and_unregistered_containers_have_gradients_and_unknown_classes_raise() -> None:
    assert sg.grad_bp(lambda p: p.w * 2.0)(Foreign(3.0)) == Foreign(2.0)
    with pytest.raises(UnknownLeafError, match=r"\[1\] is a .*Unknown"):
        sg.grad_bp(lambda p: p[0])((1.0, Unknown()))


def test_a_part_named_twice_in_one_lens_raises() -> None:
    with pytest.raises(OpticError):
        sg.lens(Foreign, lambda p: (p.w, p.w))


def test_sums_of_structs_do_not_broadcast() -> None:
    with pytest.raises(StructMismatchError, match=r"\['w'\].*\(3,\).*\(2, 3\)"):
        sg.add({"w": np.ones(3)}, {"w": np.ones((2, 3))})


def test_whole_numbers_stay_whole() -> None:
    g = sg.grad_bp(lambda p: p["w"] * p["n"])({"w": 2.0, "n": 3})
    assert g == {"w": 3.0, "n": 0}
    assert type(g["n"]) is int

"""grad_bp and backprop: what they return, by what, and for which functions."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import NothingToDifferentiateError, NotScalarError
from structgrad.testing import check_gradient


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    p1: Point
    p2: Point


@pytest.mark.feature(1)
def test_plain_evaluation_needs_no_wrapper_and_gives_the_same_bits() -> None:
    def f(p: Any) -> Any:
        return np.tanh(p["w"]) * 3.0

    p = {"w": np.linspace(-1.0, 1.0, 5)}
    value, _ = sg.vjp(f)(p)

    assert np.array_equal(f(p), value)
    assert type(value) is np.ndarray


@pytest.mark.feature(2, 14)
def test_a_constant_result_has_a_zero_gradient_of_the_argument_shape() -> None:
    def f(x: Any) -> Any:
        m = x * x
        return 1.0 - m if m < 1.0 else 0.0

    assert sg.grad_bp(f)(3.0) == 0.0
    assert np.array_equal(sg.grad_bp(lambda x: 2.0)(np.ones((2, 3))), np.zeros((2, 3)))


@pytest.mark.feature(4)
def test_value_and_gradient_come_from_one_run() -> None:
    runs = []

    def f(x: Any) -> Any:
        runs.append(1)
        return x * x

    assert sg.backprop(f)(3.0) == (9.0, 6.0)
    assert len(runs) == 1


@pytest.mark.feature(6)
def test_a_result_that_is_not_one_number_raises_and_names_vjp() -> None:
    for result, hint in (
        (np.ones(3), "vjp"),
        ((1.0, 2.0), "has_aux"),
        (None, "return missing"),
        ("no", "str"),
    ):
        with pytest.raises(NotScalarError, match=hint):
            sg.grad_bp(lambda x, result=result: result)(2.0)
    with pytest.raises(NotScalarError, match=r"shape \(3,\)"):
        sg.grad_bp(lambda x: x * np.ones(3))(2.0)


@pytest.mark.feature(7)
def test_two_arguments_of_different_type_give_a_tuple_of_gradients() -> None:
    def f(x: Any, xs: Any) -> Any:
        return sum(v * v for v in xs) / x

    gx, gxs = sg.grad_bp(f, argnums=(0, 1))(9.0, [1.0, 6.0, 2.0])

    assert gx == pytest.approx(-0.5061728395061729, rel=1e-15)  # the feature list's number, to one rounding
    assert gxs == pytest.approx([0.2222222222, 1.3333333333, 0.4444444444], rel=1e-9)  # ten printed digits


@pytest.mark.feature(8)
def test_unselected_arguments_are_constants() -> None:
    f = lambda a, b, c: a * b * c  # noqa: E731  # used three times
    assert sg.grad_bp(f, argnums=(0, 2))(2.0, 3.0, 5.0) == (15.0, 6.0)
    assert sg.grad_bp(f, argnums=1)(2.0, 3.0, 5.0) == 10.0
    assert sg.grad_bp(f, argnums=-1)(2.0, 3.0, 5.0) == 6.0
    assert len(sg.trace(lambda a, b: b * b)(2.0, 3.0)) == 0


@pytest.mark.feature(9)
def test_keyword_inputs_are_differentiated_as_a_dict() -> None:
    def f(*, w: Any, b: Any) -> Any:
        return w * 4.0 + b

    def loss(p: dict[str, Any]) -> Any:
        return f(**p)

    assert sg.grad_bp(loss)({"w": 2.0, "b": 1.0}) == {"w": 4.0, "b": 1.0}


def test_arguments_given_by_keyword_only_raise_and_say_so() -> None:
    with pytest.raises(NothingToDifferentiateError, match="by position"):
        sg.grad_bp(lambda x: x)(x=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # the checker sees it as well


@dataclass(frozen=True)
class Model:
    w: float

    def __call__(self, x: Any) -> Any:
        return self.w * x * x


@pytest.mark.feature(10)
def test_the_gradient_of_a_callable_object_is_an_object_of_its_class() -> None:
    assert sg.grad_bp(Model.__call__)(Model(3.0), 2.0) == Model(4.0)


@pytest.mark.feature(11)
def test_the_derivative_by_an_intermediate_is_that_of_the_second_half() -> None:
    x, w, b = np.array([1.0, 2.0]), np.array([[0.1, -0.2], [0.3, 0.4]]), np.array([0.5, -0.5])
    h = x @ w + b

    s = 1 / (1 + np.exp(-h))
    assert np.allclose(sg.grad_bp(lambda h: np.sum(1 / (1 + np.exp(-h))))(h), s * (1 - s), rtol=1e-14, atol=0)


@pytest.mark.feature(12)
def test_the_gradient_of_the_identity_is_one() -> None:
    assert sg.grad_bp(lambda x: x)(2.5) == sg.one(2.5)
    assert sg.grad_bp(lambda x, y: x, argnums=(0, 1))(2.0, 3.0) == (1.0, 0.0)
    kept = sg.grad_bp(lambda x: x if x < 0 else x)  # noqa: RUF034  # the row's own program
    assert (kept(-1.0), kept(1.0)) == (1.0, 1.0)


@pytest.mark.feature(13)
def test_the_seed_goes_to_the_returned_value_not_to_the_last_step() -> None:
    def f(x: Any) -> Any:
        y = x * x
        z = 3.0 * y
        return y if z > 10.0 else z

    assert sg.grad_bp(f)(3.0) == 6.0


@pytest.mark.feature(15)
def test_an_unused_argument_gets_zeros_of_full_shape_and_dtype() -> None:
    a, b = np.ones((2, 3)), np.ones((4, 5), dtype=np.float32)
    ga, gb = sg.grad_bp(lambda a, b: np.sum(a), argnums=(0, 1))(a, b)

    assert np.array_equal(ga, np.ones((2, 3)))
    assert (gb.shape, gb.dtype, gb.any()) == ((4, 5), np.float32, False)


@pytest.mark.feature(16)
def test_unused_later_steps_neither_warn_nor_contaminate() -> None:
    def f(p: Any) -> Any:
        a, b = p
        k = a + b
        with np.errstate(divide="ignore"):
            np.log(b - b)
        return k

    assert sg.grad_bp(f)((np.float64(2.0), np.float64(3.0))) == (1.0, 1.0)


@pytest.mark.feature(17, 18)
def test_gradients_do_not_depend_on_earlier_calls() -> None:
    f, h = sg.grad_bp(lambda x: x * x * x), sg.grad_bp(lambda x: x + x)
    first = f(2.0)
    h(2.0)

    assert f(2.0) == first == 12.0


@pytest.mark.feature(21)
def test_gradients_share_memory_with_nothing() -> None:
    a, b, c = np.ones(3), np.ones(3), np.full(3, 2.0)
    ga, gb = sg.grad_bp(lambda p: np.sum((p[0] + p[1]) * c))((a, b))
    arrays = [a, b, c, ga, gb]

    for i, x in enumerate(arrays):
        for y in arrays[i + 1 :]:
            assert not np.shares_memory(x, y)
    ga[:] = 7.0
    assert np.array_equal(gb, c)
    total: Any = sg.grad_bp(np.sum)(a)
    assert total.flags.writeable


@pytest.mark.feature(23)
def test_two_hundred_thousand_steps_need_no_recursion() -> None:
    def f(x: Any) -> Any:
        y = x
        for _ in range(200_000):
            y = y + 1.0
        return y

    assert sg.backprop(f)(0.0) == (200_000.0, 1.0)


@pytest.mark.feature(25)
def test_tanh_to_order_four_matches_closed_forms() -> None:
    def total(f: Any) -> Any:
        return lambda x: np.sum(f(x))

    x = np.linspace(-7.0, 7.0, 200)
    g1 = sg.grad_bp(total(np.tanh))
    g2 = sg.grad_bp(total(g1))
    g3 = sg.grad_bp(total(g2))
    g4 = sg.grad_bp(total(g3))
    t = np.tanh(x)
    s = 1 - t * t

    # The row's tolerance.
    assert np.allclose(g1(x), s, rtol=0, atol=1e-8)
    assert np.allclose(g2(x), -2 * t * s, rtol=0, atol=1e-8)
    assert np.allclose(g3(x), s * (6 * t * t - 2), rtol=0, atol=1e-8)
    assert np.allclose(g4(x), 8 * t * s * (2 - 3 * t * t), rtol=0, atol=1e-8)


@pytest.mark.feature(25)
def test_a_mixed_third_derivative_is_one() -> None:
    def by(i: int, f: Any) -> Any:
        return lambda *xyz: sg.grad_bp(f, argnums=i)(*xyz)

    assert by(0, by(1, by(2, lambda x, y, z: x * y * z)))(2.0, 3.0, 5.0) == 1.0


@pytest.mark.feature(25, 20)
def test_nested_derivatives_of_different_variables_are_not_confused() -> None:
    def inner(x: Any) -> Any:
        return sg.grad_bp(lambda y: x + y)(1.0)

    assert sg.grad_bp(lambda x: x * inner(x))(1.0) == 1.0
    assert sg.grad_bp(lambda x: x * sg.grad_bp(lambda y: x * y * y)(2.0))(3.0) == 24.0


@pytest.mark.feature(57)
def test_second_order_through_a_struct_matches_differences() -> None:
    f = lambda line: line.p1.x * line.p2.y**2 + np.exp(line.p1.y)  # noqa: E731  # an expression
    check_gradient(f, Line(Point(1.0, 0.3), Point(2.0, 3.0)), order=2)


@pytest.mark.feature(27, 28)
def test_control_flow_follows_the_values_of_each_call() -> None:
    def f(x: Any) -> Any:
        return np.sum(2.0 * x) if np.sum(x) >= 0 else np.sum(3.0 * x)

    def powers(x: Any, n: int) -> Any:
        y = x
        for _ in range(n):
            y = y * 2.0
        return y

    assert np.array_equal(sg.grad_bp(f)(np.ones(2)), [2.0, 2.0])
    assert np.array_equal(sg.grad_bp(f)(-np.ones(2)), [3.0, 3.0])
    assert [sg.grad_bp(powers)(1.0, n) for n in (1, 3, 1, 2)] == [2.0, 8.0, 2.0, 4.0]


@pytest.mark.feature(29)
def test_threads_give_the_serial_gradients_bit_for_bit() -> None:
    c = np.linspace(0.1, 1.0, 50)
    g = sg.grad_bp(lambda x: np.sum(np.tanh(x * c) * x))
    xs = [np.linspace(-1.0, 1.0, 50) * k for k in range(1000)]
    with ThreadPoolExecutor(8) as pool:
        parallel = list(pool.map(g, xs))

    assert all(np.array_equal(p, g(x)) for p, x in zip(parallel, xs, strict=True))


@pytest.mark.feature(29)
def test_a_function_may_use_threads_inside_one_run() -> None:
    def f(x: Any) -> Any:
        with ThreadPoolExecutor(4) as pool:
            parts = list(pool.map(lambda i: np.sin(x[i]) * x[i], range(200)))
        total: Any = 0.0
        for part in parts:
            total = total + part
        return total

    x = np.linspace(0.0, 1.0, 200)
    assert np.allclose(sg.grad_bp(f)(x), np.sin(x) + x * np.cos(x), rtol=1e-14, atol=1e-15)  # roundings


@pytest.mark.feature(59)
def test_a_shared_point_is_two_leaves() -> None:
    def f(line: Line) -> float:
        return 2 * line.p1.x + 5 * line.p2.y

    p = Point(1.0, 2.0)
    assert sg.grad_bp(f)(Line(p, p)) == Line(Point(2.0, 0.0), Point(0.0, 5.0))
    assert sg.grad_bp(lambda x: f(Line(Point(x, x), Point(x, x))))(1.0) == 7.0


def test_the_loss_value_is_a_python_float() -> None:
    for x in (2.0, np.float64(2.0), np.float32(2.0), np.array(2.0)):
        assert type(sg.backprop(lambda x: x * x)(x)[0]) is float


def test_aux_comes_back_without_tracing() -> None:
    value, grad, aux = sg.backprop(lambda x: (x * x, {"double": 2.0 * x, "tag": "ok"}), has_aux=True)(3.0)
    assert (value, grad, aux) == (9.0, 6.0, {"double": 6.0, "tag": "ok"})
    assert type(aux["double"]) is float
    assert sg.grad_bp(lambda x: (x * x, x), has_aux=True)(3.0) == (6.0, 3.0)
    with pytest.raises(NotScalarError, match="aux"):
        sg.grad_bp(lambda x: x, has_aux=True)(3.0)


def test_one_call_and_decorator_forms_agree() -> None:
    @sg.grad_bp
    def square(x: float) -> float:
        return x * x

    @sg.grad_bp(argnums=1)
    def product(a: float, b: float) -> float:
        return a * b

    assert square(3.0) == sg.grad_bp(lambda x: x * x, 3.0) == 6.0
    assert product(2.0, 5.0) == 2.0
    assert square.__name__ == "square"


@pytest.mark.feature(45)
def test_a_struct_without_slope_raises_and_says_what_to_write() -> None:
    with pytest.raises(NothingToDifferentiateError, match=r"\['n'\] is 3 \(int\).*write 3 as 3.0"):
        sg.grad_bp(lambda p: 1.0)({"n": 3, "name": "x"})
    with pytest.raises(NothingToDifferentiateError, match=r"astype\(float\)"):
        sg.grad_bp(lambda p: 1.0)([np.arange(3)])

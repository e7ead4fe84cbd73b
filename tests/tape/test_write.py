"""Writing into traced arrays: NumPy's numbers, views included, and gradients that agree with differences."""

import copy
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import structgrad as sg
from structgrad.errors import EscapedError, LostGradientError
from structgrad.tape import write as module
from structgrad.testing import check_gradient

X = np.array([0.3, -0.7, 1.2, 2.0])
M = np.array([[0.3, -1.7, 2.2], [1.4, 0.1, -0.6]])
Function = Callable[[Any], Any]


def filled(x: Any) -> Any:
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = np.sin(x[i]) * x[0]
    return out


def recurrence(x: Any) -> Any:
    out = np.empty(len(x), like=x)
    out[0] = x[0]
    for i in range(1, len(x)):
        out[i] = 0.5 * out[i - 1] * x[i] + out[i - 1]
    return out


def heat(u: Any) -> Any:
    u = u.copy()
    for _ in range(3):
        u[1:-1] += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def masked(x: Any) -> Any:
    out = x * x
    out[x > 0] += x[0]
    out[out > 1.5] = np.tanh(x[1])
    return out


def scaled(x: Any) -> Any:
    out = x * 1.0
    out[1:] *= 2
    out[[0, 2]] -= x[:2]
    out[::-2] /= x[3]
    out **= 2
    return out


def repeated(x: Any) -> Any:
    out = x * x
    out[[0, 0, 2, 0]] = x  # the last one wins
    return out


def broadcast(x: Any) -> Any:
    out = np.zeros((3, 4), like=x)
    out[:] = x
    out[1] = x[2]
    out[:, 1:3] = x[:3, None]
    out[..., 0] = [x[0], 2.0, x[1] * x[2]]
    out[2, :] = x[None]
    return out


def through_views(x: Any) -> Any:
    m = x.reshape(2, 2).copy()
    t = m.T
    t[0] = x[:2] * x[2]
    row = m[1]
    row += t[1]
    flat = m.ravel()
    flat[3] *= 2
    m[0, 0] = x[3]
    return m @ t + flat.sum() * row[0]


def swapped(x: Any) -> Any:
    out = x.copy()
    out[0], out[1] = out[1] * 1.0, out[0] * 1.0
    out[2:], out[:2] = out[:2].copy(), out[2:].copy()
    return out * x


def of_other_ranks(x: Any) -> Any:
    out = np.zeros((2, 2, 2), like=x)
    out[0] = np.outer(x[:2], x[2:])
    out[1, 0, ...] = x[:2]
    out[1, 1] = out[0, 0] * x[0]
    out[..., 1, None] += x[:2, None]
    return out


def by_functions(x: Any) -> Any:
    out = x * x
    np.put(out, [1, -1], x[:2] * x[2])
    np.copyto(out, x[0], where=x > 1.5)
    np.putmask(out, x < 0, x[1:3])
    np.place(out, x < 0.5, x[3:])
    np.add.at(out, [0, 0, 2], x[:3])
    np.subtract.at(out, [1, 1], x[0])
    np.multiply.at(out, np.array([3, 3]), x[1])
    return out


def by_axes(x: Any) -> Any:
    m = np.outer(x, x)
    np.fill_diagonal(m, x[::-1])
    np.put_along_axis(m, np.array([[0], [1], [3], [2]]), x[:, None] * 2, 1)
    np.fill_diagonal(m[:, :2], x[0], wrap=False)
    return m


def by_methods(x: Any) -> Any:
    a, b, c = x * x[0], x * 1.0, x * 3.0
    a.sort()
    b.fill(x[1])
    c.put([0, 2], [x[3], 1.0])
    d = np.stack([a, b, c])
    d.flat[1] = x[2]
    d.flat[5:7] = x[:2] * 7
    return d * x


def by_out(x: Any) -> Any:
    out = np.zeros(4, like=x)
    np.multiply(x, x[0], out=out)
    np.add(out, 1.0, out=out, where=x > 0)
    np.cumsum(out * x, out=out)
    total = np.zeros((), like=x)
    np.sum(out, out=total)
    (x * x).clip(0.2, 1.0, out=out)
    return out * total


FILLING = [filled, recurrence, heat, masked, scaled, repeated, broadcast, through_views, swapped, of_other_ranks]
FILLING += [by_functions, by_axes, by_methods, by_out]


@pytest.mark.feature(75)
@pytest.mark.parametrize("f", FILLING, ids=lambda f: f.__name__)
def test_writes_have_numpys_values_and_right_slopes_in_both_modes(f: Function) -> None:
    before = X.copy()

    check_gradient(f, X, order=2)

    assert np.array_equal(X, before)  # what the user passed in is as it was


@pytest.mark.parametrize("f", [filled, recurrence, heat, scaled, through_views], ids=lambda f: f.__name__)
def test_writes_differentiate_to_the_third_order(f: Function) -> None:
    check_gradient(f, X, order=3)


def test_an_argument_that_is_written_into_is_changed_in_the_run_alone() -> None:
    def f(p: Any) -> Any:
        alias = p["w"]
        alias[0] = 3.0 * p["w"][1]
        alias += 1.0
        return np.sum(p["w"] ** 2)

    w = np.array([1.0, 2.0])
    grad = sg.grad_bp(f)({"w": w})

    np.testing.assert_array_equal(w, [1.0, 2.0])
    np.testing.assert_array_equal(grad["w"], [0.0, 2 * 7 * 3 + 2 * 3])


def test_a_copy_goes_its_own_way() -> None:
    for clone in (np.copy, copy.copy, copy.deepcopy, lambda v: v.copy(), lambda v: v.flatten(), lambda v: +v):

        def f(x: Any, clone: Any = clone) -> Any:
            a = x * 1.0
            b = clone(a)
            a[0] = 5.0
            b[1] = 7.0
            return np.stack([a, b])

        value, pullback = sg.vjp(f)(X)
        np.testing.assert_array_equal(value, [[5.0, -0.7, 1.2, 2.0], [0.3, 7.0, 1.2, 2.0]])
        np.testing.assert_array_equal(pullback(np.ones((2, 4))), [1.0, 1.0, 2.0, 2.0])


def test_what_was_computed_before_a_write_keeps_its_slope() -> None:
    def f(x: Any) -> Any:
        a = x * 1.0
        y = a * a  # its pullback wants a as it is now
        a[:] = 100.0
        return np.sum(y) + np.sum(a)

    np.testing.assert_array_equal(sg.grad_bp(f)(X), 2 * X)
    np.testing.assert_array_equal(sg.grad_bp(lambda x: np.sum(sg.grad_bp(f)(x) ** 2))(X), 8 * X)


def test_a_write_in_an_outer_run_does_not_reach_what_an_inner_one_keeps() -> None:
    def outer(x: Any) -> Any:
        a = x * 1.0

        def inner(v: Any) -> Any:
            y = v * a
            a[:] = 100.0
            return np.sum(y)

        g = sg.grad_bp(inner)(a)
        value, pullback = sg.vjp(np.square)(g)
        value[:] = 0.0
        return np.sum(pullback(np.ones(4))) + np.sum(value)

    np.testing.assert_array_equal(sg.grad_bp(outer)(X), [2.0, 2.0, 2.0, 2.0])


def test_an_inner_value_can_be_written_into_an_outer_array() -> None:
    def inner(t: Any, x: Any) -> Any:
        out = np.zeros_like(x)
        out[:] = x
        out[1] = t * t * x[0]
        return np.sum(out**2)

    mixed = sg.grad_bp(lambda x: sg.grad_bp(inner)(3.0, x))(X)

    np.testing.assert_allclose(mixed, [4 * 27 * 2 * X[0], 0.0, 0.0, 0.0])


def test_an_overwritten_infinite_slope_has_no_say() -> None:
    def f(x: Any) -> Any:
        y = np.sqrt(x)
        y[x == 0] = 0.0
        return np.sum(y)

    np.testing.assert_array_equal(sg.grad_bp(f)(np.array([0.0, 4.0])), [0.0, 0.25])


@pytest.mark.feature(75)
def test_in_place_operators_keep_shape_and_dtype() -> None:
    def f(x: Any) -> Any:
        y = x * x
        y += np.float64(2.0) * x.astype(float)
        assert y.dtype == np.float32
        return y

    check_gradient(f, X.astype(np.float32))
    with pytest.raises(ValueError, match=r"shape \(4,\) cannot take"):
        sg.vjp(lambda x: x.__iadd__(np.ones((2, 4))))(X)
    with pytest.raises(LostGradientError, match="imaginary"):
        sg.vjp(lambda x: x.__imul__(1j))(X)
    with pytest.raises(LostGradientError, match="imaginary"):
        sg.vjp(lambda x: x.__setitem__(0, 1j))(X)


def test_a_scalar_is_rebound() -> None:
    def f(p: Any) -> Any:
        s = p["s"]
        s += p["s"]
        return s * p["s"]

    assert sg.grad_bp(f)({"s": 3.0}) == {"s": 12.0}


def test_complex_numbers_and_their_parts() -> None:
    def f(z: Any) -> Any:
        out = z * z
        out[0] = z[1].real
        out[1:] *= 1j
        out.real[2] = z[3].imag
        out.imag = out.imag * out.real
        return out

    check_gradient(f, X + 1j * X[::-1])


def test_numpys_own_errors_come_through_and_change_nothing() -> None:
    def f(x: Any) -> Any:
        y = x * 1.0
        with pytest.raises(IndexError):
            y[9] = 1.0
        with pytest.raises(ValueError, match="broadcast"):
            y[:2] = x
        with pytest.raises(ValueError, match="read-only"):
            np.broadcast_to(y, (2, 4))[0] = 1.0
        return y

    check_gradient(f, X)


def test_a_write_after_the_run_is_refused() -> None:
    kept: list[Any] = []
    sg.grad_bp(lambda x: kept.append(x * 1.0) or np.sum(x))(X)  # type: ignore[func-returns-value]  # smuggles it out

    with pytest.raises(EscapedError):
        kept[0][0] = 1.0


def test_a_trace_shows_what_was_written_where() -> None:
    def f(x: Any) -> Any:
        y = x * 2.0
        y[0] = x[1]
        return y

    shown = str(sg.trace(f)(X)).splitlines()

    assert shown[1:] == [
        "%4 = multiply(x, 2.0) : float64[4]" if "%4" in shown[1] else shown[1],
        *shown[2:4],
        f"return {shown[3].split(' ')[0]}",
    ]
    assert "setitem(" in shown[3]
    assert shown[1].split(" ")[0] in shown[3]  # the array as it was


def copies(monkeypatch: pytest.MonkeyPatch, f: Function, n: int) -> int:
    """How often the numbers, and the cotangents, are copied as a loop fills an array of n."""
    count = [0]

    x = np.linspace(0.1, 1.0, n)
    stored = module._stored

    def spy(a: Any, index: Any, w: Any, alone: bool) -> Any:
        count[0] += not alone
        return stored(a, index, w, alone)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_stored", spy)
        sg.grad_bp(lambda x: np.sum(f(x) ** 2))(x)
    return count[0]


@pytest.mark.parametrize("f", [filled, recurrence], ids=lambda f: f.__name__)
def test_a_loop_that_fills_an_array_copies_nothing(monkeypatch: pytest.MonkeyPatch, f: Function) -> None:
    assert copies(monkeypatch, f, 200) <= 1


@pytest.mark.parametrize("f", [filled, recurrence], ids=lambda f: f.__name__)
def test_going_back_over_a_loop_copies_the_cotangent_once_or_twice(f: Function) -> None:
    x = np.linspace(0.1, 1.0, 200)
    _, pullback = sg.vjp(f)(x)
    copies: list[Any] = []

    def note(frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and getattr(function, "__name__", "") == "copy":
            copies.append(function)

    sys.setprofile(note)
    try:
        pullback(np.ones(200))
    finally:
        sys.setprofile(None)

    assert len(copies) <= 4  # of the seed and at the ends; one for each of 200 writes would be the fault


INDICES = st.one_of(
    st.integers(-4, 3),
    st.builds(slice, *[st.one_of(st.none(), st.integers(-4, 4))] * 2, st.sampled_from([None, 1, 2, -1])),
    st.lists(st.integers(-4, 3), min_size=1, max_size=5),
    st.lists(st.booleans(), min_size=4, max_size=4).map(lambda b: np.array(b)),
)
WRITES = st.lists(
    st.tuples(st.sampled_from(["a", "t", "row", "back"]), INDICES, st.sampled_from(["set", "add", "mul", "item"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=150)
@given(WRITES)
def test_any_writes_through_any_views_agree_with_numpy_and_differences(writes: list[Any]) -> None:
    def f(x: Any) -> Any:
        m = np.outer(x, x[::-1])
        views = {"a": m, "t": m.T, "row": m[1], "back": m[::-1, 1:]}
        for name, index, how in writes:
            v = views[name]
            if how == "set":
                v[index] = x[0] * 1.5
            elif how == "item":
                v[index] = v[index] * x[1]
            elif how == "add":
                v[index] += x[2]
            else:
                v *= 1.0 + 0.1 * x[3]
        return m + 0.5 * views["t"].T + views["row"].sum() * views["back"].sum()

    check_gradient(f, X)

"""checkpoint: the value and the gradients of the function itself, whatever it is given and however it carries it."""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import EscapedError, LostGradientError, StructgradError
from structgrad.struct.walk import flatten
from structgrad.testing import check_gradient

X = np.array([0.3, -0.7, 1.2])
Loss = Callable[..., Any]


def same(fn: Any, **options: Any) -> Any:
    """What checkpoint is measured by."""
    return fn


def is_equal(x: Any, y: Any) -> bool:
    """Whether two structs have the same leaves, to the last bit."""
    pairs = zip(flatten(x)[0], flatten(y)[0], strict=True)
    return all(type(a) is type(b) and np.array_equal(a, b) for a, b in pairs)


@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any
    act: Any = np.tanh

    def __call__(self, h: Any) -> Any:
        return self.act(self.w * h + self.b)

    def forward(self, h: Any) -> Any:
        return self(h)


class Pair(NamedTuple):
    left: Any
    right: Any


def positional(ck: Any) -> Loss:
    return lambda p: np.sum(ck(lambda a, h: np.tanh(a * h))(p["a"], p["b"]) * p["a"])


def keyword(ck: Any) -> Loss:
    def block(h: Any, *, scale: Any, shift: Any = 1.0) -> Any:
        return np.sin(h * scale["s"]) + shift

    return lambda p: np.sum(ck(block)(p["a"], scale={"s": p["b"]}) ** 2)


def structs(ck: Any) -> Loss:
    def block(pair: Pair, rows: list[Any]) -> dict[str, Any]:
        products = [pair.left * row for row in rows]
        return {"products": products, "total": Pair(np.sum(pair.right), 3), "text": "t", "none": None, "two": 2.0}

    def loss(p: Any) -> Any:
        made = ck(block)(Pair(p["a"], p["b"]), [p["b"], np.ones(3), p["a"] * p["a"]])
        assert (type(made["two"]), made["total"].right, made["text"], made["none"]) == (float, 3, "t", None)
        return np.sum(made["products"][0] * made["products"][2]) * made["total"].left * made["two"]

    return loss


def closure(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        def inner(h: Any) -> Any:
            return np.sin(p["a"] * h)

        return np.sum(ck(lambda h: inner(h) * p["b"])(p["b"]))

    return loss


def closure_alone(ck: Any) -> Loss:
    return lambda p: np.sum(ck(lambda: p["a"] * p["b"])())


def defaults(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        def block(h: Any, a: Any = p["a"], *, b: Any = p["b"]) -> Any:
            return np.sin(a * h) * b

        return np.sum(ck(block)(p["b"]))

    return loss


def methods(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        layer = Layer(p["a"], p["b"])
        act, part = layer.forward, functools.partial(Layer.forward, layer)
        h = ck(layer)(X)
        h = ck(layer.forward)(h)
        h = ck(functools.partial(layer.forward, h=h))()
        h = ck(lambda h: act(part(h)))(h)
        return np.sum(ck(functools.partial(lambda f, h: f(h), functools.partial(act)))(h))

    return loss


def recursive(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        def power(n: int, h: Any) -> Any:
            return h if n == 0 else power(n - 1, np.sin(p["a"] * h))

        return np.sum(ck(power)(3, p["b"]))

    return loss


def nested(ck: Any) -> Loss:
    def inner(h: Any, a: Any) -> Any:
        return np.tanh(a * h)

    def outer(h: Any, a: Any) -> Any:
        return ck(inner)(ck(inner)(h, a) * h, a) + np.sin(h)

    return lambda p: np.sum(np.exp(ck(outer)(ck(outer)(p["a"], p["b"]), p["b"])))


def twice(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        y = ck(np.sin)(p["a"])
        return np.sum(y * y * ck(np.exp)(p["b"]) + y)

    return loss


def late(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        h = p["a"]
        for c in (np.array([2.0, 3.0, 4.0]), np.ones(3), p["b"]):
            h = ck(lambda h: np.sin(c * h))(h)  # noqa: B023  # what c is at the call is what is meant
        return np.sum(h)

    return loss


def reused(ck: Any) -> Loss:
    def loss(p: Any) -> Any:
        buffer, h = np.zeros(3), p["a"]
        names = {"c": buffer}
        for i in range(3):
            buffer[:] = i + 1.0
            h = ck(lambda h, names: np.sin(names["c"] * h))(h, names)
            names = {"c": buffer} if i else names
            names[f"more {i}"] = buffer
        buffer[:] = 0.0
        return np.sum(h * p["b"])

    return loss


def writing(ck: Any) -> Loss:
    def block(h: Any, q: dict[str, Any]) -> Any:
        made = np.sin(h)
        made[0] = made[1] * h[2]
        return made, made[1:], made[:2], h, q["b"][1:], q["b"].reshape(3, 1)[::-1].T

    def loss(p: Any) -> Any:
        h, q = 2.0 * p["a"], {"b": 3.0 * p["b"]}
        made, tail, head, same_h, rest, turned = ck(block)(h, q)
        made[1] = made[0] * p["b"][1]  # is seen by tail and by head
        tail[1] *= 2.0
        h[0] = made[1]  # same_h is h
        q["b"][2] = h[2]  # is seen by rest and by turned
        return sum(np.sum(part * part) for part in (made, tail, head, same_h * h, rest)) + turned[0, 1] * h[1]

    return loss


def cast(ck: Any) -> Loss:
    return lambda p: np.sum(ck(lambda a: np.float32(2.0) * a.astype(np.float32))(p["a"]) * p["b"])


def steps(ck: Any) -> Loss:
    def step(state: Any, p: Any, rate: float) -> Any:
        i, h = state
        return i + 1, h + rate * np.sin(p["b"] * h) * i

    def repeat(fn: Any, *, steps: int) -> Any:
        def repeated(state: Any, *args: Any) -> Any:
            for _ in range(steps):
                state = fn(state, *args)
            return state

        return repeated

    def loss(p: Any) -> Any:
        i, h = (repeat if ck is same else ck)(step, steps=11)((0, p["a"]), p, 0.1)
        assert i == 11
        return np.sum(h * h)

    return loss


LOSSES = [
    positional, keyword, structs, closure, closure_alone, defaults, methods, recursive, nested, twice, late, reused,
    writing, cast, steps,
]  # fmt: skip
P = {"a": X, "b": np.array([1.1, 0.4, 0.0])}


@pytest.mark.feature(153)
@pytest.mark.parametrize("make", LOSSES)
def test_value_and_gradient_are_those_without_a_checkpoint(make: Any) -> None:
    value, grad = sg.backprop(make(sg.checkpoint))(P)
    expected, slope = sg.backprop(make(same))(P)

    assert make(sg.checkpoint)(P) == value == expected
    assert np.any(grad["a"])
    for name in P:  # sums over segments are added up in another order
        assert np.allclose(grad[name], slope[name], rtol=1e-15, atol=1e-15)


@pytest.mark.feature(26, 153)
@pytest.mark.parametrize("make", LOSSES)
def test_so_are_derivatives_of_order_two_in_every_mode(make: Any) -> None:
    t = {"a": np.array([1.0, -0.5, 0.2]), "b": np.array([0.3, 0.1, 2.0])}

    def along(ck: Any) -> Any:
        grad = sg.grad_bp(make(ck))
        return sg.grad_bp(lambda p: sum(np.sum(grad(p)[name] * t[name]) for name in t))(P)

    def forward(ck: Any) -> Any:
        return sg.grad_bp(lambda p: sg.jvp(make(ck))(p, t)[1])(P)

    expected = along(same)
    for name in P:
        for found in (along(sg.checkpoint), sg.hvp(make(sg.checkpoint))(P, t), forward(sg.checkpoint)):
            assert np.allclose(found[name], expected[name], rtol=1e-14, atol=1e-14)
    assert is_equal(sg.jvp(make(sg.checkpoint))(P, t), sg.jvp(make(same))(P, t))


@pytest.mark.feature(153)
@pytest.mark.parametrize("make", [closure, nested, structs])
def test_gradients_to_the_third_order_agree_with_differences(make: Any) -> None:
    check_gradient(make(sg.checkpoint), {"a": X[:2], "b": np.array([1.1, 0.4])} if make is not structs else P, order=3)


def test_complex_values_and_real_ones_made_of_them_agree_with_differences() -> None:
    def block(z: Any, x: Any) -> Any:
        return np.exp(z) * x, np.abs(z)

    def loss(p: Any) -> Any:
        a, b = sg.checkpoint(block)(p["z"], p["x"])
        return np.sum(np.real(a * a) * b)

    check_gradient(loss, {"z": X + 1j * X[::-1], "x": X}, order=2)


@pytest.mark.feature(16, 153)
def test_what_is_not_asked_for_has_no_say_across_the_border_of_a_block() -> None:
    root: Any = sg.checkpoint(np.sqrt)
    split = sg.checkpoint(lambda x: (x * x, np.log(x)))
    x = np.array([0.0, 4.0])

    with np.errstate(divide="ignore"):
        assert np.array_equal(sg.grad_bp(lambda x: np.sum(np.where(x > 0, root(x), 0.0)))(x), [0.0, 0.25])
        assert np.array_equal(sg.grad_bp(lambda x: np.sum(root(np.where(x > 0, x, 1.0))))(x), [0.0, 0.25])
        assert np.array_equal(sg.grad_bp(lambda x: np.sum(split(x)[0]))(x), 2 * x)
        assert np.array_equal(sg.grad_bp(lambda x: np.sum(split(x)[1]))(x), [np.inf, 0.25])


def test_a_block_that_selects_makes_the_run_careful_as_it_would_without() -> None:
    def loss(ck: Any) -> Loss:
        return lambda x: np.sum(ck(lambda a: np.where(x > 0, a, 0.0))(np.sqrt(x)))

    def nested(f: Any) -> Any:
        return sg.checkpoint(lambda a: sg.checkpoint(f)(a))

    for ck in (sg.checkpoint, nested):
        assert is_equal(sg.grad_bp(loss(ck))(np.array([0.0, 4.0])), np.array([0.0, 0.25]))


def test_floats_scalars_and_float32_keep_their_types() -> None:
    p = {"f": 2.0, "s": np.float32(3.0), "a": np.array([1.0, 2.0], np.float32), "z": np.array(0.5)}
    block = sg.checkpoint(lambda p: p["f"] * p["s"] * np.sum(p["a"]) * p["z"])

    assert is_equal(sg.grad_bp(block)(p), sg.grad_bp(lambda p: p["f"] * p["s"] * np.sum(p["a"]) * p["z"])(p))


def test_with_nothing_traced_it_is_the_function() -> None:
    args: dict[str, Any] = {"list": []}

    def f(x: Any) -> Any:
        x["list"].append(1.0)
        return x

    assert sg.checkpoint(f)(args) is args
    assert args == {"list": [1.0]}
    assert sg.checkpoint(f).__name__ == "f"


def test_the_pullback_can_be_taken_any_number_of_times() -> None:
    value, pull = sg.vjp(sg.checkpoint(lambda x: {"s": np.sin(x), "c": np.cos(x)}))(X)

    for _ in range(2):
        assert np.array_equal(pull({"s": X, "c": 0.0 * X}), X * np.cos(X))
    assert np.array_equal(pull({"s": 0.0 * X, "c": X}), -X * np.sin(X))
    assert np.array_equal(value["c"], np.cos(X))


def test_what_does_not_ask_the_block_does_not_run_it_again() -> None:
    runs: list[int] = []

    def block(x: Any) -> Any:
        runs.append(1)
        return np.sin(x)

    grad = sg.grad_bp(lambda x: np.sum(x * x) + 0 * len(sg.checkpoint(block)(x)))(X)

    assert np.array_equal(grad, 2 * X)
    assert len(runs) == 1


def test_effects_on_constants_happen_once() -> None:
    log: list[int] = []
    count = 0

    def block(x: Any, seen: list[str]) -> Any:
        nonlocal count
        count += 1
        log.append(count)
        seen.append("x")
        return np.sin(x)

    seen: list[str] = []
    sg.grad_bp(lambda x: np.sum(sg.checkpoint(block)(sg.checkpoint(block)(x, seen), seen)))(X)

    assert (count, log, seen) == (2, [1, 2], ["x", "x"])


def test_random_generators_that_are_given_draw_the_same_again() -> None:
    def drop(x: Any, rng: np.random.Generator) -> Any:
        return x * (rng.random(x.shape) > 0.5)

    def loss(ck: Any, seed: int) -> Loss:
        def of(x: Any) -> Any:
            rng = np.random.default_rng(seed)
            y = ck(drop)(ck(lambda x: drop(x, rng))(x), rng)  # by closure, then as an argument
            return np.sum(y * y * rng.random(100))

        return of

    x = np.linspace(1.0, 2.0, 100)
    assert np.array_equal(sg.grad_bp(loss(sg.checkpoint, 3))(x), sg.grad_bp(loss(same, 3))(x))
    assert not np.array_equal(sg.grad_bp(loss(sg.checkpoint, 3))(x), sg.grad_bp(loss(same, 4))(x))
    _, pull = sg.vjp(loss(sg.checkpoint, 3))(x)
    assert np.array_equal(pull(1.0), pull(1.0))


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, x: x * rng.random(5),
        lambda rng, x: x[rng.permutation(5)],  # the same numbers in another order
        lambda rng, x: x * rng.choice([1.0, 1.0 + 1e-6, 1.0 - 1e-6, 1.0 + 2e-6], size=5, replace=True),
    ],
)
def test_a_function_that_does_not_do_the_same_twice_raises(draw: Any) -> None:
    box = [np.random.default_rng(0)]
    block = eval("lambda draw, x: draw(box[0], x)", {"box": box})  # box is a global of block, and is not given

    with pytest.raises(StructgradError, match=r"gave another value .*: it has other numbers.* as arguments"):
        sg.grad_bp(lambda x: np.sum(sg.checkpoint(block)(draw, x)))(np.arange(5.0))

    sg.grad_bp(lambda x: np.sum(sg.checkpoint(block, verify=False)(draw, x)))(np.arange(5.0))


def test_a_second_value_of_another_structure_or_shape_raises_without_verify_too() -> None:
    makes = [
        iter([lambda x: {"a": 2 * x}, lambda x: [2 * x]]),
        iter([lambda x: {"a": 2 * x}, lambda x: {"a": 2 * x[:, None]}]),
    ]

    for make, what in zip(
        makes, ["the whole is a dict in one struct and a list in", "other numbers, shapes"], strict=True
    ):
        block = eval("lambda x: next(make)(x)", {"make": make})
        with pytest.raises(StructgradError, match=what):
            sg.grad_bp(lambda x, block=block: np.sum(sg.checkpoint(block, verify=False)(x)["a"]))(X)


def test_a_global_that_changed_raises() -> None:
    names = {"c": 2.0}
    block = eval("lambda x: c * x", names)

    def loss(x: Any) -> Any:
        y = sg.checkpoint(block)(x)
        names["c"] = 3.0
        return np.sum(y)

    with pytest.raises(StructgradError, match="pass what it reads"):
        sg.grad_bp(loss)(X)


def test_values_with_nan_and_inf_are_compared_too() -> None:
    def block(x: Any) -> Any:
        return np.log(x), x + np.inf, x * np.array([np.inf, np.nan, 1.0])

    with np.errstate(all="ignore"):
        grad = sg.grad_bp(lambda x: np.sum(sg.checkpoint(block)(x)[0]))(np.array([0.0, 1.0, 2.0]))

    assert np.array_equal(grad, [np.inf, 1.0, 0.5])  # what is not asked for has no say


def test_what_numpy_warns_of_the_first_time_it_does_not_warn_of_again() -> None:
    seen: list[str] = []

    with np.errstate(divide="call", invalid="ignore", call=lambda kind, flag: seen.append(kind)):
        sg.grad_bp(lambda x: np.sum(sg.checkpoint(lambda x: np.exp(np.log(x)))(x)))(np.array([0.0]))

    assert len(seen) == 1


def hidden_in_an_object(x: Any) -> Any:
    box: Any = type("Box", (), {"w": x})()
    return np.sum(sg.checkpoint(lambda h: box.w * h)(x))


def hidden_alone(x: Any) -> Any:
    box: Any = type("Box", (), {"w": x})()
    return np.sum(sg.checkpoint(lambda h: box.w * 2.0)(x))


def hidden_in_a_global(x: Any) -> Any:
    block = eval("lambda h: w * h", {"w": x})
    return np.sum(sg.checkpoint(block)(x))


def hidden_of_an_inner_run(x: Any) -> Any:
    def inner(y: Any) -> Any:
        box: Any = type("Box", (), {"w": y})()
        return np.sum(sg.checkpoint(lambda h: box.w * h)(x))

    return np.sum(sg.grad_bp(inner)(X) * x)


@pytest.mark.parametrize("loss", [hidden_in_an_object, hidden_alone, hidden_in_a_global, hidden_of_an_inner_run])
def test_a_traced_value_that_was_not_given_raises_and_says_to_pass_it(loss: Any) -> None:
    with pytest.raises(LostGradientError, match=r"was not given \(test_checkpoint.py:\d+\)\. Pass it as an argument"):
        sg.grad_bp(loss)(X)


def test_a_value_that_leaves_by_a_back_door_raises_when_it_is_used() -> None:
    def loss(x: Any) -> Any:
        kept: list[Any] = []

        def block(x: Any) -> Any:
            kept.append(np.sin(x))
            return kept[0] * x

        return np.sum(sg.checkpoint(block)(x)) + np.sum(kept[0])

    with pytest.raises(EscapedError, match="block"):
        sg.grad_bp(loss)(X)


def writes(x: Any) -> Any:
    def block(p: dict[str, Any]) -> Any:
        p["h"][1:][0] = 2.0
        return p["h"] * 3.0

    p = {"h": x * 1.0}
    return np.sum(sg.checkpoint(block)(p) * p["h"])


def assigns(x: Any) -> Any:
    h = x

    def block(a: Any) -> Any:
        nonlocal h
        h = h * a
        return h

    return np.sum(sg.checkpoint(block)(x) * h)


def replaces(x: Any) -> Any:
    def block(p: dict[str, Any]) -> Any:
        p["h"] = p["h"] * 2.0
        return p["h"]

    p = {"h": x}
    return np.sum(sg.checkpoint(block)(p) * p["h"])


def appends(x: Any) -> Any:
    rows = [x]

    def block(a: Any) -> Any:
        rows.append(a)
        return a * 2.0

    return np.sum(sg.checkpoint(block)(x)) * len(rows)


@pytest.mark.parametrize(
    ("loss", "what"),
    [
        (writes, "writes into an array"),
        (assigns, "assigns to a variable"),
        (replaces, "changes a struct"),
        (appends, "changes a struct"),
    ],
)
def test_a_change_that_would_be_lost_raises(loss: Any, what: str) -> None:
    with pytest.raises(LostGradientError, match=rf"under checkpoint {what}.*\(test_checkpoint.py:\d+\).*return the"):
        sg.grad_bp(loss)(X)


def test_a_buffer_among_the_constants_raises_and_says_where_to_make_it() -> None:
    def block(x: Any, buffer: Any) -> Any:
        buffer[:] = 2.0
        return np.sin(buffer * x)

    with pytest.raises(ValueError, match="read-only") as caught:
        sg.grad_bp(lambda x: np.sum(sg.checkpoint(block)(x, np.zeros(3))))(X)
    assert "make buffers inside" in caught.value.__notes__[0]


def test_exceptions_pass_through_and_leave_the_run_in_order() -> None:
    def broken(x: Any) -> Any:
        raise KeyError("mine")

    def loss(x: Any) -> Any:
        y = sg.checkpoint(np.sin)(x)
        try:
            sg.checkpoint(broken)(y)
        except KeyError as error:
            assert error.args == ("mine",)  # noqa: PT017  # it is caught to go on
        return np.sum(y)

    assert np.array_equal(sg.grad_bp(loss)(X), np.cos(X))
    with pytest.raises(LostGradientError, match="the gradient of an argument of sin"):
        sg.grad_bp(lambda x: sg.checkpoint(math.sin)(x))(1.0)


def test_what_an_outer_run_traces_counts_as_it_is_at_the_call() -> None:
    def loss(ck: Any) -> Loss:
        def outer(v: Any) -> Any:
            v = v * 1.0

            def inner(y: Any) -> Any:
                made = np.sum(ck(lambda y, v: np.sin(y * v))(y, v))
                v[0] = 5.0
                return made

            return np.sum(sg.grad_bp(inner)(X) * v)

        return outer

    assert np.allclose(sg.grad_bp(loss(sg.checkpoint))(X), sg.grad_bp(loss(same))(X), rtol=1e-15)


def test_an_array_of_traced_numbers_comes_out_as_one() -> None:
    dtypes: list[Any] = []

    def loss(x: Any) -> Any:
        made = sg.checkpoint(lambda x: np.array([x[0] * 2.0, x[2]]))(x)
        dtypes.append((made.dtype, made.shape))
        return np.sum(made)

    assert np.array_equal(sg.grad_bp(loss)(X), [2.0, 0.0, 1.0])
    assert dtypes == [(np.dtype(float), (2,))]


def test_a_large_constant_that_a_block_writes_after_using_it_raises() -> None:
    n = (1 << 21) + 8  # above 16 MB, where constants are watched in place of being copied

    def block(x: Any) -> Any:
        c = np.ones(n)
        y = np.sum(x * c)
        c[7], c[9] = 5.0, -3.0
        return y

    with pytest.raises(StructgradError, match="changed after it had been used"):
        sg.grad_bp(sg.checkpoint(block))(2.0)


def test_an_argument_that_is_not_differentiated_stays_plain() -> None:
    seen: list[Any] = []

    def block(a: Any, b: Any, c: Any) -> Any:
        seen.append((type(b), type(c["k"]), type(c["v"])))
        return a * b * c["k"] * c["v"]

    def loss(p: Any, b: Any) -> Any:
        return sg.checkpoint(block)(p, b, {"k": 2.0, "v": 3})

    assert sg.grad_bp(loss)(2.0, 5.0) == 30.0
    assert seen == [(float, float, int)]


def test_a_class_of_the_users_own_can_pass() -> None:
    @dataclass(frozen=True)
    class Money:
        cents: float

        def zero(self) -> "Money":
            return Money(0.0)

        def add(self, other: "Money") -> "Money":
            return Money(self.cents + other.cents)

        def one(self) -> "Money":
            return Money(1.0)

    double = sg.op(lambda m: (Money(2 * m.cents), lambda g: Money(2 * g.cents)))
    block = sg.checkpoint(lambda m, x: (double(m), x * x))

    value, pull = sg.vjp(lambda p: block(*p))((Money(3.0), 2.0))

    assert value == (Money(6.0), 4.0)
    assert pull((Money(1.0), 1.0)) == (Money(2.0), 4.0)


@pytest.mark.feature(153)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 17])
def test_any_number_of_steps_is_taken(n: int) -> None:
    grow = sg.checkpoint(lambda x, by: x * by, steps=n)

    assert grow(3.0, 2.0) == 3.0 * 2.0**n
    assert sg.grad_bp(grow, argnums=(0, 1))(3.0, 2.0) == (2.0**n, 3.0 * n * 2.0 ** (n - 1))
    assert sg.grad_bp(lambda by: sg.checkpoint(lambda x: x * by, steps=n)(3.0))(2.0) == 3.0 * n * 2.0 ** (n - 1)


def test_a_negative_number_of_steps_raises() -> None:
    with pytest.raises(ValueError, match="-1"):
        sg.checkpoint(np.sin, steps=-1)


def test_a_library_function_in_a_closure_is_found_in_the_table_by_its_identity() -> None:
    from structgrad.nn import softmax
    from structgrad.scipy.special import logsumexp

    def f(x: Any) -> Any:
        return logsumexp(x) + np.sum(softmax(x) ** 2)

    at = np.array([1.0, 2.0, 4.0])
    assert np.array_equal(sg.grad_bp(sg.checkpoint(f))(at), sg.grad_bp(f)(at))

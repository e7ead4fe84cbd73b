"""op: a function that brings its own derivative."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import extend
from structgrad.errors import CotangentError, MissingRuleError, RuleError
from structgrad.testing import check_gradient, check_op


@dataclass(frozen=True)
class Normal:
    mu: Any
    cov: Any


@sg.op
def square(x: Any) -> Any:
    return x * x, lambda d: 2 * d * x


@sg.op
def multiply(a: Any, b: Any) -> Any:
    return a * b, lambda d: (d * b, d * a)


@pytest.mark.feature(101)
def test_an_op_of_value_and_pullback_matches_differences() -> None:
    check_op(square, np.array([1.0, -2.0]))
    check_op(multiply, 2.0, 3.0)
    check_gradient(lambda x: np.sum(square(x) * x), np.array([1.0, 2.0]), order=2)


@pytest.mark.feature(102, 103)
def test_constant_identity_and_lens_are_ops_without_a_name_of_their_own() -> None:
    w = sg.lens(Normal, lambda n: n.mu)
    n = Normal(2.0, 3.0)

    assert sg.grad_bp(lambda x: 5.0)(2.0) == 0.0
    assert sg.grad_bp(lambda x: x)(2.0) == 1.0
    assert sg.grad_bp(w.get)(n) == Normal(1.0, 0.0)
    assert sg.grad_bp(lambda n: (n.mu, n.cov)[0])(n) == Normal(1.0, 0.0)


@pytest.mark.feature(104, 105)
def test_ops_compose_as_functions_and_run_alone_on_plain_values() -> None:
    assert multiply(3.0, 5.0) == 15.0
    assert sg.grad_bp(multiply, argnums=(0, 1))(3.0, 5.0) == (5.0, 3.0)
    assert sg.grad_bp(lambda x: square(x) + square(square(x)))(2.0) == 4.0 + 4 * 8.0


@pytest.mark.feature(106)
def test_an_op_without_pullback_works_until_its_gradient_is_needed() -> None:
    @sg.op
    def rank(x: Any) -> Any:
        return np.argsort(x) * 1.0, None

    x = np.array([3.0, 1.0])
    assert np.array_equal(rank(x), [1.0, 0.0])
    assert np.array_equal(sg.grad_bp(lambda x: (rank(x), np.sum(x))[1])(x), [1.0, 1.0])
    with pytest.raises(RuleError, match="rank was declared without a pullback"):
        sg.grad_bp(lambda x: np.sum(rank(x)))(x)


@pytest.mark.feature(107)
def test_static_arguments_get_no_gradient_and_no_error() -> None:
    @sg.op
    def pick(x: Any, i: int, unused: Any) -> Any:
        def pull(d: Any) -> Any:
            g = np.zeros_like(x)
            g[i] = d
            return g, None

        return x[i], pull

    assert np.array_equal(sg.grad_bp(pick)(np.arange(3.0), 1, "tag"), [0.0, 1.0, 0.0])


@pytest.mark.feature(107)
def test_an_argument_that_the_pullback_forgets_raises_when_it_is_differentiated() -> None:
    @sg.op
    def forgetful(a: Any, b: Any) -> Any:
        return a * b, lambda d: d * b

    assert sg.grad_bp(forgetful)(2.0, 3.0) == 3.0
    with pytest.raises(RuleError, match="argument 1 of the op forgetful"):
        sg.grad_bp(forgetful, argnums=1)(2.0, 3.0)
    refusing = sg.op(lambda a, b: (a * b, lambda d: (d * b, None)))
    with pytest.raises(RuleError, match="argument 1 of the op"):
        sg.grad_bp(refusing, argnums=1)(2.0, 3.0)  # pyright: ignore[reportArgumentType]  # to the checkers its arguments are two tuples
    surplus = sg.op(lambda x: (2 * x, lambda d: (2 * d, 5.0)))
    with pytest.raises(RuleError, match="2 cotangents for 1 argument"):
        sg.grad_bp(surplus)(2.0)  # pyright: ignore[reportArgumentType]  # likewise
    with pytest.raises(RuleError, match="keyword"):
        sg.grad_bp(lambda x: forgetful(2.0, b=x))(3.0)


@pytest.mark.feature(108)
def test_the_rule_is_chosen_by_type_through_singledispatch_and_two_rules_for_one_function_raise() -> None:
    @functools.singledispatch
    def logistic(x: Any) -> Any:
        raise TypeError

    used: list[str] = []

    def branch(name: str) -> Any:
        @sg.op
        def rule(x: Any) -> Any:
            used.append(name)
            y = 1 / (1 + np.exp(-x))
            return y, lambda d: d * y * (1 - y)

        return rule

    logistic.register(float, branch("float"))
    logistic.register(np.ndarray, branch("array"))

    assert sg.grad_bp(logistic)(0.0) == 0.25
    assert np.array_equal(sg.grad_bp(lambda x: np.sum(logistic(x)))(np.zeros(2)), [0.25, 0.25])
    assert used == ["float", "array"]
    with pytest.raises(RuleError, match="has a rule already"):
        extend.rule(np.tanh, x=lambda g: g)


@pytest.mark.feature(109)
def test_keyword_arguments_reach_the_derivative() -> None:
    seen: list[int] = []

    @sg.op
    def conv(a: Any, w: Any, *, pad: int = 0) -> Any:
        def back(d: Any) -> Any:
            seen.append(pad)
            return np.full_like(a, d * w * pad), d * np.sum(a) * pad

        return np.sum(a) * w * pad, back

    ga, gw = sg.grad_bp(lambda a, w: conv(a, w, pad=3), argnums=(0, 1))(np.ones(2), 5.0)
    assert (ga.tolist(), gw, seen) == ([15.0, 15.0], 6.0, [3])


@pytest.mark.feature(110, 146)
def test_a_scalar_rule_serves_an_array_item_by_item() -> None:
    @sg.op
    def logistic(x: float) -> Any:
        y = 1.0 / (1.0 + np.exp(-x))
        return y, lambda d: d * y * (1.0 - y)

    v = np.array([-1.0, 0.0, 2.0])
    s = 1 / (1 + np.exp(-v))
    given = sg.grad_bp(lambda v: np.sum(np.stack([logistic(x) for x in v])))(v)
    derived = sg.grad_bp(lambda v: np.sum(np.stack([1.0 / (1.0 + np.exp(-x)) for x in v])))(v)

    assert np.allclose(given, s * (1 - s), rtol=1e-14, atol=0)  # a few roundings
    assert np.allclose(derived, given, rtol=1e-14, atol=0)  # as above


@sg.op
def logpdf(d: Normal, x: Any) -> Any:
    """Log-density of a normal distribution up to its constant; cov symmetric."""
    inverse = np.linalg.inv(d.cov)
    r = inverse @ (x - d.mu)
    value = -0.5 * ((x - d.mu) @ r + np.log(np.linalg.det(d.cov)))

    def pull(g: Any) -> Any:
        return Normal(g * r, g * 0.5 * (np.outer(r, r) - inverse)), -g * r

    return value, pull


@pytest.mark.feature(111)
def test_a_rule_may_target_the_fields_of_a_constructed_struct() -> None:
    def f(mu: Any, cov: Any, x: Any) -> Any:
        return logpdf(Normal(mu, cov), x)

    x = np.array([-0.5, 0.5])
    mu, cov, dx = sg.grad_bp(f, argnums=(0, 1, 2))(np.zeros(2), np.eye(2), x)
    # The feature list's numbers; equality up to a rounding.
    assert np.allclose(mu, [-0.5, 0.5], atol=1e-15)
    assert np.allclose(cov, [[-0.375, -0.125], [-0.125, -0.375]], atol=1e-15)
    assert np.allclose(dx, [0.5, -0.5], atol=1e-15)
    mu, cov, dx = sg.grad_bp(f, argnums=(0, 1, 2))(np.zeros(2), np.array([[1.0, 0.5], [0.5, 1.0]]), x)
    assert np.allclose(mu, [-1.0, 1.0], atol=1e-15)
    assert np.allclose(cov, np.full((2, 2), -1 / 6), atol=1e-15)
    assert np.allclose(dx, [1.0, -1.0], atol=1e-15)


@pytest.mark.feature(113)
def test_a_function_without_rule_names_itself_its_arguments_and_the_line_to_add() -> None:
    unknown = np.linalg._umath_linalg.det  # a ufunc that no rule can know
    with pytest.raises(
        MissingRuleError, match=r"no rule for .*\(float64\[3, 3\]\) \(test_custom.py:\d+\).*extend.rule\("
    ):
        sg.grad_bp(lambda x: unknown(x))(np.ones((3, 3)))


@pytest.mark.feature(114)
def test_what_a_pullback_returns_is_checked_against_its_argument() -> None:
    def returning(bad: Any) -> Any:
        @sg.op
        def wrong(p: Any) -> Any:
            return np.sum(p["w"]), lambda d: bad

        return wrong

    p = {"w": np.ones(3)}
    for bad, text in (
        (
            {"w": np.ones(2)},
            r"op wrong returns for argument 0 does not fit at \['w'\]: expected .*\(3,\), got .*\(2,\)",
        ),
        ({"w": 1.0}, r"expected float64 of shape \(3,\), got float64 of shape \(\)"),
        ({"v": np.ones(3)}, r"not shaped like the argument"),
        (np.ones(3), r"not shaped like the argument"),
        ({"w": np.ones(3) * 1j}, r"complex"),
    ):
        with pytest.raises(CotangentError, match=text):
            sg.grad_bp(returning(bad))(p)
    with pytest.raises(RuleError, match=r"must return \(value, pullback\)"):
        sg.grad_bp(sg.op(lambda x: x))(2.0)


@pytest.mark.feature(115)
def test_hybrid_of_ops_and_traced_code_equals_traced_code() -> None:
    @sg.op
    def layer(w: Any, x: Any) -> Any:
        y = np.tanh(w @ x)
        return y, lambda d: (np.outer(d * (1 - y * y), x), w.T @ (d * (1 - y * y)))

    rng = np.random.default_rng(0)
    ws, x = [rng.normal(size=(4, 4)) for _ in range(3)], rng.normal(size=4)

    def loss(step: Any, ws: Any) -> Any:
        h = x
        for w in ws:
            h = step(w, h)
        return np.sum(h * h)

    by_op = sg.grad_bp(lambda ws: loss(layer, ws))(ws)
    traced = sg.grad_bp(lambda ws: loss(lambda w, h: np.tanh(w @ h), ws))(ws)
    for a, b in zip(by_op, traced, strict=True):
        assert np.allclose(a, b, rtol=1e-12, atol=1e-15)  # the row's 1e-12


@sg.op
def softmax_cross_entropy(logits: Any, target: Any) -> Any:
    shifted = logits - np.max(logits)
    log_p = shifted - np.log(np.sum(np.exp(shifted)))
    return -np.sum(target * log_p), lambda d: d * (np.exp(log_p) * np.sum(target) - target)


@pytest.mark.feature(116)
def test_fused_softmax_cross_entropy_equals_the_unfused_one() -> None:
    logits, target = np.array([0.9, 0.2, 0.3]), np.array([1.0, 0.0, 0.0])
    fused = sg.grad_bp(lambda z: softmax_cross_entropy(z, target) ** 2)(logits)
    unfused = sg.grad_bp(lambda z: (np.log(np.sum(np.exp(z))) - z @ target) ** 2)(logits)

    assert np.allclose(fused, [-0.73147421, 0.34746547, 0.38400874], atol=5e-9)  # eight printed digits
    assert np.allclose(fused, unfused, rtol=1e-13)  # a few roundings


@pytest.mark.feature(117)
def test_the_op_checker_rejects_a_pullback_that_ignores_its_cotangent() -> None:
    @sg.op
    def sigmoid(x: Any) -> Any:
        y = 1 / (1 + np.exp(-x))
        return y, lambda d: y * (1 - y)

    with pytest.raises(sg.StructgradError):
        check_op(sigmoid, np.array([0.3, -1.0]))


def test_structs_go_in_and_come_out_and_unused_parts_get_zeros() -> None:
    @sg.op
    def stats(p: Any) -> Any:
        def pull(d: Any) -> Any:
            return {"x": d.mu / 3 + d.cov * 2 * p["x"], "n": 0}

        return Normal(np.mean(p["x"]), np.sum(p["x"] ** 2)), pull

    p = {"x": np.array([1.0, 2.0, 3.0]), "n": 3}
    assert np.allclose(sg.grad_bp(lambda p: stats(p).cov)(p)["x"], [2.0, 4.0, 6.0])
    assert sg.grad_bp(lambda p: stats(p).mu)(p)["n"] == 0


def test_a_pullback_may_write_into_its_cotangent() -> None:
    @sg.op
    def triple(x: Any) -> Any:
        def pull(d: Any) -> Any:
            d *= 3.0
            return d

        return 3.0 * x, pull

    assert np.array_equal(sg.grad_bp(lambda x: np.sum(x + triple(x)))(np.ones(2)), [4.0, 4.0])


def test_what_the_author_says_holds_at_every_order() -> None:
    @sg.op
    def straight_through(x: Any) -> Any:
        return np.round(x), lambda d: d

    f = lambda x: straight_through(x) * straight_through(x)  # noqa: E731  # used twice
    assert sg.grad_bp(f)(2.3) == 4.0
    assert sg.grad_bp(sg.grad_bp(f))(2.3) == 2.0


def test_an_op_works_as_a_method() -> None:
    @dataclass(frozen=True)
    class Scale:
        k: float

        @sg.op
        def apply(self, x: Any) -> Any:
            return self.k * x, lambda d: (Scale(d * x), d * self.k)

    assert sg.grad_bp(lambda s, x: s.apply(x), argnums=(0, 1))(Scale(2.0), 5.0) == (Scale(5.0), 2.0)

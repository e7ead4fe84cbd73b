"""Recording any function: what the rule does not know is refused, and nothing is taken for a constant in silence."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import extend
from structgrad.errors import LostGradientError, MissingRuleError, RuleError
from structgrad.testing import check_gradient


def test_whole_number_results_have_no_slope() -> None:
    assert sg.grad_bp(lambda v: np.sum(v, dtype=int) * 1.0)(np.array([1.0, 2.0])).tolist() == [0.0, 0.0]
    assert sg.grad_bp(lambda v: v.astype(int)[0] * v[0])(np.array([2.5])).tolist() == [2.0]


def test_out_by_position_is_refused() -> None:
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda v: np.sum(v, 0, None, np.zeros(())))(np.ones(2))


def test_where_silences_the_slopes_of_what_it_leaves_out() -> None:
    x = np.array([0.0, 1.0, 4.0])
    with np.errstate(divide="ignore"):
        g = sg.grad_bp(lambda v: np.sum(np.log(v), where=v > 0))(x)
    assert g.tolist() == [0.0, 1.0, 0.25]


def test_index_tuples_reach_the_pullback_as_tuples() -> None:
    i = np.arange(3)
    g = sg.grad_bp(lambda a: np.sum(a[i, i]))(np.ones((3, 3)))
    assert np.array_equal(g, np.eye(3))


def test_a_traced_argument_without_a_slope_raises() -> None:
    @extend.primitive
    def scaled(x: Any, factor: Any) -> Any:
        return x * factor

    extend.rule(scaled, params="x factor", x=lambda g, factor: g * factor)

    assert sg.grad_bp(lambda x: scaled(x, 3.0))(2.0) == 3.0
    with pytest.raises(MissingRuleError, match="scaled has no derivative by its argument factor"):
        sg.grad_bp(lambda f: scaled(2.0, f))(3.0)


def test_a_replaced_rule_with_one_pullback_raises_by_the_other_argument() -> None:
    halves = np.frompyfunc(lambda a, b: a / 2 + b, 2, 1)
    extend.rule(halves, params="a b", a=lambda g: g / 2)

    assert sg.grad_bp(lambda x: halves(x, 1.0) * 1.0)(2.0) == 0.5
    with pytest.raises(MissingRuleError, match="argument b"):
        sg.grad_bp(lambda x: halves(1.0, x) * 1.0)(2.0)


def test_a_pullback_that_names_something_unknown_is_refused_at_once() -> None:
    with pytest.raises(RuleError, match="names 'z'"):
        extend.rule(np.frompyfunc(lambda x: x, 1, 1), x=lambda g, z: g)
    with pytest.raises(RuleError, match="cotangent g first"):
        extend.rule(np.frompyfunc(lambda x: x, 1, 1), x=lambda y: y)


def test_derivatives_of_zeros_that_move_are_kept_where_a_run_selects() -> None:
    assert sg.grad_bp(sg.grad_bp(lambda x: np.maximum(x, -1.0) ** 2))(0.0) == 2.0


@pytest.mark.parametrize(
    "product", [lambda v, c: np.linalg.multi_dot([v, c, c]), lambda v, c: np.einsum("ij,jk", v, c)]
)
def test_a_constant_beside_traced_values_in_a_list_is_kept_as_it_was(product: Any) -> None:
    def f(v: Any, *, later: bool) -> Any:
        c = np.array([[1.0, 2.0], [3.0, 4.0]])
        y = product(v, c)
        if later:
            c[:] = 0.0
        return np.sum(y**2)

    at = np.array([[1.0, -1.0], [2.0, 0.5]])
    assert np.array_equal(sg.grad_bp(f)(at, later=True), sg.grad_bp(f)(at, later=False))


def test_an_item_of_an_array_of_rank_0_has_slopes_of_order_3() -> None:
    check_gradient(lambda x: np.sum(np.sin(x.reshape(())[()])), np.ones(1), order=3)

"""vjp: values of any struct, cotangents checked, pullbacks for later."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import CotangentError


@dataclass(frozen=True)
class Pair:
    a: Any
    b: Any


def line(x: Any) -> Any:
    return 2.0 * x + 1.0


@pytest.mark.feature(5, 24, 112)
def test_a_pullback_is_linear_and_repeatable() -> None:
    x = np.array([1.0, 2.0, 3.0])
    y, pull = sg.vjp(line)(x)
    seed = np.array([1.0, 2.0, 3.0])

    assert np.array_equal(y, [3.0, 5.0, 7.0])
    assert np.array_equal(pull(np.ones(3)), [2.0, 2.0, 2.0])
    assert np.array_equal(pull(seed), [2.0, 4.0, 6.0])
    assert np.array_equal(pull(2 * seed), 2 * pull(seed))
    assert sg.vjp(line)(3.0)[1](1.0) == 2.0


@pytest.mark.feature(5)
def test_a_cotangent_of_another_structure_raises_with_the_path() -> None:
    _, pull = sg.vjp(lambda x: Pair(x, [x * 2.0, np.ones(2) * x]))(3.0)

    assert pull(Pair(1.0, [1.0, np.ones(2)])) == 5.0
    with pytest.raises(CotangentError, match=r"\.b has 2 parts in one struct and 1"):
        pull(Pair(1.0, [1.0]))
    with pytest.raises(
        CotangentError, match=r"at \.b\[1\]: expected float64 of shape \(2,\), got float64 of shape \(3,\)"
    ):
        pull(Pair(1.0, [1.0, np.ones(3)]))
    with pytest.raises(CotangentError, match="Pair"):
        pull([1.0, [1.0, np.ones(2)]])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # the checker sees it as well
    with pytest.raises(CotangentError, match="complex"):
        pull(Pair(1.0j, [1.0, np.ones(2)]))


@pytest.mark.feature(22)
def test_writing_into_arguments_or_value_does_not_reach_the_pullback() -> None:
    x, c = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    value, pull = sg.vjp(lambda x: np.exp(x) * c)(x)
    expected = pull(np.ones(2))
    x[:], c[:], value[:] = 0.0, 0.0, 0.0

    assert np.array_equal(pull(np.ones(2)), expected)


def test_the_same_leaf_twice_in_the_value_adds_up() -> None:
    _, pull = sg.vjp(lambda x: (x, x, "static", 3))(2.0)
    assert pull((1.0, 10.0, "static", 3)) == 11.0


@pytest.mark.feature(96)
def test_a_function_with_two_results_works_if_only_one_is_used() -> None:
    def split_at(n: int, v: Any) -> Any:
        return v[:n], v[n:]

    x = np.arange(5.0)
    _, pull = sg.vjp(lambda v: split_at(2, v))(x)

    assert np.array_equal(pull((np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0]))), [1.0, 2.0, 3.0, 4.0, 5.0])
    assert np.array_equal(sg.grad_bp(lambda v: np.sum(split_at(2, v)[1]))(x), [0.0, 0.0, 1.0, 1.0, 1.0])


def test_a_pullback_can_itself_be_differentiated() -> None:
    def f(x: Any) -> Any:
        value, pull = sg.vjp(lambda y: y * y * x)(x)
        return pull(value)

    # pull(value) = 2 x^2 * x^3, by hand with inner derivative 2 y x at y = x.
    assert sg.grad_bp(f)(2.0) == pytest.approx(10 * 2.0**4, rel=1e-14)  # a few roundings

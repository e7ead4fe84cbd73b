"""trace: a line for each operation, leaves by their paths."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import structgrad as sg


@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any


@pytest.mark.feature(147)
def test_each_operation_is_one_line_with_inputs_shape_and_leaf_names() -> None:
    def f(layers: list[Layer], x: Any) -> Any:
        return np.sum(np.tanh(layers[0].w @ x + layers[0].b))

    trace = sg.trace(f)([Layer(np.ones((2, 3)), np.zeros(2))], np.arange(3.0))

    assert str(trace).splitlines() == [
        "[0].w : float64[2, 3]",
        "[0].b : float64[2]",
        "%2 = matmul([0].w, [0.0, 1.0, 2.0]) : float64[2]",
        "%3 = add(%2, [0].b) : float64[2]",
        "%4 = tanh(%3) : float64[2]",
        "%5 = sum(%4) : float64",
        "return %5",
    ]
    assert len(trace) == 4


@pytest.mark.feature(147)
def test_lists_keywords_and_several_outputs_are_shown() -> None:
    def f(x: Any) -> Any:
        a, _ = np.split(np.concatenate([x, x * 2.0]), 2)
        return np.sum(a, axis=0)

    text = str(sg.trace(f)(np.ones(4)))

    assert "= concatenate([x, %1], 0) : float64[8]" in text
    assert ", axis=0) : float64" in text


def test_a_constant_is_listed_on_the_side_where_it_stands() -> None:
    def f(x: Any) -> Any:
        return np.sum((2.0 - x) / np.array([1.0, 2.0]) + np.array([3.0, 4.0]) / (x + 1.0) - 5.0)

    assert [f"{step.operation}({', '.join(step.inputs)})" for step in sg.trace(f)(np.ones(2)).steps] == [
        "subtract(2.0, x)",
        "divide(%1, [1.0, 2.0])",
        "add(x, 1.0)",
        "divide([3.0, 4.0], %3)",
        "add(%2, %4)",
        "subtract(%5, 5.0)",
        "sum(%6)",
    ]


def test_a_part_is_listed_that_shows_the_memory_of_the_whole() -> None:
    steps = sg.trace(lambda x: np.sum(x[1:]))(np.ones(3)).steps
    assert [step.operation for step in steps] == ["getitem", "sum"]

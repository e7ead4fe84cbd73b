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

"""Whole programs against the derivatives that JAX computed: stored in oracle.json, with how to compute them again."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import structgrad as sg

from .programs import PROGRAMS, start

ORACLE: dict[str, Any] = json.loads(Path(__file__).with_name("oracle.json").read_text())
# Some hundred roundings in another order, of sums that are larger than their result.
CLOSE: dict[str, Any] = {"rtol": 1e-11, "atol": 1e-11}


def test_the_oracle_says_where_it_is_from_and_has_every_program() -> None:
    assert ORACLE["by"].startswith("JAX ")
    assert "make_oracle" in ORACLE["again"]
    assert list(ORACLE["programs"]) == list(PROGRAMS)
    assert len(PROGRAMS) >= 20


@pytest.mark.feature(177)
@pytest.mark.parametrize("name", PROGRAMS)
def test_gradients_and_hessians_of_whole_programs_are_those_of_jax(name: str) -> None:
    program, n = PROGRAMS[name]
    x, direction = start(n)
    expected = ORACLE["programs"][name]
    size = np.max(np.abs(expected["hessian_times_direction"]))

    value, grad = sg.backprop(lambda x: program(np, x), x)
    hvp = sg.jvp(lambda x: sg.grad_bp(lambda x: program(np, x), x))(x, direction)[1]
    pulled = sg.vjp(lambda x: sg.grad_bp(lambda x: program(np, x), x))(x)[1](direction)

    np.testing.assert_allclose(value, expected["value"], **CLOSE)
    np.testing.assert_allclose(grad, expected["gradient"], **CLOSE)
    assert np.all(np.isfinite(expected["gradient"]))
    for found in (hvp, pulled):
        np.testing.assert_allclose(found / size, np.divide(expected["hessian_times_direction"], size), **CLOSE)

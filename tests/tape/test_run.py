"""Traced leaves in the protocol: they add as what they stand for."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import StructMismatchError


def test_structs_add_inside_a_run_traced_to_traced_and_traced_to_plain() -> None:
    plain = {"w": np.ones(2), "b": 1.0}

    def f(p: Any) -> Any:
        total = sg.add(sg.add(p, p), plain)
        total = sg.add(plain, total)
        return np.sum(total["w"] * 3.0) + total["b"] * 5.0

    g = sg.grad_bp(f)({"w": np.zeros(2), "b": 2.0})
    assert g["w"].tolist() == [6.0, 6.0]
    assert g["b"] == 10.0


def test_structs_of_other_shapes_do_not_broadcast_inside_a_run() -> None:
    with pytest.raises(StructMismatchError, match=r"\['w'\].*\(2,\).*\(1,\)"):
        sg.grad_bp(lambda p: np.sum(sg.add(p, {"w": np.ones(1)})["w"]))({"w": np.zeros(2)})
    with pytest.raises(StructMismatchError):
        sg.grad_bp(lambda p: np.sum(sg.add({"w": p["w"][:1]}, p)["w"]))({"w": np.zeros(2)})


def test_zero_and_one_of_traced_leaves_are_constants() -> None:
    assert sg.grad_bp(lambda x: x * sg.one(x) + sg.zero(x))(3.0) == 1.0

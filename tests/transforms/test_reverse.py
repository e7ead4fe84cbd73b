"""Opening the arguments of a run: what is refused, and how it is named."""

from typing import Any, NamedTuple

import pytest

import structgrad as sg
from structgrad.errors import CycleError


def test_a_cycle_is_named_from_the_struct_that_has_it() -> None:
    p: dict[str, Any] = {"w": 1.0, "inner": []}
    p["inner"].append(p)
    with pytest.raises(CycleError, match=r"contains itself: \['inner'\]\[0\] is the whole struct"):
        sg.grad_bp(lambda p: p["w"])(p)


class Scaled(NamedTuple):
    w: float
    scale: sg.Static[float]


def test_a_lens_sets_and_differentiates_beside_a_static_field_of_a_named_tuple() -> None:
    w = sg.lens(Scaled, lambda s: s.w)

    assert w.set(Scaled(1.0, 3.0), 2.0) == Scaled(2.0, 3.0)
    assert sg.grad_bp(lambda s: s.w * s.scale, wrt=w)(Scaled(1.0, 3.0)) == 3.0
    assert sg.lens(Scaled, lambda s: s.scale).set(Scaled(1.0, 3.0), 4.0) == Scaled(1.0, 4.0)

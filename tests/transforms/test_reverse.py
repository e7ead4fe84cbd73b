"""Opening the arguments of a run: what is refused, and how it is named; closing it: whose the gradients are."""

from typing import Any, NamedTuple

import numpy as np
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


CONSTANT = np.arange(4.0)
KEPT = (lambda: CONSTANT, lambda: CONSTANT[1:], lambda: CONSTANT[::-1], lambda: CONSTANT.reshape(2, 2).T[0])


@pytest.mark.parametrize("kept", KEPT)
def test_a_gradient_is_nobody_elses_be_it_what_a_pullback_keeps(kept: Any) -> None:
    c = kept()

    @sg.op
    def product(x: Any) -> Any:
        return np.sum(x * c), lambda g: c  # right for g = 1, and no array of its own

    expected, x = c.copy(), np.ones(c.shape)
    value, pullback = sg.vjp(lambda p: product(p["x"]) + 0.0 * np.sum(p["y"]))({"x": x, "y": x})
    for gradient in (sg.grad_bp(product)(x), sg.grad_bp(lambda p: product(p[0]))([x])[0], pullback(1.0)["x"]):
        gradient[:] = -1.0
        np.testing.assert_array_equal(c, expected)
        np.testing.assert_array_equal(pullback(value / value)["x"], expected)


def test_leaves_with_one_cotangent_get_an_array_each() -> None:
    gradient = sg.grad_bp(lambda p: np.sum((p["a"] + p["b"]) * CONSTANT))({"a": CONSTANT, "b": CONSTANT})
    gradient["a"][:] = -1.0
    np.testing.assert_array_equal(gradient["b"], CONSTANT)


def test_gradients_that_nobody_else_has_are_handed_over_without_a_copy() -> None:
    made: list[int] = []

    @sg.op
    def doubled(x: Any) -> Any:
        def pullback(g: Any) -> Any:
            dx = 2.0 * g
            made.append(dx.ctypes.data)
            return dx

        return 2.0 * x, pullback

    # Of views, the array below is handed over with it.
    for loss in (lambda x: np.sum(doubled(x)), lambda x: np.sum(doubled(x.reshape(2, 2)))):
        assert sg.grad_bp(loss)(CONSTANT).ctypes.data == made[-1]

"""vecdot, matvec, vecmat, cross: products along an axis, the others broadcast."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + 1.7 * np.arange(float(np.prod(shape)))).reshape(shape)


def check_float32(f: Callable[..., Any], *args: Any) -> None:
    """In float32 the gradient is float32, and that of float64 but for rounding."""
    narrow, wide = (sg.grad_bp(lambda p: np.sum(f(*p) ** 2), tuple(a.astype(t) for a in args)) for t in "fd")
    for x, y in zip(narrow, wide, strict=True):
        assert x.dtype == np.float32
        np.testing.assert_allclose(x, y, atol=1e-5)  # some ten roundings of numbers below 10


vecdot: Any = np.vecdot  # NumPy's stubs lack axis and keepdims
linalg_vecdot: Any = np.linalg.vecdot
Shape = tuple[int, ...]
CASES: list[tuple[str, Callable[..., Any], Shape, Shape]] = [
    ("vecdot", lambda a, b: vecdot(a, b), (3,), (3,)),
    ("vecdot of rows", lambda a, b: vecdot(a, b), (4, 3), (4, 3)),
    ("vecdot of rows with one", lambda a, b: vecdot(a, b), (4, 3), (3,)),
    ("vecdot, batches both ways", lambda a, b: vecdot(a, b), (4, 1, 3), (2, 3)),
    ("vecdot of columns", lambda a, b: vecdot(a, b, axis=0), (3, 4), (3, 4)),
    ("vecdot of columns with one", lambda a, b: vecdot(a, b, axis=0), (3, 4), (3,)),
    ("vecdot, kept", lambda a, b: vecdot(a, b, axis=-2, keepdims=True), (2, 3, 2), (3, 2)),
    ("vecdot of nothing", lambda a, b: vecdot(a, b), (2, 0), (0,)),
    ("vecdot of linalg", lambda a, b: linalg_vecdot(a, b, axis=-2), (3, 2), (2, 3, 2)),
    ("row-wise dot by hand", lambda a, b: np.sum(a * b, axis=-1), (4, 3), (4, 3)),
    ("cross", lambda a, b: np.cross(a, b), (3,), (3,)),
    ("cross of rows with one", lambda a, b: np.cross(a, b), (4, 3), (3,)),
    ("cross, batches both ways", lambda a, b: np.cross(a, b), (3,), (2, 1, 3)),
    ("cross along an axis", lambda a, b: np.cross(a, b, axis=0), (3, 2), (3, 2)),
    ("cross along three axes", lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (3, 2), (2, 3)),
    ("cross along three axes, broadcast", lambda a, b: np.cross(a, b, -2, 0, 1), (2, 3, 2), (3,)),
    ("cross of linalg", lambda a, b: np.linalg.cross(a, b, axis=-2), (3, 2), (2, 3, 2)),
]
if hasattr(np, "matvec"):  # NumPy 2.2
    CASES += [
        ("matvec", np.matvec, (2, 3), (3,)),
        ("matvec of a batch", np.matvec, (4, 2, 3), (4, 3)),
        ("matvec of one matrix", np.matvec, (2, 3), (4, 3)),
        ("matvec of one vector", np.matvec, (4, 2, 3), (3,)),
        ("vecmat", np.vecmat, (2,), (2, 3)),
        ("vecmat of a batch", np.vecmat, (4, 2), (4, 2, 3)),
        ("vecmat of one matrix", np.vecmat, (4, 2), (2, 3)),
        ("vecmat of one vector", np.vecmat, (2,), (4, 2, 3)),
    ]


@pytest.mark.feature(128)
@pytest.mark.parametrize(("f", "m", "n"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_products_of_vectors_agree_with_differences(f: Callable[..., Any], m: Shape, n: Shape) -> None:
    a, b = array(*m), array(*n, phase=2.0)

    check_gradient(f, a, b, order=2)
    check_gradient(lambda a: f(a, b), a)
    check_gradient(lambda b: f(a, b), b)
    check_float32(f, a, b)
    check_gradient(f, a * (1 - 2j), b * (0.5 + 1j))


@pytest.mark.feature(128)
def test_operands_may_be_lists_of_numbers_and_of_traced_ones() -> None:
    for f in (vecdot, np.cross):
        check_gradient(lambda v, f=f: f([1.0, 2.0, 3.0], v), array(3))
        check_gradient(lambda v, f=f: f([[v[1], 2.0, v[0] * v[2]]], v), array(3), order=2)


def test_the_cross_product_in_the_plane_is_refused_with_what_to_write() -> None:
    with pytest.raises(MissingRuleError, match=r"a\[0\] \* b\[1\]"):
        sg.grad_bp(lambda a: np.sum(np.cross(a, a)), array(4, 2))


def test_axes_of_several_operands_are_refused() -> None:
    with pytest.raises(TypeError, match="axes"):
        sg.grad_bp(lambda a: vecdot(a, a, axes=[(0,), (0,), ()]), array(3))

"""dot, inner, outer, vdot, tensordot, kron of every rank."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern; a float for no shape."""
    x = np.sin(phase + 1.7 * np.arange(float(np.prod(shape)))).reshape(shape)
    return x if shape else float(x)


def check_float32(f: Callable[..., Any], *args: Any) -> None:
    """In float32 the gradient is float32, and that of float64 but for rounding."""
    narrow, wide = (sg.grad_bp(lambda p: np.sum(f(*p) ** 2), tuple(a.astype(t) for a in args)) for t in "fd")
    for x, y in zip(narrow, wide, strict=True):
        assert x.dtype == np.float32
        np.testing.assert_allclose(x, y, atol=1e-5)  # some ten roundings of numbers below 10


CASES: list[tuple[Any, list[tuple[tuple[int, ...], tuple[int, ...]]]]] = [
    (
        np.dot,
        [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 3), (3, 4)),
            ((2, 1, 3), (3,)),
            ((2, 1, 3), (3, 2)),
            ((3,), (2, 3, 2)),
            ((2, 3), (4, 3, 2)),
            ((2, 2, 3), (2, 2, 3, 2)),
            ((), (3, 2)),
            ((3,), ()),
            ((), ()),
            ((2, 0), (0, 3)),
        ],
    ),
    (np.inner, [((3,), (3,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 3), (4, 3)), ((2, 2, 3), (4, 3)), ((), (2, 3))]),
    (np.outer, [((3,), (2,)), ((2, 2), (3,)), ((), (3,)), ((2,), (3, 1, 2)), ((0,), (3,))]),
    (np.vdot, [((3,), (3,)), ((2, 3), (3, 2)), ((), ()), ((0,), (0,))]),
    (
        np.kron,
        [((3,), (2,)), ((2, 3), (3,)), ((3,), (2, 2)), ((2, 2), (3, 1)), ((2,), (2, 1, 3)), ((), (3,)), ((2, 3), ())],
    ),
    (np.linalg.outer, [((3,), (2,))]),
    (np.linalg.tensordot, [((2, 3, 2), (3, 2, 4)), ((2, 3), (2, 3))]),
]


@pytest.mark.feature(128)
@pytest.mark.parametrize(
    ("f", "m", "n"),
    [(f, *shapes) for f, all_shapes in CASES for shapes in all_shapes],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_products_agree_with_differences(f: Any, m: tuple[int, ...], n: tuple[int, ...]) -> None:
    a, b = array(*m), array(*n, phase=2.0)

    check_gradient(lambda a, b: f(a, b), a, b, order=2)
    check_gradient(lambda a: f(a, b), a)
    check_gradient(lambda b: f(a, b), b)
    check_gradient(lambda a, b: f(a, b), a * (1 - 2j), b * (0.5 + 1j))
    if m and n:
        check_float32(f, a, b)
        check_gradient(lambda a, b: f(a.T[::-1].T, b[::-1, ...]), a, b)


@pytest.mark.feature(128)
@pytest.mark.parametrize(
    ("m", "n", "axes"),
    [
        ((2, 3), (3, 4), 1),
        ((2, 3), (4,), 0),
        ((2, 3, 4), (3, 4, 2), 2),
        ((2, 3, 4), (4, 3, 2), ([1, 2], [1, 0])),
        ((2, 3, 4), (4, 3, 2), ([-1, 1, 0], [0, 1, -1])),
        ((2, 3, 4), (5, 2), (0, 1)),
        ((2, 3, 4), (5, 2), ((0,), (-1,))),
        ((2, 3), (3, 2), ([], [])),
        ((3, 3), (3, 3), ([0, 1], [1, 0])),
    ],
)
def test_tensordot_over_any_axes(m: tuple[int, ...], n: tuple[int, ...], axes: Any) -> None:
    a, b = array(*m), array(*n, phase=2.0)

    check_gradient(lambda a, b: np.tensordot(a, b, axes), a, b, order=2)
    check_gradient(lambda a: np.tensordot(a, b, axes=axes), a)
    check_gradient(lambda a, b: np.tensordot(a, b, axes=axes), a * (1 - 2j), b * 1j)


@pytest.mark.feature(128)
def test_operands_may_be_lists_of_numbers_and_of_traced_ones() -> None:
    v = array(3)
    for f in (np.dot, np.inner, np.outer, np.vdot, np.kron):
        check_gradient(lambda v, f=f: f([1.0, 2.0, 3.0], v), v)
        check_gradient(lambda v, f=f: f([v[1], 2.0, v[0] * v[2]], v), v, order=2)
        check_gradient(lambda v, f=f: f(v, ((1, 2), (3, 4), (5, 6)) if f is np.dot else v), v)
    check_gradient(lambda v: np.tensordot([[v[0], 1.0, v[1]]], v, axes=1), v)


def test_python_numbers_and_methods() -> None:
    check_gradient(lambda x, v: np.dot(x, v) + v.dot(x) + np.inner(v, x), 1.5, array(3))
    check_gradient(lambda x: np.dot(x, 3.0) * np.kron(2.0, x), 1.5, order=2)
    check_gradient(lambda a: a.dot(a.T).dot(a), array(2, 3), order=2)
    check_gradient(lambda v: sg.grad_bp(lambda w: np.dot(np.outer(w, w), w) @ w, v), array(3), order=2)


@pytest.mark.parametrize("f", [np.dot, np.inner, np.outer, np.kron])
def test_the_gradient_of_a_number_is_a_number(f: Callable[..., Any]) -> None:
    for x in (2.0, np.float64(2.0), np.float32(2.0)):
        assert type(sg.grad_bp(lambda v: np.sum(f(v, array(3)) + f(array(3), v)), x)) is type(x)


def test_out_is_refused_by_name_and_by_position() -> None:
    v, m = array(3), array(3, 3)
    writing: list[Callable[[Any], Any]] = [
        lambda v: np.dot(v, m, out=np.zeros(3)),
        lambda v: np.dot(v, m, np.zeros(3)),
        lambda v: np.outer(v, v, out=np.zeros((3, 3))),
        lambda v: np.outer(v, v, np.zeros((3, 3))),
    ]
    for f in writing:
        with pytest.raises(LostGradientError, match="out="):
            sg.vjp(f)(v)


def test_outer_of_linalg_takes_vectors_alone() -> None:
    with pytest.raises(ValueError, match="two vectors"):
        sg.grad_bp(lambda a: np.sum(np.linalg.outer(a, a)), array(2, 2))

"""Joining, splitting, inserting and deleting: against central differences, twice."""

import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
Row = tuple[str, Function, tuple[Any, ...]]
# (name, function, shapes of its arguments); float is a Python float.
JOINING: list[Row] = [
    ("concatenate", lambda a, b: np.concatenate([a, b, a]), ((2, 3), (1, 3))),
    ("concatenate along", lambda a, b: np.concatenate((a, np.ones((2, 1)), b), axis=-1), ((2, 3), (2, 1))),
    ("concatenate all", lambda a, b: np.concatenate([a, b, 1.0, [2.0, 3.0]], axis=None), ((2, 3), float)),
    ("concatenate lists", lambda a, b: np.concatenate([[a], b, [[a, 1.0][0]], [1, 2]]), (float, (3,))),
    ("concatenate the rows of an array", lambda a: np.concatenate(a, axis=1), ((2, 3, 2),)),
    ("concatenate as dtype", lambda a, b: np.concatenate([a, b], dtype=np.float64), ((2,), (3,))),
    ("concat", lambda a, b: np.concat((a, b), axis=0), ((2,), (3,))),
    ("stack", lambda a, b: np.stack([a, b, np.ones(3)]), ((3,), (3,))),
    ("stack along", lambda a, b: np.stack((a, b), axis=-1), ((2, 3), (2, 3))),
    ("stack in between", lambda a, b: np.stack([a, b], axis=1), ((2, 3), (2, 3))),
    ("stack numbers", lambda a, b: np.stack([a, b, 1.0, 2, a * b]), (float, float)),
    ("stack lists", lambda a, b: np.stack([[a, 1.0, a], b]), (float, (3,))),
    ("stack the rows of an array", lambda a: np.stack(a, axis=1), ((2, 3),)),
    ("hstack", lambda a, b: np.hstack([a, b]), ((2, 3), (2, 1))),
    ("hstack vectors and numbers", lambda a, b: np.hstack([a, b, 3.0, [a, 1.0]]), (float, (3,))),
    ("hstack numbers", lambda a, b: np.hstack((a, b), dtype=np.float64), (float, float)),
    ("vstack", lambda a, b: np.vstack([a, b]), ((3,), (3,))),
    ("vstack a row", lambda a, b: np.vstack([a, b]), ((2, 3), (3,))),
    ("vstack numbers", lambda a, b: np.vstack([a, b]), (float, float)),
    ("dstack", lambda a, b: np.dstack([a, b]), ((2, 3), (2, 3))),
    ("dstack vectors", lambda a, b: np.dstack([a, b]), ((3,), (3,))),
    ("column_stack", lambda a, b: np.column_stack([a, b]), ((3,), (3,))),
    ("column_stack a matrix", lambda a, b: np.column_stack([a, b]), ((3,), (3, 2))),
    ("append", lambda a, b: np.append(a, [b, 1.0]), ((2, 3), float)),
    ("append rows", lambda a, b: np.append(a, b, axis=0), ((2, 3), (1, 3))),
    ("block", lambda a, b: np.block([[a, np.ones((3, 2))], [np.zeros((2, 4)), b]]), ((3, 4), (2, 2))),
    ("block of numbers", lambda a, b: np.block([[a, b, 1.0], [b, a, a]]), (float, float)),
    ("block of vectors", lambda a, b: np.block([a, b]), (float, (3,))),
    ("block of one", lambda a: np.block(2 * a), ((2, 3),)),
    ("block of blocks", lambda a, b: np.block([[[a, b]], [[b, a]]]), ((2, 3), (2, 3))),
]
SPLITTING: list[Row] = [
    ("split", lambda a: np.split(a, 2, axis=-1), ((3, 4),)),
    ("split at", lambda a: np.split(a, [1, 3], axis=1), ((3, 4),)),
    ("split at an array", lambda a: np.split(a, np.array([1, 2])), ((3, 4),)),
    ("split so that parts overlap", lambda a: np.split(a, [3, 1], axis=1), ((3, 4),)),
    ("array_split", lambda a: np.array_split(a, 3), ((5,),)),
    ("hsplit", lambda a: np.hsplit(a, 2), ((3, 4),)),
    ("hsplit a vector", lambda a: np.hsplit(a, [2]), ((5,),)),
    ("vsplit", lambda a: np.vsplit(a, 3)[1], ((3, 4),)),
    ("dsplit", lambda a: np.dsplit(a, 2), ((2, 3, 4),)),
    ("unstack", lambda a: np.unstack(a, axis=-1), ((3, 4),)),
    ("unstack, one of it", lambda a: np.unstack(a)[1], ((3, 4),)),
    ("unstack a vector", lambda a: np.unstack(a), ((3,),)),
]
EDITING: list[Row] = [
    ("insert a number", lambda a, b: np.insert(a, 2, b), ((4,), float)),
    ("insert into the flat", lambda a, b: np.insert(a, -1, b), ((2, 3), (2,))),
    ("insert a row", lambda a, b: np.insert(a, 1, b, axis=1), ((2, 3), (2,))),
    ("insert columns", lambda a, b: np.insert(a, [1], b, axis=1), ((2, 3), (2, 2))),
    ("insert at several", lambda a, b: np.insert(a, [1, 3, 1], b), ((4,), (3,))),
    ("insert one at several", lambda a, b: np.insert(a, [0, -1], b, axis=0), ((2, 3), (3,))),
    ("insert at a slice", lambda a, b: np.insert(a, slice(0, 2), b), ((4,), float)),
    ("insert at a mask", lambda a, b: np.insert(a, np.array([True, False, True]), b), ((3,), float)),
    ("insert nowhere", lambda a, b: np.insert(a, [], b) + b, ((4,), float)),
    ("insert a list", lambda a, b: np.insert(a, 1, [b, 2.0, b * b]), ((4,), float)),
    ("insert a constant", lambda a: np.insert(a, 1, 9.0, axis=-1), ((2, 3),)),
    ("insert into a constant", lambda b: np.insert(np.arange(3.0), 1, b), (float,)),
    ("delete", lambda a: np.delete(a, 1), ((2, 3),)),
    ("delete along", lambda a: np.delete(a, [0, -1], axis=1), ((2, 3),)),
    ("delete a slice", lambda a: np.delete(a, slice(0, 2), axis=-1), ((2, 3),)),
    ("delete by a mask", lambda a: np.delete(a, np.array([True, False, True])), ((3,),)),
    ("trim_zeros", lambda a: np.trim_zeros(a), ((3,),)),
    ("trim_zeros in front", lambda a: np.trim_zeros(np.pad(a, (0, 2)), "f"), ((3,),)),
    ("trim_zeros behind", lambda a: np.trim_zeros(np.pad(a, (1, 0)), "b"), ((3,),)),
    ("trim_zeros of a matrix", lambda a: np.trim_zeros(np.pad(a, ((1, 1), (0, 0))), axis=-1), ((2, 3),)),
]


def values(shapes: tuple[Any, ...]) -> list[Any]:
    rng = np.random.default_rng(2)
    return [float(rng.normal()) if shape is float else rng.normal(size=shape) for shape in shapes]


def squared(y: Any) -> Any:
    """Bent, so that the pullback meets a cotangent that depends on the argument, and so is traced itself."""
    return type(y)(map(squared, y)) if isinstance(y, tuple | list) else y * y


def rows(*tables: list[Row]) -> Any:
    return [pytest.param(f, shapes, id=name) for table in tables for name, f, shapes in table]


@pytest.mark.feature(131)
@pytest.mark.parametrize(("f", "shapes"), rows(JOINING, SPLITTING, EDITING))
def test_joining_and_splitting_agree_with_differences_to_second_order(f: Function, shapes: tuple[Any, ...]) -> None:
    check_gradient(lambda *x: squared(f(*x)), *values(shapes), order=2)


@pytest.mark.parametrize(("f", "shapes"), rows(JOINING[:2], JOINING[7:9], SPLITTING[:1], SPLITTING[9:10]))
def test_gradients_nest(f: Function, shapes: tuple[Any, ...]) -> None:
    def total(y: Any) -> Any:
        return sum(map(total, y)) if isinstance(y, tuple | list) else np.sum(np.sin(y))

    def inner_gradient(*x: Any) -> Any:
        return sg.grad_bp(lambda s: total(f(*[s[0] * a for a in x])), np.array([0.7]))

    check_gradient(inner_gradient, *values(shapes))


@pytest.mark.feature(131)
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_any_number_of_parts_can_be_joined(axis: int) -> None:
    parts = [np.full((2, 2), float(i)) for i in range(50)]

    grads = sg.grad_bp(lambda xs: np.sum(np.concatenate(xs, axis) ** 2), parts)

    assert [np.full((2, 2), 2.0 * i).tolist() for i in range(50)] == [g.tolist() for g in grads]


@pytest.mark.parametrize("join", [np.concatenate, np.hstack, np.stack, lambda parts: np.block(list(parts))])
def test_each_part_gets_its_gradient_in_its_own_dtype(join: Function) -> None:
    parts = (np.ones(2, np.float32), np.ones(2), np.ones(2, np.complex128))

    grads = sg.grad_bp(lambda p: np.sum(np.abs(join(p)) ** 2), parts)

    assert [np.float32, np.float64, np.complex128] == [g.dtype for g in grads]
    assert all(np.array_equal([2.0, 2.0], g) for g in grads)


def test_parts_that_are_whole_numbers_have_no_slope() -> None:
    ids = np.array([1, 2])
    grads = sg.grad_bp(lambda p: np.sum(np.concatenate([p["x"], p["ids"]]) ** 2), {"x": np.ones(1), "ids": ids})

    assert [2.0] == grads["x"].tolist()
    assert [0, 0] == grads["ids"].tolist()
    assert grads["ids"].dtype == ids.dtype


def test_what_is_joined_into_whole_numbers_has_no_slope() -> None:
    assert 0.0 == sg.grad_bp(lambda x: 1.0 * np.sum(np.insert(np.arange(3), 1, x)), 2.7)
    assert 0.0 == sg.grad_bp(lambda x: 1.0 * np.sum(np.stack([x, x], dtype=int, casting="unsafe")), 2.7)


def test_exact_numbers_are_joined_exactly() -> None:
    def loss(p: Any) -> Any:
        return np.concatenate([np.stack(p), [2]])[1] * 3

    grads = sg.grad_bp(loss, [Fraction(1, 2), Fraction(1, 3)])

    assert [Fraction(0), Fraction(3)] == grads
    assert [Fraction, Fraction] == [type(g) for g in grads]


@pytest.mark.feature(96)
def test_a_part_that_is_not_used_gets_zeros() -> None:
    def head(v: sg.Array) -> sg.Scalar:
        front, _ = np.split(v, [2])
        return np.sum(front**2)

    def both(v: sg.Array) -> sg.Scalar:
        front, back = np.split(v, [2])
        return np.sum(front**2) + np.sum(back**3)

    v = np.array([1.0, 2.0, 3.0])
    assert [2.0, 4.0, 0.0] == sg.grad_bp(head)(v).tolist()
    assert [2.0, 4.0, 27.0] == sg.grad_bp(both)(v).tolist()


@pytest.mark.feature(99)
def test_a_matrix_taken_apart_and_put_together_50_times_is_itself() -> None:
    def loss(x: sg.Array) -> sg.Scalar:
        for _ in range(50):
            x = np.stack([np.stack([x[i, j] for j in range(4)]) for i in range(3)])
        return np.sum(x**2)

    x = np.random.default_rng(0).normal(size=(3, 4))
    assert np.array_equal(2.0 * x, sg.grad_bp(loss)(x))


@pytest.mark.feature(99)
def test_taking_a_matrix_apart_costs_as_much_as_it_has_items() -> None:
    def loss(x: sg.Array) -> sg.Scalar:
        return np.sum(np.stack([np.stack(list(row)) for row in x]) ** 2)

    def calls(n: int) -> int:
        """How many functions, Python's and C's, one gradient of an n × n matrix calls."""
        count = 0

        def counted(frame: Any, event: str, arg: Any) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            sg.grad_bp(loss)(np.ones((n, n)))
        finally:
            sys.setprofile(None)
        return count

    few, many = calls(10), calls(40)

    assert many < 16 * few  # 16 times the items


@pytest.mark.parametrize("join", [np.concatenate, np.stack])
def test_joining_into_a_plain_array_is_refused(join: Function) -> None:
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda x: np.sum(join([x, x], 0, np.empty(4))), np.ones(2))


def test_what_numpy_refuses_to_join_or_split_is_refused() -> None:
    refused: list[Function] = [
        lambda x: np.block([[x], x]),
        lambda x: np.block([[x], []]),
        lambda x: np.concatenate([x, x[None]]),
        lambda x: np.stack([x, x[1:]]),
        lambda x: np.split(x, 2),
        lambda x: np.array_split(x, 0),
        lambda x: np.vsplit(x, 3),
        lambda x: np.dsplit(x, 3),
    ]
    for f in refused:
        with pytest.raises(ValueError):
            f(np.ones(3))
        with pytest.raises(ValueError):
            sg.vjp(f)(np.ones(3))


@pytest.mark.parametrize("cut", [np.trim_zeros, lambda a: np.trim_zeros(a, "f"), lambda a: np.poly1d(a)(2.0)])
def test_zeros_that_would_lose_their_slope_are_not_cut_off(cut: Any) -> None:
    with pytest.raises(LostGradientError, match="cut off zeros"):
        sg.grad_bp(lambda a: np.sum(cut(a)))(np.array([0.0, 1.0, 2.0]))

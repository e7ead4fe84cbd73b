"""Shaping, diagonals, differences, grids, windows: against central differences, twice."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient

Function = Callable[..., Any]
Row = tuple[str, Function, tuple[Any, ...]]
# (name, function, shapes of its arguments); float is a Python float.
SHAPING: list[Row] = [
    ("reshape", lambda a: np.reshape(a, (4, -1)), ((3, 4),)),
    ("reshape by columns", lambda a: np.reshape(a, (2, 6), order="F"), ((3, 4),)),
    ("reshape by shape=", lambda a: np.reshape(a, shape=(12,), copy=True), ((3, 4),)),
    ("reshape a float", lambda a: np.reshape(a, (1, 1)), (float,)),
    (".reshape", lambda a: a.reshape(2, -1, order="F"), ((3, 4),)),
    ("ravel", lambda a: np.ravel(a, order="C"), ((3, 4),)),
    ("ravel by columns", lambda a: a.ravel("F"), ((3, 4),)),
    (".flatten", lambda a: a.flatten(order="F"), ((2, 3, 4),)),
    (".T", lambda a: a.T, ((2, 3, 4),)),
    ("transpose", lambda a: np.transpose(a, (1, -1, 0)), ((2, 3, 4),)),
    (".transpose", lambda a: a.transpose(2, 0, 1), ((2, 3, 4),)),
    (".transpose of a vector", lambda a: a.transpose(0), ((3,),)),
    ("permute_dims", lambda a: np.permute_dims(a, axes=[2, 0, 1]), ((2, 3, 4),)),
    (".mT", lambda a: a.mT, ((2, 3, 4),)),
    ("matrix_transpose", np.matrix_transpose, ((2, 3, 4),)),
    ("moveaxis", lambda a: np.moveaxis(a, 0, -1), ((2, 3, 4),)),
    ("moveaxis, several", lambda a: np.moveaxis(a, [0, -1], [-1, 0]), ((2, 3, 4),)),
    ("rollaxis", lambda a: np.rollaxis(a, 2), ((2, 3, 4),)),
    ("rollaxis to the right", lambda a: np.rollaxis(a, 0, 3), ((2, 3, 4),)),
    ("rollaxis, negative", lambda a: np.rollaxis(a, -2, start=-1), ((2, 3, 4),)),
    ("swapaxes", lambda a: a.swapaxes(0, -1), ((2, 3, 4),)),
    ("squeeze", lambda a: np.squeeze(a), ((1, 3, 1),)),
    ("squeeze one", lambda a: a.squeeze(axis=-1), ((1, 3, 1),)),
    ("expand_dims", lambda a: np.expand_dims(a, (0, -1)), ((3,),)),
    ("copy", lambda a: np.copy(a) * a.copy(), ((3,),)),
    ("atleast_1d", np.atleast_1d, (float,)),
    ("atleast_2d", lambda a, b: np.atleast_2d(a, b, [1.0, 2.0]), (float, (3,))),
    ("atleast_3d of a float", np.atleast_3d, (float,)),
    ("atleast_3d", lambda a, b, c: np.atleast_3d(a, b, c), ((3,), (2, 3), (2, 1, 2))),
    ("broadcast_to", lambda a: np.broadcast_to(a, (2, 3, 4)), ((3, 1),)),
    ("broadcast_to of a float", lambda a: np.broadcast_to(a, (2, 3)), (float,)),
    ("broadcast_arrays", lambda a, b: np.broadcast_arrays(a, b, np.ones((2, 1))), (float, (3,))),
    ("flip", np.flip, ((2, 3),)),
    ("flip axes", lambda a: np.flip(a, (0, -1)), ((2, 3, 2),)),
    ("fliplr", np.fliplr, ((2, 3),)),
    ("flipud", np.flipud, ((2, 3),)),
    ("rot90", lambda a: np.rot90(a, 3, (0, 2)), ((2, 3, 2),)),
    ("rot90 back", lambda a: np.rot90(a, k=-1), ((2, 3),)),
    ("roll", lambda a: np.roll(a, 2), ((2, 3),)),
    ("roll axes", lambda a: np.roll(a, (1, -2), axis=(0, -1)), ((2, 3),)),
    ("roll by an array", lambda a: np.roll(a, np.array([1, 4]), axis=1), ((2, 3),)),
    ("tile", lambda a: np.tile(a, (2, 1, 3)), ((2, 3),)),
    ("tile fewer", lambda a: np.tile(a, 2), ((2, 3),)),
    ("tile a float", lambda a: np.tile(a, [2, 3]), (float,)),
    ("tile no times", lambda a: np.tile(a, 0) + np.sum(a), ((2, 3),)),
    ("repeat", lambda a: np.repeat(a, 3), ((2, 3),)),
    ("repeat along", lambda a: a.repeat(2, axis=-1), ((2, 3),)),
    ("repeat by counts", lambda a: np.repeat(a, [1, 0, 2], axis=-1), ((2, 3),)),
    ("repeat all by counts", lambda a: np.repeat(a, np.arange(6) % 3), ((2, 3),)),
    ("repeat by one count", lambda a: np.repeat(a, [2], axis=0), ((2, 3),)),
    ("repeat a float", lambda a: np.repeat(a, 4), (float,)),
    ("resize", lambda a: np.resize(a, (5, 2)), ((2, 3),)),
    ("resize smaller", lambda a: np.resize(a, 4), ((2, 3),)),
    ("resize to nothing", lambda a: np.resize(a, (0, 3)), ((2, 3),)),
]
DIAGONALS: list[Row] = [
    ("diag of a matrix", np.diag, ((3, 4),)),
    ("diag below", lambda a: np.diag(a, -1), ((3, 4),)),
    ("diag of a vector", lambda a: np.diag(a, k=2), ((3,),)),
    ("diag of a vector below", lambda a: np.diag(a, -1), ((3,),)),
    ("diagflat", lambda a: np.diagflat(a, 1), ((2, 2),)),
    ("diagonal", lambda a: np.diagonal(a, 1, axis1=-1, axis2=0), ((2, 3, 4),)),
    (".diagonal", lambda a: a.diagonal(), ((2, 3, 4),)),
    ("diagonal out of reach", lambda a: np.diagonal(a, 7), ((3, 4),)),
    ("tril", lambda a: np.tril(a, -1), ((2, 3, 3),)),
    ("triu", np.triu, ((3, 4),)),
    ("tril of a vector", np.tril, ((3,),)),
]
DIFFERENCES: list[Row] = [
    ("diff", np.diff, ((2, 4),)),
    ("diff twice", lambda a: np.diff(a, 2, axis=0), ((4, 2),)),
    ("diff no times", lambda a: np.diff(a, 0), ((4,),)),
    ("diff too often", lambda a: np.diff(a, 9), ((2, 4),)),
    ("diff with ends", lambda a, b: np.diff(a, prepend=b, append=[b, 1.0]), ((4,), float)),
    ("diff with rows", lambda a, b: np.diff(a, axis=0, prepend=b), ((3, 2), (2, 2))),
    ("diff of a list", lambda b: np.diff([1.0, 2.0], prepend=b), (float,)),
    ("ediff1d", np.ediff1d, ((2, 3),)),
    ("ediff1d with ends", lambda a, b, c: np.ediff1d(a, to_end=b, to_begin=c), ((4,), (2,), float)),
]
GRIDS: list[Row] = [
    ("linspace", lambda a, b: np.linspace(a, b, 7), (float, float)),
    ("linspace, open", lambda a, b: np.linspace(a, b, num=7, endpoint=False), (float, float)),
    ("linspace of arrays", lambda a, b: np.linspace(a, b, 4, axis=-1), ((2, 3), (3,))),
    ("linspace with its step", lambda a, b: np.linspace(a, b, 4, retstep=True), (float, float)),
    ("linspace of one", lambda a, b: np.linspace(a, b, 1), (float, float)),
    ("linspace of none", lambda a: np.linspace(a, 3.0, 0), (float,)),
    ("logspace", lambda a, b: np.logspace(a, b, 5), (float, float)),
    ("logspace by base", lambda a, b: np.logspace(a, 2.0, 5, base=b * b + 1.5), (float, float)),
    ("logspace by bases", lambda a, b: np.logspace(a, 2.0, 3, base=b * b + 1.5, axis=1), (float, (2,))),
    ("geomspace", lambda a, b: np.geomspace(1 + a * a, 9 + b * b, 6), (float, float)),
    ("geomspace below 0", lambda a: np.geomspace(-1 - a * a, -9.0, 6, endpoint=False), (float,)),
    ("geomspace of arrays", lambda a, b: np.geomspace(1 + a * a, 9 + b * b, 3, axis=1), ((2, 2), (2,))),
    ("meshgrid", np.meshgrid, ((2,), (3,))),
    ("meshgrid of three", lambda a, b: np.meshgrid(a, b, [1.0, 2.0], indexing="ij"), ((2,), float)),
    ("meshgrid, sparse", lambda a, b: np.meshgrid(a, b, sparse=True), ((2,), (3,))),
    ("vander", np.vander, ((4,),)),
    ("vander, increasing", lambda a: np.vander(a, 3, increasing=True), ((4,),)),
    ("vander of one column", lambda a: np.vander(a, 1) + a, ((4,),)),
]
CREATION: list[Row] = [
    ("array", lambda a, b: np.array([[a[0], b], [1.0, b * b]], like=a), ((2,), float)),
    ("array of rows", lambda a: np.array([a, 2 * a], like=a), ((2,),)),
    ("array of more axes", lambda a: np.array([a[0]], ndmin=3, like=a), ((2,),)),
    ("asarray", lambda a: np.asarray(a, like=a), ((2,),)),
    ("ascontiguousarray", lambda a: np.ascontiguousarray(a[0], like=a), ((2,),)),
    ("require", lambda a: np.require([a[1]], like=a), ((2,),)),
    ("full", lambda a: np.full((3, 2), a, like=a), ((2,),)),
    ("arange", lambda a: np.arange(a[0], 4.0, like=a), ((2,),)),
    ("arange by steps", lambda a: np.arange(0.0, stop=5.0, step=1 + a[1] ** 2, like=a), ((2,),)),
    ("zeros", lambda a: np.zeros(2, like=a) + a, ((2,),)),
]
WINDOWS: list[Row] = [
    ("windows", lambda a: sliding_window_view(a, 3), ((6,),)),
    ("windows of a matrix", lambda a: sliding_window_view(a, (2, 3)), ((3, 4),)),
    ("windows along", lambda a: sliding_window_view(a, 2, axis=-1), ((3, 4),)),
    ("windows twice along", lambda a: sliding_window_view(a, (2, 2), axis=(1, 1)), ((3, 4),)),
]
ALL = [*SHAPING, *DIAGONALS, *DIFFERENCES, *GRIDS, *CREATION, *WINDOWS]


def values(shapes: tuple[Any, ...], seed: int = 1) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [float(rng.normal()) if shape is float else rng.normal(size=shape) for shape in shapes]


def squared(y: Any) -> Any:
    """Bent, so that the pullback meets a cotangent that depends on the argument, and so is traced itself."""
    return type(y)(map(squared, y)) if isinstance(y, tuple | list) else y * y


def rows(*tables: list[Row]) -> Any:
    return [pytest.param(f, shapes, id=name) for table in tables for name, f, shapes in table]


@pytest.mark.feature(130)
@pytest.mark.parametrize(("f", "shapes"), rows(SHAPING))
def test_shaping_agrees_with_differences_to_second_order(f: Function, shapes: tuple[Any, ...]) -> None:
    check_gradient(lambda *x: squared(f(*x)), *values(shapes), order=2)


@pytest.mark.parametrize(("f", "shapes"), rows(DIAGONALS, DIFFERENCES, GRIDS, CREATION))
def test_its_kin_agrees_with_differences_to_second_order(f: Function, shapes: tuple[Any, ...]) -> None:
    check_gradient(lambda *x: squared(f(*x)), *values(shapes), order=2)


@pytest.mark.feature(142)
@pytest.mark.parametrize(("f", "shapes"), rows(WINDOWS))
def test_items_in_overlapping_windows_add_up(f: Function, shapes: tuple[Any, ...]) -> None:
    check_gradient(lambda *x: squared(f(*x)), *values(shapes), order=2)


@pytest.mark.parametrize(("f", "shapes"), rows(ALL))
def test_float32_stays_float32(f: Function, shapes: tuple[Any, ...]) -> None:
    at = [np.float32(x) if isinstance(x, float) else x.astype(np.float32) for x in values(shapes)]
    y, pullback = sg.vjp(lambda x: f(*x))(at)
    plain = f(*at)

    several = isinstance(y, tuple | list)
    assert [np.asarray(part).dtype for part in (plain if several else [plain])] == [
        np.asarray(part).dtype for part in (y if several else [y])
    ]
    assert [(type(x), np.float32) for x in at] == [(type(g), g.dtype) for g in pullback(y)]


@pytest.mark.parametrize(
    "f",
    [
        lambda a: np.reshape(a, (3, 0, 2)),
        np.ravel,
        np.transpose,
        np.flip,
        lambda a: np.roll(a, 1),
        lambda a: np.tile(a, 2),
        lambda a: np.repeat(a, 2),
        lambda a: np.repeat(a, [1, 2, 0], axis=1),
        lambda a: np.resize(a, (2, 2)),
        np.diff,
        lambda a: np.diag(a, 1),
        lambda a: np.diagflat(a),
        np.tril,
        lambda a: np.linspace(a, 1.0, 3),
        lambda a: np.broadcast_to(a, (2, 0, 3)),
        lambda a: np.vander(np.ravel(a)),
    ],
)
def test_arrays_of_no_items_have_gradients_of_no_items(f: Function) -> None:
    x = np.zeros((0, 3))
    y, pullback = sg.vjp(f)(x)

    assert f(x).shape == y.shape
    assert (0, 3) == pullback(np.ones(y.shape)).shape


@pytest.mark.parametrize(("f", "shapes"), rows(SHAPING[:3], DIAGONALS[:1], DIFFERENCES[:1]))
def test_views_with_gaps_are_as_good_as_arrays(f: Function, shapes: tuple[Any, ...]) -> None:
    wide = values(tuple(tuple(2 * n for n in reversed(shape)) for shape in shapes))

    check_gradient(lambda *x: squared(f(*x)), *[x.T[::2, ::-2] for x in wide])


@pytest.mark.parametrize("f", [np.ravel, np.atleast_2d, np.copy, lambda a: np.tile(a, 3), np.transpose])
def test_arrays_of_rank_0_keep_their_rank(f: Function) -> None:
    check_gradient(lambda x: squared(f(x)), np.array(1.5), order=2)


@pytest.mark.parametrize(
    "f", [lambda z: np.vander(z, 4), lambda z: np.geomspace(z, 3 - 1j, 5), lambda z: np.linspace(z, 1.0, 3)]
)
def test_complex_arguments_have_the_gradient_that_descends(f: Function) -> None:
    check_gradient(f, np.array([1.0 + 2.0j, 0.5 - 0.3j]), order=2)


@pytest.mark.parametrize(("f", "shapes"), rows(SHAPING[:1], DIAGONALS, WINDOWS))
def test_gradients_nest(f: Function, shapes: tuple[Any, ...]) -> None:
    def inner_gradient(*x: Any) -> Any:
        return sg.grad_bp(lambda s: np.sum(np.sin(f(*[s[0] * a for a in x]))), np.array([0.7]))

    check_gradient(inner_gradient, *values(shapes))


def test_what_lies_outside_of_a_triangle_has_no_say() -> None:
    squares = np.array([[0.0, 4.0], [9.0, 0.0]])  # the root has no slope on the diagonal

    assert [[0.0, 0.25], [0.0, 0.0]] == sg.grad_bp(lambda d: np.sum(np.triu(np.sqrt(d), 1)), squares).tolist()


@pytest.mark.parametrize("container", [np.array, list])
def test_counts_changed_after_use_do_not_change_the_gradient(container: Function) -> None:
    def loss(x: sg.Array) -> sg.Scalar:
        counts = container([1, 2, 3])
        y = np.sum(np.repeat(x, counts) ** 2)
        counts[0], counts[1] = 2, 1
        return y

    assert [2.0, 8.0, 18.0] == sg.grad_bp(loss)(np.array([1.0, 2.0, 3.0])).tolist()


@pytest.mark.parametrize("order", ["A", "K"])
def test_orders_that_depend_on_memory_are_refused(order: Any) -> None:
    with pytest.raises(MissingRuleError, match=f"order='{order}'.*Use 'C' or 'F'"):
        sg.grad_bp(lambda x: np.sum(np.ravel(x, order)), np.ones((2, 2)))


def test_a_grid_of_whole_numbers_is_constant() -> None:
    assert 0.0 == sg.grad_bp(lambda x: np.sum(np.linspace(x, 9.0, 4, dtype=int)) * 1.0, 2.5)


def test_creating_with_like_gives_constants() -> None:
    def loss(x: sg.Array) -> sg.Scalar:
        made = [np.zeros(2, like=x), np.ones((2, 2), like=x), np.empty(2, like=x) * 0, np.arange(3.0, like=x)]
        made += [np.eye(2, like=x), np.array([1.0, 2.0], like=x), np.fromiter([1.0], float, like=x)]
        total = sum(np.sum(a) for a in made)
        np.testing.assert_array_equal(sg.stop_gradient(total), 0.0 + 4.0 + 0.0 + 3.0 + 2.0 + 3.0 + 1.0)
        assert type(np.zeros(2, int, like=x)) is np.ndarray  # whole numbers have no slope to carry
        return np.sum(x) + total

    sg.grad_bp(loss)(np.ones(2))

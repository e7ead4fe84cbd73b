"""Views and copies: a write shows, under differentiation, wherever it shows under plain NumPy, and nowhere else."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.tape.rule import RULES
from structgrad.testing import check_gradient

from .cases import ENTRIES, numbers, real_row_of

Call = Callable[..., Any]
M = np.array([[0.7, -1.3, 2.1], [0.4, 1.6, -0.2]])

# Attributes and methods, and calls whose sharing hangs on how they are made.
CALLS: dict[str, Call] = {
    "itself": lambda a: a,
    "T": lambda a: a.T,
    "mT": lambda a: a.mT,
    "real": lambda a: a.real,
    "real of complex": lambda a: (z := a + 1j * a, z.real),
    "imag of complex": lambda a: (z := a + 1j * a, z.imag),
    "np.real of complex": lambda a: (z := a + 1j * a, np.real(z)),
    "conj of complex": lambda a: (z := a + 1j * a, z.conj()),
    "flat": lambda a: a.flat[1:4],
    "flat of T written": lambda a: (a.T.flat.__setitem__(slice(1, 4), 2.0 * a[0]), a)[1],
    "index": lambda a: a[1],
    "slice": lambda a: a[:, ::2],
    "slice of a slice": lambda a: a[1:][:, ::-1],
    "ellipsis": lambda a: a[...],
    "newaxis": lambda a: a[:, None],
    "list": lambda a: a[[0, 1, 0]],
    "mask": lambda a: a[a > 0],
    "diagonal": lambda a: a.diagonal(),
    "ravel": lambda a: a.ravel(),
    "ravel F": lambda a: a.ravel("F"),
    "ravel of T": lambda a: a.T.ravel(),
    "ravel F of T": lambda a: a.T.ravel("F"),
    "reshape": lambda a: a.reshape(3, 2),
    "reshape same": lambda a: a.reshape(2, 3),
    "reshape F": lambda a: a.reshape((3, 2), order="F"),
    "reshape of T": lambda a: a.T.reshape(2, 3),
    "reshape of slice": lambda a: a[:, ::2].reshape(4),
    "reshape of rows": lambda a: a[:, 1:].reshape(2, 1, 2),
    "reshape copy": lambda a: np.reshape(a, (3, 2), copy=True),
    "reshape no copy": lambda a: np.reshape(a, (3, 2), copy=False),
    "squeeze": lambda a: a.squeeze(),
    "squeeze one": lambda a: a[:1].squeeze(0),
    "swapaxes": lambda a: a.swapaxes(0, 1),
    "transpose": lambda a: a.transpose(),
    "transpose 1 0": lambda a: a.transpose(1, 0),
    "copy": lambda a: a.copy(),
    "flatten": lambda a: a.flatten(),
    "astype": lambda a: a.astype(float),
    "astype no copy": lambda a: a.astype(float, copy=False),
    "astype narrow": lambda a: a.astype(np.float32, copy=False),
    "np.astype no copy": lambda a: np.astype(a, np.float64, copy=False),
    "conj": lambda a: a.conj(),
    "conjugate": lambda a: a.conjugate(),
    "np.conj": np.conj,
    "positive": lambda a: +a,
    "clip": lambda a: a.clip(-9.0, 9.0),
    "round": lambda a: a.round(2),
    "take": lambda a: a.take([0, 1]),
    "repeat": lambda a: a.repeat(1),
    "asarray like": lambda a: np.asarray(a, like=a),
    "array no copy like": lambda a: np.array(a, copy=None, like=a),
    "array copy like": lambda a: np.array(a, like=a),
    "squeeze of row": lambda a: np.squeeze(a[:1]),
    "atleast_1d of number": lambda a: np.atleast_1d(a[0, 0]),
    "atleast_2d": np.atleast_2d,
    "atleast_2d of row": lambda a: np.atleast_2d(a[0]),
    "atleast_3d of row": lambda a: np.atleast_3d(a[0]),
    "atleast_1d of two": lambda a: np.atleast_1d(a, a[0]),
    "broadcast_to": lambda a: np.broadcast_to(a, (2, 2, 3)),
    "broadcast_to same": lambda a: np.broadcast_to(a, (2, 3)),
    "broadcast_arrays": lambda a: np.broadcast_arrays(a, a[0]),
    "broadcast_arrays same": lambda a: np.broadcast_arrays(a, a),
    "moveaxis": lambda a: np.moveaxis(a, 0, -1),
    "moveaxis nowhere": lambda a: np.moveaxis(a, 0, 0),
    "rollaxis": lambda a: np.rollaxis(a, 1),
    "rollaxis nowhere": lambda a: np.rollaxis(a, 0),
    "array_split": lambda a: np.array_split(a, 2, 1),
    "split": lambda a: np.split(a, 2),
    "hsplit": lambda a: np.hsplit(a, 3),
    "vsplit": lambda a: np.vsplit(a, 2),
    "dsplit": lambda a: np.dsplit(a[:, None], 3),
    "unstack": lambda a: np.unstack(a, axis=1) if hasattr(np, "unstack") else (a[:, 0],),
    "iteration": lambda a: list(a),
    "linalg.diagonal": lambda a: np.linalg.diagonal(a),
    "diag of matrix": np.diag,
    "diag of row": lambda a: np.diag(a[0]),
    "diagflat": np.diagflat,
    "expand_dims": lambda a: np.expand_dims(a, (0, -1)),
    "flip": np.flip,
    "flip one": lambda a: np.flip(a, 1),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": np.rot90,
    "rot90 twice": lambda a: np.rot90(a, 2),
    "rot90 four times": lambda a: np.rot90(a, 4),
    "rot90 back": lambda a: np.rot90(a, -1),
    "matrix_transpose": lambda a: np.matrix_transpose(a),
    "permute_dims": lambda a: np.permute_dims(a, (1, 0)),
    "linalg.matrix_transpose": lambda a: np.linalg.matrix_transpose(a),
    "roll nowhere": lambda a: np.roll(a, 0),
    "tile once": lambda a: np.tile(a, 1),
    "resize same": lambda a: np.resize(a, (2, 3)),
    "delete nothing": lambda a: np.delete(a, []),
    "trim_zeros": lambda a: np.trim_zeros(a[0]),
    "concatenate itself": lambda a: np.concatenate(a[None]),
    "vstack itself": np.vstack,
    "dstack itself": np.dstack,
    "column_stack itself": lambda a: np.column_stack(a),
    "concatenate one": lambda a: np.concatenate([a]),
    "stack one": lambda a: np.stack([a]),
    "hstack one": lambda a: np.hstack([a]),
    "block itself": np.block,
    "block one": lambda a: np.block([a]),
    "meshgrid no copy": lambda a: np.meshgrid(a[0], a[1], copy=False),
    "meshgrid sparse no copy": lambda a: np.meshgrid(a[0], a[1], copy=False, sparse=True),
    "meshgrid": lambda a: np.meshgrid(a[0], a[1]),
    "ix_": lambda a: np.ix_(a[0], a[1]),
    "real_if_close": np.real_if_close,
    "real_if_close imag": lambda a: (z := a + 0j, np.real_if_close(z)),
    "nan_to_num": np.nan_to_num,
    "windows": lambda a: np.lib.stride_tricks.sliding_window_view(a, 2, 1),
    "windows writeable": lambda a: np.lib.stride_tricks.sliding_window_view(a, 2, 1, writeable=True),
    "einsum transpose": lambda a: np.einsum("ij->ji", a),
    "einsum diagonal": lambda a: np.einsum("ii->i", a[:, :2]),
    "einsum same": lambda a: np.einsum("ij", a),
    "einsum sum": lambda a: np.einsum("ij->i", a),
    "diff of nothing": lambda a: np.diff(a, 0),
    "gradient": lambda a: np.gradient(a[0]),
    "matrix_power 1": lambda a: np.linalg.matrix_power(a[:, :2], 1),
    "multi_dot": lambda a: np.linalg.multi_dot([a, a.T]),
    "poly1d trim": lambda a: np.polyadd(a[0], 0.0 * a[0]),
    "polyder 0": lambda a: np.polyder(a[0], 0),
    "polyint 0": lambda a: np.polyint(a[0], 0),
    "interp": lambda a: np.interp(a[0], [0.0, 1.0], [0.0, 1.0]),
    "fftshift": np.fft.fftshift,
    "unwrap": np.unwrap,
    "sort": np.sort,
    "choose": lambda a: np.choose([[0, 0, 0]] * 2, [a]),
    "where": lambda a: np.where(True, a, a),
    "select": lambda a: np.select([np.ones((2, 3), bool)], [a]),
    "require": lambda a: np.require(a, like=a),
    "ascontiguousarray": lambda a: np.ascontiguousarray(a, like=a),
    "asfortranarray": lambda a: np.asfortranarray(a, like=a),
    "asfortranarray of T": lambda a: np.asfortranarray(a.T, like=a),
    "ascontiguousarray of T": lambda a: np.ascontiguousarray(a.T, like=a),
    "asanyarray": lambda a: np.asanyarray(a, like=a),
    "full_like": lambda a: np.full_like(a, a),
    "cov": np.cov,
    "apply_along_axis": lambda a: np.apply_along_axis(lambda r: r, 1, a),
    "apply_over_axes": lambda a: np.apply_over_axes(np.sum, a, ()),
    "sum over no axis": lambda a: a.sum(()),
    "max over no axis": lambda a: a.max(()),
    "emath.sqrt": np.emath.sqrt,
    "trapezoid": np.trapezoid,
    "in place": lambda a: a.__iadd__(1.0),
    "out": lambda a: np.add(a, 1.0, out=a),
    "clip out": lambda a: np.clip(a, -9.0, 9.0, out=a),
}


# The imaginary part of real numbers is nobody's memory: zeros that plain NumPy protects and that may be written here.
UNPROTECTED = "imag"
NAMED = [(RULES[key].name, key) for key in ENTRIES]


def parts(x: Any) -> list[Any]:
    """The arrays of a result, one or several."""
    return [part for each in x for part in parts(each)] if isinstance(x, tuple | list) else [x]


def into_result(call: Call, i: int) -> Call:
    """Write into the i-th array that a call gives; all its arguments and results then."""

    def f(*args: Any) -> Any:
        held = [1.0 * arg for arg in args]
        made = parts(call(*held))
        made[i][...] = made[i][...] ** 2 + 7.0
        return held, [1.0 * y for y in made]

    return f


def into_argument(call: Call, i: int) -> Call:
    """Write into the i-th argument of a call, after it."""

    def f(*args: Any) -> Any:
        held = [1.0 * arg for arg in args]
        made = parts(call(*held))
        held[i][...] = held[i] ** 2 + 7.0
        return held, [1.0 * y for y in made]

    return f


def agrees(write: Call, args: list[Any]) -> None:
    """A write gives what it gives under plain NumPy, slopes included; or raises where that raises."""
    try:
        write(*args)
    except (ValueError, DeprecationWarning):  # read-only, or soon to be
        with pytest.raises(ValueError, match="read-only"):
            sg.vjp(write)(*args)
    else:
        check_gradient(write, *args)


def writes(call: Call, args: list[Any]) -> Iterator[Call]:
    """All writes into what a call gives and takes."""
    for i, y in enumerate(parts(call(*[1.0 * arg for arg in args]))):
        if isinstance(y, np.ndarray):  # numbers take no writing
            yield into_result(call, i)
    for i, arg in enumerate(args):
        if np.ndim(arg):
            yield into_argument(call, i)


@pytest.mark.feature(75)
@pytest.mark.parametrize("key", [pytest.param(key, id=name) for name, key in NAMED if name != UNPROTECTED])
def test_writes_show_where_they_show_under_numpy(key: Any) -> None:
    call, shapes = real_row_of(key)
    args = numbers(key, shapes)
    for write in writes(call, args):
        agrees(write, args)


@pytest.mark.feature(75)
@pytest.mark.parametrize("name", CALLS)
def test_writes_show_through_methods_and_options_as_under_numpy(name: str) -> None:
    for write in writes(CALLS[name], [M]):
        agrees(write, [M])

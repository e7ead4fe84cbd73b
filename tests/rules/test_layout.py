"""Results lie in memory as NumPy's do: else a view there is a copy here, and a write goes another way, unseen."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.tape.value import plain

IDS = np.array([[1, 0], [0, 2]])
X = np.random.default_rng(0).uniform(0.2, 1.8, (3, 3, 3))
LAYOUTS = {"C": X, "F": np.asfortranarray(X), "turned": np.ascontiguousarray(X.transpose(1, 2, 0)).transpose(2, 0, 1)}
MODES: tuple[Any, ...] = (
    "constant",
    "edge",
    "reflect",
    "symmetric",
    "wrap",
    "mean",
    "maximum",
    "minimum",
    "median",
    "linear_ramp",
)

CALLS: dict[str, Callable[[Any], Any]] = {
    "take one": lambda a: np.take(a, 1, axis=1),
    "take": lambda a: np.take(a, [1, 0], axis=1),
    "take a table": lambda a: np.take(a, IDS, axis=-1),
    "v.take": lambda a: a.take([2, 0], 0),
    "compress": lambda a: np.compress([True, False, True], a, axis=1),
    "insert": lambda a: np.insert(a, 1, 0.5, axis=1),
    "delete": lambda a: np.delete(a, 1, axis=1),
    "sort": lambda a: np.sort(a, axis=0),
    "partition": lambda a: np.partition(a, 1, axis=1),
    "unique": lambda a: np.unique(a, axis=1),
    "gradient": lambda a: np.gradient(a, axis=1),
    "gradients": lambda a: np.gradient(a),
    "angle": lambda a: np.angle(a),
    "vecdot": lambda a: np.vecdot(a, a),
    "block": lambda a: np.block(a),
    "block of blocks": lambda a: np.block([[a, a]]),
    "array": lambda a: np.array([a, 2.0 * a], like=a),
    "array, turned": lambda a: a[0, 0] * np.array([a[0, 0], a[0, 1], a[0, 2]]).T,
    "full": lambda a: np.full((3, 2), a[0, 0, 0], like=a),
    "full, Fortran": lambda a: np.full((3, 2), a[0, 0, 0], order="F", like=a),
    "meshgrid": lambda a: np.meshgrid(a[0, 0], a[0, 1, :2]),
    "piecewise": lambda a: np.piecewise(a, [a < 1], [lambda x: x, lambda x: 2 * x]),
    "copy": lambda a: np.copy(a),
    "v.copy": lambda a: a.copy(),
    "v.copy, K": lambda a: a.copy("K"),
    "v.flatten": lambda a: a.flatten(),
    "ravel": lambda a: np.ravel(a),
    "ravel, F": lambda a: np.ravel(a, "F"),
    "reshape": lambda a: np.reshape(a, (9, 3)),
    "reshape, F": lambda a: np.reshape(a, (9, 3), order="F"),
    "transpose": lambda a: np.transpose(a, (2, 0, 1)),
    "ravel of the transpose": lambda a: a.T.ravel(),
    "sum": lambda a: np.sum(a, axis=1),
    "matmul": lambda a: a @ a[0],
    "where": lambda a: np.where(a > 1.0, a, 0.0),
    "read": lambda a: a[:, [1, 0]],
    "cumsum": lambda a: np.cumsum(a, axis=1),
    "concatenate": lambda a: np.concatenate([a, a], axis=1),
    "stop_gradient": lambda a: sg.stop_gradient(a) if type(a) is not np.ndarray else a.copy("K"),
} | {f"pad, {mode}": lambda a, mode=mode: np.pad(a, 1, mode=mode) for mode in MODES}


def order(x: Any) -> tuple[int, ...]:
    """Steps in items along the axes that have any."""
    return tuple(step // x.itemsize for n, step in zip(x.shape, x.strides, strict=True) if n > 1)


def arrays(y: Any) -> list[Any]:
    return list(y) if isinstance(y, list | tuple) else [y]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_result_lies_in_memory_as_numpys(name: str, layout: str) -> None:
    f, x = CALLS[name], LAYOUTS[layout]

    def loss(a: Any) -> float:
        for y, expected in zip(arrays(f(a)), arrays(f(x)), strict=True):
            assert order(plain(y)) == order(expected)
        return 0.0

    sg.grad_bp(loss)(x)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_write_into_a_result_reaches_what_it_reaches_in_numpy(name: str, layout: str) -> None:
    f, x = CALLS[name], LAYOUTS[layout]

    def written(a: Any) -> Any:
        a = a * 1.0
        for y in arrays(f(a)):
            if name != "stop_gradient":
                y[(0,) * y.ndim] = 7.0
                y[(slice(1, 2),) * y.ndim] *= 3.0
        return a

    expected = written(x)

    def loss(a: Any) -> Any:
        found = written(a)
        np.testing.assert_array_equal(plain(found), expected)
        return np.sum(found)

    # Each number has the slope that it was multiplied by, or none where it was overwritten.
    np.testing.assert_array_equal(sg.grad_bp(loss)(x), np.where(expected == 7.0, 0.0, np.round(expected / x)))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_write_leaves_an_array_in_its_order(layout: str) -> None:
    x, other = LAYOUTS[layout], np.ones((3, 3, 3))

    def loss(a: Any) -> Any:
        mine = a * 1.0
        held = mine.copy("K")
        mine += other
        mine[0] = 1.0
        held.sort(axis=0)
        np.multiply(held, other, out=held)
        assert order(plain(mine)) == order(plain(held)) == order(x)
        return np.sum(mine) + np.sum(held)

    np.testing.assert_array_equal(sg.grad_bp(loss)(x)[0], np.full((3, 3), 1.0))

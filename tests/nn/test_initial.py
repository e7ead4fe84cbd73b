"""Initialisers: moments within three standard errors, seeds, dtypes, what is carried, and the errors."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import nn

Function = Callable[..., Any]
SHAPES = [(300, 200), (200, 300), (40, 30, 5, 3)]
weights = pytest.mark.parametrize("f", [nn.glorot, nn.he, nn.orthogonal])
every = pytest.mark.parametrize("f", [nn.glorot, nn.he, nn.orthogonal, nn.uniform])


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@dataclass(frozen=True)
class Layer:
    w: sg.Array
    b: sg.Array
    gain: Any = 0.5
    depth: int = 3
    act: Callable[..., Any] = np.tanh


LAYER = Layer(np.ones((3, 4), np.float32), np.ones(3))  # pyright: ignore[reportArgumentType]  # of less digits than it says


def require_moments(x: Any, variance: float, fourth: float) -> None:
    """Mean and variance within three standard errors. fourth: the fourth moment of a number, over variance²."""
    assert abs(np.mean(x)) < 3 * np.sqrt(variance / x.size)
    assert abs(np.mean(x**2) - variance) < 3 * variance * np.sqrt((fourth - 1) / x.size)


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """As they are defined: the numbers that go into one output, and the outputs that one number goes into."""
    field = shape[2] * shape[3] if len(shape) == 4 else 1
    return shape[1] * field, shape[0] * field


@pytest.mark.feature(169)
@pytest.mark.parametrize("shape", SHAPES)
def test_glorot_is_uniform_with_the_variance_of_both_fans(shape: tuple[int, ...]) -> None:
    w = nn.glorot(np.zeros(shape), rng())

    require_moments(w, 2 / sum(fans(shape)), 9 / 5)
    bound = np.sqrt(6 / sum(fans(shape)))
    assert 0.999 * bound < np.max(w) < bound
    assert -bound < np.min(w) < -0.999 * bound


@pytest.mark.feature(169)
@pytest.mark.parametrize("shape", SHAPES)
def test_he_is_normal_with_the_variance_of_one_fan(shape: tuple[int, ...]) -> None:
    made = nn.he(np.zeros(shape), rng()), nn.he(np.zeros(shape), rng(), fan="out")

    for w, fan in zip(made, fans(shape), strict=True):
        require_moments(w, 2 / fan, 3)
        beyond = np.mean(np.abs(w) > np.sqrt(2 / fan))
        assert abs(beyond - 0.3173) < 3 * np.sqrt(0.3173 * 0.6827 / w.size)  # of a normal, beyond one sigma


@pytest.mark.feature(169)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_orthogonal_has_orthonormal_rows_or_columns(shape: tuple[int, ...], gain: float) -> None:
    w = nn.orthogonal(np.zeros(shape), rng(), gain).reshape(shape[0], -1)
    w = w if w.shape[0] <= w.shape[1] else w.T

    np.testing.assert_allclose(w @ w.T, gain**2 * np.eye(len(w)), atol=1e-13)  # roundings


@pytest.mark.feature(169)
def test_orthogonal_prefers_no_direction() -> None:
    generator = rng()
    drawn = np.stack([nn.orthogonal(np.zeros((2, 2)), generator) for _ in range(2000)])

    for entry in drawn.reshape(-1, 4).T:  # the first column is uniform on the circle: variance 1/2, fourth moment 3/8
        require_moments(entry, 1 / 2, 3 / 2)
    require_moments(np.linalg.det(drawn), 1.0, 1.0 + 1e-9)  # rotations and reflections, half and half


@pytest.mark.feature(169)
def test_uniform_fills_everything_between_its_bounds() -> None:
    params = nn.uniform({"w": np.zeros((200, 200)), "b": np.zeros(500), "s": np.zeros(())}, rng(), -3.0, 1.0)

    for x in (params["w"], params["b"]):
        require_moments(x + 1.0, 16 / 12, 9 / 5)
        assert -3 <= np.min(x) <= np.max(x) <= 1
    assert params["s"].shape == ()
    assert params["s"] != 0
    x = nn.uniform(np.zeros(10_000), rng())
    assert 0 <= np.min(x) < 0.01
    assert 0.99 < np.max(x) <= 1


@pytest.mark.feature(169)
@every
def test_a_seed_gives_the_same_and_the_generator_moves_on(f: Function) -> None:
    generator = rng()
    first, second = f(LAYER, generator), f(LAYER, generator)

    np.testing.assert_array_equal(first.w, f(LAYER, rng()).w)
    assert (first.w != second.w).all()


@every
def test_the_order_in_which_a_dict_was_filled_does_not_matter(f: Function) -> None:
    params = {"a": np.zeros((2, 3)), "b": np.zeros((3, 2)), 1: [np.zeros((2, 2))]}
    turned = dict(reversed(params.items()))

    one, other = f(params, rng()), f(turned, rng())

    assert list(other) == list(turned)
    np.testing.assert_array_equal(one["a"], other["a"])
    np.testing.assert_array_equal(one["b"], other["b"])
    np.testing.assert_array_equal(one[1][0], other[1][0])
    assert not np.array_equal(one["a"].ravel()[:4], one[1][0].ravel())


@weights
def test_vectors_become_0_and_all_else_is_carried(f: Function) -> None:
    params = replace(LAYER, gain=np.float32(0.5))
    made = f({"layer": params, "ids": np.arange(4).reshape(2, 2), "t": np.array(2.0), "r": Fraction(1, 3)}, rng())

    layer = made["layer"]
    assert type(layer) is Layer
    assert layer.w.dtype == np.float32
    assert layer.w.all()
    assert layer.b.tolist() == [0.0] * 3
    assert (layer.gain, layer.depth, layer.act) == (0.5, 3, np.tanh)
    assert type(layer.gain) is np.float32
    assert made["ids"].tolist() == [[0, 1], [2, 3]]
    assert made["t"] == np.array(2.0)
    assert isinstance(made["t"], np.ndarray)
    assert made["r"] == Fraction(1, 3)
    assert params.w.tolist() == np.ones((3, 4)).tolist()


def test_uniform_keeps_classes_and_carries_what_has_no_slope() -> None:
    made = nn.uniform(replace(LAYER, gain=np.float32(0.5)), rng())

    assert type(made) is Layer
    assert type(made.gain) is np.float32
    assert (made.w.dtype, made.b.dtype) == (np.dtype(np.float32), np.dtype(np.float64))
    assert (made.depth, made.act) == (3, np.tanh)
    assert made.b.all()
    assert type(nn.uniform(1.0, rng())) is float


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@every
def test_each_dtype_is_kept_and_gets_the_same_numbers(f: Function, dtype: Any) -> None:
    w = f(np.zeros((4, 3), dtype), rng())

    assert w.dtype == dtype
    np.testing.assert_array_equal(w, f(np.zeros((4, 3)), rng()).astype(dtype))


@every
def test_empty_weights_stay_empty(f: Function) -> None:
    assert f({"w": np.zeros((0, 3)), "v": np.zeros((2, 2))}, rng())["w"].shape == (0, 3)


@every
def test_what_can_not_be_drawn_is_refused(f: Function) -> None:
    for bad in (7, None, np.random.RandomState(7)):
        with pytest.raises(TypeError, match=rf"{f.__name__} draws from a generator .*default_rng\(seed\)"):
            f(LAYER, bad)
    with pytest.raises(TypeError, match=r"\['w'\] is a ndarray \(test_initial.py:\d+\).*two real parts"):
        f({"w": np.ones((2, 2), complex)}, rng())


@weights
def test_a_struct_without_weights_is_refused(f: Function) -> None:
    for bad in (1.0, [np.ones(3)], {"ids": np.ones((2, 2), int)}):
        with pytest.raises(ValueError, match=rf"{f.__name__} found no weight to draw \(test_initial.py:\d+\)"):
            f(bad, rng())


def test_options_are_checked() -> None:
    for low, high in ((1.0, 1.0), (1.0, 0.0), (0.0, np.inf), (np.nan, 1.0)):
        with pytest.raises(ValueError, match="uniform needs low < high, both finite"):
            nn.uniform(LAYER, rng(), low, high)
    with pytest.raises(TypeError, match=r"\['r'\] is a Fraction"):
        nn.uniform({"r": Fraction(1, 3)}, rng())
    with pytest.raises(ValueError, match='he takes fan="in" or fan="out", and got \'both\''):
        nn.he(LAYER, rng(), "both")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused

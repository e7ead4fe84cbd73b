"""Pooling against PyTorch and differences; ties, NaN and padding."""

import re
from typing import Any

import numpy as np
import pytest
import torch

import structgrad as sg
from structgrad.nn import avg_pool2d, max_pool2d
from structgrad.testing import check_gradient

RNG = np.random.default_rng(5)
STATE = RNG.bit_generator.state
POOLS = {max_pool2d: torch.nn.functional.max_pool2d, avg_pool2d: torch.nn.functional.avg_pool2d}
OPTIONS: list[dict[str, Any]] = [
    {"size": 2},
    {"size": 1, "stride": 3},
    {"size": 3, "stride": 2, "padding": 1},
    {"size": (2, 3), "stride": (3, 1), "padding": (0, 1)},
    {"size": (4, 5), "stride": (1, 2), "padding": (2, 2)},
]
INF, NAN = np.inf, np.nan


@pytest.fixture(autouse=True)
def _rewound() -> None:
    """Each test draws the same numbers, whichever ran before it."""
    RNG.bit_generator.state = STATE


@pytest.mark.feature(141)
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("options", OPTIONS)
def test_values_and_gradients_are_those_of_pytorch(pool: Any, options: dict[str, Any]) -> None:
    x = RNG.normal(size=(2, 3, 7, 6))
    tensor = torch.tensor(x, requires_grad=True)
    expected = POOLS[pool](tensor, options["size"], options.get("stride"), options.get("padding", 0))
    g = RNG.normal(size=tuple(expected.shape))
    expected.backward(torch.tensor(g))

    y, pullback = sg.vjp(lambda x: pool(x, **options))(x)

    # Sums of at most 20 numbers of size 1, in another order.
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=0, atol=1e-14)
    np.testing.assert_allclose(pullback(g), tensor.grad.numpy(), rtol=0, atol=1e-14)


@pytest.mark.feature(141)
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("options", OPTIONS)
def test_both_orders_and_modes_agree_with_differences(pool: Any, options: dict[str, Any]) -> None:
    check_gradient(lambda x: pool(x, **options) ** 3, RNG.normal(size=(1, 2, 5, 6)), order=2)


@pytest.mark.parametrize("pool", POOLS)
def test_a_tangent_that_moves_with_the_image_is_differentiated_too(pool: Any) -> None:
    check_gradient(lambda x: sg.jvp(lambda v: pool(v, 2))(x, x * x)[1], RNG.normal(size=(4, 4)), order=2)


@pytest.mark.parametrize("pool", POOLS)
def test_any_axes_may_stand_before_the_image(pool: Any) -> None:
    x = RNG.normal(size=(2, 3, 1, 5, 4))

    assert pool(x, 2).shape == (2, 3, 1, 2, 2)
    np.testing.assert_array_equal(pool(x, 2)[1, 2, 0], pool(x[1, 2, 0], 2))
    check_gradient(lambda x: pool(x, 2, padding=1) ** 2, x[0, 0, 0], order=2)


@pytest.mark.parametrize("pool", POOLS)
def test_single_precision_is_kept(pool: Any) -> None:
    x = RNG.permutation(60).reshape(2, 5, 6) / 10  # so far apart that a step of differences crosses no tie

    check_gradient(lambda x: pool(x, 3, 2, 1), x.astype(np.float32), order=2)


@pytest.mark.parametrize("pool", POOLS)
def test_no_images_give_no_outputs(pool: Any) -> None:
    y, pullback = sg.vjp(lambda x: pool(x, 2))(np.zeros((0, 3, 4, 4)))

    assert y.shape == (0, 3, 2, 2)
    assert pullback(y).shape == (0, 3, 4, 4)


@pytest.mark.parametrize("pool", POOLS)
def test_lists_and_whole_numbers_are_pooled_as_floats(pool: Any) -> None:
    np.testing.assert_array_equal(pool(np.array([[200, 250]], np.uint8), (1, 2)), pool([[200.0, 250.0]], (1, 2)))
    check_gradient(lambda a, b: pool([[a, b], [1.0, 2.0]], 2), 2.5, 0.3)


def test_ties_share_the_cotangent_equally() -> None:
    x = np.array([[2.0, 2.0, 0.0], [1.0, 2.0, 2.0]])

    _, pullback = sg.vjp(lambda x: max_pool2d(x, 2, 1))(x)

    # The first window has three that tie, the second all but the corner.
    np.testing.assert_allclose(pullback(np.array([[3.0, 30.0]])), [[1.0, 11.0, 0.0], [0.0, 11.0, 10.0]])


def test_a_tie_of_two_has_the_slope_of_central_differences() -> None:
    check_gradient(lambda x: max_pool2d(x, 2), np.array([[1.5, 0.0], [0.0, 1.5]]))


def test_both_modes_agree_at_ties_and_padding() -> None:
    x, t, g = np.round(RNG.normal(size=(3, 6, 6))), RNG.normal(size=(3, 6, 6)), RNG.normal(size=(3, 4, 4))

    def pooled(x: Any) -> Any:
        return max_pool2d(x, 3, 2, 1)[..., :3, :3]

    _, dy = sg.jvp(pooled)(x, t)
    _, pullback = sg.vjp(pooled)(x)

    # Sums of about 100 numbers of size 1.
    assert np.sum(g[:, :3, :3] * dy) == pytest.approx(np.sum(pullback(g[:, :3, :3]) * t), rel=1e-12)


@pytest.mark.parametrize("low", [-1e308, -INF])
def test_padding_never_wins_and_takes_no_share(low: float) -> None:
    y, pullback = sg.vjp(lambda x: max_pool2d(x, 2, 2, 1))(np.full((2, 2), low))

    np.testing.assert_array_equal(y, np.full((2, 2), low))
    np.testing.assert_array_equal(pullback(np.array([[1.0, 2.0], [3.0, 4.0]])), [[1.0, 2.0], [3.0, 4.0]])


def test_a_nan_wins_its_windows_and_gets_their_cotangent() -> None:
    x = np.array([[1.0, NAN, 0.0, 5.0], [NAN, INF, 2.0, 3.0]])

    y, pullback = sg.vjp(lambda x: max_pool2d(x, 2))(x)

    np.testing.assert_array_equal(y, [[NAN, 5.0]])
    np.testing.assert_array_equal(pullback(np.array([[6.0, 7.0]])), [[0.0, 3.0, 0.0, 7.0], [3.0, 0.0, 0.0, 0.0]])


def test_an_infinite_cotangent_reaches_the_largest_number_alone() -> None:
    _, pullback = sg.vjp(lambda x: max_pool2d(x, 2))(np.array([[1.0, 2.0], [4.0, 3.0]]))

    np.testing.assert_array_equal(pullback(np.array([[INF]])), [[0.0, 0.0], [INF, 0.0]])


def test_an_infinite_slope_behind_what_is_not_picked_is_silenced() -> None:
    dx = sg.grad_bp(lambda x: np.sum(max_pool2d(np.sqrt(x), 2)))(np.array([[0.0, 4.0], [1.0, 0.0]]))

    np.testing.assert_array_equal(dx, [[0.0, 0.25], [0.0, 0.0]])


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((4,), {"size": 2}, "x is (…, h, w), not (4,)"),
        ((4, 4), {"size": 0}, "size is a whole number from 1 up, or two of them (rows, columns), not 0"),
        ((4, 4), {"size": 2, "stride": (1, 0)}, "stride is a whole number from 1 up, or two of them"),
        ((4, 4), {"size": 2, "padding": -1}, "padding is a whole number from 0 up, or two of them"),
        (
            (4, 4),
            {"size": (4, 2), "padding": 2},
            "padding (2, 2) is more than half of a window of (4, 2), so that some",
        ),
        (
            (4, 4),
            {"size": (2, 4), "padding": 2},
            "padding (2, 2) is more than half of a window of (2, 4), so that some",
        ),
        (
            (4, 2),
            {"size": 3},
            "a window that spans (3, 3) cells does not fit into an image of (4, 2), padding included",
        ),
    ],
)
@pytest.mark.parametrize("pool", POOLS)
def test_what_does_not_fit_is_named_with_what_is_expected(
    pool: Any, shape: Any, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"{pool.__name__}.*{re.escape(message)}"):
        pool(np.zeros(shape), **options)


@pytest.mark.parametrize("pool", POOLS)
def test_complex_numbers_are_refused(pool: Any) -> None:
    with pytest.raises(TypeError, match="it has to be a real number"):
        pool(np.zeros((2, 2), complex), 2)

"""Recursive filters: by signal, coefficients and state, alone, in sections, and forwards and backwards."""

from typing import Any

import numpy as np
import pytest
import scipy.signal

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import signal

RNG = np.random.default_rng(9)
X = RNG.normal(size=6)
CUBE = RNG.normal(size=(2, 4, 3))
BUTTER = scipy.signal.butter(2, 0.3)
SECTIONS = scipy.signal.butter(3, 0.3, output="sos")
FREE = np.delete(SECTIONS, 3, 1)  # what may vary: the fourth coefficient must be 1


def _sections(free: Any) -> Any:
    return np.concatenate([free[:, :3], np.ones((2, 1)), free[:, 3:]], 1)


def _coefficients(nb: int, na: int, first: float) -> tuple[Any, Any]:
    a = 0.3 * RNG.normal(size=na)
    a[0] = first
    return RNG.normal(size=nb), a


@pytest.mark.parametrize("first", [1.0, 2.5])
@pytest.mark.parametrize(("nb", "na"), [(3, 3), (2, 4), (4, 2), (1, 3), (3, 1), (1, 1)])
def test_filters_agree_with_differences(along: Any, nb: int, na: int, first: float) -> None:
    b, a = _coefficients(nb, na, first)
    zi = RNG.normal(size=max(nb, na) - 1)

    order = 2 if (nb, na, first) == (3, 3, 2.5) else 1
    along(signal.lfilter, b, a, X, order=order)
    along(lambda b, a, x, zi: signal.lfilter(b, a, x, zi=zi), b, a, X[:4], zi, order=order)
    along(lambda b, a, x, zi: signal.lfilter(b, a, x, zi=zi), b, a, X[:2], zi)  # shorter than the state
    along(signal.lfilter, b + 0.1j, a * (1 + 0.2j), X + 1j * X[::-1])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_filters_along_axes_agree_with_differences(along: Any, axis: int) -> None:
    b, a = _coefficients(3, 3, 1.5)
    shape = list(CUBE.shape)
    shape[axis] = 2

    along(lambda b, a, x: signal.lfilter(b, a, x, axis), b, a, CUBE)
    for zi in (RNG.normal(size=shape), RNG.normal(size=[2 if i == axis % 3 else 1 for i in range(3)])):
        along(lambda b, a, x, zi: signal.lfilter(b, a, x, axis, zi), b, a, CUBE, zi)


def test_coefficients_in_lists_and_of_whole_numbers(along: Any) -> None:
    along(lambda v: signal.lfilter([v, 0.5], [1, 0.2, v], [1.0, 2, 3]), 0.3)
    along(lambda b: signal.lfilter(b, [2], np.arange(4.0)), X[:2])
    with pytest.raises(ValueError):
        sg.grad_bp(lambda a: np.sum(signal.lfilter([1.0], a**2 * 0.0, X)), X)


def test_sections_agree_with_differences(along: Any) -> None:
    along(lambda p, x: signal.sosfilt(_sections(p), x), FREE, X[:3], order=2)
    along(lambda p, x, zi: signal.sosfilt(_sections(p), x, zi=zi), FREE, X[:3], FREE[:, :2])
    along(lambda p, x: signal.sosfilt(_sections(p), x, axis=1), FREE, CUBE[..., :1])
    along(lambda x, zi: signal.sosfilt(SECTIONS, x, 1, zi), CUBE[..., :1], RNG.normal(size=(2, 2, 2, 1)))


def test_steady_states_agree_with_differences(along: Any) -> None:
    along(signal.lfilter_zi, *BUTTER, order=2)
    along(signal.lfilter_zi, BUTTER[0][:2], 2 * BUTTER[1])
    along(signal.sosfilt_zi, SECTIONS)


@pytest.mark.parametrize("padtype", ["odd", "even", "constant", None])
@pytest.mark.parametrize("padlen", [0, 4])
def test_filters_there_and_back_agree_with_differences(along: Any, padtype: Any, padlen: int) -> None:
    along(lambda b, a, x: signal.filtfilt(b, a, x, 0, padtype, padlen), *BUTTER, X)
    along(lambda p, x: signal.sosfiltfilt(_sections(p), x, 1, padtype, padlen), FREE, X[None])


def test_the_default_padding_and_order_2(along: Any) -> None:
    x = RNG.normal(size=16)
    along(lambda x: signal.filtfilt(*BUTTER, x), x[:10], order=2)
    along(lambda x: signal.sosfiltfilt(SECTIONS, x), x)
    with pytest.raises(MissingRuleError, match="method='pad'"):
        sg.grad_bp(lambda x: np.sum(signal.filtfilt(*BUTTER, x, method="gust")), x)


@pytest.mark.parametrize("padtype", ["odd", "none"])
def test_paddings_that_do_not_exist_or_fit_are_refused(padtype: Any) -> None:
    with pytest.raises(ValueError, match="pad"):
        sg.grad_bp(lambda x: np.sum(signal.filtfilt(*BUTTER, x, padtype=padtype)), X)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("lfilter", (*BUTTER, X)),
        ("sosfilt", (SECTIONS, X)),
        ("lfilter_zi", BUTTER),
        ("sosfilt_zi", (SECTIONS,)),
        ("filtfilt", (*BUTTER, X, -1, "odd", 3)),
        ("sosfiltfilt", (SECTIONS, X, -1, "odd", 3)),
    ],
)
def test_plain_arguments_give_what_scipy_gives_and_float32_stays(name: str, args: Any) -> None:
    mirror, function = getattr(signal, name), getattr(scipy.signal, name)
    narrow = tuple(x.astype(np.float32) if isinstance(x, np.ndarray) else x for x in args)

    np.testing.assert_array_equal(mirror(*args), function(*args))
    value, pullback = sg.vjp(lambda x: mirror(x, *narrow[1:]))(narrow[0])
    assert value.dtype == function(*narrow).dtype
    assert pullback(value).dtype == np.float32

"""Transforms of SciPy: all kinds, types, lengths, axes and norms; each is checked with what differences say of it."""

from typing import Any

import numpy as np
import pytest
import scipy.fft

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import fft

RNG = np.random.default_rng(7)
X = RNG.normal(size=(3, 4))
Z = X + 1j * RNG.normal(size=(3, 4))
ODD = RNG.normal(size=(2, 5))
ONE = "fft ifft rfft irfft hfft ihfft".split()
MANY = "fft2 ifft2 fftn ifftn rfft2 irfft2 rfftn irfftn hfft2 ihfft2 hfftn ihfftn".split()
REAL = [name for name in ONE + MANY if name.startswith(("rfft", "ihfft"))]
COSINES = "dct idct dst idst".split()
SEVERAL = [f"{name}n" for name in COSINES]
NORMS = ["ortho", "forward", "backward"]


@pytest.mark.parametrize("name", ONE + MANY)
def test_fourier_transforms_agree_with_differences(along: Any, name: str) -> None:
    f = getattr(fft, name)
    along(f, X[:2], order=2)
    along(f, ODD[:, ::-1] if name in REAL else Z)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ONE + MANY)
def test_norms_say_which_direction_divides(along: Any, name: str, norm: Any) -> None:
    along(lambda x: getattr(fft, name)(x, norm=norm), (X if name in REAL else Z)[1:])


@pytest.mark.parametrize("options", [{"n": 3}, {"n": 6, "axis": 0}, {"axis": -2}, {"n": 7, "workers": 2}])
@pytest.mark.parametrize("name", ONE)
def test_lengths_cut_or_fill_up(along: Any, name: str, options: Any) -> None:
    along(lambda x: getattr(fft, name)(x, **options), X if name in REAL else Z)


@pytest.mark.parametrize("options", [{"s": (2, 6)}, {"s": (4, -1)}, {"axes": (1, 0)}, {"axes": (-2,), "s": (5,)}])
@pytest.mark.parametrize("name", MANY)
def test_shapes_and_axes(along: Any, name: str, options: Any) -> None:
    along(lambda x: getattr(fft, name)(x, **options), X if name in REAL else Z)


@pytest.mark.parametrize("name", COSINES + SEVERAL)
@pytest.mark.parametrize("type", [1, 2, 3, 4])
def test_cosine_and_sine_transforms_agree_with_differences(along: Any, name: str, type: int) -> None:
    f = getattr(fft, name)
    along(lambda x: f(x, type), X, order=2 if type == 2 and name in COSINES else 1)
    for norm in NORMS:
        for orthogonalize in (None, True, False):
            along(lambda x, n=norm, o=orthogonalize: f(x, type, norm=n, orthogonalize=o), X[0, :3])
    along(lambda x: f(x, type, norm="ortho", orthogonalize=False), Z[0])


@pytest.mark.parametrize("name", COSINES)
def test_lengths_of_cosine_transforms(along: Any, name: str) -> None:
    for options in ({"n": 3}, {"n": 6, "axis": 0}, {"axis": -2}):
        along(lambda x, o=options: getattr(fft, name)(x, 1, **o), X)
        along(lambda x, o=options: getattr(fft, name)(x, 3, **o), X)


@pytest.mark.parametrize("name", SEVERAL)
def test_shapes_of_cosine_transforms(along: Any, name: str) -> None:
    for options in ({"s": (2, 6)}, {"axes": 0}, {"axes": (1, 0), "s": (4, 3)}):
        along(lambda x, o=options: getattr(fft, name)(x, 1, **o), X)
        along(lambda x, o=options: getattr(fft, name)(x, 2, **o), X)


def test_no_axes_transform_nothing() -> None:
    assert not np.any(sg.grad_bp(lambda x: np.sum(np.real(fft.fftn(x, axes=())) + fft.dctn(x, axes=())), X) - 2)


@pytest.mark.parametrize("axes", [None, 0, (0, 1), -1])
def test_shifts_agree_with_differences(along: Any, axes: Any) -> None:
    along(lambda x: fft.fftshift(x, axes), X)
    along(lambda x: fft.ifftshift(x, axes), X)


@pytest.mark.parametrize("name", ONE + MANY + COSINES + SEVERAL + ["fftshift", "ifftshift"])
def test_plain_arguments_give_what_scipy_gives_and_float32_stays(name: str) -> None:
    mirror, function = getattr(fft, name), getattr(scipy.fft, name)

    np.testing.assert_array_equal(mirror(X), function(X))
    narrow = sg.vjp(mirror)(X.astype(np.float32))
    assert narrow[0].dtype == function(X.astype(np.float32)).dtype
    assert narrow[1](narrow[0]).dtype == np.float32


def test_the_mirrors_are_all_transforms_of_numbers_and_the_rest_is_scipys() -> None:
    assert set(fft.__all__) == {*ONE, *MANY, *COSINES, *SEVERAL, "fftshift", "ifftshift"}
    assert fft.rfftfreq(4).tolist() == [0.0, 0.25, 0.5]
    assert fft.next_fast_len is scipy.fft.next_fast_len


@pytest.mark.parametrize(("name", "options"), [("fft", {"n": 0}), ("rfftn", {"s": (0, 2)}), ("dct", {"norm": "max"})])
def test_what_scipy_refuses_is_refused(name: str, options: Any) -> None:
    with pytest.raises(ValueError):
        sg.grad_bp(lambda x: np.sum(getattr(fft, name)(x, **options)).real, X)


def test_complex_numbers_where_real_ones_are_meant_and_plans_are_refused() -> None:
    plan: Any = 1
    with pytest.raises(TypeError, match="real"):
        sg.grad_bp(lambda z: np.sum(fft.rfft(z)).real, Z)  # pyright: ignore[reportArgumentType, reportCallIssue]  # what is refused
    with pytest.raises(MissingRuleError, match="plan="):
        sg.grad_bp(lambda x: np.sum(fft.fft(x, plan=plan)).real, X)


def test_tangents_are_pushed_forward_by_the_transform_itself() -> None:
    _, pushed = sg.jvp(lambda x: fft.dct(fft.irfft(fft.fft(x))))(X, ODD[0, :4] + 0 * X)

    np.testing.assert_allclose(pushed, scipy.fft.dct(scipy.fft.irfft(scipy.fft.fft(ODD[0, :4] + 0 * X))), atol=1e-15)

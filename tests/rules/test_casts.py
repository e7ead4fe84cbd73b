"""Casts, parts of complex numbers, and what stands for NaN."""

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient

X = np.array([0.3, -1.7, 2.2])
Z = np.array([0.3 - 0.7j, -1.1 + 0.2j, 0.4 + 0.9j])
HOLES = np.array([1.5, np.nan, np.inf, -np.inf])


@pytest.mark.feature(124)
@pytest.mark.parametrize("dtype", [np.float32, "f8", float, np.longdouble])
def test_a_cast_to_another_float_is_cast_back_in_the_gradient(dtype: type) -> None:
    for x in (X, X.astype(np.float32), np.float32(0.7)):
        value, pullback = sg.vjp(lambda v: v.astype(dtype) * 3)(x)

        assert value.dtype == np.dtype(dtype)
        assert pullback(np.ones_like(value)).dtype == x.dtype
        np.testing.assert_array_equal(pullback(np.full_like(value, 2)), np.full_like(x, 6))


@pytest.mark.feature(124)
def test_a_cast_to_whole_numbers_or_truth_is_flat() -> None:
    def loss(v: sg.Array) -> sg.Scalar:
        casts = [v.astype(dtype) for dtype in (int, bool, np.uint8, "U8")]
        assert all(type(cast) is np.ndarray for cast in casts)
        return np.sum(v * v * casts[0]) + np.sum(v * casts[1] + casts[2])

    x = np.abs(X)
    np.testing.assert_array_equal(sg.grad_bp(loss, x), 2 * x * x.astype(int) + 1)


@pytest.mark.feature(124)
def test_between_real_and_complex() -> None:
    check_gradient(lambda v: v.astype(complex) * (2 - 1j), X, order=2)
    with pytest.warns(np.exceptions.ComplexWarning):  # as NumPy warns
        np.testing.assert_array_equal(sg.grad_bp(lambda z: np.sum(z.astype(float) * X), Z), X + 0j)


@pytest.mark.feature(73)
def test_a_cast_to_objects_is_refused() -> None:
    with pytest.raises(LostGradientError, match=r"astype\(object\).*Leave the dtype"):
        sg.grad_bp(lambda v: v.astype(object).sum(), X)


def test_astype_of_the_array_api_is_the_method() -> None:
    check_gradient(lambda v: np.astype(v, np.float32).astype(np.float64), X, rtol=1e-3)  # rounds to float32


@pytest.mark.feature(143)
@pytest.mark.parametrize(
    "f",
    [
        np.real,
        np.imag,
        np.angle,
        lambda z: np.angle(z, deg=True),
        lambda z: z.real * z.imag + z.conj().real,
        np.conjugate,
        np.real_if_close,
        np.nan_to_num,
    ],
)
def test_parts_of_complex_and_real_numbers(f: np.ufunc) -> None:
    check_gradient(f, Z, order=2)
    check_gradient(f, X, order=2)
    check_gradient(f, X.astype(np.float32))


def test_a_number_close_to_real_passes_as_real() -> None:
    near = X + 1e-17j

    assert sg.vjp(np.real_if_close)(near)[0].dtype == float
    np.testing.assert_array_equal(sg.grad_bp(lambda z: np.sum(np.real_if_close(z) * X), near), X + 0j)  # pyright: ignore[reportArgumentType]  # real it is


def test_what_stands_for_nan_and_infinity_gets_their_cotangents() -> None:
    g = np.array([2.0, 3.0, 5.0, 7.0])

    dx, dn, dp, dm = sg.vjp(lambda p: np.nan_to_num(p[0], nan=p[1], posinf=p[2], neginf=p[3]))((HOLES, 0.1, 9.0, -9.0))[
        1
    ](g)

    np.testing.assert_array_equal(dx, [2.0, 0.0, 0.0, 0.0])
    assert (dn, dp, dm) == (3.0, 5.0, 7.0)


def test_a_stand_in_gets_the_cotangents_of_both_parts_of_a_complex_number() -> None:
    z = np.array([complex(np.nan, np.nan), complex(1.0, np.nan), 2 + 3j])

    _, pullback = sg.vjp(lambda p: np.nan_to_num(p[0], nan=p[1]))((z, 0.1))
    dz, dn = pullback(np.array([2 + 3j, 5 + 7j, 11 + 13j]))

    np.testing.assert_array_equal(dz, [0, 5, 11 + 13j])
    assert dn == 2.0 + 3.0 + 7.0


def test_nan_to_num_in_front_of_a_pole_is_finite() -> None:
    with np.errstate(divide="ignore", invalid="ignore"):
        grad = sg.grad_bp(lambda v: np.sum(np.nan_to_num(np.log(v), neginf=0.0)), np.array([0.0, 2.0]))

    np.testing.assert_array_equal(grad, [0.0, 0.5])


def test_nan_to_num_does_not_write_into_a_leaf() -> None:
    with pytest.raises(LostGradientError, match="copy=False"):
        sg.grad_bp(lambda v: np.sum(np.nan_to_num(v, copy=False)), HOLES)

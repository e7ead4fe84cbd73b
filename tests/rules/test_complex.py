"""Complex numbers: every rule whose function takes them is right for both their parts, and beside real numbers."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.tape.rule import RULES
from structgrad.testing import check_gradient

from .cases import NO_ROW, Shape, function, row_of

# What NumPy itself has no complex numbers for, with a call that it refuses.
REAL: dict[str, Callable[[Any], Any]] = {
    "i0": np.i0,
    "unwrap": np.unwrap,
    "fft.rfft": np.fft.rfft,
    "fft.ihfft": np.fft.ihfft,
    "fft.rfft2": lambda z: np.fft.rfft2([z]),
    "fft.rfftn": np.fft.rfftn,
    "quantile": lambda z: np.quantile(z, 0.5),
    "percentile": lambda z: np.percentile(z, 0.5),
    "nanquantile": lambda z: np.nanquantile(z, 0.5),
    "nanpercentile": lambda z: np.nanpercentile(z, 0.5),
    "bincount": lambda z: np.bincount([0, 1, 1], z),
    "histogramdd": lambda z: np.histogramdd(np.ones((3, 1)), 2, weights=z),
    "histogram2d": lambda z: np.histogram2d([0.3, 1.2, 0.4], [1.0, 2.0, 3.0], 2, weights=z),
}


def takes_complex_numbers(key: Any) -> bool:
    """Whether an entry of the rule table is for a function of NumPy's that has a slope by complex numbers."""
    f = key[0] if isinstance(key, tuple) else key
    if isinstance(f, np.ufunc):
        ours = vars(np._core.umath).get(f.__name__) is f  # pyright: ignore[reportAttributeAccessIssue]  # and not SciPy's
        return ours and any("D" in given and y in "dD" for given, y in (loop.split("->") for loop in f.types))
    module = getattr(f, "__module__", None) or ""
    return f is operator.getitem or (module.startswith("numpy") and f not in map(function, REAL))


COMPLEX = [key for key, rule in RULES.items() if rule.status in ("slope", "derived") and takes_complex_numbers(key)]
NAMES = [RULES[key].name for key in COMPLEX]


def mixtures(shapes: tuple[Shape, ...]) -> Iterator[list[Any]]:
    """Complex arguments of some shapes; then each of them real in its turn, beside the others.

    All are multiples of 1/64, so that sums and products of them are exact, in whatever order NumPy has them.
    """
    rng = np.random.default_rng(3)
    for real in range(-1, len(shapes) if len(shapes) > 1 else 0):
        parts = [rng.integers(26, 103, (2, *shape)) * rng.choice((-1, 1), (2, *shape)) / 64 for shape in shapes]
        yield [x if i == real else (x + 1j * y)[()] for i, (x, y) in enumerate(parts)]


def test_every_function_that_takes_complex_numbers_has_its_row_here() -> None:
    assert [name for name, key in zip(NAMES, COMPLEX, strict=True) if row_of(key) is NO_ROW] == []


@pytest.mark.feature(143)
@pytest.mark.parametrize("key", COMPLEX, ids=NAMES)
def test_gradients_by_complex_numbers_agree_with_differences_in_both_parts(key: Any) -> None:
    f, shapes = row_of(key)
    for args in mixtures(shapes):
        check_gradient(f, *args)


TWICE = """multiply divide power exp arcsin absolute sign prod cumprod var geomspace vdot einsum linalg.norm fft.irfft
    convolve linalg.solve median""".split()


@pytest.mark.feature(143)
@pytest.mark.parametrize(
    "key", [key for name in TWICE if (key := function(name)) in RULES], ids=lambda key: key.__name__
)
def test_second_derivatives_by_complex_numbers_agree_with_differences(key: Any) -> None:
    f, shapes = row_of(key)
    for args in mixtures(shapes):
        check_gradient(lambda *z: f(*z) * 1, *args, order=2)


@pytest.mark.parametrize("name", REAL)
def test_what_numpy_refuses_of_complex_numbers_has_no_row(name: str) -> None:
    z = np.array([0.3 + 1j, 2.0, -1j])
    for f in (REAL[name], sg.vjp(REAL[name])):
        with pytest.raises(TypeError):
            f(z)


def test_the_gradient_by_a_real_number_is_real_whatever_it_meets() -> None:
    grad = sg.grad_bp(lambda x: np.abs(np.exp(1j * x) + x) ** 2, 0.7)

    assert type(grad) is float
    check_gradient(lambda x: np.exp((2 + 1j) * x) @ np.array([1j, 2.0, 3 - 1j]), np.array([0.3, -0.4, 1.1]), order=2)


# Functions with a cut along the real axis, beyond 1 and -1 or below 0; and along the imaginary one, beyond i and -i.
ALONG_REALS = [
    np.arcsin,
    np.arccos,
    np.arctanh,
    np.arccosh,
    np.sqrt,
    np.log,
    lambda z: z ** (0.3 - 1j),
    lambda z: 2j**z,
]
ALONG_IMAGINARIES = [np.arcsinh, np.arctan]


@pytest.mark.parametrize("f", [*ALONG_REALS, *ALONG_IMAGINARIES])
def test_on_a_cut_the_sign_of_a_zero_says_on_which_side(f: Any) -> None:
    unit = 1j if f in ALONG_IMAGINARIES else 1
    for side in (lambda z: z, np.conjugate, np.negative, lambda z: -np.conjugate(z)):
        for x in (np.array([-2.0, 2.0]), -2.0):
            check_gradient(lambda x, side=side: f(side(unit * x + 0j if unit == 1 else unit * x)), x)


def test_an_exponent_sees_on_which_side_of_the_cut_its_base_is() -> None:
    for base in (-2 + 0j, np.conjugate(-2 + 0j), np.conjugate(np.array([-2 + 0j]))):
        check_gradient(lambda p, base=base: base**p, 0.3 - 0.4j, order=2)


def test_a_complex_exponent_of_a_negative_real_number() -> None:
    for base in (-1.5, np.array([-1.5, 2.0])):
        check_gradient(lambda z, base=base: base**z, 0.7 - 0.4j, order=2)
        check_gradient(np.power, base, 0.7 - 0.4j, order=2)
    check_gradient(lambda p: (-2.0) ** p, 0.3)


def test_the_variance_of_real_numbers_about_a_complex_mean() -> None:
    x = np.array([0.3, -1.2, 0.9])
    for f in (np.var, np.std):
        check_gradient(lambda v, m, f=f: f(v, mean=m), x, 0.4 - 0.3j, order=2)
        check_gradient(lambda v, m, f=f: f(v, mean=m), x + 1j * x[::-1], 0.4 - 0.3j, order=2)

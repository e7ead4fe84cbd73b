"""Complex numbers: every rule whose function takes them is right for both their parts, and beside real numbers."""

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.tape.rule import RULES
from structgrad.testing import check_gradient

Shape = tuple[int, ...]
Row = tuple[Callable[..., Any], tuple[Shape, ...]]
S: Shape = ()
V, M, Q, T = (3,), (2, 3), (3, 3), (2, 3, 2)
MASK = np.array([True, False, True])

# Functions by the shapes they are called with; by their names, for not every version of NumPy has them all.
CALLED_WITH: dict[tuple[Shape, ...], str] = {
    (V,): """real imag real_if_close angle nan_to_num sinc sum mean max amax min amin prod cumsum cumprod cumulative_sum
        cumulative_prod diff ediff1d ptp var std average nansum nanmean nanprod nanvar nanstd nanmax nanmin nancumsum
        nancumprod sort sort_complex unique trim_zeros diag diagflat vander copy ravel flip atleast_1d atleast_2d
        atleast_3d unstack median nanmedian trapezoid gradient roots poly ix_
        emath.sqrt emath.log emath.log2 emath.log10 emath.arccos emath.arcsin emath.arctanh
        fft.fft fft.ifft fft.irfft fft.hfft fft.fftshift fft.ifftshift linalg.norm linalg.vector_norm""",
    (M,): """concatenate stack hstack vstack dstack column_stack block diagonal tril triu trace fliplr flipud rot90
        matrix_transpose transpose squeeze fft.fft2 fft.ifft2 fft.irfft2 fft.fftn fft.ifftn fft.irfftn
        linalg.matrix_norm linalg.matrix_transpose linalg.trace linalg.diagonal linalg.pinv linalg.svdvals""",
    (Q,): "linalg.inv linalg.det linalg.slogdet linalg.eigvals linalg.cond",
    (V, V): """append outer kron vdot cross linalg.outer emath.logn emath.power convolve correlate polyadd polysub
        polymul polyval""",
    (M, V): "linalg.vecdot linalg.cross vecdot cov corrcoef broadcast_arrays",
    (M, Q): "dot inner matmul linalg.matmul",
    (Q, V): "linalg.solve matvec",
    (V, Q): "vecmat",
    (V, (2,)): "meshgrid",
}

SPELT_OUT: dict[str, tuple[Any, ...]] = {
    "array": (lambda z: np.array([z, 2 * z], like=z), V),
    "full": (lambda z: np.full((2, 3), z, like=z), V),
    "full_like": (lambda z, w: np.full_like(1j * z, w), V, S),
    "arange": (lambda z: np.arange(z[0], z[0] + 2.5, 1.0, like=z), V),
    "astype": (lambda z: np.astype(z, np.complex128), V),
    "einsum": (lambda a, b: np.einsum("ij,jk", a, b), M, Q),
    "insert": (lambda a, b: np.insert(a * 1j, 1, b), V, S),
    "delete": (lambda a: np.delete(a, 1), V),
    "resize": (lambda a: np.resize(a, 7), V),
    "clip": (lambda a, b: np.clip(a, b, 3 + 1j), V, V),
    "_core.umath.clip": (lambda a, b: np._core.umath.clip(a, b, 3 + 1j), V, V),  # type: ignore[attr-defined]
    "linspace": (lambda a, b: np.linspace(a, b, 4), V, V),
    "geomspace": (lambda a, b: np.geomspace(a, b, 4), V, V),
    "logspace": (lambda a, b: np.logspace(a, b, 4), V, V),
    "take": (lambda a: np.take(a, [1, 1, 0]), V),
    "take_along_axis": (lambda a: np.take_along_axis(a, np.array([1, 1, 0]), 0), V),
    "average": (lambda a, w: np.average(a, weights=w), V, V),
    "partition": (lambda a: np.partition(a, 1), V),
    "pad": (lambda a: np.pad(a, 2, "mean"), V),
    "where": (lambda a, b: np.where(MASK, a, b), V, V),
    "select": (lambda a, b: np.select([MASK], [a], b), V, V),
    "choose": (lambda a, b: np.choose([0, 1, 0], [a, b]), V, V),
    "compress": (lambda a: np.compress(MASK, a), V),
    "extract": (lambda a: np.extract(MASK, a), V),
    "piecewise": (lambda a: np.piecewise(a, [MASK], [lambda x: x**2, lambda x: 3j * x]), V),
    "reshape": (lambda a: np.reshape(a, (3, 2)), M),
    "expand_dims": (lambda a: np.expand_dims(a, 0), V),
    "broadcast_to": (lambda a: np.broadcast_to(a, M), V),
    "moveaxis": (lambda a: np.moveaxis(a, 0, 1), M),
    "swapaxes": (lambda a: np.swapaxes(a, 0, 1), M),
    "roll": (lambda a: np.roll(a, 1), V),
    "tile": (lambda a: np.tile(a, 2), V),
    "repeat": (lambda a: np.repeat(a, 2), V),
    "rollaxis": (lambda a: np.rollaxis(a, 1), M),
    "array_split": (lambda a: np.array_split(a, 2), V),
    "split": (lambda a: np.split(a, 3), V),
    "hsplit": (lambda a: np.hsplit(a, 3), V),
    "vsplit": (lambda a: np.vsplit(a, 2), M),
    "dsplit": (lambda a: np.dsplit(a, 2), T),
    "tensordot": (lambda a, b: np.tensordot(a, b, 1), M, Q),
    "lib.stride_tricks.sliding_window_view": (lambda a: np.lib.stride_tricks.sliding_window_view(a, 2), V),
    "interp": (lambda y: np.interp([0.3, 1.2], [0.0, 1.0, 2.0], y), V),
    "apply_along_axis": (lambda a: np.apply_along_axis(np.cumprod, 0, a), M),
    "apply_over_axes": (lambda a: np.apply_over_axes(np.prod, a, (0, 1)), M),
    "polyfit": (lambda y: np.polyfit([0.0, 1.0, 2.0], y, 1), V),
    "polydiv": (lambda a, b: np.polydiv(a, b), (4,), (2,)),
    "polyder": (lambda a: np.polyder(a), V),
    "polyint": (lambda a, k: np.polyint(a, k=k), V, S),
    "linalg.matrix_power": (lambda a: np.linalg.matrix_power(a, 3), Q),
    "linalg.multi_dot": (lambda a, b, c: np.linalg.multi_dot([a, b, c]), V, Q, V),
    "linalg.tensordot": (lambda a, b: np.linalg.tensordot(a, b, axes=1), M, Q),
    "histogram": (lambda w: np.histogram([0.3, 1.2, 0.4], 2, weights=w)[0], V),
    "histogram_bin_edges": (lambda w: (np.histogram_bin_edges(MASK * 1.0, 2, weights=w), w), V),
    "put": (lambda a, w: _after(np.put, a, [0, 2], w), V, (2,)),
    "put_along_axis": (lambda a, w: _after(np.put_along_axis, a, np.array([0, 2]), w, 0), V, (2,)),
    "place": (lambda a, w: _after(np.place, a, MASK, w), V, (2,)),
    "putmask": (lambda a, w: _after(np.putmask, a, MASK, w), V, V),
    "copyto": (lambda a, w: _after(np.copyto, a, w, where=MASK), V, V),
    "fill_diagonal": (lambda a, w: _after(np.fill_diagonal, a, w), Q, S),
    # Of eigenvectors and the like, what does not depend on their phases; of a Hermitian matrix made from any.
    "linalg.cholesky": (lambda a: np.linalg.cholesky(a @ np.conj(a.T) + np.eye(3)), Q),
    "linalg.eig": (lambda a: np.linalg.eig(a)[0], Q),
    "linalg.eigh": (lambda a: _projectors(*np.linalg.eigh(a + np.conj(a.T))), Q),
    "linalg.eigvalsh": (lambda a: np.linalg.eigvalsh(a + np.conj(a.T)), Q),
    "linalg.qr": (lambda a: np.abs(np.linalg.qr(a)[1]), Q),
    "linalg.svd": (lambda a: np.linalg.svd(a)[1], Q),
    "linalg.lstsq": (lambda a, b: np.linalg.lstsq(a, b, None)[0], (3, 2), V),
    "linalg.tensorinv": (lambda a: np.linalg.tensorinv(a, 1), Q),
    "linalg.tensorsolve": (lambda a, b: np.linalg.tensorsolve(a, b), Q, V),
}
for _name in ("asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "require"):
    SPELT_OUT[_name] = (lambda z, name=_name: getattr(np, name)(z, like=z), V)

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


def _after(write: Callable[..., Any], a: Any, *args: Any, **options: Any) -> Any:
    """A complex array after something was written into it."""
    b = 1j * a
    write(b, *args, **options)
    return b


def _projectors(values: Any, vectors: Any) -> Any:
    return values, vectors[:, :1] @ np.conj(vectors[:, :1].T)


def function(name: str) -> Any:
    """A function of NumPy's by its name; None where this version of NumPy lacks it."""
    try:
        return functools.reduce(getattr, name.split("."), np)
    except AttributeError:
        return None


TABLE: dict[Any, Row] = {operator.getitem: (lambda z: z[[0, 0, 2]], (V,))}
TABLE |= {function(name): (function(name), shapes) for shapes, names in CALLED_WITH.items() for name in names.split()}
TABLE |= {function(name): (call, tuple(shapes)) for name, (call, *shapes) in SPELT_OUT.items()}


NO_ROW: Row = (print, ())


def row_of(key: Any) -> Row:
    """How to call what an entry of the rule table is for; of ufuncs, their arguments say it."""
    ufunc, method = key if isinstance(key, tuple) else (key, "__call__")
    if key in TABLE or not isinstance(ufunc, np.ufunc) or ufunc.signature:
        return TABLE.get(key, NO_ROW)
    if method == "at":
        return (lambda z, *w: _after(ufunc.at, z, [0, 2, 2], *w)), (V,) * ufunc.nin
    if method == "reduceat":
        return (lambda z: ufunc.reduceat(z, [0, 2])), (V,)
    if method in ("reduce", "accumulate"):
        return getattr(ufunc, method), (V,)
    return getattr(ufunc, method), (V,) * ufunc.nin


def takes_complex_numbers(key: Any) -> bool:
    """Whether an entry of the rule table is for a function of NumPy's that has a slope by complex numbers."""
    f = key[0] if isinstance(key, tuple) else key
    if isinstance(f, np.ufunc):
        ours = vars(np._core.umath).get(f.__name__) is f  # and not SciPy's
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

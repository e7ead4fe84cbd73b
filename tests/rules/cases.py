"""How each function in the rule table is called: one row for each, with the shapes of what is differentiated."""

import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import structgrad.rules  # noqa: F401  # the table is filled when the first value is traced, and is read here before
from structgrad.tape.rule import RULES

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
    "_core.umath.clip": (lambda a, b: np._core.umath.clip(a, b, 3 + 1j), V, V),  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # private, and called by v.clip
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
    "apply_along_axis": (lambda a: np.apply_along_axis(np.cumprod, 0, a), M),  # pyright: ignore[reportArgumentType, reportCallIssue]  # NumPy types cumprod by overloads
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


def _after(write: Callable[..., Any], a: Any, *args: Any, **options: Any) -> Any:
    """An array after something was written into it: complex if one of its arguments is."""
    b = (1j if any(map(np.iscomplexobj, (a, *args))) else 1.0) * a
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


# Functions of real numbers, and what functions of complex numbers have besides where the numbers are real.
ONLY_REAL: dict[str, tuple[Any, ...]] = {
    "i0": (np.i0, V),
    "unwrap": (lambda a: np.unwrap(5 * a), V),
    "fft.rfft": (np.fft.rfft, V),
    "fft.ihfft": (np.fft.ihfft, V),
    "fft.rfft2": (np.fft.rfft2, M),
    "fft.rfftn": (np.fft.rfftn, M),
    "bincount": (lambda w: np.bincount([0, 1, 1], w), V),
    "histogramdd": (lambda w: np.histogramdd(np.ones((3, 1)), 2, weights=w)[0], V),
    "histogram2d": (lambda w: np.histogram2d([0.3, 1.2, 0.4], [1.0, 2.0, 3.0], 2, weights=w)[0], V),
    "interp": (lambda x, xp, y: np.interp(x / 8, np.sort(xp), y), M, V, V),
    "ldexp": (lambda a: np.ldexp(a, [1, -2, 3]), V),
    "frexp": (lambda a: np.frexp(a)[0], V),
    "clip": (lambda a, low, high: np.clip(a, low / 4, high + 1), V, V, S),
    "where": (lambda a, b: np.where(MASK, a, b), M, V),
    "piecewise": (lambda a: np.piecewise(a, [MASK], [lambda x: x**2, lambda x: 3 * x]), V),
    "copyto": (lambda a, w: _after(np.copyto, a, w, where=MASK), V, V),
}
for _name in ("quantile", "nanquantile"):
    ONLY_REAL[_name] = (lambda a, q, name=_name: getattr(np, name)(a, q / 2), V, S)
for _name in ("percentile", "nanpercentile"):
    ONLY_REAL[_name] = (lambda a, q, name=_name: getattr(np, name)(a, q * 50), V, S)

TABLE: dict[Any, Row] = {operator.getitem: (lambda z: z[[0, 0, 2]], (V,))}
TABLE |= {function(name): (function(name), shapes) for shapes, names in CALLED_WITH.items() for name in names.split()}
TABLE |= {function(name): (call, tuple(shapes)) for name, (call, *shapes) in SPELT_OUT.items()}
TABLE_OF_REALS: dict[Any, Row] = {function(name): (call, tuple(shapes)) for name, (call, *shapes) in ONLY_REAL.items()}
TABLE_OF_REALS[np.ldexp, "outer"] = (lambda a: np.ldexp.outer(a, [1, -2]), (V,))
TABLE_OF_REALS[np.ldexp, "at"] = (lambda a: _after(np.ldexp.at, a, [0, 2, 2], [1, -2, 3]), (V,))
for _ufunc in (np.power, np.arctan2):  # whose `reduce` NumPy computes wrongly along a row
    TABLE_OF_REALS[_ufunc, "reduce"] = (lambda a, ufunc=_ufunc: ufunc.reduce(np.copy(a, order="C")), (Q,))
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


def real_row_of(key: Any) -> Row:
    """How to call it with real numbers; `at`, of a function that is not defined everywhere, once for each."""
    if isinstance(key, tuple) and key[1] == "at" and key[0].__name__ in DOMAINS:
        return (lambda z, *w: _after(key[0].at, z, [0, 2], *[x[:2] for x in w])), (V,) * key[0].nin
    return TABLE_OF_REALS.get(key) or row_of(key)


def is_numpys(key: Any) -> bool:
    """Whether an entry of the rule table is for a function of NumPy's; SciPy's ufuncs may be there too."""
    f = key[0] if isinstance(key, tuple) else key
    if isinstance(f, np.ufunc):
        return vars(np._core.umath).get(f.__name__) is f or f in vars(np).values()  # pyright: ignore[reportAttributeAccessIssue]  # private
    return f is operator.getitem or (getattr(f, "__module__", None) or "").startswith("numpy")


# NumPy's own functions that it refuses to compute: ldexp wants a whole number, and gives none.
REFUSED = [(np.ldexp, "reduce"), (np.ldexp, "accumulate"), (np.ldexp, "reduceat")]
ENTRIES = [
    key for key, rule in RULES.items() if rule.status in ("slope", "derived") and is_numpys(key) and key not in REFUSED
]

# Where a function of real numbers is defined, or away from its jumps, if not for numbers of both signs up to 1.6.
_POSITIVE = """sqrt log log2 log10 log1p power float_power geomspace quantile nanquantile percentile
    nanpercentile cbrt""".split()
DOMAINS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_POSITIVE, np.abs),
    **dict.fromkeys(["arcsin", "arccos", "arctanh"], lambda x: x / 2),
    "arccosh": lambda x: 1 + np.abs(x),
}


def numbers(key: Any, shapes: Sequence[Shape], dtype: Any = float) -> list[Any]:
    """Distinct real arguments of some shapes, where the function is defined; a number for ().

    They are multiples of 1/64, so that sums and products of a few are exact, in whatever order NumPy has them; but
    no powers of 2, where frexp jumps, or modf.
    """
    rng = np.random.default_rng(5)
    multiples = np.setdiff1d(np.arange(26, 103), [32, 64])
    pool = iter(rng.permutation(multiples) * rng.choice((-1, 1), len(multiples)) / 64)
    to_domain = DOMAINS.get(RULES[key].name.partition(".")[0] if isinstance(key, tuple) else RULES[key].name, np.array)
    parts = [to_domain(np.array([next(pool) for _ in range(math.prod(shape))]).reshape(shape)) for shape in shapes]
    return [x.astype(dtype) if x.ndim else dtype(x) for x in parts]

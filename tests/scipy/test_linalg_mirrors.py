"""`structgrad.scipy.linalg` is `scipy.linalg`: whole, exact on plain arguments, in either precision."""

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.scipy import linalg
from structgrad.testing import check_gradient

RNG = np.random.default_rng(6)
A = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
P = A @ A.T
V = RNG.normal(size=3)
BANDS = np.stack([V, V + 6, V])
CASES: dict[str, Any] = {
    "block_diag": (A, V),
    "circulant": (V,),
    "companion": (V,),
    "toeplitz": (V, V),
    "hankel": (V, V),
    "cho_factor": (P,),
    "cho_solve": ((A, True), V),
    "cholesky": (P,),
    "det": (A,),
    "eigh": (P,),
    "eigh_tridiagonal": (V, V[1:]),
    "expm": (A,),
    "expm_frechet": (A, P),
    "hessenberg": (A,),
    "inv": (A,),
    "logm": (P,),
    "lstsq": (A, V),
    "lu": (A,),
    "lu_factor": (A,),
    "lu_solve": (scipy.linalg.lu_factor(A), V),
    "norm": (A,),
    "pinv": (A,),
    "polar": (A,),
    "qr": (A,),
    "schur": (A,),
    "solve": (A, V),
    "solve_banded": ((1, 1), BANDS, V),
    "solve_continuous_lyapunov": (A, P),
    "solve_sylvester": (A, P, A),
    "solve_triangular": (A, V),
    "sqrtm": (P,),
    "svd": (A,),
    "coshm": (A,),
    "cosm": (A,),
    "eig": (A,),
    "eigvals": (A,),
    "eigvalsh": (P,),
    "eigvalsh_tridiagonal": (V, V[1:]),
    "fiedler": (V,),
    "khatri_rao": (A, P),
    "leslie": (V, V[1:]),
    "null_space": (A[:2],),
    "orth": (A,),
    "sinhm": (A,),
    "sinm": (A,),
    "solve_discrete_lyapunov": (A / 9, P),
    "solve_lyapunov": (A, P),
    "solve_toeplitz": (V + BANDS[1] * (V == V[0]), V),
    "solveh_banded": (BANDS[1:], V, False, False, True),
    "svdvals": (A,),
    "tanhm": (A / 9,),
    "tanm": (A / 9,),
}


def _arrays(x: Any) -> list[Any]:
    return [y for item in x for y in _arrays(item)] if isinstance(x, list | tuple) else [x]


def test_every_mirror_is_among_the_cases() -> None:
    assert set(CASES) == set(linalg.__all__)


@pytest.mark.feature(139)
@pytest.mark.parametrize("name", CASES)
def test_plain_arguments_give_what_scipy_gives(name: str) -> None:
    mirror, function = getattr(linalg, name), getattr(scipy.linalg, name)

    assert mirror.__doc__ == function.__doc__
    for x, y in zip(_arrays(mirror(*CASES[name])), _arrays(function(*CASES[name])), strict=True):
        assert type(x) is type(y)
        np.testing.assert_array_equal(x, y)


def _narrow(x: Any) -> Any:
    if isinstance(x, tuple):
        return tuple(map(_narrow, x))
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype == np.float64 else x


@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")  # SciPy compares single precision with double
@pytest.mark.parametrize("name", [name for name in CASES if name not in ("null_space", "orth", "eig", "eigvals")])
def test_float32_stays_float32(name: str) -> None:
    def loss(x: Any, rest: Any) -> Any:
        first = x if name != "lu_solve" else (x, CASES[name][0][1])
        y = getattr(linalg, name)(*((first, *rest) if name != "solve_banded" else ((1, 1), x, V)))
        weight = 1.0
        total = 0.0
        for item in _arrays(y):
            if getattr(item, "dtype", np.dtype(int)).kind in "fc":
                weight += 0.5
                total = total + weight * np.sum(np.abs(item) ** 2)
        return total

    args = CASES[name] if name != "solve_banded" else (BANDS,)
    first = args[0][0] if isinstance(args[0], tuple) else args[0]
    if name == "cho_solve":
        f = lambda x, rest: np.sum(linalg.cho_solve((x, True), V) ** 2)  # noqa: E731
    else:
        f = loss
    wide = sg.grad_bp(f)(first, args[1:])
    narrow = sg.grad_bp(f)(_narrow(first), _narrow(args[1:]))

    assert narrow.dtype == np.float32
    # Some hundred roundings, and of slopes that are sums of larger numbers.
    np.testing.assert_allclose(narrow, wide, rtol=2e-3, atol=2e-4 * np.max(np.abs(wide)))


def test_what_is_not_mirrored_is_scipys_own() -> None:
    assert linalg.hilbert is scipy.linalg.hilbert
    assert linalg.LinAlgError is np.linalg.LinAlgError
    with pytest.raises(AttributeError, match="no attribute"):
        _ = linalg.no_such_function
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda a: np.sum(linalg.cholesky_banded(a)), BANDS[1:])


def test_nested_lists_object_arrays_and_tuples_are_seen() -> None:
    check_gradient(lambda v, w: linalg.solve([[v, 1.0], [0.5, w]], [1.0, 2.0]), 2.0, 3.0)
    check_gradient(lambda v: linalg.inv(np.asarray(v)), A)
    check_gradient(lambda c: linalg.cho_solve((np.asarray(c), True), V), A)
    check_gradient(lambda v: linalg.lu_solve(linalg.lu_factor(v), list(V)), A)


@pytest.mark.parametrize("name", "inv det cholesky eigvalsh expm sqrtm schur hessenberg lu qr svd polar norm".split())
def test_what_has_no_items_has_no_slope(name: str) -> None:
    none = np.zeros((0, 0))

    value, pullback = sg.vjp(getattr(linalg, name))(none)

    for x, y in zip(_arrays(value), _arrays(getattr(scipy.linalg, name)(none)), strict=True):
        np.testing.assert_array_equal(x, y)
    assert pullback(value).shape == (0, 0)


def test_no_right_hand_sides_leave_no_slope() -> None:
    assert not np.any(sg.vjp(lambda a: linalg.solve(a, np.zeros((3, 0))))(A)[1](np.zeros((3, 0))))


@pytest.mark.feature(139)
def test_tangents_are_pushed_forward_as_cotangents_are_pulled_back() -> None:
    def f(p: Any) -> Any:
        a, b = p
        x = linalg.solve(linalg.expm(a / 9), linalg.cholesky(b)) @ linalg.qr(a)[0]
        return linalg.logm(linalg.polar(x)[1]) + linalg.sqrtm(b) + linalg.solve_sylvester(a, b, linalg.pinv(x))

    tangent, cotangent = (A.T, P + 1.0), A[::-1]
    _, pushed = sg.jvp(f)((A, P), tangent)
    da, db = sg.vjp(f)((A, P))[1](cotangent)

    expected = np.sum(da * tangent[0]) + np.sum(db * tangent[1])
    np.testing.assert_allclose(np.sum(pushed * cotangent), expected, rtol=1e-9)  # rounding, through a dozen steps

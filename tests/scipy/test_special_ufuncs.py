"""Every ufunc of scipy.special: it has a status, and its slopes are those of its own values."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.tape.rule import RULES
from structgrad.testing import check_gradient

importlib.import_module("structgrad.rules.scipy_special")

Args = tuple[Any, ...]
X, U = [0.7], [0.3]
# Arguments in lists are differentiated, the others held.
CASES: dict[str, list[Args]] = {
    **{name: [(X,)] for name in "cbrt cosm1 dawsn entr erf erfc erfcinv erfcx erfi erfinv exp1 exp10 exp2".split()},
    **{
        name: [(X,)]
        for name in "expi expit expm1 exprel fresnel gamma gammaln i0 i0e i1 i1e itairy iti0k0 itj0y0".split()
    },
    **{name: [(X,)] for name in "itmodstruve0 itstruve0 j0 j1 k0 k0e k1 k1e kelvin log1p log_expit logit".split()},
    **{name: [(X,)] for name in "loggamma modfresnelm modfresnelp ndtr ndtri shichi sici wrightomega y0 y1".split()},
    **{name: [(X,), ([2.7],)] for name in "airy it2i0k0 it2j0y0 it2struve0 kolmogorov zetac".split()},
    **{name: [([1.3],), ([12.0],)] for name in "bei beip ber berp kei keip ker kerp".split()},
    **{name: [([33.0],)] for name in "sindg cosdg tandg cotdg".split()},
    **{name: [(U,), ([-2.0],)] for name in ("ellipe", "ellipk")},
    **{name: [(3, U), (2.5, U)] for name in "eval_chebyc eval_chebys eval_chebyt eval_chebyu eval_laguerre".split()},
    **{name: [(3, U), (2.5, U), (0, U)] for name in "eval_legendre eval_sh_chebyt eval_sh_chebyu".split()},
    **{name: [(3, U), (0, U)] for name in "eval_hermite eval_hermitenorm eval_sh_legendre".split()},
    **{name: [(1.3, X)] for name in "jv jve yv yve iv ive kv kve hankel1 hankel1e hankel2 hankel2e".split()},
    **{name: [(1.3, X)] for name in "modstruve pbdv pbvv pbwa hyp0f1".split()},
    **{name: [([1.3], [0.4])] for name in ("agm", "beta", "betaln", "poch", "powm1")},
    **{name: [([1.3], [2.7], U)] for name in "betainc betaincc betaincinv betainccinv".split()},
    **{name: [(3, 10, [0.4])] for name in "bdtr bdtrc bdtri nbdtr nbdtrc nbdtri".split()},
    **{name: [(U, [10.0], [0.4])] for name in ("bdtrik", "nbdtrik")},
    **{name: [([3.2], U, [0.4])] for name in ("bdtrin", "nbdtrin")},
    **{name: [([1.3], X), ([1.3], [0.0])] for name in ("boxcox", "inv_boxcox", "boxcox1p", "inv_boxcox1p")},
    **{name: [([3.3], X)] for name in ("chdtr", "chdtrc", "chdtri")},
    **{name: [(X, [0.4]), ([5.0], U)] for name in ("ellipeinc", "ellipkinc", "ellipj")},
    **{name: [(X, [1.4], [2.2])] for name in ("elliprf", "elliprd", "elliprg")},
    **{name: [([3.0], [5.0], [1.2])] for name in ("fdtr", "fdtrc")},
    **{name: [([1.7], U)] for name in "gammainc gammaincc gammaincinv gammainccinv".split()},
    **{name: [([2.0], [3.0], [1.5])] for name in ("gdtr", "gdtrc")},
    **{name: [([1.0], X), ([1.0], [-1.7])] for name in ("huber", "pseudo_huber")},
    **{name: [(X, [1.9]), (X, [0.8])] for name in ("kl_div", "rel_entr", "xlogy", "xlog1py")},
    **{name: [(2, X)] for name in ("kn", "yn")},
    **{name: [(2, 1.3, [33.0])] for name in ("mathieu_cem", "mathieu_sem")},
    **{name: [(2, 1.3, X)] for name in "mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 mathieu_modsem2".split()},
    **{name: [(1, 2, 1.3, [0.4])] for name in ("obl_ang1", "obl_rad1", "pro_ang1")},
    **{name: [(3, [1.7])] for name in ("pdtr", "pdtrc")},
    **{name: [(5, U)] for name in ("smirnov", "smirnovi")},
    **{name: [(1.3, 2.1, X)] for name in "hyp1f1 hyperu wright_bessel log_wright_bessel".split()},
    "airye": [(X,)],
    "besselpoly": [([1.3], 0.5, 2.0)],
    "binom": [([5.3], [1.7]), ([1.3], [4.6])],
    "btdtria": [(U, [2.7], [0.4])],
    "btdtrib": [([1.7], U, [0.4])],
    "chdtriv": [(U, [2.1])],
    "chndtr": [([2.1], 3.0, [1.3]), ([0.4], 3.0, [0.7])],
    "chndtrinc": [([2.1], 3.0, U)],
    "chndtrix": [([0.4], 3.0, [1.3])],
    "ellipkm1": [(U,)],
    "elliprc": [(X, [1.4]), (X, [-1.4])],
    "elliprj": [(X, [1.4], [2.2], [0.9])],
    "eval_gegenbauer": [(3, 0.7, U), (2.5, 0.7, U)],
    "eval_genlaguerre": [(3, 0.7, U), (2.5, 0.7, U)],
    "eval_jacobi": [(3, 0.7, 1.2, U), (2.5, 0.7, 1.2, U), (0, 0.7, 1.2, U)],
    "eval_sh_jacobi": [(3, 2.2, 1.2, U), (2.5, 2.2, 1.2, U), (0, 2.2, 1.2, U)],
    "expn": [(2, X), (0, X)],
    "fdtri": [([3.0], [5.0], [0.4])],
    "fdtridfd": [([3.0], [0.6], [1.2])],
    "gdtria": [(U, [3.0], [1.5])],
    "gdtrib": [([2.0], U, [1.5])],
    "gdtrix": [([2.0], [3.0], U)],
    "hyp2f1": [(1.3, 2.1, 1.7, [0.4])],
    "kolmogi": [(U,), ([0.9],)],
    "log_ndtr": [(X,), ([-3.0],)],
    "lpmv": [(1, 2.5, U), (0, 3, U), (-1, 2, U), (-2, 2, U), (2, 3, U)],
    "ncfdtr": [(3.0, 5.0, [1.2], [0.8])],
    "ncfdtri": [(3.0, 5.0, [1.2], [0.4])],
    "ncfdtrinc": [(3.0, 5.0, U, [0.8])],
    "ndtri_exp": [([-0.7],)],
    "nrdtrimn": [(U, [1.2], X)],
    "nrdtrisd": [(U, X, [1.7])],
    "obl_ang1_cv": [(1, 2, 1.3, special.obl_cv(1, 2, 1.3), [0.4])],
    "obl_rad1_cv": [(1, 2, 1.3, special.obl_cv(1, 2, 1.3), [0.4])],
    "owens_t": [(X, [1.3])],
    "pdtri": [(3, [0.4])],
    "pdtrik": [(U, [5.5])],
    "pro_ang1_cv": [(1, 2, 1.3, special.pro_cv(1, 2, 1.3), [0.4])],
    "pro_rad1": [(1, 2, 1.3, [1.4])],
    "pro_rad1_cv": [(1, 2, 1.3, special.pro_cv(1, 2, 1.3), [1.4])],
    "psi": [(X,), ([-1.3],)],
    "radian": [([1.0], [2.0], [3.0])],
    "rgamma": [(X,), ([-1.0],)],
    "spence": [(X,), ([0.95],), ([1.0],), ([3.0],)],
    "stdtr": [([3.3], X), ([3.3], [-0.7])],
    "stdtridf": [([0.8], [1.1])],
    "stdtrit": [([3.3], U)],
    "struve": [(1.3, X), (1.3, [2.7])],
    "tklmbda": [(X, [0.4]), ([-0.7], [-0.4])],
    "voigt_profile": [(X, [1.3], [0.4])],
    "wofz": [(X,)],
}
UFUNCS = {f.__name__: f for f in vars(special).values() if isinstance(f, np.ufunc)}
# The values SciPy finds by iteration, to some seven digits; differences of them have as many.
ITERATED = {"ncfdtrinc": 1e-3}
# In float32 SciPy's own loops of these give NaN, or never end.
WIDE = ("mathieu", "obl", "pro")
ROWS = [(name, case) for name, cases in CASES.items() for case in cases]
IDS = [f"{name}-{case}" for name, case in ROWS]
# Those whose pullback is a formula of its own kind, for the second order.
KINDS = """
    erf erfcx dawsn wofz voigt_profile log_ndtr ndtri_exp owens_t gamma rgamma psi beta binom poch zetac xlogy kl_div
    pseudo_huber exprel boxcox tklmbda agm jv jve ive kve i1e hankel1e struve expn spence sici modfresnelp it2j0y0 airy
    airye kelvin berp pbdv mathieu_cem obl_rad1 pro_ang1 hyp1f1 ellipk ellipkinc elliprd elliprj elliprc eval_jacobi
    lpmv
    chndtr ncfdtr kolmogorov expit sindg
"""


def of_moving(name: str, case: Args) -> tuple[Callable[..., Any], list[float]]:
    """A ufunc of those of its arguments that move, and where they are."""
    at = [i for i, x in enumerate(case) if isinstance(x, list)]

    def f(*moving: Any) -> Any:
        whole = list(case)
        for i, x in zip(at, moving, strict=True):
            whole[i] = x
        return UFUNCS[name](*whole)

    return f, [case[i][0] for i in at]


def ones(y: Any) -> Any:
    """A cotangent for an output, or for each of several."""
    return tuple(map(ones, y)) if isinstance(y, tuple) else np.ones(np.shape(y), np.result_type(y))[()]


def test_every_ufunc_has_a_status() -> None:
    assert [] == [name for name, f in UFUNCS.items() if f not in RULES]


def test_every_ufunc_with_a_slope_has_a_case_here() -> None:
    assert {name for name, f in UFUNCS.items() if RULES[f].status == "slope"} == set(CASES)


@pytest.mark.parametrize(("name", "case"), ROWS, ids=IDS)
def test_slopes_agree_with_differences(name: str, case: Args) -> None:
    f, at = of_moving(name, case)

    check_gradient(f, *at, rtol=ITERATED.get(name))


@pytest.mark.parametrize("name", KINDS.split())
def test_second_derivatives_agree_with_differences(name: str) -> None:
    f, at = of_moving(name, CASES[name][0])

    check_gradient(f, *at, order=2)


@pytest.mark.filterwarnings("ignore:non-integer arg n")  # SciPy says so of bdtr(3, 10, p) with p in float32
@pytest.mark.parametrize(("name", "case"), [row for row in ROWS if not row[0].startswith(WIDE)])
def test_arrays_broadcast_and_float32_stays_float32(name: str, case: Args) -> None:
    f, at = of_moving(name, case)
    single = sg.vjp(lambda args: f(*args))(tuple(at))
    columns = [np.full((3, 1) if i % 2 else (2,), x, np.float32) for i, x in enumerate(at)]
    many, pullback = sg.vjp(lambda args: f(*args))(tuple(columns))

    grads, expected = pullback(ones(many)), single[1](ones(single[0]))

    size = np.broadcast_shapes(*[x.shape for x in columns])
    for column, grad, one in zip(columns, grads, expected, strict=True):
        assert grad.dtype == np.float32
        # A hundred roundings of numbers that differ, more where SciPy's inverse is flat.
        np.testing.assert_allclose(grad, np.full(column.shape, one * np.prod(size) / column.size), rtol=5e-3, atol=1e-4)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_trusted_cotangents_have_the_shape_and_dtype_of_their_arguments(shape: tuple[int, ...]) -> None:
    for name in [name for name in CASES if RULES[UFUNCS[name]].trusted and RULES[UFUNCS[name]].direct]:
        args = [np.full(shape, x[0])[()] if isinstance(x, list) else x for x in CASES[name][0]]
        y = UFUNCS[name](*args)
        for pull, x in zip(RULES[UFUNCS[name]].by_position, args, strict=True):
            if pull is not None:
                dx = pull.of(y * 0 + np.float64(1.5), *pull.keep((*args, y)))
                assert (name, type(dx), np.shape(dx), dx.dtype) == (name, type(x), shape, np.float64)


@pytest.mark.parametrize("name", [name for name, f in UFUNCS.items() if RULES[f].status == "refused"])
def test_what_has_no_derivative_says_so(name: str) -> None:
    f = UFUNCS[name]

    with pytest.raises(LostGradientError, match=r"structgrad\.op"):
        sg.vjp(lambda x: f(*[1.0] * (f.nin - 1), x))(0.5)


@pytest.mark.parametrize(
    ("f", "argument"),
    [
        (lambda v: special.jv(v, 1.0), "v"),
        (lambda v: special.hyp2f1(1.0, v, 2.0, 0.3), "b"),
        (lambda v: special.chndtr(1.0, v, 0.3), "df"),
        (lambda v: special.eval_jacobi(2, 0.3, v, 0.1), "beta"),
        (lambda v: special.nbdtr(2, v, 0.3), "n"),
        (lambda v: special.wright_bessel(v, 1.0, 0.3), "a"),
        (lambda v: special.lambertw(1.0, 0, v).real, "tol"),
    ],
)
def test_an_argument_without_a_derivative_raises_and_is_named(f: Callable[..., Any], argument: str) -> None:
    with pytest.raises(MissingRuleError, match=f"no derivative by its argument {argument} "):
        sg.grad_bp(f)(3.0)


SHAPED: list[Callable[..., Any]] = [special.gammainc, special.stdtr, lambda a, x: special.betainc(a, 0.7, x)]


@pytest.mark.parametrize("f", SHAPED)
def test_second_derivatives_by_a_shape_raise_and_mixed_ones_are_right(f: Callable[..., Any]) -> None:
    check_gradient(lambda x: sg.grad_bp(lambda a: f(a, x))(1.7), 0.4)

    with pytest.raises(MissingRuleError, match="by its argument a"):
        sg.grad_bp(lambda a: sg.grad_bp(lambda b: f(b, 0.4))(a))(1.7)


def test_counts_that_are_rounded_down_are_flat() -> None:
    assert sg.grad_bp(lambda k: special.bdtr(k, 5, 0.3) + special.pdtr(k, 0.3))(2.5) == 0.0
    assert sg.grad_bp(lambda x: special.gammasgn(x) + special.round(x) + x)(2.4) == 1.0

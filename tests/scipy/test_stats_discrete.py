"""The distributions of counts of structgrad.scipy.stats: SciPy's values, and slopes by their shapes."""

from typing import Any

import numpy as np
import pytest
import scipy.stats

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import stats
from structgrad.testing import check_gradient

SHAPES: dict[str, tuple[float, ...]] = {
    "bernoulli": (0.3,),
    "binom": (6, 0.35),
    "geom": (0.4,),
    "nbinom": (2.7, 0.35),
    "poisson": (2.4,),
    "betabinom": (6, 1.4, 2.2),
}
METHODS = ["pmf", "logpmf", "cdf", "logcdf", "sf", "logsf"]
# Below the support, in it, between whole numbers, beyond it.
K = np.array([-1.0, 0.0, 0.5, 1.0, 2.0, 3.7, 6.0, 7.0])


def of(name: str, method: str) -> Any:
    return getattr(getattr(stats, name), method)


def slopes(f: Any, k: float, shapes: tuple[float, ...]) -> tuple[float, ...]:
    return sg.grad_bp(lambda shapes: f(k, *shapes), shapes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SHAPES)
def test_slopes_by_the_shapes_agree_with_differences(name: str, method: str) -> None:
    if name == "betabinom" and "pmf" not in method:
        with pytest.raises(MissingRuleError, match=rf"betabinom\.{method} .* argument a \(test_stats_discrete"):
            sg.grad_bp(lambda a: of(name, method)(1, 6, a, 2.2), 1.4)
        return

    def finite(*shapes: float) -> Any:
        """The infinite ones put aside, which no difference measures."""
        y = of(name, method)(K, *shapes)
        return np.where(np.isfinite(y), y, 0.0)

    order = 1 if name == "nbinom" and "pmf" not in method else 2  # the incomplete beta function has one slope by n
    check_gradient(finite, *SHAPES[name], order=order)
    check_gradient(lambda *shapes: np.exp(of(name, "logpmf")(K + 1, *shapes, loc=1)), *SHAPES[name])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", SHAPES)
def test_under_differentiation_the_values_are_scipys(name: str, method: str) -> None:
    if name == "betabinom" and "pmf" not in method:
        return
    scipys = getattr(getattr(scipy.stats, name), method)
    *whole, last = SHAPES[name]
    with np.errstate(all="ignore"):
        for k in (K, K.astype(int), 200.0, np.float32(2)):
            for loc in ((), (1,)):
                found, _ = sg.vjp(lambda p, k=k, loc=loc: of(name, method)(k, *whole, p, *loc))(last)
                np.testing.assert_array_equal(found, scipys(k, *whole, last, *loc))


@pytest.mark.parametrize("k", [-1, 0.5, -np.inf])
@pytest.mark.parametrize("name", SHAPES)
def test_where_nothing_is_nothing_moves(name: str, k: float) -> None:
    for f in (of(name, "pmf"), of(name, "logpmf")):
        for slope in slopes(f, k, SHAPES[name]):
            assert slope == 0.0


def test_parameters_broadcast_and_freeze() -> None:
    rates = np.array([[0.3], [2.0]])

    check_gradient(lambda mu: stats.poisson.logpmf([0, 1, 5], mu), rates, order=2)
    check_gradient(lambda mu: stats.poisson(mu, loc=1).pmf(k=[1, 2, 5]), rates, order=2)
    check_gradient(lambda p: stats.binom([3, 4, 5], p).logsf(2), rates / 4)


def test_sure_and_impossible_outcomes_have_finite_slopes() -> None:
    assert [slopes(stats.bernoulli.pmf, k, (p,)) for k in (0, 1) for p in (0.0, 1.0)] == [(-1,), (-1,), (1,), (1,)]
    assert sg.grad_bp(lambda p: stats.bernoulli.logpmf(1, p), 1.0) == 1.0
    assert sg.grad_bp(lambda p: stats.binom.logpmf(3, 3, p), 1.0) == 3.0
    assert sg.grad_bp(lambda mu: stats.poisson.logpmf(0, mu), 0.0) == -1.0
    assert sg.grad_bp(lambda p: stats.geom.pmf(1, p), 1.0) == 1.0


def test_slopes_keep_their_digits_where_shapes_are_large() -> None:
    # ψ(n + k) − ψ(n) + log p for n = 1e9, k = 3, p = 1 − 1e-8: three times 1/n, less 1e-8.
    expected = sum(1 / (1e9 + i) for i in range(3)) + np.log1p(-1e-8)

    assert sg.grad_bp(lambda n: stats.nbinom.logpmf(3, n, 1 - 1e-8), 1e9) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_counts_have_no_slope(method: str) -> None:
    for argument, f in [
        ("k", lambda v: of("binom", method)(v, 6, 0.3)),
        ("n", lambda v: of("binom", method)(2, v, 0.3)),
        ("loc", lambda v: of("binom", method)(2, 6, 0.3, v)),
    ]:
        with pytest.raises(MissingRuleError, match=rf"binom\.{method} has no derivative by its argument {argument} "):
            sg.grad_bp(f, 6.0 if argument == "n" else 2.0)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("method", ["mean", "var", "std", "entropy"])
def test_summaries_agree_with_differences_where_they_have_a_short_form(name: str, method: str) -> None:
    if method == "entropy" and name not in ("bernoulli", "geom"):
        with pytest.raises(MissingRuleError, match=rf"stats\.{name}\.entropy has no derivative"):
            sg.grad_bp(lambda shapes: of(name, method)(*shapes), SHAPES[name])
    else:
        check_gradient(lambda *shapes: of(name, method)(*shapes), *SHAPES[name])

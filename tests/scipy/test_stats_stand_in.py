"""Whether `from structgrad.scipy import stats` replaces `from scipy import stats` whole."""

import copy
import pickle

import numpy as np
import pytest
import scipy.stats

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError
from structgrad.scipy import stats


def test_what_is_not_mirrored_is_scipys() -> None:
    assert stats.ttest_ind is scipy.stats.ttest_ind
    assert stats.rv_continuous is scipy.stats.rv_continuous
    assert not [name for name in scipy.stats.__all__ if not hasattr(stats, name)]
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = stats.nothing_like_it


def test_distributions_are_what_scipys_functions_ask_for() -> None:
    data = np.sin(np.arange(30.0))

    assert [stats.norm.__class__, stats.poisson.__class__] == [type(scipy.stats.norm), type(scipy.stats.poisson)]
    assert stats.norm(0.0, 2.0).__class__ is type(scipy.stats.norm())
    np.testing.assert_array_equal(stats.probplot(data, dist=stats.norm)[0], stats.probplot(data, dist="norm")[0])
    assert stats.kstest(data, stats.norm.cdf) == stats.kstest(data, "norm")
    assert stats.fit(stats.norm, data, {"loc": (-1, 1), "scale": (0.1, 2)}).params.loc == pytest.approx(
        data.mean(), abs=1e-5
    )


def test_the_rest_of_a_distribution_is_scipys() -> None:
    assert stats.norm.name == "norm"
    assert stats.gamma.shapes == "a"
    assert stats.norm.fit([1.0, 2.0, 4.0]) == scipy.stats.norm.fit([1.0, 2.0, 4.0])
    assert stats.norm.rvs(random_state=1) == scipy.stats.norm.rvs(random_state=1)
    assert stats.beta(1.0, 2.0).support() == (0.0, 1.0)
    assert stats.beta(1.0, 2.0).stats("mv") == scipy.stats.beta(1.0, 2.0).stats("mv")
    assert stats.binom(5, 0.2).ppf(0.4) == scipy.stats.binom(5, 0.2).ppf(0.4)
    assert repr(stats.norm) == repr(stats.norm(0.0)) == "<structgrad.scipy.stats.norm>"
    with pytest.raises(TypeError, match="'a'"):
        stats.gamma()
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = stats.norm.nothing_like_it


def test_distributions_copy_and_pickle() -> None:
    for dist in (stats.norm, stats.poisson, stats.multivariate_normal):
        assert copy.deepcopy(dist) is dist
        assert pickle.loads(pickle.dumps(dist)) is dist
    for frozen in (stats.poisson(2.5), stats.dirichlet([1.0, 2.0])):
        for twin in (copy.deepcopy(frozen), pickle.loads(pickle.dumps(frozen))):
            np.testing.assert_array_equal(twin.mean(), frozen.mean())
    kde = stats.gaussian_kde([0.1, 0.4, 0.5])
    assert pickle.loads(pickle.dumps(kde)).pdf(0.3) == copy.deepcopy(kde).pdf(0.3) == kde.pdf(0.3)


def test_methods_without_a_derivative_say_so() -> None:
    message = r"stats\.norm\.{} has no derivative \(test_stats_stand_in\.py:\d+\), and a traced value is among its {}"
    with pytest.raises(MissingRuleError, match=message.format("rvs", "arguments")):
        sg.grad_bp(lambda v: stats.norm.rvs(v), 0.3)
    with pytest.raises(MissingRuleError, match=message.format("interval", "parameters")):
        sg.grad_bp(lambda v: stats.norm(v).interval(0.9), 0.3)
    with pytest.raises(LostGradientError):
        sg.grad_bp(lambda v: stats.ttest_1samp(v, 0.0).statistic, np.array([0.3, 0.4]))

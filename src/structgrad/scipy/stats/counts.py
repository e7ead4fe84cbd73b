"""Distributions of counts: bernoulli, binom, geom, nbinom, poisson, betabinom."""

import math
from typing import Any, Final

import numpy as np
from scipy import stats

from structgrad.rules.scipy_special.gammas import digamma_gap
from structgrad.rules.scipy_special.shapes import betainc_by_a
from structgrad.scipy.stats.digits import ratio
from structgrad.scipy.stats.discrete import Discrete


def _from_zero(*shapes: Any) -> tuple[float, float]:
    return 0.0, math.inf


bernoulli: Final = Discrete(
    stats.bernoulli,
    support=lambda p: (0.0, 1.0),
    score={"p": lambda k, p: ratio(k, p) - ratio(1 - k, 1 - p)},
    mass={"p": lambda k, p: 2 * k - 1},
    below={"p": lambda k, p: k - 1},
)
binom: Discrete = Discrete(
    stats.binom,
    support=lambda n, p: (0.0, n),
    score={"p": lambda k, n, p: ratio(k, p) - ratio(n - k, 1 - p)},
    below={"p": lambda k, n, p: -n * binom.pmf(k, np.maximum(n - 1, 0), p)},
)
geom: Final = Discrete(
    stats.geom,
    support=lambda p: (1.0, math.inf),
    score={"p": lambda k, p: 1 / p - ratio(k - 1, 1 - p)},
    below={"p": lambda k, p: k * (1 - p) ** (k - 1)},
)
nbinom: Discrete = Discrete(
    stats.nbinom,
    support=_from_zero,
    score={
        "n": lambda k, n, p: digamma_gap(n, k) + np.log(p),
        "p": lambda k, n, p: n / p - ratio(k, 1 - p),
    },
    below={
        "n": lambda k, n, p: betainc_by_a(n, k + 1, p, 1 - p),
        "p": lambda k, n, p: (n + k) / p * nbinom.pmf(k, n, p),
    },
)
poisson: Discrete = Discrete(
    stats.poisson,
    support=_from_zero,
    score={"mu": lambda k, mu: ratio(k, mu) - 1},
    below={"mu": lambda k, mu: -poisson.pmf(k, mu)},
)
betabinom: Final = Discrete(
    stats.betabinom,
    support=lambda n, a, b: (0.0, n),
    score={
        "a": lambda k, n, a, b: digamma_gap(a, k) - digamma_gap(a + b, n),
        "b": lambda k, n, a, b: digamma_gap(b, n - k) - digamma_gap(a + b, n),
    },
)

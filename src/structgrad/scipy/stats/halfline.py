"""Distributions on a half-line: expon, gamma, chi2, pareto."""

import math
from typing import Any, Final

import numpy as np
from scipy import special, stats

from structgrad.rules.scipy_special.shapes import gammainc_by_a
from structgrad.scipy.stats.continuous import Continuous
from structgrad.scipy.stats.digits import ratio
from structgrad.scipy.stats.standard import Standard


def _positive(*shapes: Any) -> tuple[float, float]:
    return 0.0, math.inf


expon: Final = Continuous(
    Standard(
        stats.expon,
        support=_positive,
        score={"x": lambda x: -1.0},
        lower=lambda x: 1 / np.expm1(x),
        upper=lambda x: 1.0,
    )
)
gamma: Final = Continuous(
    Standard(
        stats.gamma,
        support=_positive,
        score={"x": lambda x, a: ratio(a - 1, x) - 1, "a": lambda x, a: np.log(x) - special.digamma(a)},
        below={"a": lambda x, a: gammainc_by_a(a, x)},
    )
)
chi2: Final = Continuous(
    Standard(
        stats.chi2,
        support=_positive,
        score={
            "x": lambda x, df: (ratio(df - 2, x) - 1) / 2,
            "df": lambda x, df: (np.log(x / 2) - special.digamma(df / 2)) / 2,
        },
        below={"df": lambda x, df: gammainc_by_a(df / 2, x / 2) / 2},
    )
)
pareto: Final = Continuous(
    Standard(
        stats.pareto,
        support=lambda b: (1.0, math.inf),
        within=lambda b: 2.0,
        score={"x": lambda x, b: -(b + 1) / x, "b": lambda x, b: 1 / b - np.log(x)},
        velocity={"b": lambda x, b: -x * np.log(x) / b},
        lower=lambda x, b: b / x / np.expm1(b * np.log(x)),
        upper=lambda x, b: b / x,
    )
)

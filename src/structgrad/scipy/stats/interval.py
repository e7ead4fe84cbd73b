"""Distributions on an interval: uniform, beta, truncnorm."""

from typing import Any, Final

import numpy as np
from scipy import stats

from structgrad.rules.scipy_special.gammas import digamma_gap
from structgrad.rules.scipy_special.shapes import betainc_by_a
from structgrad.scipy.mirrored import constant
from structgrad.scipy.stats.continuous import Continuous
from structgrad.scipy.stats.digits import ratio
from structgrad.scipy.stats.standard import Standard


def _unit(*shapes: Any) -> tuple[float, float]:
    return 0.0, 1.0


uniform: Final = Continuous(
    Standard(
        stats.uniform,
        support=_unit,
        score={"x": lambda x: 0.0},
        lower=lambda x: 1 / x,
        upper=lambda x: 1 / (1 - x),
    )
)
beta: Final = Continuous(
    Standard(
        stats.beta,
        support=_unit,
        score={
            "x": lambda x, a, b: ratio(a - 1, x) - ratio(b - 1, 1 - x),
            "a": lambda x, a, b: np.log(x) + digamma_gap(a, b),
            "b": lambda x, a, b: np.log1p(-x) + digamma_gap(b, a),
        },
        below={
            "a": lambda x, a, b: betainc_by_a(a, b, x, 1 - x),
            "b": lambda x, a, b: -betainc_by_a(b, a, 1 - x, x),
        },
    )
)


def _at_end(end: Any, a: Any, b: Any) -> Any:
    """The density of a truncated normal at one of its ends: what is lost there as the end moves inwards."""
    return truncnorm.pdf(end, a, b)


def _with_lower(x: Any, a: Any, b: Any) -> Any:
    logs = truncnorm.standard.steps
    return np.exp(logs["logpdf"](a, a, b) + logs["logsf"](x, a, b) - logs["logpdf"](x, a, b))


def _with_upper(x: Any, a: Any, b: Any) -> Any:
    logs = truncnorm.standard.steps
    return np.exp(logs["logpdf"](b, a, b) + logs["logcdf"](x, a, b) - logs["logpdf"](x, a, b))


truncnorm: Final = Continuous(
    Standard(
        stats.truncnorm,
        support=lambda a, b: (a, b),
        within=lambda a, b: np.clip(0.0, constant(a), constant(b)),
        score={
            "x": lambda x, a, b: -x,
            "a": lambda x, a, b: _at_end(a, a, b),
            "b": lambda x, a, b: -_at_end(b, a, b),
        },
        velocity={"a": _with_lower, "b": _with_upper},
    )
)

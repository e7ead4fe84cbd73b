"""The nan-functions: the function of the same name, on what is not NaN."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.cumulative import multiplied, multiplied_up, summed_up
from structgrad.rules.moments import deviation, spread
from structgrad.rules.reductions import extreme, extreme_initial, meant, summed
from structgrad.tape.rule import rule


def _there(a: Any, where: Any = None) -> Any:
    return ~np.isnan(a) if where is None else ~np.isnan(a) & where


def _sum(g: Any, a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    return summed(g, shape_of(a), axis, keepdims, _there(a, where))


def _mean(g: Any, a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    return meant(g, shape_of(a), axis, keepdims, _there(a, where))


def _prod(g: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    return multiplied(g, a, axis, keepdims, initial, _there(a, where))


def _prod_initial(g: Any, a: Any, axis: Any, keepdims: Any, where: Any) -> Any:
    return g * np.prod(a, axis, keepdims=bool(keepdims), where=_there(a, where))


def _var(g: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any) -> Any:
    return spread(g, a, axis, ddof, keepdims, _there(a, where), mean, correction)


def _std(g: Any, y: Any, a: Any, axis: Any, ddof: Any, keepdims: Any, where: Any, mean: Any, correction: Any) -> Any:
    return deviation(g, y, a, axis, ddof, keepdims, _there(a, where), mean, correction)


rule(np.nansum, selects=True, a=_sum, initial=lambda g: g)
rule(np.nanmean, selects=True, a=_mean)
rule(np.nanprod, selects=True, a=_prod, initial=_prod_initial)
rule(np.nanvar, selects=True, a=_var)
rule(np.nanstd, selects=True, a=_std)
rule(np.nanmax, selects=True, a=extreme, initial=extreme_initial)
rule(np.nanmin, selects=True, a=extreme, initial=extreme_initial)
rule(
    np.nancumsum,
    selects=True,
    a=lambda g, a, axis: np.where(_there(a), summed_up(g, shape_of(a), axis), 0),
)
rule(
    np.nancumprod,
    selects=True,
    a=lambda g, a, axis: np.where(_there(a), multiplied_up(g, np.where(_there(a), a, 1), axis), 0),
)

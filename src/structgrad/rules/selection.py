"""Choosing between values: where, select, choose, compress, extract, piecewise."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import masked
from structgrad.tape.call import primitive, refuse_out
from structgrad.tape.rule import derive, rule


def _truth(condition: Any) -> Any:
    """A condition as the mask that NumPy makes of it, be it numbers, texts or a list."""
    return condition if getattr(condition, "dtype", None) == np.bool else np.where(condition, True, False)


# where(condition) alone is nonzero(condition), and has no slope.
rule(
    np.where,
    params="condition x y",
    flat_in="condition",
    elementwise=True,
    selects=True,
    bounded=True,
    x=lambda g, condition: masked(g, _truth(condition)),
    y=lambda g, condition: masked(g, ~_truth(condition)),
)


def _shares(g: Any, masks: Sequence[Any]) -> list[Any]:
    return [np.where(mask, g, 0.0) for mask in masks]


def _firsts(masks: Sequence[Any]) -> list[Any]:
    """The masks without what an earlier one has; last, what none has."""
    rest: Any = np.True_
    firsts = []
    for mask in masks:
        firsts.append(rest & mask)
        rest = rest & ~np.asarray(mask)
    return [*firsts, rest]


rule(
    np.select,
    flat_in="condlist",
    selects=True,
    choicelist=lambda g, condlist: _shares(g, _firsts(condlist)[:-1]),
    default=lambda g, condlist: np.where(_firsts(condlist)[-1], g, 0.0),
)


def _picks(index: Any, n: int, mode: str) -> list[Any]:
    """For each of n choices the mask of where it is taken."""
    index = np.asarray(index)
    index = index % n if mode == "wrap" else np.clip(index, 0, n - 1)
    return [index == i for i in range(n)]


@primitive
def chosen(index: Any, choices: list[Any], mode: str) -> Any:
    """`np.choose` among a list."""
    return np.choose(index, choices, mode=mode)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType, reportCallIssue]  # mode is a literal to NumPy's stubs


rule(
    chosen,
    params="index choices mode",
    selects=True,
    choices=lambda g, index, choices_shape, mode: _shares(g, _picks(index, len(choices_shape), mode)),
)


def _choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    if out is not None:
        refuse_out("choose")
    return chosen(a, list(choices), mode)  # the rows of a traced array, one by one


derive(np.choose, _choose)


def _compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    if out is not None:
        refuse_out("compress")
    if axis is None:
        a, axis = np.ravel(a), 0
    before = normalize_axis_index(axis, len(shape_of(a)))
    return a[(slice(None),) * before + (np.flatnonzero(condition),)]


derive(np.compress, _compress, own="C")
derive(np.extract, lambda condition, arr: np.ravel(arr)[np.flatnonzero(condition)])


def _piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """Each function sees only the values it is for, as in NumPy; a later condition overrules an earlier one."""
    masks = _masks(condlist, shape_of(x))
    if len(funclist) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    if len(funclist) != len(masks):
        raise ValueError(f"with {len(masks)} conditions, {len(masks)} or {len(masks) + 1} functions are expected")
    items = np.ravel(x)
    y: Any = np.zeros_like(x)
    for mask, function in zip(masks, funclist, strict=True):
        if np.any(mask):
            value = function(items[mask.ravel()], *args, **kw) if callable(function) else function
            y = np.where(mask, _spread(value, mask), y)
    return y


def _masks(condlist: Any, shape: tuple[int, ...]) -> list[Any]:
    """The conditions as a list of masks. One condition may come without a list around it."""
    masks = np.asarray(condlist, dtype=bool)
    single = masks.ndim == 0 or (masks.ndim == 1 and shape != () and not isinstance(condlist[0], list | np.ndarray))
    return [masks] if single else list(masks)


def _spread(value: Any, mask: Any) -> Any:
    """Values for where the mask is true, each in its place; elsewhere whatever there is."""
    if shape_of(value) == ():
        return value
    return value[np.maximum(np.cumsum(mask).reshape(mask.shape) - 1, 0)]


derive(np.piecewise, _piecewise, own="K")

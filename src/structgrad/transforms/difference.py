"""Central differences: what a gradient is checked against, for it knows nothing of tapes and rules."""

import functools
import math
from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from structgrad.arrays import ScalarLike
from structgrad.errors import NothingToDifferentiateError, NotScalarError, UnknownLeafError
from structgrad.struct.leaf import Space
from structgrad.struct.walk import build, flatten, leaf_spaces

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type
Loss = Callable[[list[Any]], float]

# The first step. No part of a period that people write (1/2, 0.1, π/8), so that a wave is not met at the same
# height on both sides; and how much narrower each step is than the one before.
_FIRST, _NARROWER = 0.37, 4.0
# An estimate that agrees so well is at rounding level; narrower steps can only be worse.
_SETTLED = 1e-12


def numerical_gradient(fn: Callable[Concatenate[T, P], ScalarLike], /) -> Callable[Concatenate[T, P], T]:
    """The gradient of a real-valued function by central differences, of exactly the type of its argument.

    fn: `(params, *args, **kw) -> one real number`; params: any struct. Complex leaves give dL/dRe + i dL/dIm;
    discrete and static leaves come out as `grad_bp` gives them. It calls fn some 10 to 70 times a number, so
    it is for tests. The relative error is about 1e-10 for smooth functions of float64, 1e-4 of float32; at a
    kink the mean of both sides comes out. NotScalarError; NothingToDifferentiateError; UnknownLeafError for
    leaves known by their zero, add and one alone, for these can't be moved a little.

    Source: Ridders, Accurate computation of F'(x) and F'(x) F''(x), Advances in Engineering Software 4, 1982.

    >>> from structgrad import testing
    >>> grad = testing.numerical_gradient(lambda p: p["a"] * p["b"] ** 2)({"a": 2.0, "b": 3.0})
    >>> {name: round(slope, 8) for name, slope in grad.items()}
    {'a': 9.0, 'b': 12.0}
    """

    def differenced(params: T, /, *args: P.args, **kwargs: P.kwargs) -> T:
        leaves, nodes = flatten(params)
        spaces = leaf_spaces(params, leaves)
        if not any(space.role == "smooth" for space in spaces):
            raise NothingToDifferentiateError("no leaf of the argument has a slope")

        def loss(moved: list[Any]) -> float:
            return _number(fn(build(nodes, moved), *args, **kwargs))

        loss(leaves)  # a loss that fails here is the user's to see; one that fails nearby has an edge there
        built: T = build(nodes, [_slope(loss, leaves, i, space) for i, space in enumerate(spaces)])
        return built

    return functools.update_wrapper(differenced, fn) if hasattr(fn, "__name__") else differenced


def slope_along(loss: Loss, leaves: list[Any], i: int, space: Space, direction: Any, enough: float = 0.0) -> float:
    """The slope of a loss of leaves as leaf i moves along a direction.

    direction: shaped like the leaf, entries of about 1. enough: no smaller error is wanted. NaN if the loss is
    finite at no pair of points.
    """
    leaf, eps = leaves[i], precision(leaves[i])
    slope, error = math.nan, math.inf
    # A loss may bend on the scale of 1, on that of the leaf itself, or much faster (log at 1e-6).
    for size in (1.0, max(1.0, largest(leaf)), 1e-3, 1e-6):

        def at(t: float, size: float = size) -> float:
            moved = _moved(leaf, t * size * direction, space)
            if isinstance(leaf, np.ndarray | np.generic | float | complex) and np.array_equal(moved, leaf):
                return math.nan  # a step below the rounding of the leaf, which would show a slope of 0
            try:
                return loss([*leaves[:i], moved, *leaves[i + 1 :]])
            except (ArithmeticError, ValueError):  # math.log(-1.0): outside of where the loss is defined
                return math.nan

        with np.errstate(all="ignore"):
            found, doubt = ridders(at, eps, enough * size)
            # Values that are all equal show a slope of 0 only if the slope that was found before would show.
            if found == 0.0 and abs(slope) * size * _FIRST <= 4.0 * eps * abs(at(_FIRST)):
                continue
        if math.isnan(slope) or doubt < error * size:
            slope, error = found / size, doubt / size
        if error <= max(math.sqrt(eps) * abs(slope), enough):  # also where the loss is constant
            break
    return slope


def ridders(at: Callable[[float], float], eps: float, enough: float = 0.0) -> tuple[float, float]:
    """The slope of `at` in 0 and an estimate of its error: differences over narrower steps, extrapolated.

    It is the entry of the tableau that agrees best with its neighbours, so that what is not finite, or lies
    behind a kink, falls out. eps: the relative rounding error of the values; enough: an error that will do.
    (NaN, infinity) if nothing is finite.
    """
    best, error = math.nan, math.inf
    above: list[float] = []
    h = _FIRST
    while h > eps ** (1 / 3) and not (len(above) > 2 and error <= max(_SETTLED * abs(best), enough)):
        right, left = at(h), at(-h)
        row = [(right - left) / (2.0 * h)]
        # Values that are equal to the last bit have an unknown difference, not none; unless they all are.
        rounding = eps * max(abs(right), abs(left)) / h if row[0] or any(above) else 0.0
        h /= _NARROWER
        best = best if math.isfinite(best) else row[0]
        for power, before in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - before) / (_NARROWER ** (2 * power) - 1.0))
            guess = max(abs(row[-1] - row[-2]), abs(row[-1] - before)) + rounding
            if guess <= error:
                best, error = row[-1], guess
        above = row
    return best, error


def coordinates(leaf: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Each coordinate of a leaf: its index and the direction along it; a complex number has two."""
    units = (1.0, 1.0j) if np.iscomplexobj(leaf) else (1.0,)
    for index in np.ndindex(np.shape(leaf)):
        for unit in units:
            if isinstance(leaf, np.ndarray):
                direction = np.zeros(leaf.shape, type(unit))
                direction[index] = unit
                yield index, direction
            else:
                yield index, unit


def precision(leaf: Any) -> float:
    """The relative rounding error of a leaf's class; Fraction, Decimal and long double count as float64."""
    eps = float(np.finfo(np.float64).eps)
    dtype = getattr(leaf, "dtype", None)
    return eps if dtype is None else max(float(np.finfo(dtype).eps), eps)


def largest(leaf: Any) -> float:
    """The largest absolute value in a leaf; 0 of none. UnknownLeafError for what is no number."""
    require_number(leaf)
    return float(np.max(np.abs(np.asarray(leaf, dtype=complex)), initial=0.0))


def require_number(leaf: Any) -> None:
    """UnknownLeafError for a leaf that can't be moved a little."""
    if not isinstance(leaf, np.ndarray | Number):
        raise UnknownLeafError(
            f"the slope by a {type(leaf).__qualname__} can't be measured: structgrad knows its zero, add and "
            f"one, and not how to move it a little"
        )


def _moved(leaf: Any, step: Any, space: Space) -> Any:
    if isinstance(leaf, np.ndarray):
        return (leaf + step).astype(leaf.dtype)
    return space.add(leaf, space.like(leaf, step))


def _slope(loss: Loss, leaves: list[Any], i: int, space: Space) -> Any:
    """The gradient by leaf i, of its own class."""
    leaf = leaves[i]
    if space.role != "smooth":
        return space.zero(leaf)
    slopes: Any = np.zeros(np.shape(leaf), complex)
    for index, direction in coordinates(leaf):
        slopes[index] += slope_along(loss, leaves, i, space, direction) * np.sum(direction)
    g = slopes if np.iscomplexobj(leaf) else slopes.real
    return g.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else space.like(leaf, g.item())


def _number(value: Any) -> float:
    if np.shape(value) != () or np.iscomplexobj(value):
        raise NotScalarError(f"central differences need one real number, not {value!r:.60}")
    return float(value)

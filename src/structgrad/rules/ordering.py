"""Sorting, partitioning and distinct values: the values of a, put in another order."""

from typing import Any

import numpy as np

from structgrad.rules.casts import cast
from structgrad.rules.elementwise import is_complex
from structgrad.tape.call import on_values, primitive
from structgrad.tape.rule import derive, refuse, rule


@primitive
def permuted(a: Any, order: Any, axis: int) -> Any:
    """`np.take_along_axis` for an order that names every item once, so that its inverse is one too."""
    return np.take_along_axis(a, order, axis)


def _inverse(order: Any, axis: int) -> Any:
    """The order that undoes an order."""
    inverse = np.empty_like(order)
    numbers = np.arange(order.shape[axis]).reshape([-1 if i == axis % order.ndim else 1 for i in range(order.ndim)])
    np.put_along_axis(inverse, order, numbers, axis)
    return inverse


rule(
    permuted,
    params="a order axis",
    linear="a",
    a=lambda g, order, axis: permuted(g, _inverse(order, axis), axis),
)


def _flattened(a: Any, axis: int | None) -> tuple[Any, int]:
    return (np.ravel(a), 0) if axis is None else (a, axis)


def _sort(a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> Any:
    a, axis = _flattened(a, axis)
    found = on_values(np.argsort, (a,), {"axis": axis, "kind": kind, "order": order, "stable": stable})
    return permuted(a, found, axis)


def _partition(a: Any, kth: Any, axis: int | None = -1, kind: Any = "introselect", order: Any = None) -> Any:
    a, axis = _flattened(a, axis)
    return permuted(a, on_values(np.argpartition, (a, kth, axis, kind, order), {}), axis)


def _sort_complex(a: Any) -> Any:
    ordered = np.sort(a)
    return ordered if is_complex(ordered) else cast(ordered, np.dtype(complex))


derive(np.sort, _sort, own="K")
derive(np.partition, _partition, own="K")
derive(np.sort_complex, _sort_complex, own="K")


def _unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    **kwargs: Any,
) -> Any:
    """Each distinct value is the first item that has it."""
    _, first, *more = on_values(np.unique, (ar, True, return_inverse, return_counts, axis), kwargs)
    a, axis = _flattened(ar, axis)
    values = np.moveaxis(np.take(np.moveaxis(a, axis, 0), first, 0), 0, axis)
    rest = (first, *more) if return_index else tuple(more)
    return (values, *rest) if rest else values


derive(np.unique, _unique)

_SETS = "its values have a slope, which this form of it hides. Use np.unique, or stop_gradient(v)."
for _of_a_set in (
    np.unique_all,
    np.unique_counts,
    np.unique_inverse,
    np.unique_values,
    np.union1d,
    np.intersect1d,
    np.setdiff1d,
    np.setxor1d,
):
    refuse(_of_a_set, _SETS)

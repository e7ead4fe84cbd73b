"""`structgrad.tree`: any struct as its leaves, and back; `summary` shows them as a table."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

import numpy as np

from structgrad.arrays import Array
from structgrad.errors import StructMismatchError
from structgrad.struct import walk
from structgrad.struct.summary import summary
from structgrad.struct.walk import Nodes, build, leaf_spaces

__all__ = ["flatten", "leaves", "map", "paths", "ravel", "summary", "unflatten"]

T = TypeVar("T")


def leaves(x: Any, /) -> list[Any]:
    """Every leaf of a struct, in the order of its fields.

    >>> from structgrad import tree
    >>> tree.leaves({"w": 2.0, "layers": [3.0, "relu"]})
    [2.0, 3.0, 'relu']
    """
    return walk.flatten(x)[0]


def paths(x: Any, /) -> dict[str, Any]:
    """Every leaf of a struct under its path, which prints as the code that reads it.

    >>> from structgrad import tree
    >>> tree.paths({"w": 2.0, "layers": [3.0]})
    {"['w']": 2.0, "['layers'][0]": 3.0}
    """
    return {path: value for path, value, kind in walk.walk(x) if kind is None}


def flatten(x: Any, /) -> tuple[list[Any], Nodes]:
    """The leaves of a struct and its structure, from which `unflatten` rebuilds it.

    >>> from structgrad import tree
    >>> tree.unflatten(*tree.flatten({"w": (2.0, [3.0])}))
    {'w': (2.0, [3.0])}
    """
    return walk.flatten(x)


def unflatten(values: list[Any], structure: Nodes, /) -> Any:
    """The struct with this structure and these leaves. No `__init__` or validator of the user runs.

    values: one for each leaf of the structure. StructMismatchError if their number is another.
    """
    expected = sum(node is None for node in structure)
    if len(values) != expected:
        raise StructMismatchError(f"unflatten got {len(values)} leaves for a structure of {expected}")
    return build(structure, values)


# By number of structs: so the parameters of a lambda are known to be Any, to pyright as well.
@overload
def map(f: Callable[[Any], Any], x: T, /) -> T: ...
@overload
def map(f: Callable[[Any, Any], Any], x: T, second: T, /) -> T: ...
@overload
def map(f: Callable[[Any, Any, Any], Any], x: T, second: T, third: T, /) -> T: ...
@overload
def map(f: Callable[..., Any], x: T, /, *rest: T) -> T: ...
def map(f: Callable[..., Any], x: T, /, *rest: T) -> T:  # `tree.map` is the public name
    """The struct of `f(leaf, leaves of the rest)` over the differentiable leaves of x.

    rest: structs with the structure of x. Whole numbers, texts, callables and `Static` fields are carried
    from x. StructMismatchError names the first path where the structures differ.

    >>> from structgrad import tree
    >>> tree.map(lambda p, g: p - 0.5 * g, {"w": 2.0, "act": "relu"}, {"w": 1.0, "act": "relu"})
    {'w': 1.5, 'act': 'relu'}
    """
    spaces = iter(leaf_spaces(x, walk.flatten(x)[0]))
    mapped: T = walk.map_leaves(
        lambda leaf, *others: f(leaf, *others) if next(spaces).role == "smooth" else leaf, x, *rest
    )
    return mapped


def ravel(x: T, /) -> tuple[Array, Callable[[Array], T]]:
    """The differentiable leaves of a struct as one vector, and the way back.

    Returns vector (n,) and `back`, which makes a struct like x from a vector (n,). Both can be
    differentiated: the gradient of `loss(back(vector))` is the ravel of the struct's gradient.
    StructMismatchError if `back` gets another length.

    >>> from structgrad import tree
    >>> vector, back = tree.ravel({"w": 2.0, "n": 3, "b": np.array([4.0, 5.0])})
    >>> vector
    array([2., 4., 5.])
    >>> back(vector * 10.0)
    {'w': 20.0, 'n': 3, 'b': array([40., 50.])}
    """
    values, nodes = walk.flatten(x)
    spaces = leaf_spaces(x, values)
    parts = [np.reshape(leaf, (-1,)) for leaf, space in zip(values, spaces, strict=True) if space.role == "smooth"]
    vector = np.concatenate(parts) if parts else np.zeros(0)

    def back(v: Array) -> T:
        if v.shape != vector.shape:
            raise StructMismatchError(f"back got a vector of shape {v.shape} for a struct of {vector.size} numbers")
        made, start = list(values), 0
        for i, (leaf, space) in enumerate(zip(values, spaces, strict=True)):
            if space.role == "smooth":
                made[i], start = _part(v, start, leaf, space)
        built: T = build(nodes, made)
        return built

    return vector, back


def _part(v: Any, start: int, leaf: Any, space: Any) -> tuple[Any, int]:
    stop = start + np.size(leaf)
    part = v[start:stop].reshape(np.shape(leaf))
    if np.iscomplexobj(v) and not np.iscomplexobj(leaf):
        part = part.real
    if type(v) is np.ndarray:  # else it is traced, and its class comes with it
        part = space.like(leaf, part.astype(leaf.dtype) if isinstance(leaf, np.ndarray) else part[()])
    return part, stop

"""Adding a step to params: leaf by leaf, by rows, in place or not."""

from numbers import Number
from typing import Any

import numpy as np

from structgrad.errors import StructMismatchError
from structgrad.struct.leaf import about_class, space_of
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import build, flatten, leaf_paths
from structgrad.tape.value import Traced, TracedArray, plain


def is_smooth(p: Any) -> bool:
    """Whether an optimizer steps a leaf."""
    t = type(p)
    return t is float or (t is np.ndarray and p.dtype.kind == "f") or space_of(p).role == "smooth"


def like(p: Any, x: Any) -> Any:
    """x, which was computed from leaf p or its like, as a value of p's own class and dtype."""
    if type(x) is Traced or type(x) is TracedArray or type(p) is Traced or type(p) is TracedArray:
        return x
    if type(p) is np.ndarray:
        return x if type(x) is np.ndarray and x.dtype == p.dtype else np.asarray(x, p.dtype)
    return space_of(p).like(p, x)


def still(leaf: Any) -> Any:
    """The step that does not move a leaf like this: -0.0, which changes no number it is added to, not even -0.0."""
    leaf = plain(leaf)
    if type(leaf) is SparseRows:
        return leaf.zero()
    if type(leaf) is np.ndarray:
        return np.broadcast_to(_nothing(leaf.dtype.type), leaf.shape)
    return _nothing(type(leaf))


def is_still(s: Any) -> bool:
    """Whether a step is `still`, and need not be made."""
    if type(s) is not np.ndarray:
        return issubclass(type(s), Number) and s is _nothing(type(s))  # a traced number is of a class of its own
    return not any(s.strides) and s.size > 0 and _is_minus_zero(s.flat[0])


@about_class
def _nothing(cls: type) -> Any:
    """The one -0.0 of a class of numbers that stands for no step."""
    number: Any = cls
    return number(complex(-0.0, -0.0)) if issubclass(cls, complex | np.complexfloating) else number(-0.0)


def _is_minus_zero(x: Any) -> bool:
    return bool(x == 0 and np.signbit(x.real))


def moved(params: Any, step: Any, *, inplace: bool) -> Any:
    """Params plus step; what is not moved stays the object it is."""
    ps, nodes = flatten(params)
    steps = flatten(step)[0]
    return build(nodes, [_moved(p, s, inplace) if is_smooth(p) else p for p, s in zip(ps, steps, strict=True)])


def _moved(p: Any, s: Any, inplace: bool) -> Any:
    if type(s) is SparseRows:
        if not inplace:
            p = p.copy()
        s = s.summed()
        p[s.rows] += s.values
        return p
    if is_still(s):
        return p
    if type(p) is np.ndarray and type(s) is np.ndarray:
        return np.add(p, s, out=p if inplace else np.empty_like(p))
    return like(p, p + s)


def writable(struct: Any, leaves: list[Any], steps: list[Any]) -> None:
    """Raise unless the arrays of a struct can be written into, each for itself; what is still need not be."""
    owners: dict[int, int] = {}
    for i, (leaf, step) in enumerate(zip(leaves, steps, strict=True)):
        if type(leaf) is not np.ndarray or is_still(step):
            continue
        if not leaf.flags.writeable:
            raise StructMismatchError(f"inplace=True, and the array at {leaf_paths(struct)[i]} is read-only")
        owner = id(leaf if leaf.base is None else leaf.base)
        j = owners.setdefault(owner, i)
        if i != j and np.may_share_memory(leaf, leaves[j]):
            paths = leaf_paths(struct)
            raise StructMismatchError(
                f"inplace=True, and {paths[j]} and {paths[i]} are one memory: a step would be made twice there. "
                f"Copy one of them, or leave inplace out."
            )

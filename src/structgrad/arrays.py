"""What users annotate with, and how a cotangent comes home to the shape and dtype of its value."""

from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from structgrad.errors import CotangentError

if TYPE_CHECKING:
    Array: TypeAlias = NDArray[np.float64]
else:
    Array = np.ndarray  # a class, so that isinstance and run-time shape checkers accept the annotation

# What a user writes behind the arrow of a loss. The Any arm is deliberate: NumPy's stubs give Any for
# ufuncs, which `mypy --strict` refuses to return as float.
Scalar: TypeAlias = Union[float, Any]  # noqa: UP007  # `float | Any` would read as if it could be simplified
# What a transform accepts as the result of a loss.
ScalarLike: TypeAlias = Union[float, "np.floating[Any]", "NDArray[np.floating[Any]]"]

FLOAT64 = np.dtype(np.float64)


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array, a scalar or a traced value, without converting it."""
    shape = getattr(x, "shape", None)
    return np.shape(x) if shape is None else shape


def dtype_of(x: Any) -> np.dtype[Any]:
    """The dtype of an array, a scalar or a traced value; Python's own numbers count as 64 bit."""
    dtype = getattr(x, "dtype", None)
    return np.result_type(type(x)) if dtype is None else dtype


def fit(g: Any, shape: tuple[int, ...] | None, dtype: Any) -> Any:
    """Bring cotangent g home: undo broadcasting by summing, drop what is imaginary, restore the dtype.

    g: broadcast of `shape`, or of that shape; returns g itself where nothing is to do. A value that is no
    array (`shape` None) keeps its cotangent as it is. CotangentError if g is no broadcast of `shape`.
    """
    if shape is None:
        return g
    if shape_of(g) != shape:
        g = unbroadcast(g, shape)
    have = dtype_of(g)
    if have != dtype:
        if have.kind == "c" and dtype.kind != "c":
            g = g.real
        g = g.astype(dtype) if hasattr(g, "astype") else dtype.type(g)
    if shape == () and type(g) is np.ndarray:
        return g[()]
    return dtype.type(g) if type(g) in (float, complex, int) else g


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """The sum of a broadcast of `shape` over its copies. CotangentError if g is none."""
    found = shape_of(g)
    total = np.add.reduce if type(g) is np.ndarray else np.sum  # of plain arrays the same, without np.sum's own time
    lead = len(found) - len(shape)
    if lead == 1 and found[1:] == shape:  # a bias of a batch: the usual case
        return total(g, axis=0)
    if lead < 0 or any(n not in (m, 1) for m, n in zip(found[lead:], shape, strict=True)):
        raise CotangentError(f"a cotangent of shape {found} belongs to a value of shape {shape}")
    stretched = tuple(range(lead)) + tuple(i + lead for i, n in enumerate(shape) if n == 1 and found[i + lead] != 1)
    return total(g, axis=stretched).reshape(shape) if stretched else g.reshape(shape)

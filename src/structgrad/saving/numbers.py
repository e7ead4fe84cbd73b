"""Numbers in a file: which there are, as which tensor or text they stand there, and how they come back."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from structgrad.errors import LostGradientError, UnknownLeafError
from structgrad.struct.leaf import about_class, class_space

_PYTHON = frozenset({bool, int, float, complex, Fraction, Decimal})
_TEXTS = frozenset({int, Fraction, Decimal})  # of any length: no dtype holds them
_NAMES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
_DTYPES = {np.dtype(name).str[1:]: name for name in _NAMES}  # whatever the byte order; dtype.name is slow


@about_class
def number_class(cls: type) -> type | None:
    """The class of Python's or NumPy's numbers that cls is or is derived from, None of any other class.

    A class with a zero, add and one of its own may hold more than its number, and counts as another.
    """
    bases = (base for base in cls.__mro__ if base in _PYTHON or (issubclass(base, np.generic) and _of_numpy(base)))
    base = next(bases, None)
    return base if base is not None and class_space(cls) is class_space(base) else None


def _of_numpy(cls: type) -> bool:
    return cls.__module__.partition(".")[0] == "numpy"


def refuse_others(path: str, leaf: Any) -> None:
    """An error that names the path, unless the leaf is a number or an array that a file can hold."""
    cls, where = type(leaf), path or "the struct"
    if leaf.__class__ is not cls:
        raise LostGradientError(
            f"{where} is a traced value, of a function that is being differentiated. Save the params outside of it."
        )
    if cls not in (np.ndarray, np.memmap) and number_class(cls) is None:
        raise UnknownLeafError(
            f"{where} is a {cls.__qualname__}, and a file holds numbers and arrays. Make it a dataclass of these, or "
            f"a Static field, which is not saved."
        )
    if getattr(leaf, "__dict__", None) and cls is not np.memmap:
        raise UnknownLeafError(
            f"{where} is a {cls.__qualname__} with attributes ({', '.join(leaf.__dict__)}) beside its number, which "
            f"a file does not hold. Make it a dataclass."
        )
    if number_class(cls) not in _TEXTS and _dtype(leaf).str[1:] not in _DTYPES:
        raise UnknownLeafError(
            f"{where} has dtype {_dtype(leaf).name}, which safetensors does not know. Save it as another, for "
            f"example astype(np.float64)."
        )


def is_text(leaf: Any) -> bool:
    """Whether a number is saved as text."""
    return number_class(type(leaf)) in _TEXTS


def words(leaf: Any) -> str:
    """What a number or an array is, its values left out."""
    if isinstance(leaf, np.ndarray):
        return f"{_DTYPES[leaf.dtype.str[1:]]} array of shape {leaf.shape}"
    cls = type(leaf)
    if issubclass(cls, np.generic) and _of_numpy(cls):
        return f"{_DTYPES[leaf.dtype.str[1:]]} scalar"
    return cls.__qualname__


def text_of(leaf: Any) -> str:
    """A number as text, exactly; in hexadecimal, which has no limit of digits."""
    if isinstance(leaf, Fraction):
        return f"{leaf.numerator:x}/{leaf.denominator:x}"
    return Decimal.__str__(leaf) if isinstance(leaf, Decimal) else int.__format__(leaf, "x")


def from_text(leaf: Any, text: str) -> Any:
    """The number of a text, of the leaf's class. ValueError or ArithmeticError for another text."""
    if isinstance(leaf, Fraction):
        numerator, denominator = (int(part, 16) for part in text.split("/"))
        return Fraction.__new__(type(leaf), numerator, denominator)
    return Decimal.__new__(type(leaf), text) if isinstance(leaf, Decimal) else int.__new__(type(leaf), int(text, 16))


def tensor_of(leaf: Any) -> NDArray[Any]:
    """A number or an array (...) as little-endian, contiguous tensor; complex ones as pairs of reals (..., 2)."""
    x = np.asarray(leaf, dtype=_dtype(leaf).newbyteorder("<"), order="C")
    return x[..., None].view(_real(x.dtype)) if x.dtype.kind == "c" else x


def from_tensor(leaf: Any, tensor: NDArray[Any]) -> Any:
    """The number or array of a tensor, of the leaf's class, dtype and layout; ValueError for another's tensor."""
    dtype, shape = _dtype(leaf), np.shape(leaf)
    pairs = dtype.kind == "c"
    if tensor.dtype != (_real(dtype) if pairs else dtype).newbyteorder("=") or tensor.shape != shape + (2,) * pairs:
        raise ValueError(f"{tensor.dtype} tensor of shape {tensor.shape}")
    values = tensor.view(dtype.newbyteorder("="))[..., 0] if pairs else tensor
    if isinstance(leaf, np.ndarray):
        new = np.empty_like(leaf)
        new[...] = values
        return new
    value, base = values[()], _base(leaf)
    if base is bool:
        return bool(value)
    return value if type(value) is type(leaf) else base.__new__(type(leaf), value)


def _base(leaf: Any) -> Any:
    return number_class(type(leaf))


def _dtype(leaf: Any) -> np.dtype[Any]:
    base = _base(leaf)
    dtype: np.dtype[Any] = np.dtype(base) if base in (bool, float, complex) else leaf.dtype
    return dtype


def _real(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype(f"{dtype.byteorder}f{dtype.itemsize // 2}")

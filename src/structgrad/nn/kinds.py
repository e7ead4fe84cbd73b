"""What this room's signatures are written in: real numbers and arrays, their precision, whole numbers that name."""

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from structgrad.arrays import ScalarLike

# What comes out is what went in: a float, an array of float32. A value typed Any gives Any.
Real = TypeVar("Real", bound=ScalarLike)
Reals = TypeVar("Reals", bound=NDArray[np.floating[Any]])
# The precision alone, where the shape is another one.
Float = TypeVar("Float", bound=np.floating[Any])
Number = TypeVar("Number", bound=np.number[Any])
# Numbers of classes or rows, and what becomes real beside real numbers.
Whole: TypeAlias = int | Sequence[int] | NDArray[np.integer[Any]]
Exact: TypeAlias = NDArray[np.integer[Any] | np.bool]

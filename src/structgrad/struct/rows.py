"""`SparseRows`: an array that is zero but in some of its rows, as the gradient of a table is."""

from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from structgrad.errors import StructMismatchError
from structgrad.native import native


@frozen(eq=False)
class SparseRows:
    """An array of a shape (n, ...) that is zero but in k of its rows; rows that are named twice add up.

    rows (k,): whole numbers from 0 to n - 1, in any order. values (k, ...): what stands in them. It is a leaf with
    zero, add and one, adds to a dense array of its shape, and `dense()` or `np.asarray` makes it one. A gradient of
    `grad_bp(f, sparse=True)` has it where rows of a table were read. StructMismatchError, where two are added,
    unless their shapes are the same.

    >>> import numpy as np
    >>> from structgrad import SparseRows
    >>> g = SparseRows(np.array([2, 0, 2]), np.array([[1.0], [2.0], [3.0]]), (4, 1))
    >>> g.dense().ravel()
    array([2., 0., 4., 0.])
    >>> (0.5 * g.summed()).values.ravel()
    array([1., 2.])
    """

    rows: NDArray[np.intp]
    values: NDArray[Any]
    shape: tuple[int, ...]
    distinct: bool = field(default=False, kw_only=True, repr=False)  # that no row is named twice is known

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the values."""
        return self.values.dtype

    def dense(self) -> NDArray[Any]:
        """The array (n, ...) itself, with its zeros."""
        whole = np.zeros(self.shape, self.values.dtype)
        once = self.summed()
        whole[once.rows] = once.values
        return whole

    def summed(self) -> "SparseRows":
        """The same array with each row named once; the values of rows named twice are summed."""
        if self.distinct:
            return self
        known = native.summed_rows(self.rows, self.values) if native is not None else False
        if known is not False:
            rows, values = (self.rows, self.values) if known is True else known
            return SparseRows(rows, values, self.shape, distinct=True)
        order = self.rows.argsort(kind="stable")
        rows = self.rows[order]
        again = rows[1:] == rows[:-1]
        if not np.logical_or.reduce(again):
            return SparseRows(self.rows, self.values, self.shape, distinct=True)
        starts = np.flatnonzero(np.concatenate(([True], ~again)))
        sums = np.add.reduceat(self.values[order], starts, axis=0)
        return SparseRows(rows[starts], sums, self.shape, distinct=True)

    def zero(self) -> "SparseRows":
        """The zero of this shape: no row at all."""
        return SparseRows(self.rows[:0], self.values[:0], self.shape, distinct=True)

    def one(self) -> "SparseRows":
        """The one of this shape, in all n rows."""
        n = self.shape[0]
        return SparseRows(np.arange(n), np.ones(self.shape, self.dtype), self.shape, distinct=True)

    def add(self, other: Any) -> Any:
        """The sum: the rows of both; with an array (n, ...) an array."""
        if not hasattr(other, "shape"):
            raise StructMismatchError(f"SparseRows and {type(other).__qualname__} do not add")
        if self.shape != other.shape:
            raise StructMismatchError(f"shapes {self.shape} and {other.shape} do not add; nothing is broadcast here")
        if type(other) is not SparseRows:
            return self.dense() + other
        rows, values = (self.rows, other.rows), (self.values, other.values)
        return SparseRows(np.concatenate(rows), np.concatenate(values), self.shape)

    def with_values(self, values: NDArray[Any]) -> "SparseRows":
        """Other values (k, ...) in the same rows."""
        return SparseRows(self.rows, values, self.shape, distinct=self.distinct)

    def __eq__(self, other: object) -> bool:
        """Whether they are the same array, whatever the order of the rows."""
        if type(other) is not SparseRows or self.shape != other.shape or self.dtype != other.dtype:
            return NotImplemented
        return not np.any(self.add(-other).summed().values)

    def __mul__(self, scale: float) -> "SparseRows":
        return self.with_values(self.values * scale)

    __rmul__ = __mul__

    def __truediv__(self, scale: float) -> "SparseRows":
        return self.with_values(self.values / scale)

    def __neg__(self) -> "SparseRows":
        return self.with_values(-self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        whole = self.dense()
        return whole if dtype is None else whole.astype(dtype)


def rows_of(index: Any, n: int) -> NDArray[np.intp] | None:
    """The rows that an index of an array of n rows reads, whole and in order; None where it reads anything else."""
    if type(index) is tuple:
        if not index or not all(part is Ellipsis or _is_whole(part) for part in index[1:]):
            return None
        index = index[0]
    if isinstance(index, slice):
        return np.arange(*index.indices(n))
    if isinstance(index, list):
        index = np.asarray(index)
    if isinstance(index, int | np.integer) and not isinstance(index, bool):
        return np.array([index % n])
    if not isinstance(index, np.ndarray) or index.dtype.kind not in "iub":
        return None
    if index.dtype.kind == "b":
        return np.flatnonzero(index) if index.ndim == 1 else None
    ids = index.reshape(-1).astype(np.intp, copy=False)  # first: n may be too large for a small dtype
    in_range = native is not None and native.in_range(ids, n)
    return ids % n if n and not in_range else ids.copy()


def _is_whole(part: Any) -> bool:
    return isinstance(part, slice) and part == slice(None)

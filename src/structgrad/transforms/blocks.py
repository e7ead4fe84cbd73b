"""A matrix of derivatives between two structs, addressed by the paths of their leaves."""

import difflib
from typing import Any, NamedTuple

import numpy as np
from attrs import frozen

from structgrad.arrays import Array


class Side(NamedTuple):
    """The rows or the columns of a Jacobian: shapes by path, the leaves they are, and whether it is one bare leaf."""

    shapes: dict[str, tuple[int, ...]]
    leaves: list[int]
    bare: bool
    kind: str  # "c" if a leaf is complex, else "f"

    @property
    def size(self) -> int:
        """The number of rows or columns."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def span(self, path: str) -> tuple[slice, tuple[int, ...]]:
        """The rows or columns of one leaf, and its shape. KeyError names the nearest path for an unknown one."""
        start = 0
        for known, shape in self.shapes.items():
            stop = start + int(np.prod(shape))
            if known == path:
                return slice(start, stop), shape
            start = stop
        near = difflib.get_close_matches(path, self.shapes, 1, 0.0)
        raise KeyError(f"no leaf {path!r}; did you mean {near[0]!r}? There are {', '.join(map(repr, self.shapes))}")


@frozen(eq=False, repr=False)
class Blocks:
    """The derivatives of each leaf of one struct by each leaf of another.

    `blocks[".loss", ".w"]`: the block of two leaves, of shape R + S for leaves of shapes R and S; paths as
    `tree.paths` writes them, "" for a value that is a leaf itself. `matrix` (m, n): all of it, rows and columns in
    the order of `tree.ravel`.

    >>> import structgrad as sg
    >>> H = sg.hessian(lambda p: p["x"] ** 2 * p["y"])({"x": 2.0, "y": 3.0})
    >>> float(H["['x']", "['y']"])
    4.0
    >>> H.matrix
    array([[6., 4.],
           [4., 0.]])
    """

    matrix: Array
    _rows: Side
    _columns: Side

    def __getitem__(self, paths: tuple[str, str]) -> Any:
        """The block of two paths. KeyError if one is unknown."""
        (rows, out), (columns, into) = self._rows.span(paths[0]), self._columns.span(paths[1])
        return np.reshape(self.matrix[rows, columns], (*out, *into))

    def paths(self) -> tuple[list[str], list[str]]:
        """The paths of the rows and of the columns."""
        return list(self._rows.shapes), list(self._columns.shapes)

    def __repr__(self) -> str:
        rows, columns = self.paths()
        size = f"{self._rows.size} x {self._columns.size} numbers"
        return f"Blocks of {len(rows)} by {len(columns)} leaves: rows {rows}, columns {columns}, {size}"

"""`tree.summary`: the leaves of a struct as a table, with the norms of params and gradients."""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from attrs import frozen

from structgrad.arrays import shape_of
from structgrad.errors import StructMismatchError
from structgrad.struct.leaf import space_of
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import difference, flatten, leaf_paths, leaf_spaces, same_structure

_LEFT = ("path", "shape", "dtype", "value")  # the columns of texts; those of numbers stand at the right
_WIDTH = 40  # letters of a value
_PYTHON = ((bool, 1), (int, 8), (float, 8), (complex, 16))  # bytes that a number takes in an array
Norm = float | None


@frozen
class Line:
    """One leaf of a summary. None stands for what it does not have: a text no size, a whole number no norm."""

    path: str
    shape: tuple[int, ...] | None = None
    dtype: str = ""
    size: int | None = None
    bytes: int | None = None
    norm: Norm = None
    gradient: Norm = None
    value: str = ""


@frozen(repr=False)
class Summary:
    """The leaves of a struct as a table, which prints as text and shows as HTML in a notebook.

    lines: one for each leaf, in the order of the fields; the table shows the first `rows` of them. total: the sums of
    sizes and bytes, and the norms of all leaves together.

    >>> from structgrad import tree
    >>> tree.summary([3.0, 4.0]).total.norm
    5.0
    """

    lines: tuple[Line, ...]
    total: Line
    rows: int

    def __repr__(self) -> str:
        table = _table(self)
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        pads = [str.ljust if name in _LEFT else str.rjust for name in table[0]]
        texts = ("  ".join(p(c, w) for p, c, w in zip(pads, row, widths, strict=True)) for row in table)
        return "\n".join(text.rstrip() for text in texts)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The table in HTML."""
        from html import escape

        head, *body = _table(self)
        sides = ["left" if name in _LEFT else "right" for name in head]

        def line(tag: str, row: list[str]) -> str:
            cells = (f'<{tag} style="text-align:{s}">{escape(c)}</{tag}>' for s, c in zip(sides, row, strict=True))
            return f"<tr>{''.join(cells)}</tr>"

        return f"<table>{line('th', head)}{''.join(line('td', row) for row in body)}</table>"


def summary(params: Any, /, gradient: Any = None, *, rows: int = 100) -> Summary:
    """A table of the leaves of a struct: path, shape, dtype, size, bytes and norm, and their totals.

    gradient: a struct with the structure and shapes of params, of whose leaves the norms are shown too. rows: how
    many leaves are shown at most, 0 or more. The norm is the Euclidean one. Leaves without a slope are listed with
    their value; those of a class with its own zero, add and one by the name of the class. Python's numbers count the
    bytes that they would take in an array. StructMismatchError names the first path where gradient is not like
    params, UnknownLeafError that of a leaf that structgrad does not know.

    >>> import numpy as np
    >>> from structgrad import tree
    >>> tree.summary({"w": np.array([3.0, 4.0]), "b": 2.0, "n": 3}, {"w": np.array([0.0, 1.0]), "b": 0.5, "n": 0})
    path   shape  dtype    size  bytes   norm  gradient  value
    ['w']  (2,)   float64     2     16      5         1
    ['b']         float       1      8      2       0.5
    ['n']         int         1      8                   3
    total                     4     32  5.385     1.118
    """
    if rows < 0:
        raise ValueError(f"rows is {rows}, and a table has 0 rows or more")
    leaves, nodes = flatten(params)
    paths = leaf_paths(params)
    smooth = [space.role == "smooth" for space in leaf_spaces(params, leaves)]
    gradients: Sequence[Any] = [None] * len(leaves)
    if gradient is not None:
        gradients, others = flatten(gradient)
        if not same_structure(nodes, others):
            raise StructMismatchError(f"params and gradient differ: {difference(params, gradient)}")
        for path, leaf, g, has_slope in zip(paths, leaves, gradients, smooth, strict=True):
            if has_slope:
                _refuse_another(path or "the whole", leaf, g)
    lines = tuple(map(_line, paths, leaves, gradients, smooth))
    return Summary(lines, _total(lines), rows)


def _refuse_another(path: str, leaf: Any, g: Any) -> None:
    """StructMismatchError unless g has a slope and the shape of the leaf."""
    if space_of(g).role != "smooth":
        raise StructMismatchError(f"params and gradient differ: {path} is {_short(g)} in the gradient, without a slope")
    if shape_of(leaf) != shape_of(g):
        raise StructMismatchError(
            f"params and gradient differ: {path} has shape {shape_of(leaf)} in one and {shape_of(g)} in the other"
        )


def _line(path: str, leaf: Any, g: Any, smooth: bool) -> Line:
    shape, size, count = None, None, None
    dtype = type(leaf).__qualname__
    if isinstance(leaf, np.ndarray | np.generic):
        dtype, size, count = str(leaf.dtype), leaf.size, leaf.nbytes
        shape = leaf.shape if isinstance(leaf, np.ndarray) else None
    elif isinstance(leaf, Fraction | Decimal):
        size = 1
    else:
        count = next((n for cls, n in _PYTHON if isinstance(leaf, cls)), None)
        size = count and 1
    if not smooth:
        return Line(path, shape, dtype, size, count, value=_short(leaf))
    return Line(path, shape, dtype, size, count, _norm(leaf), _norm(g))


def _norm(x: Any) -> Norm:
    """The Euclidean norm of a number or an array; None of anything else."""
    if isinstance(x, SparseRows):
        x = x.summed().values
    if isinstance(x, Fraction | Decimal):
        try:
            return abs(float(x))
        except OverflowError:  # a Fraction above all floats; a Decimal gives inf by itself
            return math.inf
    if not isinstance(x, np.ndarray | np.generic | float | complex):
        return None
    with np.errstate(all="ignore"):
        size = np.abs(np.asarray(x)).astype(float)
        return float(np.sqrt(np.sum(size * size)))


def _total(lines: Iterable[Line]) -> Line:
    lines = list(lines)
    sizes, counts = (sum(getattr(line, name) or 0 for line in lines) for name in ("size", "bytes"))
    norm, gradient = (_together([getattr(line, name) for line in lines]) for name in ("norm", "gradient"))
    return Line("total", size=sizes, bytes=counts, norm=norm, gradient=gradient)


def _together(norms: Iterable[Norm]) -> Norm:
    """The norm of parts with these norms."""
    known = [norm for norm in norms if norm is not None]
    return math.sqrt(sum(norm * norm for norm in known)) if known else None


def _short(x: Any) -> str:
    """A value in one line of a few letters; functions and classes by their name."""
    name = getattr(x, "__name__", None)
    text = name if isinstance(name, str) else " ".join(repr(x).split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _table(summary: Summary) -> list[list[str]]:
    """The cells of the head, of the first leaves and of the totals, without the columns that say nothing."""
    head = ["path", "shape", "dtype", "size", "bytes", "norm", "gradient", "value"]
    shown = [[line.path or "the whole", *_cells(line)] for line in summary.lines[: summary.rows]]
    if (left := len(summary.lines) - len(shown)) > 0:
        shown.append([f"… {left:,} more", *[""] * 7])
    rows = [*shown, ["total", *_cells(summary.total)]]
    kept = [i for i in range(8) if any(row[i] for row in rows)]
    return [[row[i] for i in kept] for row in [head, *rows]]


def _cells(line: Line) -> list[str]:
    counts = ["" if n is None else f"{n:,}" for n in (line.size, line.bytes)]
    norms = ["" if n is None else f"{n:.4g}" for n in (line.norm, line.gradient)]
    return ["" if line.shape is None else str(line.shape), line.dtype, *counts, *norms, line.value]

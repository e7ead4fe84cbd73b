"""The cotangent of a table that was read by rows, as the rows alone: `grad_bp(f, sparse=True)`."""

from typing import Any

import numpy as np

from structgrad.struct.rows import SparseRows, rows_of
from structgrad.tape.cotangent import dense
from structgrad.tape.pieces import Scatter
from structgrad.tape.value import Traced, TracedArray


def sparse(g: Scatter) -> Any:
    """Pieces as `SparseRows`; made dense where the array was also used whole, or read by anything but rows.

    Below another run the pieces are traced, and are put together as ever: the outer run wants arrays.
    """
    shape, dtype = g.home
    if g.rest is not None or not shape:
        return dense(g)
    rows, values = [], []
    for index, part in g.pieces:
        if type(part) is Traced or type(part) is TracedArray:
            return dense(g)
        named = rows_of(index, shape[0])
        if named is None:
            return dense(g)
        rows.append(named)
        values.append(np.asarray(part, dtype).reshape((len(named), *shape[1:])))
    if len(rows) == 1:
        return SparseRows(rows[0], values[0], shape)
    return SparseRows(np.concatenate(rows), np.concatenate(values), shape)

"""Norms and penalties of a whole struct, as differentiable numbers for a loss."""

from typing import Any

import numpy as np

from structgrad.errors import NoFocusError
from structgrad.optim.apply import is_smooth
from structgrad.optim.methods import square
from structgrad.struct.optics.foci import Optic
from structgrad.struct.rows import SparseRows
from structgrad.struct.walk import flatten


def l2(params: Any, mask: Optic[Any, Any] | None = None) -> Any:
    """Σ|p|² over all numbers of a struct that have a slope: the L2 penalty (Krogh and Hertz 1991).

    params: any struct, in a loss or outside of one; rows that `SparseRows` name twice are summed before. mask: the
    optic of the parts that count; by default all. `decay(rate)` before a method is the gradient of `rate / 2 * l2`.
    NoFocusError if the optic finds nothing.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> sg.grad_bp(lambda p: 0.5 * optim.l2(p))({"w": 3.0, "b": np.array([1.0, -2.0])})
    {'w': 3.0, 'b': array([ 1., -2.])}
    """
    return _as_float(sum(np.sum(square(x)) for x in _numbers(params, mask)))


def l1(params: Any, mask: Optic[Any, Any] | None = None) -> Any:
    """Σ|p| over all numbers of a struct that have a slope: the L1 penalty, or lasso (Tibshirani 1996, eq. 1).

    params, mask, errors: as in `l2`. The gradient is the sign, of a complex number p / |p|, and 0 at 0.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> sg.grad_bp(optim.l1)({"w": 3.0, "b": np.array([0.0, -2.0])})
    {'w': 1.0, 'b': array([ 0., -1.])}
    """
    return _as_float(sum(np.sum(np.abs(x)) for x in _numbers(params, mask)))


def norm(struct: Any, mask: Optic[Any, Any] | None = None) -> Any:
    """The Euclidean norm of all numbers of a struct that have a slope, of params or of a gradient.

    struct, mask, errors: as in `l2`. The gradient is p / norm, and 0 at 0.

    >>> from structgrad import optim
    >>> optim.norm({"w": 3.0, "b": np.array([0.0, 4.0])})
    5.0
    """
    norms = [np.linalg.norm(x) for x in _numbers(struct, mask)]
    return _as_float(np.linalg.norm(np.stack(norms))) if norms else 0.0


def _numbers(struct: Any, mask: Optic[Any, Any] | None) -> list[Any]:
    """The leaves that have a slope, as arrays."""
    parts = [struct] if mask is None else mask.to_list(struct)
    if not parts:
        raise NoFocusError(f"{mask!r} finds nothing in this struct: there would be no penalty")
    leaves = [leaf for part in parts for leaf in flatten(part)[0] if is_smooth(leaf)]
    return [leaf.summed().values if type(leaf) is SparseRows else leaf for leaf in leaves]


def _as_float(x: Any) -> Any:
    return float(x) if type(x).__module__ in {"numpy", "builtins"} else x

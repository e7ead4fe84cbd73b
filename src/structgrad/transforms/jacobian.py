"""`jacobian` and `hessian`: whole matrices of derivatives, by the cheaper of the two modes."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

import numpy as np

from structgrad.arrays import ScalarLike, dtype_of, shape_of
from structgrad.errors import LostGradientError
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import build, flatten, leaf_paths
from structgrad.transforms.blocks import Blocks, Side
from structgrad.transforms.forward import jvp
from structgrad.transforms.grad import grad_bp
from structgrad.transforms.vjp import vjp

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type
Mode = Literal["forward", "reverse"]
# A column costs a run in forward mode, a row a sweep in reverse: measured, a run with tangents is as dear as four
# sweeps, and reverse mode's one run has been made when the number of rows is known.
_RUN_PER_SWEEP = 4


# One signature, and Any where arrays and Blocks part: with overloads a lambda, which fits them all, could not be
# called under mypy --strict.
def jacobian(fn: Callable[Concatenate[T, P], Any], /, *, mode: Mode | None = None) -> Callable[Concatenate[T, P], Any]:
    """Every derivative of every output by every input.

    fn: `(params, *args, **kw) -> any struct`. For an array or number of shape S and a value of shape R the Jacobian
    is an array of shape R + S. Where params or value is a struct it is a `Blocks`: `J[".loss", ".layers[0].w"]` is
    the block of two leaves, by their paths, `J.matrix` the whole, in the order of `tree.ravel`. mode: "forward"
    takes a run for each input, "reverse" a sweep for each output; None takes what is cheaper. Complex params need
    a holomorphic fn, else LostGradientError.

    >>> import numpy as np, structgrad as sg
    >>> sg.jacobian(lambda x: x * x[0])(np.array([2.0, 3.0]))
    array([[4., 0.],
           [3., 2.]])
    >>> sg.jacobian(lambda p: np.array([1.0, 2.0]) * p["x"] + p["b"])({"x": 3.0, "b": 0.5})["", "['x']"]
    array([1., 2.])
    """

    @functools.wraps(fn)
    def matrix(params: Any, *args: Any, **kwargs: Any) -> Any:
        columns = _side(params)
        if mode == "forward" or columns.kind == "c":
            return _forward(fn, params, columns, args, kwargs)
        value, pullback = vjp(fn)(params, *args, **kwargs)
        rows = _side(value)
        if rows.kind == "c" or (mode is None and _RUN_PER_SWEEP * columns.size < rows.size):
            return _forward(fn, params, columns, args, kwargs)
        found = [_vector(pullback(unit), columns) for unit in _units(value, rows)]
        return _shaped(np.stack(found) if found else np.zeros((0, columns.size)), rows, columns)

    return matrix  # type: ignore[return-value]  # wraps() gives the signature of fn


def hessian(
    fn: Callable[Concatenate[T, P], ScalarLike], /, *, mode: Mode | None = None
) -> Callable[Concatenate[T, P], Any]:
    """Every second derivative of a loss: the Jacobian of its gradient.

    fn: `(params, *args, **kw) -> one real number`. For an array of shape S the Hessian has shape S + S; for a struct
    it is a `Blocks` with `H[".w", ".b"]` and `H.matrix`, as `jacobian` says. mode: "forward" is forward over
    reverse, a column for each number in params; "reverse" is reverse over reverse.

    >>> import numpy as np, structgrad as sg
    >>> sg.hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return jacobian(grad_bp(fn), mode=mode)


def _side(x: Any) -> Side:
    """The smooth leaves of a struct as numbered rows or columns."""
    leaves, nodes = flatten(x)
    smooth = [i for i, leaf in enumerate(leaves) if space_of(leaf).role == "smooth"]
    paths = leaf_paths(x)
    kinds = {dtype_of(leaves[i]).kind for i in smooth}
    return Side({paths[i]: shape_of(leaves[i]) for i in smooth}, smooth, nodes == [None], "c" if "c" in kinds else "f")


def _units(x: Any, side: Side) -> Any:
    """Structs like x, each with a single 1, in order."""
    leaves, nodes = flatten(x)
    zeros = [space_of(leaf).zero(leaf) for leaf in leaves]
    for i, shape in zip(side.leaves, side.shapes.values(), strict=True):
        for k in range(int(np.prod(shape))):
            unit = np.zeros(shape, dtype_of(leaves[i]))
            unit.reshape(-1)[k] = 1
            yield build(nodes, [*zeros[:i], unit if shape else unit[()], *zeros[i + 1 :]])


def _vector(x: Any, side: Side) -> Any:
    leaves = flatten(x)[0]
    return np.concatenate([np.reshape(leaves[i], (-1,)) for i in side.leaves])


def _forward(fn: Any, params: Any, columns: Side, args: Any, kwargs: Any) -> Any:
    push = jvp(fn)
    found, rows = [], None
    for unit in _units(params, columns):
        value, tangent = push(params, unit, *args, **kwargs)
        rows = rows or _side(value)
        found.append(_vector(tangent, rows))
        if columns.kind == "c":
            _holomorphic(fn, found[-1], push, params, unit, args, kwargs, rows)
    assert rows is not None, "params have a leaf with a slope"
    return _shaped(np.stack(found, axis=1), rows, columns)


def _holomorphic(fn: Any, column: Any, push: Any, params: Any, unit: Any, args: Any, kwargs: Any, rows: Side) -> None:
    """LostGradientError unless a step along i is i times the step along 1: else no complex matrix says it all."""
    leaves, nodes = flatten(unit)
    turned = build(nodes, [leaf * 1j if space_of(leaf).role == "smooth" else leaf for leaf in leaves])
    along = _vector(push(params, turned, *args, **kwargs)[1], rows)
    if not np.allclose(along, 1j * column):
        name = getattr(fn, "__qualname__", "the function")
        raise LostGradientError(
            f"{name} is not holomorphic, so that its Jacobian by complex params is no complex matrix. Take real and "
            f"imaginary parts as two real params, or use jvp or vjp."
        )


def _shaped(matrix: Any, rows: Side, columns: Side) -> Any:
    if not (rows.bare and columns.bare):
        return Blocks(matrix, rows, columns)
    (out,), (into,) = rows.shapes.values(), columns.shapes.values()
    return np.reshape(matrix, (*out, *into))

"""`jvp` and `hvp`: derivatives along one direction, by forward mode."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np

from structgrad.arrays import ScalarLike
from structgrad.errors import StructMismatchError
from structgrad.struct.leaf import space_of
from structgrad.struct.walk import build, difference, flatten, same_structure
from structgrad.tape.forward import start_forward, tangent_of
from structgrad.tape.run import out_of
from structgrad.transforms.grad import grad_bp
from structgrad.transforms.reverse import finished, is_smooth, run
from structgrad.transforms.select import Selection, select
from structgrad.transforms.vjp import seed

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type
R = TypeVar("R")


def jvp(fn: Callable[Concatenate[T, P], R], /) -> Callable[Concatenate[T, T, P], tuple[R, R]]:
    """The value of a function and its derivative along a tangent, forward mode (Jacobian-vector product).

    fn: `(params, *args, **kw) -> any struct`. The function given back takes `(params, tangent, *args, **kw)`,
    tangent shaped like params, and returns `(value, tangent of the value)`, both shaped like the value. One run,
    which keeps nothing; the cost is two to three times that of fn, whatever the number of params. Leaves without
    a slope are carried: their tangent is not read. StructMismatchError or CotangentError names the path where
    the tangent does not fit.

    >>> import structgrad as sg
    >>> sg.jvp(lambda p: p["x"] * p["y"])({"x": 2.0, "y": 3.0}, {"x": 1.0, "y": 10.0})
    (6.0, 23.0)
    """

    @functools.wraps(fn)
    def pushed(params: Any, tangent: Any, *args: Any, **kwargs: Any) -> Any:
        selection = select(fn, (params, *args), 0, None)
        begin = functools.partial(start_forward, _tangents(selection, params, tangent))
        done = run(fn, selection, kwargs, begin)
        outs, nodes = flatten(done.result)
        values = [out_of(leaf, done.tape) for leaf in outs]
        tangents = [tangent_of(leaf, done.tape) for leaf in outs]
        taken = {id(x) for x in (*values, *flatten(tangent)[0]) if type(x) is np.ndarray}
        ends = [finished(x, t, taken) for x, t in zip(values, tangents, strict=True)]
        return build(nodes, values), build(nodes, ends)

    return pushed  # type: ignore[return-value]  # wraps() gives the signature of fn


def _tangents(selection: Selection, params: Any, tangent: Any) -> list[Any]:
    """The tangents of the smooth leaves, checked against params."""
    leaves, nodes = flatten(params)
    parts, others = flatten(tangent)
    if not same_structure(nodes, others):
        raise StructMismatchError(f"the tangent is not shaped like params: {difference(params, tangent)}")
    return [
        seed(part, leaf, params, i, "the tangent")
        for i, (leaf, part) in enumerate(zip(leaves, parts, strict=True))
        if is_smooth(leaf, selection)
    ]


def hvp(fn: Callable[Concatenate[T, P], ScalarLike], /) -> Callable[Concatenate[T, T, P], T]:
    """The Hessian of a loss times a tangent: the derivative of its gradient along it, forward over reverse.

    fn: `(params, *args, **kw) -> one real number`. The function given back takes `(params, tangent, *args, **kw)`
    and returns a struct like params, for the price of a few gradients. Errors as `jvp` and `grad_bp`.
    Pearlmutter (1994), Fast exact multiplication by the Hessian.

    >>> import structgrad as sg
    >>> sg.hvp(lambda p: p["x"] ** 2 * p["y"])({"x": 2.0, "y": 3.0}, {"x": 1.0, "y": 0.0})
    {'x': 6.0, 'y': 4.0}
    """

    @functools.wraps(fn)
    def product(params: Any, tangent: Any, *args: Any, **kwargs: Any) -> Any:
        _, along = jvp(grad_bp(fn))(params, tangent, *args, **kwargs)
        leaves, nodes = flatten(params)
        pairs = zip(leaves, flatten(along)[0], strict=True)
        # A gradient's numbers are NumPy's inside a run; here they take the types of params again.
        return build(nodes, [finished(x, t, set()) if space_of(x).role == "smooth" else t for x, t in pairs])

    return product  # type: ignore[return-value]  # wraps() gives the signature of fn

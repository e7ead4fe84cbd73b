"""`check_gradient`, `check_op`: is a derivative that of its function, and shaped as promised?"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from structgrad.errors import GradientCheckError, NothingToDifferentiateError, StructgradError
from structgrad.struct.walk import leaf_paths
from structgrad.transforms.probe import smooth_leaves
from structgrad.transforms.verdict import Subject, judge


def check_gradient(
    fn: Callable[..., Any],
    /,
    *args: Any,
    order: int = 1,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
    forward: bool = True,
) -> None:
    """Raise GradientCheckError unless the derivative of a function is right, by all arguments with a slope.

    fn: any function of structs that gives a number, an array or a struct, real or complex. args: where to
    look, away from jumps. The pullback gets a random cotangent (never ones) and is compared with central
    differences, number by number; along random directions for leaves of more than 50 numbers. Tested as well:
    the value under differentiation is the plain one, bit for bit; the gradient has the structure, classes,
    shapes and dtypes of the arguments; the pullback gives the same twice, and twice as much for twice the
    cotangent.

    order: with 2 the gradient is checked in its turn, as a function, and so on. rtol: by default 1e-6 in
    float64, 1e-3 in float32, 2e-2 in float16: far above what the differences miss, far below what a wrong
    formula does. atol: by default 1e-9, 3e-5, 3e-3 of the largest value and slope, for slopes that are zero.
    seed: of the random numbers. forward: check that forward mode agrees; False where the pullback of an `op` cannot
    itself be differentiated. NothingToDifferentiateError if no argument has a slope.

    >>> from structgrad import testing
    >>> testing.check_gradient(lambda p, x: np.tanh(p["w"] * x), {"w": 0.5}, 2.0, order=2)
    >>> testing.check_gradient(lambda x: x * float(x > 1.0), 1.0)
    Traceback (most recent call last):
    structgrad.errors.GradientCheckError: <lambda>: the slope by argument 0 is 0, central differences give ...
    """
    chosen = [i for i, arg in enumerate(args) if smooth_leaves(arg)]
    if not chosen:
        raise NothingToDifferentiateError("check_gradient got no argument that has a slope")

    def of_chosen(structs: tuple[Any, ...]) -> Any:
        full = list(args)
        for i, struct in zip(chosen, structs, strict=True):
            full[i] = struct
        return fn(*full)

    structs = tuple(args[i] for i in chosen)
    paths = [_path(path, chosen) for path in leaf_paths(structs)]
    judge(
        Subject(_name(fn), of_chosen, structs, paths, rtol, atol, forward=forward), np.random.default_rng(seed), order
    )


def check_op(op: Callable[..., Any], /, *args: Any, order: int = 1, **static: Any) -> None:
    """Raise GradientCheckError unless an `op` has the derivative that its value has.

    args: as the op takes them; static: its keyword arguments. It finds what `check_gradient` finds, and
    cotangents of another structure, shape or number than the arguments.

    >>> import structgrad as sg
    >>> from structgrad import testing
    >>> testing.check_op(sg.op(lambda x: (x * x, lambda g: 2.0 * g * x)), 3.0)
    >>> testing.check_op(sg.op(lambda x: (x * x, lambda g: 2.0 * x)), 3.0)
    Traceback (most recent call last):
    structgrad.errors.GradientCheckError: <lambda>: the pullback is not linear: ...
    """

    def applied(*values: Any) -> Any:
        return op(*values, **static)

    applied.__name__ = _name(op)
    try:
        check_gradient(applied, *args, order=order, forward=order > 1)
    except GradientCheckError:
        raise
    except StructgradError as error:
        raise GradientCheckError(f"{_name(op)} can't be differentiated: {error}") from error


def _name(fn: Any) -> str:
    return getattr(fn, "__name__", None) or repr(fn)


def _path(path: str, chosen: Sequence[int]) -> str:
    """The path of a leaf in the tuple of chosen arguments, as "argument 0 .w"."""
    i, _, rest = path[1:].partition("]")
    return f"argument {chosen[int(i)]}{rest and ' ' + rest}"

"""`Constraint`: low ≤ fun(params) ≤ high, with exact derivatives for the solvers that want them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from attrs import field, frozen

from structgrad.arrays import Array
from structgrad.optim.bounds import limits
from structgrad.optim.captured import refuse_escape
from structgrad.optim.vector import Flat, flat
from structgrad.tape.lift import lifted_struct
from structgrad.transforms.forward import hvp
from structgrad.transforms.jacobian import jacobian


@frozen(eq=False)
class Constraint:
    """low ≤ fun(params) ≤ high, number by number.

    fun: `params -> any struct` of real numbers; what else it needs it closes over. low, high: one number for all, None
    for no limit, or a struct like what fun gives, of arrays, numbers and None. Where low equals high the constraint is
    an equation; SLSQP warns where one constraint has equations and inequalities.

    >>> from structgrad import optim
    >>> on_circle = optim.Constraint(lambda p: p["x"] ** 2 + p["y"] ** 2, 1.0, 1.0)
    >>> found = optim.minimize(lambda p: p["x"] + p["y"], {"x": 0.0, "y": -1.0}, constraints=[on_circle])
    >>> f"{found.params['x']:.5f}"
    '-0.70711'
    """

    fun: Callable[[Any], Any]
    low: Any = field(default=None)
    high: Any = field(default=None)


def for_scipy(
    constraints: Sequence[Constraint], form: Flat[Any], start: Array, optimize: Any, *, second: bool
) -> list[Any]:
    """SciPy's constraints of these. second: with second derivatives, as products, which one of its methods takes."""
    return [_nonlinear(each, form, start, optimize, second=second) for each in constraints]


def _nonlinear(constraint: Constraint, form: Flat[Any], start: Array, optimize: Any, *, second: bool) -> Any:
    if not isinstance(constraint, Constraint):  # pyright: ignore[reportUnnecessaryIsInstance]  # where no checker ran
        raise TypeError(f"a constraint is optim.Constraint(fun, low, high), not {constraint!r:.60}")
    values = flat(constraint.fun(form.struct(start)), f"the constraint {_name(constraint.fun)}")

    def fun(v: Any) -> Any:
        return values.vector(lifted_struct(constraint.fun(form.struct(v))))

    def value(v: Array) -> Array:
        found: Array = fun(v)
        refuse_escape("a constraint", found)
        return found

    def products(v: Array, weights: Array) -> Any:
        from scipy.sparse.linalg import LinearOperator

        def weighted(v: Array) -> Any:
            return np.sum(weights * fun(v))

        return LinearOperator((v.size, v.size), lambda p: hvp(weighted)(v, np.ravel(p)), dtype=float)

    low, high = limits(values, (constraint.low, constraint.high))
    more = {"hess": products} if second else {}
    return optimize.NonlinearConstraint(value, low, high, jac=jacobian(fun), **more)


def _name(fun: Any) -> str:
    return getattr(fun, "__qualname__", None) or repr(fun)

"""`least_squares`: SciPy's on structs, with the exact Jacobian."""

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

from structgrad.arrays import Array
from structgrad.optim.bounds import limits
from structgrad.optim.captured import refuse_escape, refuse_traced
from structgrad.optim.solution import Solution, solvers
from structgrad.optim.vector import as_vector, flat
from structgrad.struct.walk import flatten, leaf_spaces
from structgrad.tape.lift import lifted_struct
from structgrad.transforms.jacobian import jacobian

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_INSTEAD = (
    "Solve with stop_gradient(v); then optim.root(grad_bp(lambda p, v: np.sum(residuals(p, v) ** 2)), found.params, v) "
    "is the solution as a differentiable function of v."
)


def least_squares(
    residuals: Callable[[T, *Ts], Any],
    params: T,
    /,
    *args: *Ts,
    method: str = "trf",
    bounds: tuple[Any, Any] | None = None,
    loss: Any = "linear",
    tol: float | None = None,
    options: dict[str, Any] | None = None,
) -> Solution[T]:
    """The params for which half the sum of the squared residuals is least, nearby, by `scipy.optimize.least_squares`.

    residuals: `(params, *args) -> any struct` of m real numbers; a complex residual is two. params: as `minimize` takes
    them, n numbers; the Jacobian (m, n) is made by the cheaper mode. method: "trf", "dogbox", or "lm", which takes no
    bounds and m ≥ n only. bounds: as in `minimize`. loss: "linear", "soft_l1", "huber", "cauchy", "arctan". tol: that
    of the cost, of params and of the gradient (SciPy's ftol, xtol, gtol). options: all else that SciPy takes, such as
    `f_scale` or `max_nfev`. `value` is SciPy's cost, Σ ρ(r²) / 2.

    SciPy raises ValueError for residuals that are not finite at the start, and for a start outside of the bounds. What
    is found is not differentiable (LostGradientError; it says what is). Other errors as in `minimize`.

    >>> import numpy as np, structgrad as sg
    >>> from structgrad import optim
    >>> t = np.array([0.0, 1.0, 2.0])
    >>> def misfit(p: dict[str, float], y: sg.Array) -> sg.Array:
    ...     return p["size"] * np.exp(-p["rate"] * t) - y
    >>> found = optim.least_squares(misfit, {"size": 1.0, "rate": 0.1}, 3.0 * np.exp(-0.5 * t))
    >>> {name: round(number, 6) for name, number in found.params.items()}
    {'size': 3.0, 'rate': 0.5}
    """
    refuse_traced("least_squares", _INSTEAD, residuals, params, args, bounds)
    optimize = solvers("least_squares")
    form = flat(params, "least_squares")

    def of_vector(v: Any) -> Any:
        found = lifted_struct(residuals(form.struct(v), *args))
        leaves = flatten(found)[0]
        spaces = leaf_spaces(found, leaves)
        return as_vector([leaf for leaf, space in zip(leaves, spaces, strict=True) if space.role == "smooth"])

    def value(v: Array) -> Array:
        found: Array = of_vector(v)
        refuse_escape("least_squares", found)
        return found

    given = dict(options or {}) | ({} if tol is None else {"ftol": tol, "xtol": tol, "gtol": tol})
    if bounds is not None:
        given["bounds"] = limits(form, bounds)
    report = optimize.least_squares(
        value, form.vector(params), jac=jacobian(of_vector), method=method, loss=loss, **given
    )
    return Solution(form.struct(report.x), float(report.cost), report)

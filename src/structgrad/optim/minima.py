"""`minimize`: SciPy's minimizers on structs, with exact gradients and, where they are wanted, second derivatives."""

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, TypeVarTuple

import numpy as np
from attrs import define

from structgrad.arrays import Array, ScalarLike
from structgrad.errors import NotScalarError
from structgrad.optim.bounds import limits
from structgrad.optim.captured import refuse_escape, refuse_traced
from structgrad.optim.constraint import Constraint, for_scipy
from structgrad.optim.method import METHODS, Method, chosen
from structgrad.optim.not_finite import NotFiniteError
from structgrad.optim.solution import Solution, solvers
from structgrad.optim.vector import Flat, flat
from structgrad.tape.value import home_of
from structgrad.transforms.forward import hvp
from structgrad.transforms.grad import backprop
from structgrad.transforms.jacobian import hessian

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_INSTEAD = (
    "Minimize with stop_gradient(v); then optim.root(grad_bp(loss), found.params, ...) is the minimum as a "
    "differentiable function of v."
)


def minimize(
    loss: Callable[[T, *Ts], ScalarLike],
    params: T,
    /,
    *args: *Ts,
    method: str | None = None,
    bounds: tuple[Any, Any] | None = None,
    constraints: Sequence[Constraint] = (),
    tol: float | None = None,
    options: dict[str, Any] | None = None,
    callback: Callable[[T], Any] | None = None,
) -> Solution[T]:
    """The params for which a loss is least, nearby, by `scipy.optimize.minimize`.

    loss: `(params, *args) -> one real number`. params: where to begin, any struct of n real numbers; a complex number
    is two, float32 is computed with as float64 and comes back as float32, whole numbers and other leaves are carried.
    method: a name of SciPy's; None takes BFGS, with bounds L-BFGS-B, with constraints SLSQP. Value and gradient come
    from one `backprop`; Newton-CG, trust-ncg, trust-krylov and trust-constr get Hessian-vector products, dogleg and
    trust-exact the Hessian; Nelder-Mead, Powell, COBYLA and COBYQA take no derivative.

    bounds: (low, high), each None, one number, or a struct like params whose leaves are arrays of the leaf's shape, one
    number for the leaf, or None for no bound. constraints: `Constraint`s. tol, options: SciPy's. callback: is called
    with the params of each iteration; StopIteration ends the search. The report tells whether it ended well: no search
    that fails is an exception.

    A loss that is NaN or infinite at the start raises NotFiniteError. If it is NaN later, a RuntimeWarning tells how
    often; and if SciPy ends there, params are the best that were seen. ValueError: no such method, one that takes no
    bounds or constraints, a low bound above the high one. StructMismatchError: bounds of another structure. What is
    found is not differentiable (LostGradientError; it says what is). ImportError without SciPy.

    >>> from structgrad import optim
    >>> def rosenbrock(p: dict[str, float]) -> float:
    ...     return (1.0 - p["x"]) ** 2 + 100.0 * (p["y"] - p["x"] ** 2) ** 2
    >>> found = optim.minimize(rosenbrock, {"x": -1.0, "y": 2.0}, bounds=(None, {"x": 0.5, "y": None}))
    >>> {name: round(number, 4) for name, number in found.params.items()}, found.report.success
    ({'x': 0.5, 'y': 0.25}, True)
    """
    name = chosen(method, bounds=bounds is not None, constraints=bool(constraints))
    refuse_traced("minimize", _INSTEAD, loss, params, args, list(constraints), bounds)
    optimize = solvers("minimize")
    form = flat(params, "minimize")
    start = form.vector(params)

    @functools.wraps(loss)
    def of_vector(v: Any) -> Any:
        return loss(form.struct(v), *args)

    given = _derivatives(of_vector, METHODS[name])
    if bounds is not None:
        given["bounds"] = optimize.Bounds(*limits(form, bounds))
    if constraints:
        given["constraints"] = for_scipy(constraints, form, start, optimize, second=METHODS[name].second != "")
    if callback is not None:
        given["callback"] = lambda v, *state: callback(form.struct(v))
    watched = _Watched(_evaluation(of_vector, METHODS[name]), form)
    report = optimize.minimize(watched, start, method=name, tol=tol, options=options, **given)
    x = watched.end(report)
    return Solution(form.struct(x), float(report.fun if x is report.x else watched.least), report)


def _derivatives(loss: Callable[[Any], Any], method: Method) -> dict[str, Any]:
    """What SciPy is given beside the loss."""
    given: dict[str, Any] = {"jac": True} if method.gradient else {}
    if method.second:
        given |= {"hessp": hvp(loss)} if method.second == "products" else {"hess": hessian(loss)}
    return given


def _evaluation(loss: Callable[[Any], Any], method: Method) -> Callable[[Array], Any]:
    """The loss, with its gradient if the method takes one."""
    if method.gradient:
        return backprop(loss)

    def value(v: Array) -> float:
        y = loss(v)
        refuse_escape("minimize", y)
        shape, dtype = home_of(y)
        if not (isinstance(y, int) or (shape == () and dtype.kind in "fiub")):
            raise NotScalarError(f"minimize needs one real number, and the loss returned {y!r:.60}")
        return float(y)

    return value


@define(eq=False)
class _Watched:
    """The loss as SciPy calls it, which remembers its best point, and how often it was no number."""

    evaluate: Callable[[Array], Any]
    form: Flat[Any]
    least: float = np.inf
    best: Any = None
    calls: int = 0
    lost: int = 0

    def __call__(self, v: Array) -> Any:
        found = self.evaluate(v)
        value, slopes = found if isinstance(found, tuple) else (found, np.zeros(1))
        refuse_escape("minimize", value)
        self.calls += 1
        if self.best is None and not (np.isfinite(value) and np.isfinite(slopes).all()):
            raise NotFiniteError(self._no_start(value, slopes))
        self.lost += bool(np.isnan(value) or np.isnan(slopes).any())
        if self.best is None or value < self.least:
            self.least, self.best = value, np.array(v)
        return found

    def end(self, report: Any) -> Array:
        """Where the search ended, or the best point if there is no number there. Warns if NaN was met."""
        ended: Array = report.x if np.isfinite(report.fun) else self.best
        if self.lost:
            what = "" if ended is report.x else ", and at the last, so that params are the best of the others"
            warnings.warn(
                f"minimize: loss or gradient was NaN at {self.lost} of {self.calls} points{what}. SciPy says: "
                f"{report.message}",
                RuntimeWarning,
                stacklevel=3,
            )
        return ended

    def _no_start(self, value: float, slopes: Array) -> str:
        if not np.isfinite(value):
            return f"minimize: the loss is {value} at the params given, where the search has to begin"
        i = int(np.argmin(np.isfinite(slopes)))
        return f"minimize: the gradient of the loss is {slopes[i]} by {self.form.path(i)} at the params given"

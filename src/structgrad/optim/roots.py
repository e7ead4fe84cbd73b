"""`root`: where a function of a struct is zero, by SciPy's solvers, differentiable in all else that it is given."""

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

import numpy as np

from structgrad.arrays import Array
from structgrad.errors import StructgradError
from structgrad.optim.equation import equation
from structgrad.optim.solution import Solution, solvers
from structgrad.optim.systems import DENSE, Solve, by_gmres, by_matrix
from structgrad.transforms.jacobian import jacobian

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_NEWTON = ("hybr", "lm")  # those that take a Jacobian
_SCIPYS = 1e-8  # about its default tolerances, which no float32 can meet
_LOOSE = 1e-3  # more than it leaves to go where it is content, less than there is to go where no root is near


def root(
    fun: Callable[[T, *Ts], T],
    x0: T,
    /,
    *args: *Ts,
    method: str = "hybr",
    tol: float | None = None,
    options: dict[str, Any] | None = None,
) -> Solution[T]:
    """The struct x with fun(x, *args) = 0, near x0, by `scipy.optimize.root`.

    fun: `(x, *args) -> a struct like x`, of n real numbers; a complex number is two; leaves without a slope are carried
    and not looked at. method: a name of SciPy's; "hybr" and "lm" get the exact Jacobian. tol, options: SciPy's; without
    a tol float32 has one of 1e-6, which it can meet. `value` is the largest |fun| at x; `report.success` tells whether
    that is a root: a search that fails is no exception, unless it is differentiated.

    `params` are differentiable, to any order and in both modes, in args and in what fun closes over, by the implicit
    function theorem: dx = −(∂fun/∂x)⁻¹ ∂fun/∂θ dθ; to the accuracy of x, for which give a small tol. x0 has gradient
    0. Up to n = 100 the Jacobian is made and factorised; beyond, the linear system is solved by GMRES with products
    alone. StructgradError where the Jacobian is singular. StructMismatchError if fun gives another struct, with the
    path. ImportError without SciPy.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> optim.root(lambda x, a: x**3 - a, 1.0, 8.0, tol=1e-12).params
    2.0
    >>> sg.grad_bp(lambda a: optim.root(lambda x: x**3 - a, 1.0, tol=1e-12).params)(8.0)
    0.08333...
    """
    optimize = solvers("root")
    problem = equation("root", fun, x0, args)
    grain = float(np.max(problem.form.grain()))
    if tol is None and grain > _SCIPYS:
        tol = grain
    given = {"jac": jacobian(problem.f)} if method in _NEWTON else {}
    report = optimize.root(problem.value, problem.start, method=method, tol=tol, options=options, **given)
    x = np.array(report.x, dtype=float)
    residual = problem.value(x)
    problem.check()

    def solve() -> Solve:
        f = problem.as_it_was()
        found = by_matrix(f, x, "root") if x.size <= DENSE else by_gmres(f, x, "root", rtol=max(1e-12, 10.0 * grain))
        if not _is_near(x, residual, found, max(_LOOSE, tol or 0.0) if report.success else max(_SCIPYS, grain)):
            raise StructgradError(
                f"root is being differentiated and found none: the largest residual is {np.max(np.abs(residual)):.3g}. "
                f"What is no root has no derivative. SciPy says: {report.message}"
            )
        return found

    return Solution(problem.solution(x, problem.at, solve), float(np.max(np.abs(residual))), report)


def _is_near(x: Array, residual: Array, solve: Solve, allowed: float) -> bool:
    """Whether Newton's step from x, relative to x, is no longer than allowed.

    SciPy may call a minimum of |fun| a success ("lm"), and a root a failure that rounding alone keeps from its tol.
    """
    if not residual.any():
        return True
    try:
        step = solve(residual, False)
    except StructgradError:
        return False
    return bool(np.max(np.abs(step)) <= allowed * max(1.0, np.max(np.abs(x))))

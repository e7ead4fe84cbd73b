"""`fixed_point`: where a function gives what it is given, differentiable in all else that it is given."""

from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

import numpy as np

from structgrad.arrays import Array
from structgrad.errors import StructgradError
from structgrad.optim.equation import Equation, equation
from structgrad.optim.systems import DENSE, Solve, by_iteration, by_matrix

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def fixed_point(f: Callable[[T, *Ts], T], x0: T, /, *args: *Ts, tol: float = 1e-10, steps: int = 1000) -> T:
    """The struct x with f(x, *args) = x that the iteration x ← f(x, *args) comes to from x0.

    f: `(x, *args) -> a struct like x`, of n real numbers; a complex number is two. tol: it ends when no number
    moves by more than tol · max(1, |x|), or than its dtype resolves. x is then off by about ρ / (1 − ρ) of that, if
    errors shrink by ρ a step. StructgradError if that takes more than `steps`, or if a number is no longer finite.

    Differentiable, to any order and in both modes, in args and in what f closes over, by the implicit function
    theorem: dx = (1 − ∂f/∂x)⁻¹ ∂f/∂θ dθ. The iterations are neither kept nor differentiated, and x0, where they
    begin, has gradient 0. Up to n = 100 the matrix ∂f/∂x is made and factorised; beyond, the linear system is solved by
    the same iteration as x, with vector-Jacobian products alone, to tol and in `steps`. Christianson (1994), Reverse
    accumulation and attractive fixed points.

    >>> import structgrad as sg
    >>> from structgrad import optim
    >>> def heron(x: float, a: float) -> float:
    ...     return (x + a / x) / 2.0
    >>> optim.fixed_point(heron, 1.0, 9.0)
    3.0
    >>> sg.grad_bp(lambda a: optim.fixed_point(heron, 1.0, a))(9.0)
    0.16666...
    """
    if steps < 1:
        raise ValueError(f"fixed_point needs one step at least, to see that nothing moves; steps is {steps}")
    problem = equation("fixed_point", f, x0, args, state=True)
    x = _iterated(problem, tol, steps)
    problem.check()

    def solve() -> Solve:
        f = problem.as_it_was()

        def rest(v: Any) -> Any:
            return v - f(v)

        if x.size <= DENSE:
            return by_matrix(rest, x, "fixed_point")
        return by_iteration(rest, x, "fixed_point", max(tol, np.max(problem.form.grain())), steps)

    return problem.solution(x, lambda v, theta: v - problem.at(v, theta), solve)


def _iterated(problem: Equation[Any], tol: float, steps: int) -> Array:
    """Where the iteration ends, as a vector."""
    x, grain = problem.start, problem.form.grain()
    moved, size = x, np.ones_like(x)  # until the first step, which there is
    for step in range(1, steps + 1):
        before, x = x, problem.value(x)
        moved, size = np.abs(x - before), np.maximum(1.0, np.abs(x))
        if not np.isfinite(x).all():
            i = int(np.argmin(np.isfinite(x)))
            raise StructgradError(
                f"fixed_point: step {step} gives {x[i]} at {problem.form.path(i)}. The iteration diverges from this "
                f"x0, or the function is not defined where it leads; damp it: x + 0.5 * (f(x) - x)."
            )
        if np.all(moved <= np.maximum(tol, grain) * size):
            return x
    i = int(np.argmax(moved / size))
    raise StructgradError(
        f"fixed_point did not converge in {steps} steps: the last one moved {problem.form.path(i)} by {moved[i]:.3g}, "
        f"and tol={tol:g} allows {tol * size[i]:.3g}. Raise steps or tol; or damp the function: x + 0.5 * (f(x) - x)."
    )

"""The derivative of what an equation defines: x(θ) by r(x, θ) = 0, without a look at how it was solved.

r(x(θ), θ) = 0 gives ∂r/∂x dx = −∂r/∂θ dθ (implicit function theorem). For a cotangent g of x, with (∂r/∂x)ᵀ u = g, θ
gets −(∂r/∂θ)ᵀ u. Of u we know again an equation that it solves, (∂r/∂x)ᵀ u − g = 0; so higher orders, and forward mode,
take the same way once more.
"""

from collections.abc import Callable
from typing import Any

from structgrad.arrays import Array
from structgrad.optim.systems import Solve
from structgrad.struct.walk import flatten
from structgrad.transforms.custom import op
from structgrad.transforms.sharing import is_traced
from structgrad.transforms.stop import stop_gradient
from structgrad.transforms.vjp import vjp

Relation = Callable[[Any, Any], Any]


def implicit(who: str, r: Relation, x: Array, theta: Any, solve: Solve) -> Any:
    """x (n,), plain numbers, as the function of the traced values θ that r(x, θ) = 0 (n,) makes it.

    theta: any struct but a tuple. solve: of linear systems with the plain ∂r/∂x.
    """

    def solved(theta: Any) -> Any:
        def back(g: Any) -> Any:
            at = implicit(who, r, x, theta, solve) if _any_traced(theta) else x
            u = _adjoint(who, r, at, theta, g, solve)
            return vjp(lambda theta: r(at, theta))(theta)[1](-u)

        return x, back

    solved.__name__ = who
    return op(solved)(theta)


def _adjoint(who: str, r: Relation, x: Any, theta: Any, g: Any, solve: Solve) -> Any:
    """u of (∂r/∂x)ᵀ u = g, as a function of x, θ and g."""
    numbers = solve(stop_gradient(g), True)
    if not _any_traced([x, theta, g]):
        return numbers

    def transposed(u: Any, given: Any) -> Any:
        x, theta, g = given
        return vjp(lambda x: r(x, theta))(x)[1](u) - g

    return implicit(who, transposed, numbers, [x, theta, g], lambda b, flipped: solve(b, not flipped))


def _any_traced(x: Any) -> bool:
    return any(map(is_traced, flatten(x)[0]))

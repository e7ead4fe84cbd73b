"""`cg`, differentiable through the equation that its result solves, not through its iterations.

A x = b gives A dx = db − dA x, and a matrix that cg is for is its own adjoint. So for a cotangent g of x, with A u = g,
b gets u, and what A is made of gets what the product A x makes of −u.
"""

from typing import Any

import numpy as np
import scipy.sparse.linalg

from structgrad.arrays import shape_of
from structgrad.errors import StructgradError
from structgrad.rules.elementwise import is_complex
from structgrad.scipy.definition import any_traced, as_scipys, gathered
from structgrad.scipy.parameters import Parameters, guarded, refuse_traced
from structgrad.tape.value import plain
from structgrad.transforms.custom import op
from structgrad.transforms.vjp import vjp

sparse: Any = scipy.sparse  # its overloads know nothing of traced values
linalg: Any = scipy.sparse.linalg


@as_scipys(scipy.sparse.linalg.cg)
def cg(A: Any, b: Any, x0: Any = None, **options: Any) -> Any:
    """SciPy's `cg`, differentiable in b and in A: an array, or a LinearOperator whose functions close over values."""
    refuse_traced("cg", options)
    A, b, x0 = gathered(A), gathered(b), plain(x0)  # where the search begins has no part in where it ends
    parameters = Parameters(_contents(A), b)
    if not parameters.traced:
        return guarded(linalg.cg, A, b, x0, **options)
    low = _matrix(A, parameters.plain())
    x, info = guarded(linalg.cg, low, plain(b), x0, **options)

    def at(theta: list[Any]) -> Any:
        return _matrix(A, parameters.at(theta))

    def solved(b: Any, theta: list[Any]) -> Any:
        def back(g: Any) -> Any:
            _check(info)
            there = at(theta)
            u, stopped = cg(there, g, **_for_slopes(options, plain(b)))
            _check(stopped)
            y = cg(there, b, x0, **options)[0] if any_traced(b, theta) else x
            return _like(u, b), vjp(lambda theta: _product(at(theta), y))(theta)[1](-u) if theta else []

        return x, back

    solved.__name__ = "cg"
    return op(solved)(b, parameters.theta), info


def _contents(a: Any) -> Any:
    """What A is made of: a struct."""
    if isinstance(a, linalg.LinearOperator):
        return vars(a)
    return [a.copy() if sparse.issparse(a) else a]


def _matrix(a: Any, contents: Any) -> Any:
    """A of other contents."""
    if not isinstance(a, linalg.LinearOperator):
        return contents[0]
    made = object.__new__(type(a))
    made.__dict__.update(contents)
    return made


def _product(a: Any, x: Any) -> Any:
    return gathered(a._matvec(x)) if isinstance(a, linalg.LinearOperator) else a @ x


def _for_slopes(options: dict[str, Any], b: Any) -> dict[str, Any]:
    """The options with a tolerance relative to the right side alone, for a cotangent is of any size."""
    size = np.linalg.norm(b)
    rtol = max(options.get("rtol", 1e-5), options.get("atol", 0.0) / size if size else 0.0)
    return {name: option for name, option in options.items() if name != "callback"} | {"rtol": rtol, "atol": 0.0}


def _check(info: int) -> None:
    if info:
        raise StructgradError(
            f"cg did not converge ({info=}), and what does not solve its equation has no gradient by it. "
            f"Raise maxiter, or give a preconditioner M."
        )


def _like(g: Any, b: Any) -> Any:
    """A cotangent of x as one of b, which may be a column."""
    return np.reshape(g.real if is_complex(g) and not is_complex(b) else g, shape_of(b))

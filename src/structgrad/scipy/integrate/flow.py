"""A differential equation y' = f(t, y, θ), and how SciPy solves it."""

from collections.abc import Callable
from typing import Any

import scipy.integrate
from attrs import field, frozen

from structgrad.errors import StructgradError

integrate: Any = scipy.integrate  # its overloads know nothing of traced values


@frozen
class Flow:
    """A differential equation and how SciPy solves it.

    f: (t, y, θ) -> dy/dt, θ a list of numbers and arrays. options: of `solve_ivp` for any equation; own: those that
    belong to f alone, as a Jacobian does. moving: the times are differentiated. chosen: SciPy chose the times itself.
    """

    name: str
    f: Callable[[Any, Any, list[Any]], Any]
    method: Any
    rtol: float
    atol: Any
    options: dict[str, Any]
    own: dict[str, Any] = field(factory=dict)
    moving: bool = False
    chosen: bool = False


def forwards(flow: Flow, span: tuple[float, float], y0: Any, theta: list[Any], **wanted: Any) -> Any:
    """What SciPy says of y from one time to another. StructgradError where it does not get there."""
    found = integrate.solve_ivp(
        lambda t, y: flow.f(t, y, theta),
        span,
        y0,
        flow.method,
        rtol=flow.rtol,
        atol=flow.atol,
        **flow.options,
        **flow.own,
        **wanted,
    )
    return succeeded(flow, found)


def succeeded(flow: Flow, found: Any) -> Any:
    """What SciPy found. StructgradError if that is no solution."""
    if not found.success:
        raise StructgradError(
            f"the gradient of {flow.name} could not be computed, for its equation was not solved: {found.message} "
            f"Try another method, or other tolerances."
        )
    return found

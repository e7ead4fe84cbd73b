"""Solutions of y' = f(t, y, θ) by the adjoint method: what flows back solves a differential equation of its own.

With cotangents gᵢ of y(tᵢ) the adjoint a solves a' = −(∂f/∂y)ᵀ a backwards from the last time, takes gᵢ up on its way
past tᵢ, and θ gets ∫ (∂f/∂θ)ᵀ a dt (Pontryagin et al., The Mathematical Theory of Optimal Processes, 1962; Chen et al.,
Neural Ordinary Differential Equations, 2018). Unlike in the latter, y is not solved backwards along with a: where f
damps, that grows every error without bound. Between two times y is solved forwards once more from what is known at the
first, and a follows SciPy's own interpolation of it; so a method that is stable for y is stable for a. What is kept is
y at the given times, and one stretch between two of them.

The adjoint is linear in g, and its transpose is the equation of a tangent, y' = f, ẏ' = ∂f/∂y ẏ + ∂f/∂θ θ̇, which is
solved forwards. So a second derivative is the adjoint of that equation, and so on to any order.
"""

from typing import Any

import numpy as np
from attrs import evolve

from structgrad.scipy.definition import any_traced
from structgrad.scipy.integrate.backwards import backwards
from structgrad.scipy.integrate.flow import Flow, forwards
from structgrad.transforms.custom import op
from structgrad.transforms.forward import jvp
from structgrad.transforms.stop import stop_gradient
from structgrad.transforms.vjp import vjp

Array = Any


def solution(flow: Flow, ys: Array, y0: Array, times: Array, theta: list[Any]) -> Any:
    """The values ys (n, d) of the solution at times[1:], recorded; y(times[0]) is y0 (d,)."""

    def solved(y0: Array, times: Array, theta: list[Any]) -> Any:
        return ys, lambda g: _adjoint(flow, ys)(y0, times, theta, g)

    solved.__name__ = flow.name
    return op(solved)(y0, times, theta)


def _adjoint(flow: Flow, ys: Array) -> Any:
    """The pullback of a solution, itself an op: (y0, times, θ, g) -> the cotangents of y0, times and θ."""

    def adjoint(y0: Array, times: Array, theta: list[Any], g: Array) -> Any:
        def back(u: Any) -> Any:
            dots, pull = vjp(lambda point: _tangent(flow, point, u))((y0, times, theta))
            return (*pull(g), dots)

        point = (y0, times, theta)
        return None if any_traced(point, g) else backwards(flow, ys, *point, g), back

    adjoint.__name__ = flow.name
    return op(adjoint)


def _tangent(flow: Flow, point: Any, u: Any) -> Any:
    """How the solution moves as y0, times and θ move along u."""
    y0, times, theta = point
    dy0, dtimes, dtheta = u
    d = y0.shape[0]
    if flow.moving:
        dy0 = dy0 - flow.f(times[0], y0, theta) * dtimes[0]
    both = _solve(_doubled(flow, len(theta)), np.concatenate([y0, dy0]), times, [*theta, *dtheta])
    ys, dots = both[:, :d], both[:, d:]
    if flow.moving:
        ends = zip(times[1:], ys, dtimes[1:], strict=True)
        dots = dots + np.stack([flow.f(t, y, theta) * dt for t, y, dt in ends])
    return dots


def _doubled(flow: Flow, m: int) -> Flow:
    """The equation of (y, ẏ), of which the first m parameters are θ, the others θ̇."""

    def f(t: Any, state: Any, both: list[Any]) -> Any:
        d = state.shape[0] // 2
        moved = jvp(lambda x: flow.f(t, *x))((state[:d], both[:m]), (state[d:], both[m:]))
        return np.concatenate(moved)

    atol = flow.atol if np.ndim(flow.atol) == 0 else np.tile(flow.atol, 2)
    return evolve(flow, f=f, atol=atol, own={}, chosen=False)


def _solve(flow: Flow, y0: Array, times: Array, theta: list[Any]) -> Any:
    """The solution at times[1:], computed and recorded."""
    start, at, parameters = stop_gradient((y0, times, theta))
    order = np.unique(at[1:], return_inverse=True)
    ends, places = order if at[-1] >= at[0] else (order[0][::-1], len(order[0]) - 1 - order[1])
    ys = forwards(flow, (at[0], ends[-1]), start, parameters, t_eval=ends).y.T[places]
    return solution(flow, ys, y0, times, theta)

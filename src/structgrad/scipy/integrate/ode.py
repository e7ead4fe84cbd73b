"""`odeint` and `solve_ivp`: SciPy's solutions, differentiable in y0, the times and all that f is given."""

import inspect
from typing import Any

import numpy as np
import scipy.integrate

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import is_traced
from structgrad.scipy.closure import lowered
from structgrad.scipy.definition import as_scipys, gathered
from structgrad.scipy.integrate.adjoint import solution
from structgrad.scipy.integrate.flow import Flow
from structgrad.scipy.parameters import Parameters, guarded, refuse_traced
from structgrad.tape.value import plain

integrate: Any = scipy.integrate  # its overloads know nothing of traced values

_ODEINT = inspect.signature(integrate.odeint)
_SOLVE_IVP = inspect.signature(integrate.solve_ivp)
_TOLERANCE = 1.49012e-8  # odeint's own


@as_scipys(scipy.integrate.odeint)
def odeint(*args: Any, **kwargs: Any) -> Any:
    """SciPy's `odeint`, differentiable in y0, t, args, and in the values that func closes over.

    By the adjoint method, to the tolerances given. Where func jumps as y or t passes a point, the gradient does not
    know that the point moves; solve up to there, and on from there.
    """
    bound = _ODEINT.bind(*args, **kwargs)
    bound.apply_defaults()
    given = dict(bound.arguments)
    func, y0, times, extra = (given.pop(name) for name in ("func", "y0", "t", "args"))
    y0, times = gathered(y0), gathered(times)
    refuse_traced("odeint", given)
    parameters = Parameters((func, extra), y0, times)
    if not parameters.traced:
        return guarded(integrate.odeint, func, y0, times, extra, **given)
    given["Dfun"] = lowered(given["Dfun"])
    func, extra = parameters.plain()
    found = guarded(integrate.odeint, func, plain(y0), plain(times), extra, **given)

    def f(t: Any, y: Any, theta: list[Any]) -> Any:
        func, args = parameters.at(theta)
        return _like(y, func(t, y, *args) if given["tfirst"] else func(y, t, *args))

    rtol, atol = (_TOLERANCE if given[name] is None else given[name] for name in ("rtol", "atol"))
    steps = {"max_step": given["hmax"] or np.inf, "min_step": given["hmin"]}
    flow = Flow("odeint", f, "LSODA", rtol, atol, steps, moving=is_traced(times))
    times = times if is_traced(times) else np.asarray(times, dtype=float)
    ys, *info = found if given["full_output"] else (found,)
    traced = solution(flow, ys, _state(y0), np.concatenate([times[:1], times]), parameters.theta)
    return (traced, *info) if info else traced


@as_scipys(scipy.integrate.solve_ivp)
def solve_ivp(*args: Any, **kwargs: Any) -> Any:
    """SciPy's `solve_ivp`, differentiable in y0, t_span, t_eval, args, and in the values that fun closes over.

    As `odeint`. Without t_eval SciPy chooses the times; they count as constants, and only the first and the last
    column of y have a gradient.
    """
    bound = _SOLVE_IVP.bind(*args, **kwargs)
    bound.apply_defaults()
    given = dict(bound.arguments)
    options = given.pop("options")
    refuse_traced("solve_ivp", options)
    y0, span, at = gathered(given["y0"]), list(given["t_span"]), gathered(given["t_eval"])
    parameters = Parameters((given["fun"], tuple(given["args"] or ())), y0, span, at)
    if not parameters.traced:
        return guarded(integrate.solve_ivp, **given, **options)
    _refuse_events(given)
    options = lowered(options)
    fun, extra = parameters.plain()
    low = {"fun": fun, "t_span": [*map(plain, span)], "y0": plain(y0), "t_eval": plain(at), "args": extra or None}
    found = guarded(integrate.solve_ivp, **(given | low), **options)
    times = _times(span, at, found)
    flow = _flow(given, options, parameters, moving=is_traced(times), chosen=at is None)
    found.y = solution(flow, np.ascontiguousarray(found.y.T), _state(y0), times, parameters.theta).T
    found.t = times[1:] if flow.moving else found.t
    return found


def _flow(given: dict[str, Any], options: dict[str, Any], parameters: Parameters, **how: bool) -> Flow:
    """The equation that solve_ivp was given."""

    def f(t: Any, y: Any, theta: list[Any]) -> Any:
        fun, args = parameters.at(theta)
        return _like(y, np.ravel(fun(t, y[:, None], *args)) if given["vectorized"] else fun(t, y, *args))

    _, args = parameters.plain()
    own: dict[str, Any] = {name: options[name] for name in ("jac", "jac_sparsity", "lband", "uband") if name in options}
    if callable(own.get("jac")):
        own["jac"] = lambda t, y: options["jac"](t, y, *args)
    steps: dict[str, Any] = {name: options[name] for name in ("max_step", "min_step") if name in options}
    rtol, atol = options.get("rtol", 1e-3), options.get("atol", 1e-6)
    return Flow("solve_ivp", f, given["method"], rtol, atol, steps, own, **how)


def _refuse_events(given: dict[str, Any]) -> None:
    if given["events"] is not None:
        raise MissingRuleError(
            f"solve_ivp with events has no derivative{users_line()}, for the time of an event moves with the "
            f"parameters. Find it by a solution of plain values, stop_gradient(v), and solve up to there."
        )
    if given["dense_output"]:
        raise MissingRuleError(
            f"solve_ivp with dense_output has no derivative{users_line()}. Say where you want y by t_eval."
        )


def _times(span: list[Any], at: Any, found: Any) -> Any:
    """The first time, and all at which the solution was asked for or which SciPy chose."""
    if at is not None:
        times = [span[0], *(at[i] for i in range(len(found.t)))]
    else:
        times = [span[0], span[0], *found.t[1:-1], span[1] if found.status == 0 else found.t[-1]]
    return gathered([t if is_traced(t) else float(t) for t in times])


def _state(y0: Any) -> Any:
    """y0 as a vector of floats, or of complex numbers."""
    y0 = np.reshape(y0, (-1,))
    return y0.astype(np.result_type(y0.dtype, float))


def _like(y: Any, slope: Any) -> Any:
    """What f returned as an array like y."""
    slope = gathered(slope)
    slope = slope if is_traced(slope) else np.asarray(slope)
    slope = slope if slope.shape == y.shape else np.broadcast_to(slope, y.shape)
    return slope if slope.dtype == y.dtype else slope.astype(y.dtype)

"""The adjoint of a differential equation, solved from the last time back to the first: all plain numbers."""

import itertools
from typing import Any

import numpy as np

from structgrad.errors import LostGradientError
from structgrad.scipy.integrate.flow import Flow, forwards, integrate, succeeded
from structgrad.scipy.integrate.packing import packed, unpacked
from structgrad.transforms.vjp import vjp

Array = Any
_IMPLICIT = ("Radau", "BDF", "LSODA", integrate.Radau, integrate.BDF, integrate.LSODA)


def backwards(flow: Flow, ys: Array, y0: Array, times: Array, theta: list[Any], g: Array) -> Any:
    """The cotangents of y0, times and θ, all plain."""
    scale = np.max(np.abs(g), initial=0.0)
    if not np.isfinite(scale):
        return y0 * np.nan, times * np.nan, [x * np.nan for x in theta]
    wanted = [i for i in range(1, len(times)) if np.any(g[i - 1])]
    _check_chosen(flow, wanted, len(times))
    path, dtimes = [y0, *ys], np.zeros(len(times))
    a, bars = np.zeros_like(y0), 0.0 * packed(theta)
    for before, i in reversed(list(itertools.pairwise([0, *wanted]))):
        a = a + g[i - 1] / scale  # of size 1, which is what the tolerances are for
        dtimes[i] = _dot(g[i - 1], flow.f(times[i], ys[i - 1], theta)) if flow.moving else 0.0
        if times[before] != times[i]:
            a, bars = _stretch(flow, theta, times[before], times[i], path[before], a, bars)
    a = a * scale
    dtimes[0] = -_dot(a, flow.f(times[0], y0, theta)) if flow.moving else 0.0
    return a, dtimes, unpacked(bars * scale, theta)


def _stretch(flow: Flow, theta: list[Any], first: Any, last: Any, y: Array, a: Array, bars: Array) -> Any:
    """The adjoint and what θ has got so far, from the last time back to the first."""
    d = len(y)
    along = forwards(flow, (first, last), y, theta, dense_output=True).sol

    def pullback(t: Any) -> Any:
        _, pull = vjp(lambda x: flow.f(t, *x))((along(t), theta))

        def slope(a: Array) -> Array:
            dy, dtheta = pull(a)
            return -np.concatenate([dy, packed(dtheta)])

        return slope

    def jacobian(t: Any, state: Array) -> Array:
        whole = np.zeros((len(state), len(state)), state.dtype)  # nothing depends on what θ has got
        whole[:, :d] = np.stack([*map(pullback(t), np.eye(d, dtype=a.dtype))], axis=1)
        return whole

    found = integrate.solve_ivp(
        lambda t, state: pullback(t)(state[:d]),
        (last, first),
        np.concatenate([a, bars]),
        flow.method,
        t_eval=[first],
        **_tolerances(flow, np.concatenate([along(last), packed(theta)])),
        **flow.options,
        **({"jac": jacobian} if flow.method in _IMPLICIT else {}),
    )
    state = succeeded(flow, found).y[:, -1]
    return state[:d], state[d:].real


def _tolerances(flow: Flow, point: Array) -> dict[str, Any]:
    """Those of the flow, for slopes: by a large number they are small."""
    rtol = max(np.min(flow.rtol), 100 * np.finfo(float).eps)
    return {"rtol": rtol, "atol": min(rtol, np.min(flow.atol)) / np.maximum(1.0, np.abs(point))}


def _check_chosen(flow: Flow, wanted: list[int], n: int) -> None:
    """A time that SciPy chose moves with the parameters, and nobody knows how."""
    if flow.chosen and any(1 < i < n - 1 for i in wanted):
        raise LostGradientError(
            f"{flow.name} chose the times of these columns of y itself, and they move as the parameters do, so that "
            f"only the first and the last column have a gradient. Say where you want y by t_eval."
        )


def _dot(a: Array, b: Array) -> Any:
    return np.sum(np.conj(a) * b).real

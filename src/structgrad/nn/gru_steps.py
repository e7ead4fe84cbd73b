"""The steps of a GRU, forward and back: all gates at once, and the steps of a sequence in one loop."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.nn.lstm_steps import before, is_zero, logistic, rows
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def gru_steps(parts: Any) -> Any:
    """States h and gates (r, z, q, p) of every step, from a = W x + b of every step, U, the bias d of q, and h₀.

    p = tanh(a + r q) is proposed, with q = U h + d: the part of the state that r resets.
    """
    a, u, d, h = parts
    n = u.shape[1]
    hs = np.empty((*a.shape[:-1], n), np.result_type(*parts))
    gates = np.empty((*a.shape[:-1], 4 * n), hs.dtype)
    with np.errstate(over="ignore"):  # 1 / (1 + inf) is the 0 that is meant
        for t, y in enumerate(gates):
            np.matmul(h, u.T, out=y[..., : 3 * n])
            y[..., 2 * n : 3 * n] += d
            y[..., : 2 * n] += a[t, ..., : 2 * n]
            logistic(y[..., : 2 * n])
            r, z, q, p = (y[..., k * n : (k + 1) * n] for k in range(4))
            np.multiply(r, q, out=p)
            p += a[t, ..., 2 * n :]
            np.tanh(p, out=p)
            h = np.multiply(z, h - p, out=hs[t])
            h += p
    return hs, gates


def _back(g: Any, parts: Any, y: Any) -> Any:
    """Backpropagation through time: each gate's cotangent is that of h times a slope, known for all steps before."""
    (_, u, _, h0), (gh, gy), (hs, gates) = parts, g, y
    n = shape_of(u)[1]
    r, z, q, p = (gates[..., k * n : (k + 1) * n] for k in range(4))
    start = before(h0, hs)
    of_r, of_z, of_p = r - r * r, z - z * z, 1 - p * p
    slopes = np.concatenate((q * of_r * of_p * (1 - z), (start - p) * of_z, r * of_p * (1 - z), of_p * (1 - z)), -1)
    extra = [0] * len(gates) if is_zero(gy) else _extra(gy, r, q, of_r, of_z, of_p)
    dh: Any = 0
    bars = []
    for t in reversed(range(len(gates))):
        dh = gh[t] + dh
        bar = np.concatenate((dh, dh, dh, dh), -1) * slopes[t] + extra[t]
        bars.append(bar)
        dh = dh * z[t] + bar[..., : 3 * n] @ u
    bar = np.stack(bars[::-1])
    by_state = rows(bar[..., : 3 * n])
    da = np.concatenate((bar[..., : 2 * n], bar[..., 3 * n :]), -1)
    return [da, by_state.T @ rows(start), np.sum(by_state[:, 2 * n :], axis=0), dh]


def _extra(g: Any, r: Any, q: Any, of_r: Any, of_z: Any, of_p: Any) -> Any:
    """The cotangents that the gates got themselves, brought to where `bar` is. At first order there are none."""
    n = shape_of(r)[-1]
    gr, gz, gq, gp = (g[..., k * n : (k + 1) * n] for k in range(4))
    of_proposed = gp * of_p
    return np.concatenate(((gr + of_proposed * q) * of_r, gz * of_z, gq + of_proposed * r, of_proposed), -1)


rule(gru_steps, parts=_back)

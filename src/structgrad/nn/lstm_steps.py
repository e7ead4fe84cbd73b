"""The steps of an LSTM, forward and back: all gates at once, and the steps of a sequence in one loop."""

from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule


@primitive
def lstm_steps(parts: Any) -> Any:
    """States h, cells c and gates (i, f, g, o) of every step, from z = W x + b of every step, U, h₀ and c₀."""
    z, u, h, c = parts
    gates = np.array(z, np.result_type(*parts), order="C")
    n = u.shape[1]
    hs, cs = (np.empty((*z.shape[:-1], n), gates.dtype) for _ in range(2))
    with np.errstate(over="ignore"):  # 1 / (1 + inf) is the 0 that is meant
        for t in range(len(gates)):
            a = gates[t]
            a += h @ u.T
            proposed = np.tanh(a[..., 2 * n : 3 * n])
            logistic(a)
            a[..., 2 * n : 3 * n] = proposed
            c = np.multiply(a[..., n : 2 * n], c, out=cs[t])
            c += a[..., :n] * proposed
            h = np.tanh(c, out=hs[t])
            h *= a[..., 3 * n :]
    return hs, cs, gates


def logistic(a: Any) -> None:
    """1 / (1 + exp(−a)) in the place of a. Where the exponential overflows, 0 is right."""
    np.negative(a, out=a)
    np.exp(a, out=a)
    a += 1
    np.reciprocal(a, out=a)


def before(first: Any, rest: Any) -> Any:
    """What each step starts from, out of what the first one starts from and all results."""
    return np.concatenate((first[None], rest[:-1]))


def is_zero(g: Any) -> bool:
    """Whether a cotangent is zero and stays it: that of the gates at first order, for nobody asks for them."""
    return type(g) is np.ndarray and not g.any()


def rows(x: Any) -> Any:
    """Steps and batch in one axis."""
    return x.reshape(-1, shape_of(x)[-1])


def _back(g: Any, parts: Any, y: Any) -> Any:
    """Backpropagation through time: with ā, the cotangents of the gates before their functions, ready all follows.

    Of c: through tanh and o to h, by f to the step before. (Graves 2005, Framewise phoneme classification, appendix A,
    without peepholes.)
    """
    (_, u, h0, c0), (gh, gc, ga), (hs, cs, gates) = parts, g, y
    n = shape_of(u)[1]
    i, f, p, o = (gates[..., k * n : (k + 1) * n] for k in range(4))
    of_logistic, r = gates * (1 - gates), np.tanh(cs)
    own = np.concatenate((of_logistic[..., : 2 * n], 1 - p * p, of_logistic[..., 3 * n :]), -1)
    slopes = np.concatenate((p, before(c0, cs), i, r), -1) * own
    to_c, extra = o * (1 - r * r), [0] * len(gates) if is_zero(ga) else ga * own
    dh: Any = 0
    dc: Any = 0
    bars = []
    for t in reversed(range(len(gates))):
        dh = gh[t] + dh
        dc = gc[t] + dc + dh * to_c[t]
        bar = np.concatenate((dc, dc, dc, dh), -1) * slopes[t] + extra[t]
        bars.append(bar)
        dh, dc = bar @ u, dc * f[t]
    dz = np.stack(bars[::-1])
    return [dz, rows(dz).T @ rows(before(h0, hs)), dh, dc]


rule(lstm_steps, parts=_back)

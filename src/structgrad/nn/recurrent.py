"""Recurrent layers, LSTM and GRU, as functions of their weights: over a sequence, or one step at a time."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from structgrad.arrays import dtype_of, shape_of
from structgrad.errors import users_line
from structgrad.nn.checks import real
from structgrad.nn.gates import HasGates
from structgrad.nn.gru_steps import gru_steps
from structgrad.nn.kinds import Float
from structgrad.nn.lstm_steps import lstm_steps

# Of an LSTM: what it says, h, and what it remembers, c.
State: TypeAlias = tuple[NDArray[Float], NDArray[Float]]


def lstm(
    params: HasGates, xs: NDArray[Float], state: State[Float] | None = None, *, coupled: bool = False
) -> tuple[NDArray[Float], State[Float]]:
    """A long short-term memory over a sequence: the state after every step, and the last state and cell.

    params: w (4h, i), u (4h, h), b (4h), the rows in PyTorch's order: input gate, forget gate, proposal, output gate.
    xs: (t, …, i), t ≥ 1 steps, with a batch between or without. state: (h₀, c₀), each (…, h) or (h) for all of a batch;
    zeros if None. coupled: the input gate is 1 − forget gate; params have 3h rows then: forget, proposal, output.
    Returns ys (t, …, h) and (ys[-1], c). Each gate is σ(W x + U h + b), the proposal p its tanh, c ← f c + i p and
    h ← o tanh c. ValueError for shapes that do not fit. (Gers, Schmidhuber, Cummins 2000, Learning to forget; coupled:
    Greff et al. 2017, LSTM: a search space odyssey.)

    >>> import numpy as np, structgrad as sg
    >>> from structgrad import nn
    >>> params = nn.lstm_params(3, 2, np.random.default_rng(0))
    >>> ys, (h, c) = nn.lstm(params, np.ones((5, 3)))
    >>> ys.shape, c.shape
    ((5, 2), (2,))
    >>> sg.grad_bp(lambda p: np.sum(nn.lstm(p, np.ones((5, 3)))[0]))(params).u.shape
    (8, 2)
    """
    k = 3 if coupled else 4
    w, u, b, xs = _checked("lstm", params, xs, k, k)
    if coupled:
        w, u, b = map(_uncoupled, (w, u, b))
    z = _by_input(w, b, xs)
    h, c = (None, None) if state is None else _two(state)
    parts = [z, u, _start("lstm", "h", h, z, u), _start("lstm", "c", c, z, u)]
    hs, cs, _ = lstm_steps(parts)
    return hs, (hs[-1], cs[-1])


def gru(
    params: HasGates, xs: NDArray[Float], state: NDArray[Float] | None = None
) -> tuple[NDArray[Float], NDArray[Float]]:
    """A gated recurrent unit over a sequence: the state after every step, and the last state.

    params: w (3h, i), u (3h, h), b (4h), the rows in PyTorch's order: reset gate r, update gate z, proposal; the last
    h biases stand beside U h in the proposal, which r multiplies. xs: (t, …, i), t ≥ 1 steps, with a batch between or
    without. state: h₀, (…, h) or (h) for all of a batch; zeros if None. Returns ys (t, …, h) and ys[-1]. r and z are
    σ(W x + U h + b), the proposal p is tanh(W x + b + r (U h + b′)), and h ← z h + (1 − z) p. ValueError for shapes
    that do not fit. (Cho et al. 2014, Learning phrase representations using RNN encoder-decoder, §2.3, with r after U.)

    >>> import numpy as np
    >>> from structgrad import nn
    >>> ys, h = nn.gru(nn.gru_params(3, 2, np.random.default_rng(0)), np.ones((5, 3)))
    >>> ys.shape, h.shape
    ((5, 2), (2,))
    """
    w, u, b, xs = _checked("gru", params, xs, 3, 4)
    rows = shape_of(w)[0]
    z = _by_input(w, b[:rows], xs)
    hs, _ = gru_steps([z, u, b[rows:], _start("gru", "h", state, z, u)])
    return hs, hs[-1]


def lstm_cell(params: HasGates, x: NDArray[Float], state: State[Float], *, coupled: bool = False) -> State[Float]:
    """One step of `lstm`: the next state and cell.

    x: (…, i). state: (h, c), each (…, h). params, coupled and errors as of `lstm`.

    >>> import numpy as np
    >>> from structgrad import nn
    >>> h, c = nn.lstm_cell(nn.lstm_params(3, 2, np.random.default_rng(0)), np.ones(3), (np.zeros(2), np.zeros(2)))
    >>> h.shape
    (2,)
    """
    return lstm(params, real(x, "x")[None], state, coupled=coupled)[1]


def gru_cell(params: HasGates, x: NDArray[Float], state: NDArray[Float]) -> NDArray[Float]:
    """One step of `gru`: the next state.

    x: (…, i). state: (…, h). params and errors as of `gru`.

    >>> import numpy as np
    >>> from structgrad import nn
    >>> nn.gru_cell(nn.gru_params(3, 2, np.random.default_rng(0)), np.ones(3), np.zeros(2)).shape
    (2,)
    """
    return gru(params, real(x, "x")[None], state)[1]


def _uncoupled(rows: Any) -> Any:
    """The input gate's rows before the others: minus the forget gate's, for 1 − σ(a) = σ(−a)."""
    return np.concatenate((-rows[: shape_of(rows)[0] // 3], rows))


def _by_input(w: Any, b: Any, xs: Any) -> Any:
    """W x + b for every step, in one product."""
    *lead, inputs = shape_of(xs)
    z = xs.reshape(math.prod(lead), inputs) @ w.T + b
    return z.reshape(*lead, shape_of(w)[0])


def _start(name: str, what: str, x: Any, z: Any, u: Any) -> Any:
    """What the first step starts from. ValueError unless it is of the batch's shape, or of one for all."""
    shape = (*shape_of(z)[1:-1], shape_of(u)[1])
    if x is None:
        return np.zeros(shape, dtype_of(z))
    x = real(x, f"state {what} of {name}")
    if shape_of(x) == shape:
        return x
    if shape_of(x) != shape[-1:]:
        raise ValueError(f"{name}{users_line()}: {what} of the state is {shape}, not {shape_of(x)}")
    return np.broadcast_to(x, shape)


def _two(state: Any) -> tuple[Any, Any]:
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise ValueError(f"lstm{users_line()}: the state is (h, c), not {state!r:.60}")
    return state[0], state[1]


def _checked(name: str, params: Any, xs: Any, k: int, biases: int) -> tuple[Any, Any, Any, Any]:
    """The weights and the inputs. ValueError, with what was expected, unless their shapes fit."""
    w, u, b = (real(getattr(params, field), f".{field} of {name}") for field in "wub")
    xs = real(xs, f"xs of {name}")
    n, inputs = shape_of(u)[-1] if shape_of(u) else 0, shape_of(xs)[-1] if shape_of(xs) else 0
    if len(shape_of(xs)) < 2 or not shape_of(xs)[0]:
        raise ValueError(f"{name}{users_line()}: xs is (t, …, i) with at least one step, not {shape_of(xs)}")
    expected = {"w": (k * n, inputs), "u": (k * n, n), "b": (biases * n,)}
    for field, part in zip("wub", (w, u, b), strict=True):
        if not n or shape_of(part) != expected[field]:
            raise ValueError(
                f"{name}{users_line()}: .{field} of the weights is {shape_of(part)}; with {n} numbers of state (the "
                f"columns of .u) and {inputs} of input (the last axis of xs) it is {expected[field]}"
            )
    return w, u, b, xs

"""The weights of recurrent layers: a struct for all gates at once, and numbers to begin with."""

import math
from typing import Any, Protocol

import numpy as np
from attrs import frozen
from numpy.typing import DTypeLike

from structgrad.arrays import Array
from structgrad.errors import users_line
from structgrad.nn.checks import require_generator


@frozen(eq=False)
class Gates:
    """The weights of an LSTM or a GRU: k gates for each of h numbers of state, from i numbers of input.

    w: (k h, i), by the input. u: (k h, h), by the state. b: biases. What k is, and in what order the gates stand, is
    said at `lstm` and `gru`. A field of any struct of yours; a class of your own with these three fields does as well.

    >>> import numpy as np
    >>> from structgrad.nn import Gates
    >>> Gates(np.zeros((8, 3)), np.zeros((8, 2)), np.zeros(8)).u.shape
    (8, 2)
    """

    w: Array
    u: Array
    b: Array


class HasGates(Protocol):
    """Anything with the three fields of `Gates`."""

    @property
    def w(self) -> Any:
        """By the input, (k h, i)."""

    @property
    def u(self) -> Any:
        """By the state, (k h, h)."""

    @property
    def b(self) -> Any:
        """Biases, (k h)."""


def lstm_params(
    inputs: int, hidden: int, rng: np.random.Generator, *, coupled: bool = False, dtype: DTypeLike = np.float64
) -> Gates:
    """Weights of an LSTM to begin with: uniform in ±1/√hidden, biases 0, and 1 for the forget gate.

    inputs, hidden: how many numbers come in, and are in the state. rng: NumPy's generator, which moves on. coupled: as
    in `lstm`. dtype: of floats; the numbers drawn are those of float64, rounded. TypeError for another generator or
    dtype. (The bias: Jozefowicz, Zaremba, Sutskever 2015, An empirical exploration of recurrent network architectures.)

    >>> import numpy as np
    >>> from structgrad import nn
    >>> nn.lstm_params(3, 2, np.random.default_rng(0)).b
    array([0., 0., 1., 1., 0., 0., 0., 0.])
    """
    start = 0 if coupled else hidden
    params = _drawn("lstm_params", inputs, hidden, (3 if coupled else 4) * hidden, rng, dtype)
    params.b[start : start + hidden] = 1
    return params


def gru_params(inputs: int, hidden: int, rng: np.random.Generator, *, dtype: DTypeLike = np.float64) -> Gates:
    """Weights of a GRU to begin with: uniform in ±1/√hidden, biases 0.

    inputs, hidden: how many numbers come in, and are in the state. rng: NumPy's generator, which moves on. dtype: as
    in `lstm_params`. TypeError for another generator or dtype.

    >>> import numpy as np
    >>> from structgrad import nn
    >>> p = nn.gru_params(3, 2, np.random.default_rng(0))
    >>> p.w.shape, p.u.shape, p.b.shape
    ((6, 3), (6, 2), (8,))
    """
    params = _drawn("gru_params", inputs, hidden, 3 * hidden, rng, dtype)
    return Gates(params.w, params.u, np.zeros(4 * hidden, params.w.dtype))


def _drawn(name: str, inputs: int, hidden: int, rows: int, rng: Any, dtype: DTypeLike) -> Gates:
    require_generator(rng, name)
    kept: Any = np.dtype(dtype)
    if kept.kind != "f":
        raise TypeError(f"{name}{users_line()} draws floats: dtype is float64, float32 or another of these, not {kept}")
    if min(inputs, hidden) < 1:
        raise ValueError(f"{name}{users_line()} takes at least one input and one number of state, not {inputs, hidden}")
    bound = 1 / math.sqrt(hidden)
    w, u = (rng.uniform(-bound, bound, (rows, n)).astype(kept) for n in (inputs, hidden))
    return Gates(w, u, np.zeros(rows, kept))

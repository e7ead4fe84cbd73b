"""The digits of π, learned by heart: an LSTM reads four of them and tells which comes next.

The digits come from Machin's formula of 1706, in whole numbers. No four of the first 100 stand there twice, so each
four have one digit behind them. Why that one, no rule tells: the network has to remember.

Prints:
    3.14159 26535 89793 23846 26433...
    right after 50 epochs: 9... of 96
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import nn, optim

Digits = NDArray[np.int64]


@dataclass(frozen=True)
class Memory:
    table: sg.Array  # (10, 16): what stands for each digit
    lstm: nn.Gates
    out: sg.Array  # (32, 10)

    def __call__(self, digits: Digits) -> sg.Array:
        """Scores of the next digit, (n, 10), from digits (n, t)."""
        _, (last, _) = nn.lstm(self.lstm, nn.embedding(self.table, digits.T))
        return last @ self.out


def loss(memory: Memory, before: Digits, following: Digits) -> sg.Scalar:
    return np.mean(nn.cross_entropy(memory(before), following))


def pi(n: int) -> Digits:
    """The first n digits: π = 16 arctan 1/5 − 4 arctan 1/239, in units of 10⁻ⁿ⁻¹⁰."""
    unit = 10 ** (n + 10)

    def arctan_inverse(x: int) -> int:
        return sum((-1) ** k * unit // ((2 * k + 1) * x ** (2 * k + 1)) for k in range(n))

    return np.array([int(digit) for digit in str(16 * arctan_inverse(5) - 4 * arctan_inverse(239))[:n]])


rng = np.random.default_rng(0)
digits = pi(100)
before, following = np.lib.stride_tricks.sliding_window_view(digits, 4)[:-1], digits[4:]

start = Memory(rng.normal(size=(10, 16)), nn.lstm_params(16, 32, rng), np.zeros((32, 10)))
batches = optim.batches(before, following, size=8, seed=rng, epochs=50)
memory = optim.last(optim.descend(loss, start, batches, optim.adam(0.01))).params

right = int(np.sum(np.argmax(memory(before), axis=1) == following))
text = "".join(map(str, digits))
assert text.endswith("342117067")
assert right > 75
print(f"{text[0]}.{text[1:6]} {' '.join(text[i : i + 5] for i in range(6, 26, 5))}...")
print(f"right after 50 epochs: {right} of {len(following)}")

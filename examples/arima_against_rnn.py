"""Sunspots one year ahead: an ARIMA(3,1,1) against a gated recurrent unit, both fitted by `optim.minimize`.

Both are dataclasses that tell what they did not foretell of a series; 1700 to 1949 are there to learn from. The four
numbers of the ARIMA (Box and Jenkins 1970, with unknown errors put to zero) come out near those of statsmodels, which
maximizes the whole likelihood; the 256 of the unit would fit the noise too, and are left after 100 steps. Then both
foretell each of 1950 to 2008 from the years before it, as does who says that all stays as it is.

Prints:
    phi and theta: 1.20 -0.43 -0.20 -0.89
      statsmodels: 1.19 -0.42 -0.20 -0.88
    error: naive 33.2, ARIMA 20.2, recurrent 1... sunspots
"""

from dataclasses import dataclass

import numpy as np
from statsmodels.datasets import sunspots
from statsmodels.tsa.arima.model import ARIMA

import structgrad as sg
from structgrad import nn, optim


@dataclass(frozen=True)
class Arima:
    phi: list[float]
    theta: float

    def errors(self, y: sg.Array) -> sg.Array:
        """What of y[4], y[5], … was not foretold."""
        d = np.diff(y)
        by_phi = sum(phi * d[2 - k : -1 - k] for k, phi in enumerate(self.phi))
        errors = [0.0]
        for rest in d[3:] - by_phi:
            errors.append(rest - self.theta * errors[-1])
        return np.stack(errors[1:])


@dataclass(frozen=True)
class Recurrent:
    unit: nn.Gates
    out: sg.Array  # (hidden,)

    def errors(self, y: sg.Array) -> sg.Array:
        """What of y[1], y[2], … was not foretold."""
        states, _ = nn.gru(self.unit, y[:-1, None])
        return np.diff(y) - states @ self.out


def mean_square(model: Arima | Recurrent, y: sg.Array) -> sg.Scalar:
    return np.mean(model.errors(y) ** 2)


y = np.asarray(sunspots.load().endog) / 100.0  # hundreds of spots, each year from 1700 on
known = y[:250]

arima = optim.minimize(mean_square, Arima([0.0, 0.0, 0.0], 0.0), known).params
theirs = ARIMA(known, order=(3, 1, 1)).fit().params[:4]
ours = [*arima.phi, arima.theta]

start = Recurrent(nn.gru_params(1, 8, np.random.default_rng(0)), np.zeros(8))
recurrent = optim.minimize(mean_square, start, known, method="L-BFGS-B", options={"maxiter": 100}).params

errors = {"naive": np.diff(y), "ARIMA": arima.errors(y), "recurrent": recurrent.errors(y)}
held_out = {name: 100.0 * np.sqrt(np.mean(each[-59:] ** 2)) for name, each in errors.items()}

assert np.allclose(ours, theirs, rtol=0.0, atol=0.05)
assert held_out["recurrent"] < held_out["ARIMA"] < 0.7 * held_out["naive"]
print("phi and theta:", " ".join(f"{number:.2f}" for number in ours))
print("  statsmodels:", " ".join(f"{number:.2f}" for number in theirs))
print("error:", ", ".join(f"{name} {error:.1f}" for name, error in held_out.items()), "sunspots")

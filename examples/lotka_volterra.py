"""Hares and lynxes: the rates at which they live and die, found from how many there were.

The equations of Lotka and Volterra are solved by SciPy's odeint, by the name it has in structgrad. Their rates are a
dataclass, and so is the gradient, which a second equation brings back from the last year to the first. The search goes
over the logarithms of the rates, which keeps them positive.

Prints:
    growth 1.00, hunted 0.100, starved 1.50, fed 0.0750 after ... gradients
    off by at most 0.00...
    one more hare at the start makes ... lynxes in year 6
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize

import structgrad as sg
from structgrad.scipy import integrate

YEARS = np.linspace(0.0, 6.0, 13)
START = np.array([10.0, 5.0])


@dataclass(frozen=True)
class Rates:
    growth: float
    hunted: float
    starved: float
    fed: float


def change(numbers: Any, year: float, rates: Rates) -> Any:
    hares, lynxes = numbers
    return [rates.growth * hares - rates.hunted * hares * lynxes, rates.fed * hares * lynxes - rates.starved * lynxes]


def numbers(rates: Rates, start: sg.Array) -> sg.Array:
    return integrate.odeint(change, start, YEARS, args=(rates,))


def misfit(logs: Rates, seen: sg.Array) -> sg.Scalar:
    return np.mean(np.log(numbers(sg.tree.map(np.exp, logs), START) / seen) ** 2)


truth = Rates(1.0, 0.1, 1.5, 0.075)
seen = numbers(truth, START)
vector, back = sg.tree.ravel(sg.tree.map(np.log, Rates(0.8, 0.08, 1.2, 0.06)))


def loss(v: sg.Array) -> tuple[float, sg.Array]:
    value, grad = sg.backprop(misfit)(back(v), seen)
    return value, sg.tree.ravel(grad)[0]


found = optimize.minimize(loss, vector, jac=True, method="BFGS", options={"gtol": 1e-5})
rates = sg.tree.map(np.exp, back(found.x))
error = max(abs(found_rate / rate - 1) for found_rate, rate in zip(*map(sg.tree.leaves, (rates, truth)), strict=True))
more = sg.grad_bp(lambda start: numbers(truth, start)[-1, 1], START)

assert error < 0.01

print(
    f"growth {rates.growth:.2f}, hunted {rates.hunted:.3f}, starved {rates.starved:.2f}, fed {rates.fed:.4f} "
    f"after {found.nfev} gradients"
)
print(f"off by at most {error:.5f}")
print(f"one more hare at the start makes {more[0]:.2f} lynxes in year 6")

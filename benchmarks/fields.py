"""What does a record cost? A dataclass of 10, 100, 1,000 small fields, every other one a vector of three."""

import math
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.timing import CONTROL, HAND, US, Budget, Contestant, arguments, peer, race, table, target

JAX = "JAX, no jit"
Loss = Callable[[Any], Any]  # Any: a class made at run time has no name for mypy


def record(n: int, convert: Callable[[Any], Any]) -> Any:
    """Give a record of n fields, known to JAX where JAX is there."""
    rng = np.random.default_rng(0)
    names = [f"field_{i}" for i in range(n)]
    cls = make_dataclass("Record", names, frozen=True)
    if tree_util := peer("jax.tree_util"):
        tree_util.register_dataclass(cls, names, [])
    return cls(*(convert(rng.normal(size=3) if i % 2 else rng.normal()) for i in range(n)))


def weights(n: int) -> list[Any]:
    """Give the gradient of `touch_all`: a float or a vector per field."""
    rng = np.random.default_rng(1)
    return [rng.normal(size=3) if i % 2 else rng.normal() for i in range(n)]


def touch_all(weight: list[Any]) -> Loss:
    """Give the loss that uses each field once: the sum of its products with a weight."""

    def loss(r: Any) -> Any:
        total = 0.0
        for i, w in enumerate(weight):
            x = getattr(r, f"field_{i}")
            total = total + (x @ w if i % 2 else x * w)
        return total

    return loss


def touch_one(r: Any) -> Any:
    """Give a loss that uses one field, so that what is timed is the container."""
    return r.field_0 * r.field_0


def contestants(n: int, loss: Loss, jax_loss: Loss, by_hand: Callable[[Any], list[Any]]) -> list[Contestant]:
    """Give the contestants on a record of n fields."""
    plain, ours = record(n, lambda x: x), sg.backprop(loss)
    found = [
        Contestant(CONTROL, lambda: (loss(plain), None)),
        Contestant(HAND, lambda: (loss(plain), type(plain)(*by_hand(plain)))),
        Contestant(US, lambda: ours(plain)),
    ]
    if jax := peer("jax"):
        theirs, jax_record = jax.value_and_grad(jax_loss), record(n, jax.numpy.asarray)
        found.append(Contestant(JAX, lambda: jax.block_until_ready(theirs(jax_record))))
    return found


def all_fields(n: int) -> list[Contestant]:
    """Give the contestants for the loss that uses every field."""
    w, jax = weights(n), peer("jax")
    jax_w = [jax.numpy.asarray(x) for x in w] if jax else w
    return contestants(n, touch_all(w), touch_all(jax_w), lambda r: w)


def one_field(n: int) -> list[Contestant]:
    """Give the contestants for the loss that uses one field."""
    zeros = [np.zeros(3) if i % 2 else 0.0 for i in range(1, n)]
    return contestants(n, touch_one, touch_one, lambda r: [2 * r.field_0, *zeros])


def medians(entrants: list[Contestant], budget: Budget) -> dict[str, float]:
    """Give microseconds per call, by contestant."""
    return {name: float(np.median(t.seconds)) * 1e6 for name, t in race(entrants, budget).items()}


def report(title: str, results: dict[int, dict[str, float]]) -> None:
    """Print one curve, and its slope: the exponent k of time ~ fields ** k from 100 to 1,000 fields."""
    names = list(results[10])
    rows = [[f"{n:,} fields", *(f"{times[name]:,.1f}" for name in names)] for n, times in results.items()]
    slopes = [f"{math.log10(results[1000][name] / results[100][name]):.2f}" for name in names]
    print(f"### {title}, µs\n\n{table(['record', *names], [*rows, ['slope, 100 to 1,000', *slopes]])}")


if __name__ == "__main__":
    budget = arguments(rounds=9)
    one = {n: medians(one_field(n), budget) for n in (10, 100, 1000)}
    report("Container alone: the loss uses one field", one)
    report("The loss uses every field", {n: medians(all_fields(n), budget) for n in (10, 100, 1000)})
    if JAX in one[1000]:
        ratio = one[1000][US] / one[1000][JAX]
        print(target("container of 1,000 fields over that of JAX without jit", ratio, 1 / 5))

"""What does length cost? Chains of 100,000 and 200,000 steps, and the memory of 1,000 runs."""

import functools
import gc
import resource
import sys
import tracemalloc
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.timing import HAND, US, Budget, Contestant, arguments, once, peer, race, table, target

SLOPE = 1.0 - 1e-6
X = np.linspace(-1.0, 1.0, 10)


def chain(x: sg.Array, n: int) -> sg.Scalar:
    """Take n steps, each a product or a sum with a constant."""
    for _ in range(n // 2):
        x = x * SLOPE + 1e-6
    return x @ x


def by_hand(n: int) -> tuple[Any, Any]:
    """Give value and gradient; the way back is n / 2 products."""
    x = X
    for _ in range(n // 2):
        x = x * SLOPE + 1e-6
    g = 2.0 * x
    for _ in range(n // 2):
        g = g * SLOPE
    return x @ x, g


def contestants(n: int) -> list[Contestant]:
    """Give the contestants for a chain of n steps."""
    ours = sg.backprop(chain)
    found = [Contestant(HAND, lambda: by_hand(n)), Contestant(US, lambda: ours(X, n))]
    if autograd := peer("autograd"):
        theirs = autograd.value_and_grad(chain)
        found.append(Contestant("autograd", lambda: theirs(X, n)))
    if torch := peer("torch"):
        tx = torch.tensor(X, requires_grad=True)

        def in_torch() -> tuple[Any, Any]:
            value: Any = chain(tx, n)
            return value.detach(), torch.autograd.grad(value, tx)[0]

        found.append(Contestant("PyTorch eager", in_torch))
    return found


def peak() -> float:
    """Give the peak resident memory of this process so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def growth(runs: int, steps: int = 500) -> float:
    """Give the growth of peak memory in MB over so many runs, without the cycle collector."""
    ours, x = sg.backprop(chain), np.linspace(-1.0, 1.0, 1000)
    gc.disable()
    for _ in range(10):
        ours(x, steps)
    before = peak()
    for _ in range(runs):
        ours(x, steps)
    gc.enable()
    return peak() - before


def footprint(n: int) -> tuple[float, int]:
    """Give the bytes per step that one run holds at its peak, and the objects it leaves to the cycle collector."""
    ours = sg.backprop(chain)
    ours(X, n)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    ours(X, n)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    left = gc.collect()
    gc.enable()
    return most / n, left


def stretch(lengths: tuple[int, int], rounds: int) -> float:
    """Give the time of the longer chain over that of the shorter, which take turns: median of the ratios."""
    ours = sg.backprop(chain)
    pairs = [[once(functools.partial(ours, X, n)) for n in lengths] for _ in range(rounds)]
    return float(np.median([longer / shorter for shorter, longer in pairs]))


def report(lengths: tuple[int, int], runs: int, budget: Budget) -> None:
    """Print memory first, for a peak does not come down again, then times."""
    limit = sys.getrecursionlimit()
    grown = growth(runs)
    per_step, left = footprint(lengths[0])
    longer = stretch(lengths, 2 * budget.rounds)
    half, full = (
        {name: float(np.median(t.seconds)) for name, t in race(contestants(n), budget).items()} for n in lengths
    )
    rows = [[name, f"{half[name]:.3f}", f"{t:.3f}", f"{t / lengths[1] * 1e6:.2f}"] for name, t in full.items()]
    header = ["contestant", *(f"{n:,} steps, s" for n in lengths), "µs per step"]
    print(f"### Long chains, under a recursion limit of {limit}\n\n{table(header, rows)}")
    print(f"One run holds {per_step:.0f} bytes per step at its peak.\n")
    print(target(f"time for {lengths[1]:,} steps over that for {lengths[0]:,}", longer, 2.2))
    print(target(f"growth of peak memory over {runs:,} runs, cycle collector off", grown, 1.0, "MB"))
    print(target("what one run leaves to the cycle collector", left, 0, "objects"))


if __name__ == "__main__":
    budget = arguments(rounds=5)
    smoke = budget.rounds == 1
    report((1_000, 2_000) if smoke else (100_000, 200_000), 20 if smoke else 1_000, budget)

"""What does a table cost? A step of matrix factorization on two tables of 10³ to 10⁷ rows of 32, a batch of 64."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.timing import HAND, US, Budget, Contestant, arguments, once, peer, race, table, target
from structgrad import optim

RATE, BATCH, WIDTH = 0.1, 64, 32
TORCH, DENSE = "PyTorch, sparse=True", "structgrad, dense gradients"
SIZES = (10**3, 10**4, 10**5, 10**6, 10**7)
Step = Callable[[], tuple[Any, Any]]


def loss(tables: Any, i: Any, j: Any, y: Any) -> sg.Scalar:
    """Give the mean squared error of the products of rows."""
    return np.mean((np.sum(tables[0][i] * tables[1][j], axis=1) - y) ** 2)


def by_hand(tables: Any, i: Any, j: Any, y: Any) -> Step:
    """Give the step that one derives on paper, with a scatter that adds."""
    rate = np.float32(RATE)

    def step() -> tuple[Any, Any]:
        u, v = tables
        a, b = u[i], v[j]
        error = np.sum(a * b, axis=1) - y
        slope = error[:, None] * np.float32(2 / BATCH)
        np.add.at(u, i, slope * b * -rate)
        np.add.at(v, j, slope * a * -rate)
        return np.mean(error**2), (u[i], v[j])

    return step


def ours(tables: Any, i: Any, j: Any, y: Any, *, sparse: bool) -> Step:
    """Give structgrad's step, by rows or dense, in place."""
    opt = optim.sgd(RATE)
    state, backprop = opt.init(tables), opt.backprop(loss, sparse=sparse)

    def step() -> tuple[Any, Any]:
        nonlocal tables, state
        value, grad = backprop(tables, i, j, y)
        tables, state = opt.step(tables, grad, state, inplace=True)
        return value, (tables[0][i], tables[1][j])

    return step


def in_torch(torch: Any, tables: Any, i: Any, j: Any, y: Any) -> Step:
    """Give PyTorch's step with sparse embeddings."""
    embeddings = [torch.nn.Embedding.from_pretrained(torch.from_numpy(t), freeze=False, sparse=True) for t in tables]
    u, v = embeddings
    ti, tj, ty = (torch.from_numpy(x) for x in (i, j, y))
    opt = torch.optim.SGD([u.weight, v.weight], lr=RATE)

    def step() -> tuple[Any, Any]:
        opt.zero_grad()
        value: Any = torch.mean((torch.sum(u(ti) * v(tj), dim=1) - ty) ** 2)
        value.backward()
        opt.step()
        return value.detach(), (u.weight.detach()[ti], v.weight.detach()[tj])

    return step


def contestants(n: int, *, peers: bool = True) -> list[Contestant]:
    """Give the contestants on tables of n rows, each on tables of its own; without peers structgrad alone by rows."""
    rng = np.random.default_rng(0)
    i, j = rng.integers(0, n, BATCH), rng.integers(0, n, BATCH)
    y = rng.normal(size=BATCH).astype(np.float32)

    def tables() -> list[Any]:
        fresh = np.random.default_rng(1)
        return [fresh.random((n, WIDTH), np.float32) / 8.0 for _ in range(2)]  # so that all steps converge

    found = [Contestant(US, ours(tables(), i, j, y, sparse=True))]
    if not peers:
        return found
    found.insert(0, Contestant(HAND, by_hand(tables(), i, j, y)))
    if torch := peer("torch"):
        found.append(Contestant(TORCH, in_torch(torch, tables(), i, j, y)))
    if n <= 10**6:
        found.append(Contestant(DENSE, ours(tables(), i, j, y, sparse=False)))
    return found


def alike(sizes: Sequence[int], rounds: int) -> float:
    """Give the median over rounds of the longest over the shortest step among table sizes, which take turns."""
    steps = {n: contestants(n, peers=False)[0].run for n in sizes}
    seconds = np.array([[once(step, 50) for step in steps.values()] for _ in range(rounds + 1)])[1:]
    medians = np.median(seconds, axis=0)
    return float(max(medians) / min(medians))


def report(budget: Budget) -> None:
    """Print the curve over sizes, and the targets."""
    times: dict[int, dict[str, Any]] = {}
    sizes = SIZES if budget.rounds > 1 else SIZES[:2]
    for n in sizes:
        # In 32 bits the sums of a batch differ in the last digits.
        times[n] = race(contestants(n), budget, rtol=1e-4)
    names = (HAND, US, TORCH, DENSE)
    rows = [
        [
            f"{n:,} rows",
            *(f"{np.median(t[name].seconds) * 1e6:,.0f}" if name in t else "–" for name in names),
            f"{t[US].over(t[HAND]):.2f}",
        ]
        for n, t in times.items()
    ]
    print(f"### A step by table size, µs\n\n{table(['tables of', *names, 'structgrad × by hand'], rows)}")
    print(target("time of a step, slowest over fastest size, taking turns", alike(sizes, budget.rounds), 1.5))
    print(target("a step over that by hand, worst size", max(t[US].over(t[HAND]) for t in times.values()), 2.0))


if __name__ == "__main__":
    report(arguments(rounds=15))

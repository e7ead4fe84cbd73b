"""What does an optimizer cost? A step of Adam on 1,000 small leaves and on 4 large ones, and Adam written by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.timing import HAND, US, Budget, Contestant, arguments, peer, show, target
from structgrad import optim

RATE, B1, B2, EPS = 1e-3, 0.9, 0.999, 1e-8
IN_PLACE = f"{US}, inplace=True"
Arrays = list[Any]


def by_hand(params: Arrays, grads: Arrays) -> Callable[[], tuple[Any, Any]]:
    """Give a step of the loop that one writes over arrays, state in lists beside them."""
    m, v = [np.zeros_like(p) for p in params], [np.zeros_like(p) for p in params]
    t = 0

    def step() -> tuple[Any, Any]:
        nonlocal t
        t += 1
        c1, c2 = 1 - B1**t, 1 - B2**t
        for i, g in enumerate(grads):
            m[i] = B1 * m[i] + (1 - B1) * g
            v[i] = B2 * v[i] + (1 - B2) * g * g
            params[i] -= RATE * (m[i] / c1) / (np.sqrt(v[i] / c2) + EPS)
        return 0.0, params

    return step


def ours(params: Arrays, grads: Arrays, *, inplace: bool) -> Callable[[], tuple[Any, Any]]:
    """Give a step of structgrad's."""
    opt = optim.adam(RATE, B1, B2, EPS)
    state = opt.init(params)

    def step() -> tuple[Any, Any]:
        nonlocal params, state
        params, state = opt.step(params, grads, state, inplace=inplace)
        return 0.0, params

    return step


def in_torch(torch: Any, params: Arrays, grads: Arrays) -> Callable[[], tuple[Any, Any]]:
    """Give a step of PyTorch's, over all leaves in few calls (foreach)."""
    leaves = [torch.tensor(p, requires_grad=True) for p in params]
    for leaf, g in zip(leaves, grads, strict=True):
        leaf.grad = torch.tensor(g)
    opt = torch.optim.Adam(leaves, lr=RATE, betas=(B1, B2), eps=EPS, foreach=True)

    def step() -> tuple[Any, Any]:
        opt.step()
        return 0.0, [leaf.detach() for leaf in leaves]

    return step


def in_optax(jax: Any, optax: Any, params: Arrays, grads: Arrays) -> Callable[[], tuple[Any, Any]]:
    """Give a step of optax's under jit, in 64 bits."""
    jax.config.update("jax_enable_x64", True)
    opt = optax.adam(RATE, B1, B2, EPS)
    on_device = jax.numpy.asarray
    leaves, slopes = [on_device(p) for p in params], [on_device(g) for g in grads]
    state = opt.init(leaves)

    def one(leaves: Any, state: Any) -> Any:
        updates, state = opt.update(slopes, state)
        return optax.apply_updates(leaves, updates), state

    compiled = jax.jit(one)

    def step() -> tuple[Any, Any]:
        nonlocal leaves, state
        leaves, state = jax.block_until_ready(compiled(leaves, state))
        return 0.0, leaves

    return step


def contestants(n: int, shape: tuple[int, ...]) -> list[Contestant]:
    """Give the contestants on n leaves of a shape."""
    rng = np.random.default_rng(0)
    grads = [rng.normal(size=shape) for _ in range(n)]
    fresh = np.random.default_rng(1)
    start = [fresh.normal(size=shape) for _ in range(n)]

    def params() -> Arrays:
        return [p.copy() for p in start]

    found = [
        Contestant(HAND, by_hand(params(), grads)),
        Contestant(US, ours(params(), grads, inplace=False)),
        Contestant(IN_PLACE, ours(params(), grads, inplace=True)),
    ]
    if torch := peer("torch"):
        found.append(Contestant("torch.optim (foreach)", in_torch(torch, params(), grads)))
    if optax := peer("optax"):
        found.append(Contestant("optax under jit", in_optax(peer("jax"), optax, params(), grads)))
    return found


def race(title: str, n: int, shape: tuple[int, ...], budget: Budget, limit: float) -> None:
    """Print one race and its target."""
    timings = show(title, contestants(n, shape), budget)
    ratio = min(timings[name].over(timings[HAND]) for name in (US, IN_PLACE))
    print(target(f"Adam on {title}, over the loop by hand", ratio, limit))


if __name__ == "__main__":
    budget = arguments(rounds=15)
    race("1,000 leaves of 10 numbers", 1000, (10,), budget, 3.0)
    race("4 leaves of 512 × 512", 4, (512, 512), budget, 1.05)

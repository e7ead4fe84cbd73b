"""Is a rule as fast as the formula that an expert would write? Rules of all families, on 10⁵ numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

import structgrad as sg
from benchmarks.timing import HAND, US, Budget, Contestant, arguments, peer, race, target
from structgrad import nn

N = 100_000
rng = np.random.default_rng(0)
X = rng.uniform(0.2, 1.8, N)
M = X.reshape(100, 1000)
S = rng.normal(size=(316, 316)) + 20.0 * np.eye(316)
P = S @ S.T
B = rng.uniform(0.5, 1.5, N)
C = rng.uniform(0.5, 1.5, (1000, 100))
K = rng.normal(size=15)
IDS = rng.integers(0, N, N)
MASK = X > 1.0
KNOTS = np.linspace(0.0, 2.0, 50)
HEIGHTS = np.cos(KNOTS)

# Constants that nobody may write into are not copied by structgrad, as docs/performance.md says.
for constant in (S, B, C, K, IDS, MASK, KNOTS, HEIGHTS):
    constant.flags.writeable = False

HEADER = """| rule | by hand, µs | structgrad, × by hand | structgrad, × autograd |
| :-- | --: | --: | --: |"""
Function = Callable[..., Any]
# name: f(xp, x), where x is, and by hand the value y and the way back from g to dx.
Rows = dict[str, tuple[Function, Any, Function]]


def _tanh(x: Any) -> Any:
    y = np.tanh(x)
    return y, lambda g: g * (1 - y * y)


def _exp(x: Any) -> Any:
    y = np.exp(x)
    return y, lambda g: g * y


def _sqrt(x: Any) -> Any:
    y = np.sqrt(x)
    return y, lambda g: g / (2 * y)


def _max(x: Any) -> Any:
    y = x.max(axis=1)

    def back(g: Any) -> Any:
        at = x == y[:, None]
        dx = np.zeros_like(x)
        np.copyto(dx, (g / np.count_nonzero(at, axis=1))[:, None], where=at)  # ties share
        return dx

    return y, back


def _var(x: Any) -> Any:
    d = x - x.mean(axis=1, keepdims=True)
    return np.var(x, axis=1), lambda g: d * (g[:, None] * (2 / x.shape[1]))


def _norm(x: Any) -> Any:
    y = np.linalg.norm(x, axis=1)
    return y, lambda g: x * (g / y)[:, None]


def _softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=1, keepdims=True))
    y = e / e.sum(axis=1, keepdims=True)
    return y, lambda g: y * (g - (g * y).sum(axis=1, keepdims=True))


def _softmax_of(xp: Any, x: Any) -> Any:
    e = xp.exp(x - xp.max(x, axis=1, keepdims=True))
    return e / xp.sum(e, axis=1, keepdims=True)


def _sort(x: Any) -> Any:
    order = np.argsort(x)

    def back(g: Any) -> Any:
        dx = np.empty_like(g)
        dx[order] = g
        return dx

    return x[order], back


def _differences(x: Any) -> Any:
    def back(g: Any) -> Any:
        dx = np.zeros_like(x)
        dx[1:] += g
        dx[:-1] -= g
        return dx

    return x[1:] - x[:-1], back


def _inv(x: Any) -> Any:
    y = np.linalg.inv(x)
    return y, lambda g: -y.T @ g @ y.T


def _solve(x: Any) -> Any:
    y = np.linalg.solve(x, S)

    def back(g: Any) -> Any:
        return -np.linalg.solve(x.T, g) @ y.T

    return y, back


def _interp(x: Any) -> Any:
    slopes = np.diff(HEIGHTS) / np.diff(KNOTS)
    return np.interp(x, KNOTS, HEIGHTS), lambda g: g * slopes[np.searchsorted(KNOTS, x, side="right") - 1]


def _logaddexp(x: Any) -> Any:
    y = np.logaddexp(x, B)
    return y, lambda g: g * np.exp(x - y)


ROWS: Rows = {
    "x * b": (lambda xp, x: x * B, X, lambda x: (x * B, lambda g: g * B)),
    "x / b": (lambda xp, x: x / B, X, lambda x: (x / B, lambda g: g / B)),
    "x ** 3": (lambda xp, x: x**3, X, lambda x: (x**3, lambda g: g * (3 * x**2))),
    "exp": (lambda xp, x: xp.exp(x), X, _exp),
    "log": (lambda xp, x: xp.log(x), X, lambda x: (np.log(x), lambda g: g / x)),
    "tanh": (lambda xp, x: xp.tanh(x), X, _tanh),
    "sin": (lambda xp, x: xp.sin(x), X, lambda x: (np.sin(x), lambda g: g * np.cos(x))),
    "sqrt": (lambda xp, x: xp.sqrt(x), X, _sqrt),
    "arctan2": (
        lambda xp, x: xp.arctan2(x, B),
        X,
        lambda x: (np.arctan2(x, B), lambda g: g * B / (x * x + B * B)),
    ),
    "logaddexp": (lambda xp, x: xp.logaddexp(x, B), X, _logaddexp),
    "abs": (lambda xp, x: xp.abs(x), X, lambda x: (np.abs(x), lambda g: g * np.sign(x))),
    "where": (lambda xp, x: xp.where(MASK, x, B), X, lambda x: (np.where(MASK, x, B), lambda g: g * MASK)),
    "clip": (
        lambda xp, x: xp.clip(x, 0.5, 1.5),
        X,
        lambda x: (np.clip(x, 0.5, 1.5), lambda g: g * ((x >= 0.5) & (x <= 1.5))),
    ),
    "sum": (
        lambda xp, x: xp.sum(x, axis=0),
        M,
        lambda x: (np.sum(x, axis=0), lambda g: np.broadcast_to(g, x.shape).copy()),
    ),
    "mean": (
        lambda xp, x: xp.mean(x, axis=1),
        M,
        lambda x: (x.mean(axis=1), lambda g: np.broadcast_to(g[:, None] / x.shape[1], x.shape).copy()),
    ),
    "max": (lambda xp, x: xp.max(x, axis=1), M, _max),
    "var": (lambda xp, x: xp.var(x, axis=1), M, _var),
    "norm": (lambda xp, x: xp.linalg.norm(x, axis=1), M, _norm),
    "cumsum": (
        lambda xp, x: xp.cumsum(x, axis=1),
        M,
        lambda x: (np.cumsum(x, axis=1), lambda g: np.cumsum(g[:, ::-1], axis=1)[:, ::-1]),
    ),
    "softmax": (lambda xp, x: nn.softmax(x) if xp is np else _softmax_of(xp, x), M, _softmax),
    "matmul": (lambda xp, x: x @ C, M, lambda x: (x @ C, lambda g: g @ C.T)),
    "einsum": (
        lambda xp, x: xp.einsum("ij,jk->ik", x, C),
        M,
        lambda x: (np.einsum("ij,jk->ik", x, C), lambda g: g @ C.T),
    ),
    "transpose, reshape": (
        lambda xp, x: xp.reshape(x.T, (-1,)),
        M,
        lambda x: (x.T.reshape(-1), lambda g: g.reshape(1000, 100).T.copy()),
    ),
    "concatenate": (
        lambda xp, x: xp.concatenate([x, B]),
        X,
        lambda x: (np.concatenate([x, B]), lambda g: g[:N].copy()),
    ),
    "x[1:] - x[:-1]": (lambda xp, x: x[1:] - x[:-1], X, _differences),
    "x[ids]": (lambda xp, x: x[IDS], X, lambda x: (x[IDS], lambda g: np.bincount(IDS, g, N))),
    "sort": (lambda xp, x: xp.sort(x), X, _sort),
    "solve": (lambda xp, x: xp.linalg.solve(x, S), P, _solve),
    "inv": (lambda xp, x: xp.linalg.inv(x), P, _inv),
    "fft": (
        lambda xp, x: xp.real(xp.fft.fft(x)),
        X,
        lambda x: (np.fft.fft(x).real, lambda g: np.fft.fft(g).real),
    ),
    "convolve": (
        lambda xp, x: xp.convolve(x, K),
        X,
        lambda x: (np.convolve(x, K), lambda g: np.correlate(g, K, "valid")),
    ),
    "interp": (lambda xp, x: xp.interp(x, KNOTS, HEIGHTS), X, _interp),
}
# What is no rule, but several of them: the formula by hand knows more than each of them can.
COMPOSED: Rows = {"softmax, of max, exp and sum": (_softmax_of, M, _softmax)}


def contestants(f: Function, x: Any, hand: Function) -> list[Contestant]:
    """Give the contestants of one rule: the loss is the sum of its result, so that the cotangent costs nothing."""

    def loss(x: Any, xp: Any = np) -> Any:
        return xp.sum(f(xp, x))

    def by_hand() -> tuple[Any, Any]:
        y, back = hand(x)
        return np.sum(y), back(np.broadcast_to(np.float64(1.0), y.shape))

    ours = sg.backprop(loss)
    found = [Contestant(HAND, by_hand), Contestant(US, lambda: ours(x))]
    if autograd := peer("autograd"):
        theirs, anp = autograd.value_and_grad(loss), peer("autograd.numpy")
        try:
            theirs(x, anp)
        except Exception:  # noqa: BLE001  # it has no rule
            return found
        found.append(Contestant("autograd", lambda: theirs(x, anp)))
    return found


def main(budget: Budget) -> None:
    """Print one line for each rule."""
    # Until a program has freed a large array, glibc gives memory back at once, and page faults of up to ten times
    # the computation meet whoever frees two arrays in a row. Afterwards it keeps what is freed, for all contestants.
    np.empty(30 << 17)  # 30 MiB; it is 32 from which glibc learns nothing
    print("Time of value and gradient over that by hand, and over autograd's.\n")
    print(HEADER)
    ratios = [shown(name, row, budget) for name, row in ROWS.items()]
    over = float(sum(ours > 1.2 for ours, _ in ratios))
    slower = [name for name, (_, theirs) in zip(ROWS, ratios, strict=True) if theirs is not None and theirs > 1]
    print()
    print(target(f"rules of {len(ratios)} above 1.2 × by hand", over, 0.0))
    print(target(f"rules slower than autograd ({', '.join(slower) or 'none'})", float(len(slower)), 0.0))
    print("\nSeveral rules against one formula, which knows what each of them can't (here, that max has no say):\n")
    print(HEADER)
    for name, row in COMPOSED.items():
        shown(name, row, budget)


def shown(name: str, row: tuple[Function, Any, Function], budget: Budget) -> tuple[float, float | None]:
    """Print one line, and give the ratios to by hand and to autograd, None where that has no rule."""
    timings = race(contestants(*row), budget)
    ours = timings[US].over(timings[HAND])
    theirs = timings[US].over(timings["autograd"]) if "autograd" in timings else None
    peer_ratio = "no rule" if theirs is None else f"{theirs:.2f}"
    print(f"| {name} | {1e6 * float(np.median(timings[HAND].seconds)):,.0f} | {ours:.2f} | {peer_ratio} |")
    return ours, theirs


if __name__ == "__main__":
    main(arguments(15, 0.01))

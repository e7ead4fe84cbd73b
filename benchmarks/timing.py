"""The fair timer: contestants agree first, then take turns, so that a slow moment slows them all."""

import argparse
import dataclasses
import gc
import importlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

CONTROL, HAND, US = "forward only (control)", "by hand", "structgrad"


@dataclasses.dataclass(frozen=True)
class Contestant:
    """A name and a call that gives `(value, gradient)`; the control gives `(value, None)`."""

    name: str
    run: Callable[[], tuple[Any, Any]]


@dataclasses.dataclass(frozen=True)
class Budget:
    """How long to measure: rounds in which each contestant has one turn of about `turn` seconds."""

    rounds: int
    turn: float


@dataclasses.dataclass(frozen=True)
class Timing:
    """Seconds per call of one contestant, one entry per round."""

    name: str
    seconds: npt.NDArray[np.float64]

    def over(self, other: "Timing") -> float:
        """Median over rounds of the ratio to `other` in the same round."""
        return float(np.median(self.seconds / other.seconds))


def peer(name: str) -> Any:  # Any: a peer may be absent, and then mypy has no types for it either
    """Give the module of another library, or None where the `bench` extra is not installed."""
    try:
        module: Any = importlib.import_module(name)
    except ModuleNotFoundError:
        return None
    if name == "torch":
        module.set_num_threads(1)
    return module


def arguments(rounds: int = 25, turn: float = 0.02) -> Budget:
    """Read the command line: `--smoke` stands for one tiny round, to see that everything still runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true", help="one tiny round")
    return Budget(1, 0.0) if parser.parse_args().smoke else Budget(rounds, turn)


def numbers(x: Any) -> npt.NDArray[np.float64]:  # Any: gradients of every library, in every container
    """Give all numbers of a gradient in one vector, in the order of its fields."""
    if dataclasses.is_dataclass(x):
        return numbers([getattr(x, field.name) for field in dataclasses.fields(x)])
    if isinstance(x, Mapping):
        return numbers(list(x.values()))
    if isinstance(x, list | tuple):
        return np.concatenate([numbers(item) for item in x])
    return np.ravel(np.asarray(x, dtype=np.float64))


def agree(contestants: Sequence[Contestant], rtol: float = 1e-9) -> None:
    """Raise AssertionError unless all give the loss and the gradient of the one by hand."""
    results = {c.name: c.run() for c in contestants}  # once: a step of training is another the second time
    expected = numbers(results[HAND])
    for name, (value, gradient) in results.items():
        found = numbers(value if gradient is None else (value, gradient))
        np.testing.assert_allclose(found, expected[: found.size], rtol, rtol, err_msg=name)


def once(run: Callable[[], object], loops: int = 1) -> float:
    """Give the seconds per call of `loops` calls in a row."""
    start = time.perf_counter()
    for _ in range(loops):
        run()
    return (time.perf_counter() - start) / loops


def race(contestants: Sequence[Contestant], budget: Budget, rtol: float = 1e-9) -> dict[str, Timing]:
    """Time all contestants, once they agree, in interleaved rounds: A, B, C, A, B, C and so on.

    The cycle collector stays on, as it is for users; what was alive before the race is frozen, so that nobody
    pays for the modules of the others.
    """
    agree(contestants, rtol)
    loops = [max(1, int(budget.turn / min(once(c.run), once(c.run)))) for c in contestants]
    gc.collect()
    gc.freeze()
    rounds = [[once(c.run, n) for c, n in zip(contestants, loops, strict=True)] for _ in range(budget.rounds)]
    gc.unfreeze()
    return {c.name: Timing(c.name, np.array(t)) for c, t in zip(contestants, zip(*rounds, strict=True), strict=True)}


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give a Markdown table; the first column is left-aligned, the others right."""
    lines = [header, [":--", *["--:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def show(title: str, contestants: Sequence[Contestant], budget: Budget) -> dict[str, Timing]:
    """Run a race and print it: microseconds, and ratios to the gradient by hand and to structgrad."""
    timings = race(contestants, budget)
    rows = []
    for t in timings.values():
        low, middle, high = np.quantile(t.seconds, [0.25, 0.5, 0.75]) * 1e6
        ratios = [f"{t.over(timings[name]):.2f}" for name in (HAND, US)]
        rows.append([t.name, f"{middle:,.1f}", f"{low:,.1f} to {high:,.1f}", *ratios])
    header = ["contestant", "µs, median", "quartiles", "× by hand", "× structgrad"]
    print(f"### {title}\n\n{table(header, rows)}")
    return timings


def target(claim: str, found: float, limit: float, unit: str = "×") -> str:
    """Give one line that says whether a target, an upper limit, is met."""
    verdict = "met" if found <= limit else "missed"
    return f"- Target {verdict}: {claim}: {found:.3g} {unit}, at most {limit:.3g} {unit}."

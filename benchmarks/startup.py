"""What does the import cost, on top of that of NumPy?"""

import os
import subprocess
import sys
import tempfile

import numpy as np

from benchmarks.timing import Budget, arguments, once, table, target

BEFORE, AFTER = "import numpy", "import numpy, structgrad"


def python(*arguments: str, cache: str) -> str:
    """Run a fresh interpreter that finds compiled modules in `cache`, as an installed package has them."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    environment["PYTHONPYCACHEPREFIX"] = cache
    return subprocess.run(command, env=environment, check=True, stderr=subprocess.PIPE, text=True).stderr


def seconds(statement: str, cache: str) -> float:
    """Give the seconds a fresh interpreter takes for one statement."""
    return once(lambda: python("-c", statement, cache=cache))


def own_times(statement: str, cache: str) -> dict[str, float]:
    """Give milliseconds of each module's own code, as `-X importtime` tells them."""
    lines = python("-X", "importtime", "-c", statement, cache=cache).splitlines()[1:]
    parts = [line.removeprefix("import time:").split("|") for line in lines]
    return {name.strip(): int(own) / 1000 for own, _, name in parts}


def breakdown(rounds: int, cache: str) -> list[tuple[str, float]]:
    """Give what the second statement loads and the first does not, in milliseconds, dearest first."""
    known = own_times(BEFORE, cache)
    runs = [own_times(AFTER, cache) for _ in range(rounds)]
    new = [name for name in runs[0] if name not in known]
    times = [(name, float(np.median([run.get(name, 0.0) for run in runs]))) for name in new]
    return sorted(times, key=lambda item: -item[1])


def report(budget: Budget, cache: str) -> None:
    """Print both times, the dearest modules and the target."""
    modules = breakdown(budget.rounds, cache)  # first, for it fills the cache
    pairs = np.array([[seconds(s, cache) for s in (BEFORE, AFTER)] for _ in range(budget.rounds)]) * 1000
    before, after = np.median(pairs, axis=0)
    added = float(np.median(pairs[:, 1] - pairs[:, 0]))
    rows = [[f"`{BEFORE}`", f"{before:.0f}"], [f"`{AFTER}`", f"{after:.0f}"]]
    print(f"### Import\n\n{table(['statement', 'ms, median'], rows)}")
    rows = [[f"`{name}`", f"{own:.1f}"] for name, own in modules[:10]]
    rest = sum(own for _, own in modules[10:])
    print(table(["loaded on top, own code", "ms"], [*rows, [f"{len(modules[10:])} others", f"{rest:.1f}"]]))
    print(target("what structgrad adds", added, 60.0, "ms"))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        report(arguments(rounds=15), folder)

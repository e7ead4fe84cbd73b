"""Run as many programs as wanted, with random seeds: `python tests/fuzz/long.py 50000 [seed]`.

It prints the programs that fail, one for each law and error, and ends with how often each function was used.
"""

import collections
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.fuzz.check import WrongGradientError, check, check_unhooked  # noqa: E402
from tests.fuzz.functions import FAMILIES  # noqa: E402
from tests.fuzz.programs import OBJECTS, drawn  # noqa: E402


def main(n: int, seed: int) -> int:
    used: collections.Counter[str] = collections.Counter()
    seen: collections.Counter[str] = collections.Counter()
    families = [*FAMILIES, OBJECTS]
    start = time.perf_counter()
    for i in range(n):
        family = families[i % len(families)]
        program = drawn(random.Random(f"{seed} {i}"), family)
        used.update(step.template.removeprefix("~") for step in program.steps)
        try:
            if family == OBJECTS:
                seen["good" if check_unhooked(program) else "refused without a hook"] += 1
            else:
                seen["good" if check(program, order=2 if i % 10 == 0 else 1) else "at a kink"] += 1
        except Exception as error:  # noqa: BLE001  # whatever a program raises is what is looked for
            what = f"{family}: {type(error).__name__}: {getattr(error, 'law', str(error)[:60])}"
            seen[what] += 1
            if seen[what] <= 5:
                told = "" if isinstance(error, WrongGradientError) else f"\n\n{program}"
                print(f"\n# program {i} of seed {seed}: {type(error).__name__}: {error}{told}", flush=True)
    for template in [t.removeprefix("~") for templates in FAMILIES.values() for t in templates]:
        print(f"{used[template]:8} {template!r}")
    print(f"{n} programs in {time.perf_counter() - start:.0f} s, {sum(used.values())} steps: {dict(seen)}")
    return n - seen["good"] - seen["at a kink"] - seen["refused without a hook"]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)) > 0)

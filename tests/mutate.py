"""Plant faults of 0.1 % in rules drawn at random, one at a time, and see which test finds each.

`python tests/mutate.py 50 [seed]`, from the root of the repository. It works on a copy; nothing here is changed.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("src", "tests", "pyproject.toml")
# Stands at the end of the copy of tape/rule.py: the n-th pullback that a rule gives is handed a cotangent that is
# 0.1 % too large, and so, being linear, gives as much too much.
FAULTY = """
import os as _os

_pull_of_rule, _planted = _pull, []


def _pull(function, argument, pullback, params, first="g"):
    pull = _pull_of_rule(function, argument, pullback, params, first)
    if first != "g" or not pullback.__module__.startswith(("structgrad.rules", "structgrad.tape")):
        return pull
    code, none = getattr(pullback, "__code__", None), (lambda g: None).__code__
    if code and (code.co_code, code.co_consts) == (none.co_code, none.co_consts):
        return pull  # it says that there is no slope
    frame = sys._getframe(1)
    while frame.f_back and not frame.f_globals["__name__"].startswith("structgrad.rules."):
        frame = frame.f_back
    _planted.append((frame.f_globals["__name__"], name_of(function), argument))
    if len(_planted) - 1 != int(_os.environ.get("STRUCTGRAD_FAULT", "-1")):
        return pull

    def too_much(g, *kept):
        return pull.of([part * 1.001 for part in g] if isinstance(g, list) else g * 1.001, *kept)

    return pull._replace(of=too_much)
"""
LIST = "import structgrad.rules; from structgrad.tape import rule; [print(*line, sep='|') for line in rule._planted]"


def copy_to(place: Path) -> None:
    """A copy of the sources and tests in which faults can be planted."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)
    with (place / "src/structgrad/tape/rule.py").open("a") as rule:
        rule.write(FAULTY)


def python(place: Path, fault: int, *args: str) -> str:
    """What Python says in the copy, with one fault planted."""
    env = os.environ | {"PYTHONPATH": str(place / "src"), "STRUCTGRAD_FAULT": str(fault)}
    return subprocess.run(
        [sys.executable, *args], cwd=place, env=env, capture_output=True, text=True, check=False
    ).stdout


def found_by(place: Path, fault: int, family: str) -> str:
    """The first test that fails: among those of the family, then of every rule, then of all rules."""
    own = f"tests/rules/test_{family}.py"
    stages = [[own]] if (place / own).exists() else []
    for tests in [*stages, ["tests/rules/test_every_rule.py", "tests/rules/test_complex.py"], ["tests/rules"]]:
        said = python(place, fault, "-m", "pytest", "-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", *tests)
        if failed := re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE):
            return failed[1]
    return ""


def main(count: int, seed: int) -> None:
    """Plant, test, print."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        copy_to(place)
        if test := found_by(place, -1, "every_rule"):
            raise SystemExit(f"{test} fails without a fault")
        rules = [line.split("|") for line in python(place, -1, "-c", LIST).splitlines()]
        chosen = random.Random(seed).sample(range(len(rules)), min(count, len(rules)))
        print(f"{len(chosen)} of {len(rules)} pullbacks, seed {seed}")
        survivors = 0
        for fault in chosen:
            module, name, argument = rules[fault]
            family, began = module.rpartition(".")[2], time.perf_counter()
            test = found_by(place, fault, family)
            survivors += not test
            took = time.perf_counter() - began
            print(f"{family} | {name} | {argument} | {test or 'SURVIVED'} | {took:.0f} s", flush=True)
        print(f"{survivors} survived")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)

"""Hold the stubs in typings/ against the packages that they describe: `python tests/check_stubs.py`.

A stub may say less than its package, for it has only what we use: parameters that we do not pass may be missing, and
those that we do may be asked for by name. What it says must be true. A stub of nothing but Any says nothing.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TYPINGS = ROOT / "typings"
# What stubtest says of a stub that only says less.
LESS = re.compile(
    r"stub does not have (\*args |\*\*kwargs )?parameter"
    r"|has a default value but stub parameter does not"
    r"|is not keyword-only"
    r"|metaclass differs"
)


def complaints(typings: Path) -> list[str]:
    """What stubtest says against the stubs in a folder. ValueError if it does not get as far as to compare them."""
    stubs = sorted(typings.glob("*/__init__.pyi"))
    packages = [path.parent.name for path in stubs if "def __getattr__" not in path.read_text()]
    command = [sys.executable, "-W", "ignore", "-m", "mypy.stubtest", "--concise", "--ignore-missing-stub", *packages]
    env = os.environ | {"MYPYPATH": str(typings)}
    done = subprocess.run(command, capture_output=True, text=True, env=env, cwd=ROOT, check=False)
    lines = done.stdout.splitlines()
    if bool(done.returncode) != bool(lines) or any(line.startswith("error: ") for line in lines):
        raise ValueError(f"stubtest did not run: {done.stdout}{done.stderr}")
    return [line for line in lines if not LESS.search(line)]


if __name__ == "__main__":
    found = complaints(TYPINGS)
    print(*found, f"{len(found)} complaints", sep="\n")
    sys.exit(bool(found))

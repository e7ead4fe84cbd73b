"""Runs every benchmark, each in its own process, and writes docs/performance.md."""

import argparse
import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

from structgrad.native import native

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "performance.md"
QUESTIONS = {
    "elementwise": "What does a step cost?",
    "mlp": "What does a network cost?",
    "fields": "What does a record cost?",
    "chain": "What does length cost?",
    "rules": "What does a rule cost?",
    "optimizers": "What does an optimizer cost?",
    "training": "What does training cost?",
    "tables": "What does a table cost?",
    "startup": "What does the import cost?",
}
INTRODUCTION = """# Performance

Made by `python -m benchmarks.all` from an installation with the extra `bench`; each section alone by
`python -m benchmarks.elementwise` and so on. The contestants of a table ran in one process on one thread,
took turns in short rounds, and first had to agree on loss and gradient. Times are medians over rounds; ratios
are medians of the ratios within a round. "By hand" is the gradient derived line by line and written in NumPy
("simplified": with what cancels across lines left out); the control is the loss alone.

Machine: two shared cores, 2.5 GHz class, one thread. Versions: {versions}; structgrad {how}.
"""


def versions() -> str:
    """Name Python and the contestants that are installed."""
    found = [f"Python {platform.python_version()}"]
    for name in ("numpy", "autograd", "torch", "jax"):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join(found)


def run(name: str, *options: str) -> str:
    """Give what one benchmark prints."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def main() -> None:
    """Run all; in smoke mode only see that they run, and leave the page as it is."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--smoke", action="store_true", help="one tiny round each, nothing written")
    options = ["--smoke"] if parser.parse_args().smoke else []
    sections = {question: run(name, *options) for name, question in QUESTIONS.items()}
    for question, text in sections.items():
        targets = [line for line in text.splitlines() if line.startswith("- Target")]
        print("\n".join([question, *targets]))
    if not options:
        how = "in Python alone" if native is None else "with its C part (STRUCTGRAD_PURE=1 does without)"
        parts = [INTRODUCTION.format(versions=versions(), how=how)]
        parts += [f"## {question}\n\n{text.strip()}\n" for question, text in sections.items()]
        PAGE.write_text("\n".join(parts))


if __name__ == "__main__":
    main()

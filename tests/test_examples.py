"""Each example runs, is short, and prints what its docstring says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


def promised(text: str) -> list[str]:
    """The lines behind `Prints:`, which closes the docstring of an example."""
    docstring = ast.get_docstring(ast.parse(text)) or ""
    _, _, block = f"\n{docstring}".partition("\nPrints:\n")
    lines = block.splitlines()
    assert all(line.startswith(" ") for line in lines if line), "Prints: is followed by indented lines alone"
    return [line.strip() for line in lines if line]


def kept(promises: list[str], printed: str) -> bool:
    """Whether the lines stand among those printed, in this order; `...` stands for anything within a line."""
    patterns = [re.escape(line).replace(r"\.\.\.", ".*") for line in promises]
    lines = iter(printed.splitlines())
    return all(any(re.fullmatch(pattern, line.strip()) for line in lines) for pattern in patterns)


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_prints_what_it_promises(path: Path, tmp_path: Path) -> None:
    promises = promised(path.read_text())

    done = subprocess.run(
        [sys.executable, "-W", "error", path], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert promises, "the docstring of an example ends with Prints: and what it prints"
    assert kept(promises, done.stdout), f"{promises} is not in\n{done.stdout}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_page(path: Path) -> None:
    lines = path.read_text().count("\n")

    assert lines <= 80


def test_promises_are_read_from_the_end_of_the_docstring() -> None:
    text = '"""Roots.\n\nMore of it.\n\nPrints:\n    x = 6.0\n\n    done in ... s\n"""\nprint(1)\n'

    assert promised(text) == ["x = 6.0", "done in ... s"]
    assert promised('"""Roots."""') == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("x = 6.0\ndone in 3 s\n", True),
        ("begin\n  x = 6.0  \nand\ndone in 3.25 s", True),
        ("x = 6.01\ndone in 3 s", False),
        ("done in 3 s\nx = 6.0", False),
        ("x = 6.0", False),
        ("x = 6x0\ndone in 3 s", False),
    ],
)
def test_a_promise_that_is_not_kept_is_seen(printed: str, expected: bool) -> None:
    assert kept(["x = 6.0", "done in ... s"], printed) is expected

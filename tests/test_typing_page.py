"""Every block of docs/typing.md is right to both checkers: each section is a program, and no line of it is an error."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "typing.md"
blocks = runpy.run_path(str(ROOT / "tests" / "test_readme.py"))["blocks"]


def sections(text: str) -> dict[int, str]:
    """The blocks of each section as one program, by the line of its heading; a line stands where it is on the page."""
    found: dict[int, str] = {}
    for line, block in blocks(text):
        heading = max(i for i, each in enumerate(text.splitlines()[:line], start=1) if each.startswith("## "))
        program = found.get(heading) or "# pyright: strict\n"
        found[heading] = program + "\n" * (line - program.count("\n")) + block
    return found


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("page")
    for heading, program in sections(PAGE.read_text()).items():
        (folder / f"line_{heading}.py").write_text(program)
    return sorted(map(str, folder.glob("*.py")))


def test_mypy_has_nothing_against_the_page(programs: list[str]) -> None:
    options = ["--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache"), "--strict"]
    out, err, _ = api.run([*options, "--no-error-summary", *programs])

    assert (out, err) == ("", "")


def test_pyright_has_nothing_against_the_page(programs: list[str]) -> None:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, *programs]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert "0 errors, 0 warnings" in done.stdout, done.stdout + done.stderr


def test_a_section_is_one_program_with_the_lines_of_the_page() -> None:
    text = "## A\n\n```python\nx = 1\n```\n\n```python\ny = x\n```\n\n## B\n\n```python\nz = 2\n```\n"
    lines = {heading: program.splitlines() for heading, program in sections(text).items()}

    assert {1: ["x = 1", "y = x"], 11: ["z = 2"]} == {k: [v for v in each if "=" in v] for k, each in lines.items()}
    assert (lines[1][3], lines[1][7], lines[11][13]) == ("x = 1", "y = x", "z = 2")


def test_every_section_with_a_block_says_what_its_types_are() -> None:
    with_types = [program for program in sections(PAGE.read_text()).values() if re.search(r"\bassert_type\(", program)]

    assert len(with_types) >= 7

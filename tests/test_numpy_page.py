"""docs/numpy.md says what the table of rules says, on whatever version of NumPy the two are compared."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[1] / "docs"
MADE = runpy.run_path(str(DOCS / "make_numpy.py"))["page"]()
WRITTEN = (DOCS / "numpy.md").read_text()


def rows(page: str) -> dict[tuple[str, str], str]:
    """The lines of all tables, by the heading they stand under and the name they begin with."""
    found: dict[tuple[str, str], str] = {}
    heading = ""
    for line in page.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif name := re.match(r"\| `(\w+)` \|", line):
            found[heading, name[1]] = line
    return found


def version(page: str) -> str:
    """The version of NumPy that a page was made with, as 2.4."""
    found = re.search(r"with NumPy (\d+\.\d+)", page)
    assert found
    return found[1]


def differences(made: str, written: str) -> list[str]:
    """The lines that are not alike: of names that both pages have, and of all if both know the same NumPy."""
    ours, theirs = rows(made), rows(written)
    names = ours.keys() | theirs.keys() if version(made) == version(written) else ours.keys() & theirs.keys()
    return sorted(str((ours.get(name), theirs.get(name))) for name in names if ours.get(name) != theirs.get(name))


def test_the_page_says_what_the_table_says() -> None:
    assert differences(MADE, WRITTEN) == [], "run: python docs/make_numpy.py"


def test_the_page_has_every_namespace() -> None:
    assert len(rows(WRITTEN)) > 550
    assert {heading for heading, _ in rows(WRITTEN)} == set(re.findall("^## (.*)$", WRITTEN, re.MULTILINE))


def test_every_refusal_says_what_to_do_instead() -> None:
    for (heading, name), line in rows(WRITTEN).items():
        if "refused: " in line:
            assert re.search(r"\. [A-Z][^|]*\.", line), f"{heading}.{name}: {line}"


PAGE = "with NumPy 2.4.6\n## numpy\n| `abs` | no slope |  |\n| `sin` | differentiates | x |\n"


@pytest.mark.parametrize(
    ("other", "count"),
    [
        (PAGE, 0),
        (PAGE.replace("2.4.6", "2.4.0"), 0),
        (PAGE.replace("no slope", "refused"), 1),
        (PAGE.replace("`abs`", "`fabs`"), 2),
        (PAGE.replace("`abs`", "`fabs`").replace("2.4.6", "2.5.0"), 0),
        (PAGE.replace("| x |", "| y |").replace("2.4.6", "2.5.0"), 1),
        (PAGE.replace("## numpy", "## numpy.fft"), 4),
    ],
)
def test_a_page_that_differs_is_seen(other: str, count: int) -> None:
    assert len(differences(PAGE, other)) == count


def test_the_page_was_made_with_a_numpy_that_exists() -> None:
    assert tuple(map(int, version(WRITTEN).split("."))) >= (2, 0)
    assert np.__version__.startswith(f"{version(MADE)}.")

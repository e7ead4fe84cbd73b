"""The bank of typed programs in tests/typing: how many there are, and that both checkers must need each ignore.

What the checkers say of the programs is asked by `.ci/run types pyright`; here nothing is checked or run.
"""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BANK = ROOT / "tests" / "typing"
RIGHT = sorted(path for path in BANK.glob("*.py") if not path.name.startswith("wrong_") and path.name != "models.py")
WRONG = sorted(BANK.glob("wrong_*.py"))
PAIR = re.compile(r"# type: ignore\[[\w,-]+\]  # pyright: ignore\[\w+(,\w+)*\]")
IGNORE = re.compile(r"# (type|pyright): ignore\S*( +# \w.*)?")
# One checker alone sees these, each with what the other does instead in its name.
ALONE = {"mypy_does_not_look_into_a_partial", "a_lambda_within_a_tuple_is_not_looked_into_by_mypy"}


def programs(path: Path) -> dict[str, str]:
    """The functions of a file, with their text and its comments."""
    text = path.read_text()
    lines = text.splitlines()
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    return {node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in found}


def right_programs() -> list[str]:
    return [f"{path.stem}.{name}" for path in RIGHT for name, text in programs(path).items() if "assert_type(" in text]


def wrong_programs() -> dict[str, str]:
    return {f"{path.stem}.{name}": text for path in WRONG for name, text in programs(path).items()}


def test_there_are_sixty_right_programs() -> None:
    assert len(right_programs()) >= 60


def test_there_are_sixty_wrong_programs() -> None:
    assert sum(PAIR.search(text) is not None for text in wrong_programs().values()) >= 60


def test_each_wrong_program_has_one_mistake_that_both_checkers_report() -> None:
    odd = [name for name, text in wrong_programs().items() if len(PAIR.findall(text)) != 1]

    assert {name.partition(".")[2] for name in odd} == ALONE


@pytest.mark.parametrize("path", [*RIGHT, *WRONG], ids=lambda path: path.stem)
def test_an_ignore_names_what_it_ignores(path: Path) -> None:
    ignores = re.findall(r"(?:type|pyright): ignore(?!\[)", path.read_text())

    assert ignores == []


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_program_hides_nothing_from_mypy_and_from_pyright_nothing_without_a_reason(path: Path) -> None:
    assert [mark for mark, reason in IGNORE.findall(path.read_text()) if mark == "type" or not reason] == []


def test_an_ignore_that_hides_nothing_is_an_error_to_both_checkers() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    of_bank = {env["root"]: env for env in tools["pyright"]["executionEnvironments"]}["tests/typing"]

    assert tools["mypy"]["strict"]  # warn_unused_ignores among it
    assert tools["pyright"]["typeCheckingMode"] == "strict"
    assert of_bank["reportUnnecessaryTypeIgnoreComment"] == "error"
    assert not of_bank["enableTypeIgnoreComments"]  # mypy's comments are not pyright's

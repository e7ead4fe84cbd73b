"""Each block of Python in the README and the docs runs, and a block with `>>>` prints what it shows."""

import doctest
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text: str) -> list[tuple[int, str]]:
    """The blocks of Python on a page, each with the number of lines above its first."""
    found: list[tuple[int, str]] = []
    inside: list[str] | None = None
    language, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith("```"):
            if inside is not None:
                inside.append(line)
        elif inside is None:
            language, start, inside = line.strip("` "), number, []
            assert language == "python" or not language.startswith("py"), f"line {number}: {language} does not run"
        else:
            if language == "python":
                found.append((start, textwrap.dedent("\n".join(inside)) + "\n"))
            inside = None
    assert inside is None, "the last block is not closed"
    return found


def run(page: str, text: str) -> None:
    """Run the blocks of a page in their order in one namespace, a module in which classes can be defined."""
    module = ModuleType(page)
    sys.modules[page] = module
    try:
        for line, block in blocks(text):
            if ">>>" in block:
                compare(doctest.DocTestParser().get_doctest(block, {}, page, page, line), module)
            else:
                exec(compile("\n" * line + block, page, "exec"), vars(module))
    finally:
        del sys.modules[page]


def compare(test: doctest.DocTest, module: ModuleType) -> None:
    """Run a block of `>>>` and fail with what it printed instead."""
    test.globs = vars(module)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append, clear_globs=False)
    assert not report, "".join(report)


@pytest.mark.feature(176)
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_the_blocks_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    run(page.name, page.read_text())


def test_the_readme_shows_code() -> None:
    assert blocks(README.read_text())


def test_blocks_share_one_namespace_and_can_define_a_struct() -> None:
    define = "```python\nfrom dataclasses import dataclass\n@dataclass\nclass Point:\n    x: 'float'\n```\n"
    shell = "```sh\nexit 1\n```\n"
    show = "- in a list:\n\n  ```python\n  >>> Point(1.0)\n  Point(x=1.0)\n  ```\n"

    run("a.md", define + shell + show)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```python\n1 / 0\n```", ZeroDivisionError),
        ("```python\n>>> 1 + 1\n3\n```", AssertionError),
        ("```python\n>>> 1 / 0\n3\n```", AssertionError),
        ("```python no-run\n1 / 0\n```", AssertionError),
        ("```pycon\n>>> 1 + 1\n3\n```", AssertionError),
        ("```python\nx = 1", AssertionError),
    ],
)
def test_a_block_that_fails_is_seen(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run("a.md", text)


def test_a_failure_names_the_line_of_the_page() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run("a.md", "# A\n\n```python\nx = 1\n1 / 0\n```")

    assert ("a.md", 5) == (Path(caught.traceback[-1].path).name, caught.traceback[-1].lineno + 1)

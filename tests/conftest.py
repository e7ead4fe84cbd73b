"""What every test run shares: which files are tests, Hypothesis's profile, the list of features proven."""

from collections.abc import Iterable
from pathlib import Path

import hypothesis
import pytest

import structgrad.rules  # noqa: F401  # tests that go through the table want it full

# The rows of the feature list that are promised: `pytest --features` fails while one of them is not proven.
PROMISED = "1-59, 60-63, 64-147, 153, 154, 156-158, 163-165, 168-177, 186-196, 198-207, 209-211"
LAST_ROW = 212

hypothesis.settings.register_profile("structgrad", derandomize=True, deadline=None)
hypothesis.settings.load_profile("structgrad")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--features", action="store_true", help="list the features proven, fail if one is missing")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*rows): the test proves these rows of the feature list")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Collect nothing but test_*.py below this folder: typing cases are for mypy, and must not run."""
    ours = collection_path.suffix == ".py" and collection_path.is_relative_to(Path(__file__).parent)
    return True if ours and not collection_path.name.startswith("test_") else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test its rows as properties, for these travel with its reports, from xdist's workers too."""
    for item in items:
        for row in [row for mark in item.iter_markers("feature") for row in mark.args]:
            if row not in range(1, LAST_ROW + 1):
                raise pytest.UsageError(f"{item.nodeid}: feature({row!r}) is no row of the feature list")
            item.user_properties.append(("feature", row))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")  # a worker of xdist has none
    if reporter and session.config.getoption("features") and session.exitstatus == pytest.ExitCode.OK:
        missing = rows_of(PROMISED) - proven(results_by_row(reporter))
        session.exitstatus = pytest.ExitCode.TESTS_FAILED if missing else pytest.ExitCode.OK


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("features"):
        return
    results = results_by_row(terminalreporter)
    rows, promised = proven(results), rows_of(PROMISED)
    terminalreporter.section("features")
    for row, good in sorted(results.items()):
        of = "" if all(good) else f" of {len(good)}"
        terminalreporter.write_line(f"row {row}: {sum(good)}{of} test{'s' * (len(good) > 1)} passed")
    terminalreporter.write_line(f"proven: {text_of(rows & promised)}")
    terminalreporter.write_line(f"proven beyond the promise: {text_of(rows - promised)}")
    terminalreporter.write_line(f"not proven: {text_of(promised - rows)}")


def results_by_row(reporter: pytest.TerminalReporter) -> dict[int, list[bool]]:
    """For each row whether each test that carries it is good: it passed in every phase, as it should."""
    good: dict[str, bool] = {}
    tests: dict[int, set[str]] = {}
    for report in [r for group in reporter.stats.values() for r in group if isinstance(r, pytest.TestReport)]:
        passed = report.passed and not hasattr(report, "wasxfail")
        good[report.nodeid] = passed and good.get(report.nodeid, True)
        for row in [row for name, row in report.user_properties if name == "feature"]:
            tests.setdefault(row, set()).add(report.nodeid)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # we put an int there
    return {row: [good[test] for test in ids] for row, ids in tests.items()}


def proven(results: dict[int, list[bool]]) -> set[int]:
    """The rows all of whose tests are good."""
    return {row for row, good in results.items() if all(good)}


def rows_of(text: str) -> set[int]:
    """The rows that a text such as "1-3, 5" names."""
    spans = [part.partition("-") for part in text.split(", ")]
    return {row for first, _, last in spans for row in range(int(first), int(last or first) + 1)}


def text_of(rows: Iterable[int]) -> str:
    """The text that names these rows, as "1-3, 5"."""
    spans: list[tuple[int, int]] = []
    for row in sorted(rows):
        first = spans.pop()[0] if spans and spans[-1][1] == row - 1 else row
        spans.append((first, row))
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans) or "none"

"""The list of features can be trusted: a row whose test fails is not on it."""

import re
from pathlib import Path

import pytest

SUITE = """
    import pytest

    @pytest.mark.feature(1, 2, 3)
    def test_carries_three_rows(): pass

    @pytest.mark.feature(2)
    @pytest.mark.parametrize("x", [0, {second}])
    def test_carries_the_second_again(x): assert x == 0

    @pytest.mark.feature(26)
    def test_carries_a_row_that_nobody_promised(): pass
"""


@pytest.fixture
def features(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite with the conftest of this one, where other rows are promised."""
    text = (Path(__file__).parent / "conftest.py").read_text()
    pytester.makeconftest(re.sub(r"^PROMISED = .*", 'PROMISED = "1-5, 7"', text, count=1, flags=re.MULTILINE))
    return pytester


def test_each_row_is_listed_with_its_tests(features: pytest.Pytester) -> None:
    features.makepyfile(SUITE.format(second=0))

    result = features.runpytest_inprocess("--features")

    result.stdout.fnmatch_lines(["row 1: 1 test passed", "row 2: 3 tests passed", "row 3: 1 test passed"])
    result.stdout.fnmatch_lines(["proven: 1-3", "proven beyond the promise: 26", "not proven: 4-5, 7"])


def test_a_failing_test_removes_its_row(features: pytest.Pytester) -> None:
    features.makepyfile(SUITE.format(second=1))

    result = features.runpytest_inprocess("--features")

    result.stdout.fnmatch_lines(["row 2: 2 of 3 tests passed", "proven: 1, 3", "not proven: 2, 4-5, 7"])


@pytest.mark.parametrize(
    "body",
    ["pytest.skip('')", "pytest.xfail('')", "request.addfinalizer(lambda: 1 / 0)"],
    ids=["skipped", "expected to fail", "failing in its teardown"],
)
def test_only_a_test_that_passes_proves_its_row(features: pytest.Pytester, body: str) -> None:
    features.makepyfile(f"import pytest\n@pytest.mark.feature(5)\ndef test_row(request): {body}")

    result = features.runpytest_inprocess("--features")

    result.stdout.fnmatch_lines(["row 5: 0 of 1 test passed", "proven: none"])


def test_rows_travel_from_the_workers_of_xdist_and_one_that_dies_proves_nothing(
    features: pytest.Pytester,
) -> None:
    dies = "\n    @pytest.mark.feature(7)\n    def test_dies(): __import__('os')._exit(1)\n"
    features.makepyfile(SUITE.format(second=0) + dies)

    result = features.runpytest_subprocess("--features", "-n1", "-pno:cacheprovider")

    result.stdout.fnmatch_lines(["row 2: 3 tests passed", "row 7: 0 of 1 test passed", "proven: 1-3"])


@pytest.mark.parametrize(("last", "status"), [(7, pytest.ExitCode.OK), (6, pytest.ExitCode.TESTS_FAILED)])
def test_the_run_fails_while_a_promised_row_is_missing(
    features: pytest.Pytester, last: int, status: pytest.ExitCode
) -> None:
    features.makepyfile(f"import pytest\n@pytest.mark.feature(*range(1, {last + 1}))\ndef test_all(): pass")

    assert status == features.runpytest_inprocess("--features").ret
    assert pytest.ExitCode.OK == features.runpytest_inprocess().ret


@pytest.mark.parametrize("row", ["0", "213", "'12'", "1.5"])
def test_a_row_that_does_not_exist_is_refused(features: pytest.Pytester, row: str) -> None:
    features.makepyfile(f"import pytest\n@pytest.mark.feature({row})\ndef test_row(): pass")

    result = features.runpytest_inprocess()

    result.stderr.fnmatch_lines([f"*test_row: feature({row}) is no row of the feature list"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_files_that_are_no_tests_are_not_collected(features: pytest.Pytester) -> None:
    features.makepyfile(test_one="def test_one(): pass", cases="raise RuntimeError('for mypy only')")

    features.runpytest_inprocess("--doctest-modules").assert_outcomes(passed=1)

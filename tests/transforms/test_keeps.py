"""memory: the bytes that a tape keeps, by operation and line, each array once."""

import sys
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.transforms.keeps import arrays_in, memory

N = 1000
X = np.linspace(0.1, 1.0, N)


def line() -> str:
    return f"test_keeps.py:{sys._getframe(1).f_lineno}"


def rows(report: Any) -> list[tuple[str, int, int]]:
    return [(row.operation, row.arrays, row.bytes) for row in report.rows]


def test_rows_are_by_operation_and_line_and_the_largest_comes_first() -> None:
    lines = []

    def loss(x: Any) -> Any:
        lines.append(line())
        y = np.cbrt(x[:100])  # keeps its value
        for _ in range(3):
            x = np.exp(x)  # likewise
        return np.sum(x) + np.sum(y)

    report = memory(loss)(X)
    first = int(lines[0].rpartition(":")[2])

    assert rows(report) == [("exp", 3, 3 * 8 * N), ("cbrt", 1, 800)]
    assert [row.line for row in report.rows] == [f"test_keeps.py:{first + 3}", f"test_keeps.py:{first + 1}"]
    assert (report.bytes, report.arrays) == (3 * 8 * N + 800, 4)
    assert str(report).splitlines() == [
        "     kept  arrays  by",
        f"  23.4 kB       3  exp (test_keeps.py:{first + 3})",
        f"    800 B       1  cbrt (test_keeps.py:{first + 1})",
        f"  24.2 kB       4  in all, of {report.edges} edges",
    ]


def test_an_array_counts_once_and_a_view_as_the_memory_it_shows() -> None:
    def loss(x: Any) -> Any:
        y = np.exp(x)
        z = y[: N // 2] * y[N // 2 :]  # two views of what exp keeps
        return np.sum(y * y) + np.sum(z) + np.sum(y.reshape(10, -1) ** 2)

    assert rows(memory(loss)(X)) == [("exp", 1, 8 * N)]


def test_a_small_view_keeps_all_of_its_memory() -> None:
    assert rows(memory(lambda x: np.sum(np.sin((x + 1.0)[:10])))(X)) == [("sin", 1, 8 * N)]


def test_what_the_caller_has_does_not_count() -> None:
    own = np.ones(N)

    assert rows(memory(lambda p, c: np.sum(p["a"] * p["b"]) + np.sum(p["a"] * p["b"]))({"a": X, "b": own}, own)) == []


def test_copies_of_constants_count() -> None:
    assert rows(memory(lambda x, c: np.sum(x * c))(X, np.ones(N))) == [("multiply", 1, 8 * N)]


def test_what_nobody_needs_is_not_kept() -> None:
    assert rows(memory(lambda x: np.sum(x + 1.0 - x / 2.0))(X)) == []


def test_what_the_pullback_of_an_op_and_a_checkpoint_carry_counts() -> None:
    @sg.op
    def cube(x: Any) -> Any:
        square = x * x

        def back(g: Any, rows: Any = np.ones((5, N))) -> Any:  # noqa: B008  # what a default keeps alive
            return 3.0 * g * square * rows[0]

        return square * x, back

    report = memory(lambda x: np.sum(cube(x)))(X)
    assert report.rows[0].operation == "cube"
    assert report.rows[0].bytes >= 6 * 8 * N

    def loss(x: Any, ck: Any) -> Any:
        for _ in range(3):
            x = ck(lambda x: np.cbrt(np.cbrt(np.cbrt(x))))(x)
        return np.sum(x)

    assert rows(memory(loss)(X, sg.checkpoint)) == [("<lambda>", 2, 2 * 8 * N)]  # X itself is the caller's
    assert memory(loss)(X, lambda f: f).bytes == 3 * 3 * 8 * N


def test_lists_and_several_outputs_are_of_their_operations() -> None:
    def loss(x: Any) -> Any:
        parts = np.split(np.stack([np.sin(x), np.cos(x)]) ** 3, 2)
        return np.sum(parts[0])

    report = memory(loss)(X)

    assert {row.operation for row in report.rows} <= {"sin", "cos", "power", "stack"}
    assert all(row.line for row in report.rows)


def test_arrays_are_found_in_structs_that_contain_themselves_too() -> None:
    cycle: list[Any] = [X]
    cycle.append(cycle)

    assert [x is X for x in arrays_in([cycle, {"f": lambda: cycle}])] == [True]


@pytest.mark.parametrize(("n", "text"), [(10, "80 B"), (10_000, "78.1 kB"), (1_000_000, "7.6 MB")])
def test_bytes_are_written_for_reading(n: int, text: str) -> None:
    assert text in str(memory(lambda x: np.sum(np.exp(x)))(np.ones(n)))

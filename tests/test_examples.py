"""Each example runs, is short, and prints what its docstring says."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))
# The rows of the feature list that an example proves, all of it.
ROWS = {
    "any_depth": [191],
    "arima_against_rnn": [211],
    "char_rnn": [200, 211],
    "conv_net": [207],
    "digits": [190],
    "digits_of_pi": [209],
    "dropout": [211],
    "effects_and_dead_ends": [194],
    "feed_forward": [199],
    "fused_cross_entropy": [193],
    "line_logistic_loop": [204],
    "linear_regression": [205],
    "next_click": [211],
    "one_descent_step": [189],
    "ops_by_hand": [195],
    "pairs_and_wrappers": [194],
    "product_plus_exp": [196],
    "product_plus_z": [192],
    "recurrence": [210],
    "sigmoid_neuron": [201],
    "sqrt_four_x": [186],
    "sum_of_squares_over_x": [187],
    "support_vector_machine": [202],
    "tanh_derivatives": [198],
    "three_from_a_list": [188],
    "two_layer_classifier": [203],
    "variational_autoencoder": [206],
    "word_vectors": [211],
}


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


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=p.stem, marks=pytest.mark.feature(*ROWS.get(p.stem, []))) for p in EXAMPLES]
)
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

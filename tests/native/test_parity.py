"""Python alone computes the same gradients as the C part, and the C part is built from what lies beside it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from structgrad.native import EDITION, native
from tests.native import programs

ROOT = Path(__file__).parents[2]
C_FILES = sorted((ROOT / "src" / "native").glob("*.[ch]"))


def pure(*command: str) -> str:
    """What a Python without the C part prints."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    env = os.environ | {"STRUCTGRAD_PURE": "1", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_python_alone_computes_the_same_gradients() -> None:
    ours = programs.gradients(250, seed=1)
    theirs = json.loads(pure(programs.__file__, "250", "1"))
    assert sum(isinstance(found, list) for found in ours) > 240
    for found, expected in zip(ours, theirs, strict=True):
        if isinstance(expected, str):
            assert found == expected
        else:
            # Arrays may lie in another order in memory, and NumPy's sums differ by that in the last digits.
            size = np.max(np.abs(expected), initial=1.0, where=np.isfinite(expected))
            np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-14 * size)


def test_the_environment_chooses_python_alone() -> None:
    assert pure("-c", "from structgrad.native import native; print(native)").strip() == "None"


def test_the_c_part_is_built_from_the_sources_beside_it() -> None:
    built = list((ROOT / "src" / "structgrad").glob("_native.*.so"))
    newest = max(path.stat().st_mtime for path in C_FILES)
    assert all(path.stat().st_mtime > newest for path in built), "pip install -e . builds it again"
    assert native is None or native.EDITION == EDITION
    assert f"EDITION = {EDITION} " in (ROOT / "src" / "native" / "module.c").read_text()


@pytest.mark.parametrize("path", C_FILES, ids=lambda path: path.name)
def test_a_c_file_has_at_most_300_lines_of_at_most_120_characters_and_says_what_it_is_for(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 300
    assert max(map(len, lines)) <= 120
    assert lines[0].startswith("/* ")


TWICE = """
import sys, numpy, structgrad
first = structgrad.grad_bp
first(lambda x: x * x)(1.0)  # its rules are there
for name in [name for name in sys.modules if name.startswith("structgrad")]:
    del sys.modules[name]
import structgrad
for grad_bp in (structgrad.grad_bp, first):
    print(grad_bp(lambda x: numpy.sum(numpy.tanh(x[:1]) * 2.0 + x * x))(numpy.ones(2)).round(3).tolist())
"""


def test_a_package_that_is_imported_twice_computes_right_in_both() -> None:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-c", TWICE],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["[3.68, 2.0]"] * 2

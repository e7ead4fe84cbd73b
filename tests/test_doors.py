"""Each public name leaves by exactly one door and says what it is; the front door opens nothing heavy."""

import importlib
import inspect
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

DOORS = ["structgrad", "structgrad.extend", "structgrad.testing", "structgrad.debug"]
NAMES = [(door, name) for door in DOORS for name in importlib.import_module(door).__all__]
HEAVY = {"hypothesis"} | set(
    "beartype jaxtyping scipy sklearn tqdm pydantic msgspec safetensors torch jax optax autograd mypy".split()
)


def undocumented(thing: Any) -> bool:
    """Whether a function, class or module says nothing of its own; a value such as an alias need not."""
    if thing is np.ndarray:
        return False  # `Array` is an alias
    speaks = inspect.isroutine(thing) or inspect.isclass(thing) or inspect.ismodule(thing)
    said = (getattr(thing, "__doc__", None) or "").strip()
    return speaks and (not said or said.startswith(f"{getattr(thing, '__name__', '')}("))


def loaded_by(code: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after running this code."""
    report = f"{code}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(("door", "name"), NAMES)
def test_a_public_name_exists_and_is_documented(door: str, name: str) -> None:
    assert not undocumented(getattr(importlib.import_module(door), name))


def test_a_public_name_leaves_by_one_door() -> None:
    assert [] == [name for name, n in Counter(name for _, name in NAMES).items() if n > 1]


def test_the_front_door_opens_nothing_heavy() -> None:
    loaded = loaded_by("import structgrad")

    assert "structgrad" in loaded
    assert set() == loaded & HEAVY


@pytest.mark.parametrize("heavy", ["hypothesis", "scipy", "tqdm"])
def test_a_heavy_import_would_be_seen(heavy: str) -> None:
    assert heavy in loaded_by(f"import {heavy}")


def test_a_name_without_a_docstring_would_be_seen() -> None:
    def silent() -> None: ...

    @dataclass
    class Generated:
        """Generated(x: float) is what dataclass writes where nobody else did."""

        x: float

    assert [True, True] == [undocumented(silent), undocumented(Generated)]
    assert [False, False, False] == [undocumented(len), undocumented(pytest), undocumented(3.0)]

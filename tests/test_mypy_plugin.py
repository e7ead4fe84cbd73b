"""The mypy plugin: right steps have their types, wrong ones exact errors, and it refuses what the run refuses.

The tests hold for every mypy that the plugin supports. With the oldest one in a folder of its own:

    pip install --no-deps --target oldest mypy==1.11.0
    PYTHONPATH=oldest python -m pytest tests/test_mypy_plugin.py
"""

import re
import runpy
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, get_origin

import pytest
from mypy import api

import structgrad as sg
from structgrad.errors import StructgradError
from structgrad.mypy_plugin import LEAVES as NAMES_OF_LEAVES
from structgrad.struct.leaf import LEAVES
from structgrad.struct.optics.foci import Optic

HERE = Path(__file__).parent / "typing_plugin"
CONFIG = f"""
[mypy]
strict = true
plugins = structgrad.mypy_plugin
mypy_path = {HERE.parents[1] / "src"}:{HERE}
[mypy-structgrad.*]
ignore_errors = true
"""
HEAD = """
from typing import Any, TypeVar, assert_type
import numpy as np
from numpy.typing import NDArray
from structgrad import Array, Lens, Prism, Traversal, each, lens, prism, some, traversal
from models import *
"""
# A step in a function: generic, of a union of optics, of an optic of which nothing is known.
FUNCTIONS = """
L = TypeVar("L", bound=Linear)
def generic(cls: type[L], optic: Lens[Net, L]) -> tuple[Lens[L, Array], Lens[Net, Array]]:
    lens(cls).size  # type: ignore[attr-defined]
    return assert_type(lens(cls).w, Lens[L, Array]), assert_type(optic.w, Lens[Net, Array])
def union(optic: Lens[Net, list[Linear]] | Prism[Net, list[Linear]]) -> None:
    assert_type(optic[0], Lens[Net, Linear] | Prism[Net, Linear])
    assert_type(optic[0].w, Lens[Net, Array] | Prism[Net, Array])
def several(optic: Lens[Net, Linear] | Lens[Net, Conv]) -> None:
    assert_type(optic.w, Lens[Net, Any])
def unknown(optic: Lens[Any, Any]) -> None:
    assert_type(optic.w[0], Lens[Any, Any])
"""
# What types refuse and a run allows, with the reason.
STRICTER = {
    "prism(Net, lambda n: n).maybe.mu": "a prism passes over None, and its type tells that there may be one",
    "lens(Net).layers.some()": "what is never None",
    "lens(Net).prior.each()": "children of several types",
    "lens(Net).base.each()": "the fields of a record",
    "lens(Net).queue.each()": "the lambda form has it",
    "lens(Net).mapping.each()": "the lambda form has it",
    "lens(Net).starred[1]": "the tuple may be shorter",
    "lens(Net).base_class.w": "the value is of a subclass, and .as_(Dense) says so",
}
# What a run refuses and types cannot see, with the reason.
LOOSER = {
    "lens(Net).layers[9]": "the length of a list",
    'lens(Net).table["z"]': "the keys of a dict",
    'lens(Net).params["bias"]': "a key that is not required",
    "lens(Net).plain.x": "whether extend.container was called with a class",
    "(lambda clash: clash.get(Clash()))(lens(Clash))": "that a variable holds class form",
}


def right() -> dict[str, str]:
    """Steps with their types."""
    lines = (HERE / "right.txt").read_text().splitlines()
    return {step.strip(): found for step, found in (line.rsplit(" : ", 1) for line in lines)}


def wrong() -> dict[str, list[str]]:
    """Steps with what mypy says of them."""
    said: dict[str, list[str]] = {}
    for line in (HERE / "wrong.txt").read_text().splitlines():
        if line.startswith(" "):
            said[list(said)[-1]].append(line.strip())
        else:
            said[line] = []
    return said


class Mypy(NamedTuple):
    """A folder with a program, and where its steps stand."""

    folder: Path
    lines: list[str]

    def said(self, comment: str = "") -> dict[str, list[str]]:
        """What mypy says of each line of the program, without the hints that differ among its versions."""
        (self.folder / "mypy.ini").write_text(CONFIG)
        program = self.folder / "program.py"
        program.write_text("\n".join([*self.lines, comment]))
        options = ["--config-file", str(self.folder / "mypy.ini"), "--cache-dir", str(self.folder / "cache")]
        out, err, _ = api.run([*options, "--no-error-summary", "--hide-error-context", str(program)])
        assert not err
        found: dict[str, list[str]] = defaultdict(list)
        for message in out.splitlines():
            where, number, text = re.fullmatch(r"(.*)\.py:(\d+): (.*)", message).groups()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]  # it matches
            assert where.endswith("program"), message
            if not re.match("note: (Possible overload|    def )", text):
                found[self.lines[int(number) - 1]].append(re.sub(r"slice\[.*?\]", "slice", text))
        return found


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Mypy:
    typed = [f"assert_type({step}, {found})" for step, found in right().items()]
    lines = [*HEAD.splitlines(), *typed, *wrong(), *STRICTER, *LOOSER, *FUNCTIONS.splitlines()]
    return Mypy(tmp_path_factory.mktemp("program"), lines)


@pytest.fixture(scope="module")
def said(mypy: Mypy) -> dict[str, list[str]]:
    return mypy.said()


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What a program may name."""
    return {**vars(sg), **runpy.run_path(str(HERE / "models.py"))}


def refused(step: str, names: dict[str, Any]) -> bool:
    """Whether a run refuses a step, or the optic that it gives at one of the values."""
    try:
        optic = eval(step, dict(names))
        if isinstance(optic, Optic):
            root = optic._optic_path.root
            for value in names["SAMPLES"][get_origin(root) or root]:
                optic.to_list(value)
    except (StructgradError, AttributeError):
        return True
    return False


def without(messages: dict[str, list[str]], allowed: Iterable[str]) -> dict[str, list[str]]:
    return {line: texts for line, texts in messages.items() if line not in allowed}


def test_right_steps_have_their_types(said: dict[str, list[str]]) -> None:
    assert {} == without(said, {*wrong(), *STRICTER})


def test_wrong_steps_have_exactly_these_errors(said: dict[str, list[str]]) -> None:
    assert wrong() == {step: said[step] for step in wrong()}


def test_the_plugin_refuses_what_the_run_refuses(said: dict[str, list[str]], names: dict[str, Any]) -> None:
    steps = [*right(), *wrong()]

    assert {step: refused(step, names) for step in steps} == {
        step: bool(said.get(step) or said.get(f"assert_type({step}, {right().get(step)})")) for step in steps
    }


def test_where_types_and_run_differ(said: dict[str, list[str]], names: dict[str, Any]) -> None:
    assert [] == [step for step in STRICTER if refused(step, names) or not said.get(step)]
    assert [] == [step for step in LOOSER if not refused(step, names) or said.get(step)]


def test_classes_from_mypys_cache_are_known_as_well(mypy: Mypy, said: dict[str, list[str]]) -> None:
    assert said == mypy.said(comment="# the program is checked again, and models.py is not")


def test_the_leaves_of_the_run_are_leaves_to_the_plugin() -> None:
    shipped = [cls for cls in LEAVES if cls.__module__ in ("builtins", "numpy", "datetime", "decimal", "fractions")]

    def names_of(cls: type) -> set[str]:
        return {f"{base.__module__}.{base.__qualname__}" for base in cls.__mro__}

    assert len(shipped) > 20
    assert [type(None)] == [cls for cls in shipped if not names_of(cls) & NAMES_OF_LEAVES]

"""Probes: what a path function holds in its hands."""

import copy
from typing import Any

import numpy as np
import pytest

from structgrad.errors import OpticError
from structgrad.struct.optics.path import Path
from structgrad.struct.optics.probe import Probe, item
from structgrad.struct.optics.step import Field, Item


def probe() -> Probe:
    return Probe(Path(dict), object())


def test_a_probe_prints_as_the_path_so_far() -> None:
    assert "d['k'].w[0]" == repr(probe()["k"].w[0])


def test_a_probe_is_never_changed() -> None:
    p: Any = probe()
    p.w["k"]  # a step that nobody keeps

    assert "d" == repr(p)
    with pytest.raises(OpticError, match="changes a part of d"):
        p.w = 1.0
    with pytest.raises(OpticError, match="changes a part of d"):
        p["k"] = 1.0
    with pytest.raises(OpticError, match="changes a part of d"):
        del p.w
    with pytest.raises(OpticError, match="changes a part of d"):
        del p["k"]


def test_the_names_of_protocols_are_no_fields() -> None:
    for name in ["__array_interface__", "__wrapped__", "__fspath__"]:
        assert not hasattr(probe(), name)
    with pytest.raises(TypeError):
        memoryview(probe())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # what is refused


@pytest.mark.parametrize("name", ["get", "set", "over", "_probe", "steps", "root", "hint", "run", "path"])
def test_every_other_name_is_a_field(name: str) -> None:
    assert f"d.{name}" == repr(getattr(probe(), name))


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (lambda p: p + 1, r"computes d\.w \+ \.\.\."),
        (lambda p: 1 + p, r"computes \.\.\. \+ d\.w"),
        (lambda p: p @ p, r"computes d\.w @ \.\.\."),
        (lambda p: p**2, r"computes d\.w \*\* \.\.\."),
        (lambda p: p < 1, r"computes d\.w < \.\.\."),
        (lambda p: p != 1, r"computes d\.w != \.\.\."),
        (lambda p: ~p, r"computes with d\.w"),
        (lambda p: not p, r"asks whether d\.w is true"),
        (lambda p: int(p), r"converts d\.w to a number"),
        (lambda p: [1, 2][p], r"converts d\.w to a number"),
        (lambda p: np.ones(2) * p, r"gives d\.w to NumPy|computes \.\.\. \* d\.w"),
        (lambda p: np.concatenate([p, p]), r"gives d\.w to NumPy"),
        (lambda p: p(), r"calls d\.w\(\.\.\.\)"),
        (lambda p: [*p], r"iterates over d\.w or unpacks it"),
        (lambda p: list(reversed(p)), r"iterates over d\.w"),
        (lambda p: len(p), r"asks for the length of d\.w"),
        (lambda p: 1 in p, r"asks what is in d\.w"),
    ],
)
def test_a_probe_refuses_what_is_no_step(operation: Any, text: str) -> None:
    with pytest.raises(OpticError, match=rf"the path function ({text}) \(test_probe\.py:\d+\)"):
        operation(probe().w)


def test_an_index_of_numpy_is_an_index() -> None:
    assert Item(1) == item(np.int64(1))
    assert int is type(item(np.int64(1)).key)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # an Item has a key
    assert item(slice(np.int64(1), None)) == item(slice(1, None))


def test_steps_of_a_probe_are_copied_with_its_path() -> None:
    path = Path(dict, (Field("w"),))

    assert path == copy.deepcopy(path)

"""Notes of a run: a place for every slot, and what depends on what."""

from typing import Any

import numpy as np

import structgrad as sg
from structgrad.transforms.notes import Notes, Place, ancestors, descendants, kind, noted_run, slot_of


def test_every_slot_has_a_place_lists_and_their_parts_too() -> None:
    @sg.op
    def pair(x: Any) -> Any:
        return (x * 2.0, x * 3.0), lambda g: 2.0 * g[0] + 3.0 * g[1]

    def loss(p: Any) -> Any:
        a, b = pair(np.stack([p["x"], p["x"] * 2.0]))
        return np.sum(a) * np.sum(b)

    notes = Notes()
    done = noted_run(loss, ({"x": np.ones(2)},), {}, notes)

    slots = {slot_of(edge) for edge in done.edges[1:]}
    assert slots <= set(notes.places)
    assert {place.operation for place in notes.places.values()} == {"multiply", "stack", "pair", "sum"}
    assert {place.line for place in notes.places.values()} == {
        f"test_notes.py:{loss.__code__.co_firstlineno + i}" for i in (1, 2)
    }


def test_ancestors_and_descendants_are_found_along_the_edges() -> None:
    def loss(p: Any) -> Any:
        a = p["x"] * 2.0  # slot 2
        np.sin(p["y"])  # slot 3
        return a * p["y"]  # slot 4

    edges = noted_run(loss, ({"x": 1.0, "y": 2.0},), {}, Notes()).edges[1:]

    assert ancestors(edges, [4]) == {0, 1, 2, 4}
    assert ancestors(edges, [3]) == {1, 3}
    assert descendants(edges, [0]) == {0, 2, 4}
    assert descendants(edges, [1]) == {1, 3, 4}


def test_a_place_and_a_kind_read_as_code_does() -> None:
    assert str(Place("sin", "model.py:3")) == "sin (model.py:3)"
    assert str(Place("sin", "")) == "sin"
    assert [kind(x) for x in (2.0, np.float32(1.0), np.ones((2, 3)), "text")] == [
        "float64",
        "float32",
        "float64[2, 3]",
        "str",
    ]

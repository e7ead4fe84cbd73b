"""What the C part does is what Python does: walks, kernels, whole gradients. Without a C part, trivially."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import structgrad as sg
from structgrad.native import EDITION, native
from structgrad.struct import walk
from structgrad.struct.rows import SparseRows
from structgrad.tape.cotangent import is_finite
from structgrad.tape.value import TracedArray
from structgrad.testing import structs
from tests import native_programs

ROOT = Path(__file__).parents[1]
C_FILES = sorted((ROOT / "src" / "native").glob("*.[ch]"))


def pure(*command: str) -> str:
    """What a Python without the C part prints."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    env = os.environ | {"STRUCTGRAD_PURE": "1", "PYTHONPATH": paths}
    done = subprocess.run([sys.executable, *command], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_python_alone_computes_the_same_gradients() -> None:
    ours = native_programs.gradients(250, seed=1)
    theirs = json.loads(pure(native_programs.__file__, "250", "1"))
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


def bits(x: Any) -> Any:
    """A leaf so that == asks for the very same: class, dtype and bits; NaN is as it is, and so is −0."""
    return (type(x), x.dtype, x.shape, x.tobytes()) if isinstance(x, np.ndarray) else (type(x), repr(x))


@given(structs())
def test_a_struct_is_flattened_as_python_flattens_it(x: Any) -> None:
    leaves, nodes = walk.flatten(x)
    expected, expected_nodes = walk._flatten(x)
    assert all(a is b for a, b in zip(leaves, expected, strict=True))
    assert [node and (node[0], id(node[1]), node[2]) for node in nodes] == [
        node and (node[0], id(node[1]), node[2]) for node in expected_nodes
    ]


@given(structs())
def test_a_struct_is_built_as_python_builds_it(x: Any) -> None:
    leaves, nodes = walk.flatten(x)
    ours, expected = walk.build(nodes, leaves), walk._build(nodes, leaves)
    assert type(ours) is type(expected)
    assert sg.tree.paths(ours) == sg.tree.paths(expected)
    assert all(a is b for a, b in zip(walk.flatten(ours)[0], walk.flatten(expected)[0], strict=True))


@given(structs(), structs())
def test_structures_are_the_same_where_python_says_so(x: Any, y: Any) -> None:
    for a, b in ((x, sg.tree.map(lambda leaf: leaf, x)), (x, y)):
        nodes, others = walk.flatten(a)[1], walk.flatten(b)[1]
        assert walk.same_structure(nodes, others) == walk._same_structure(nodes, others)


@dataclass
class Late:
    """A class whose field may never have been set."""

    x: float
    y: float


def test_a_field_that_was_never_set_is_no_part_of_the_structure() -> None:
    half = object.__new__(Late)
    half.x = 1.0
    assert walk.flatten(half)[0] == [1.0]
    assert not hasattr(walk.build(walk.flatten(half)[1], [2.0]), "y")
    other = object.__new__(Late)
    other.y = 1.0
    assert not walk.same_structure(walk.flatten(half)[1], walk.flatten(other)[1])


def test_a_walk_with_too_few_or_too_many_leaves_raises() -> None:
    nodes = walk.flatten([1.0, {"a": 2.0}])[1]
    for leaves in ([1.0], [], [1.0, 2.0, 3.0]):
        with pytest.raises(ValueError, match="leaves"):
            walk.build(nodes, leaves)


Ids = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(Ids, st.sampled_from([np.float64, np.float32]), st.sampled_from([(), (3,), (2, 2)]))
def test_rows_named_twice_add_up_as_numpy_adds_them(ids: list[int], dtype: Any, shape: tuple[int, ...]) -> None:
    rows = np.array(ids)
    values = np.random.default_rng(len(ids)).normal(size=(len(ids), *shape)).astype(dtype)
    once = SparseRows(rows, values, (6, *shape)).summed()
    assert len(set(once.rows.tolist())) == len(once.rows) == len(set(ids))
    whole = np.zeros((6, *shape), dtype)
    np.add.at(whole, rows, values)
    dense = once.dense()
    assert (dense.dtype, dense.shape) == (whole.dtype, whole.shape)
    # A dozen terms may be added in another order.
    np.testing.assert_allclose(dense, whole, rtol=0.0, atol=12 * np.finfo(dtype).eps * np.max(np.abs(values)))


@given(st.lists(st.integers(-6, 5), min_size=1, max_size=12), st.sampled_from([np.float64, np.float32]))
def test_a_table_read_twice_gets_the_sum_of_both(ids: list[int], dtype: Any) -> None:
    table = np.random.default_rng(0).normal(size=(6, 3)).astype(dtype)
    weights = np.random.default_rng(1).normal(size=(len(ids), 3)).astype(dtype)
    expected = np.zeros_like(table)
    np.add.at(expected, ids, weights)
    assert bits(sg.grad_bp(lambda t: np.sum(t[np.array(ids)] * weights))(table)) == bits(expected)


def test_an_index_that_names_no_row_raises_as_numpy_does() -> None:
    for index in (np.array([6]), np.array([-7])):
        with pytest.raises(IndexError, match="out of bounds"):
            sg.grad_bp(lambda t, index=index: np.sum(t[index]))(np.ones((6, 3)))


WILD = [0.0, 1.0, -1e308, 1e308, np.inf, -np.inf, np.nan]


@given(st.lists(st.sampled_from(WILD), max_size=20))
def test_an_array_is_finite_if_each_number_is(numbers: list[float]) -> None:
    x = np.array(numbers, float)
    with np.errstate(all="ignore"):
        overflows = native is None and not np.isfinite(np.sum(x * x))  # of Python alone, which then looks again
    assert is_finite(x) == bool(np.all(np.isfinite(x))) or overflows
    for spread in (np.broadcast_to(1.0, (3, 0)), np.broadcast_to(np.float64(1.0), (3, 4))):
        assert is_finite(spread)


@pytest.mark.parametrize("shape", [(), (4,), (3, 4), (2, 3, 4)])
def test_a_sum_spreads_its_cotangent_as_numpy_broadcasts_it(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    for axis in (None, *range(len(shape))):
        found = sg.grad_bp(lambda x, axis=axis: np.sum(np.sum(x, axis=axis) ** 2))(x)
        expected = np.broadcast_to(2.0 * np.sum(x, axis=axis, keepdims=True), shape)
        np.testing.assert_array_equal(found, expected)


def train(p: dict[str, Any]) -> Any:
    h = np.tanh(p["x"] @ p["w"] + p["b"])
    part = h[1:, np.array([0, 2])] - h[0, 1]
    return np.sum(np.exp(part - np.max(part, axis=1, keepdims=True))) + p["scale"] * np.mean(np.where(h > 0, h, 0.0))


def raised(loss: Any, p: dict[str, Any]) -> None:
    with pytest.raises((ValueError, sg.StructgradError)):
        sg.grad_bp(loss)(p)


LEAKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a gradient": lambda p: sg.backprop(train)(p),
    "sparse rows": lambda p: sg.grad_bp(lambda q: np.sum(q["w"][np.array([1, 1])] ** 2), sparse=True)(p),
    "an error in the function": lambda p: raised(lambda q: q["w"] @ q["w"], p),
    "no scalar": lambda p: raised(lambda q: q["w"] * 2.0, p),
    "a second derivative": lambda p: sg.hvp(train)(p, p),
}


@pytest.mark.parametrize("name", LEAKS)
def test_nothing_is_left_behind(name: str) -> None:
    rng = np.random.default_rng(0)
    p = {"x": rng.normal(size=(4, 3)), "w": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "scale": 2.0}
    run = LEAKS[name]

    def counts() -> list[int]:
        gc.collect()
        held = [p, *p.values(), np.dtype(float), (), np.tanh]
        return [*map(sys.getrefcount, held), len(gc.get_objects())]

    for _ in range(3):
        run(p)
    before = counts()
    for _ in range(200):
        run(p)
    # Fewer than one reference or object in five runs; what Python itself keeps at hand moves by a few.
    assert max(np.subtract(counts(), before)) < 40


def test_a_traced_value_that_nobody_filled_raises_as_in_python() -> None:
    sg.grad_bp(lambda x: x * 2.0)(1.0)  # the rules are there
    empty = object.__new__(TracedArray)
    uses: list[Any] = [lambda v: v * 2.0, lambda v: v + v, np.tanh, np.sum, lambda v: v[0], lambda v: 2.0 - v]
    for use in uses:
        with pytest.raises(AttributeError):
            use(empty)


@dataclass
class ProblemError(Exception):
    """A class of C's, of which object.__new__ makes no objects."""

    x: float


def test_a_record_that_object_cannot_make_raises_as_in_python() -> None:
    with pytest.raises(TypeError, match="not safe"):
        sg.grad_bp(lambda e: e.x * 2.0)(ProblemError(1.0))

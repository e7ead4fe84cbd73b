"""Runs leave no reference and no object behind, and the garbage collector sees what they hold."""

import gc
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.struct.kind import class_kind
from structgrad.struct.rows import SparseRows
from structgrad.tape import traced


def test_the_garbage_collector_sees_what_tapes_and_traced_values_hold() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append((gc.get_referents(x), gc.get_referents(x._tape)))
        values, parts = [x._value, x._slot, x._tape, x._home], [x._tape.edges, x._tape.write, x._tape.next]
        for held, found in zip((values, parts), seen[0], strict=True):
            assert {id(item) for item in held} <= {id(item) for item in found}
        return np.sum(x)

    sg.grad_bp(f)(np.ones(3))
    assert seen


def train(p: dict[str, Any]) -> Any:
    h = np.tanh(p["x"] @ p["w"] + p["b"])
    part = h[1:, np.array([0, 2])] - h[0, 1]
    return np.sum(np.exp(part - np.max(part, axis=1, keepdims=True))) + p["scale"] * np.mean(np.where(h > 0, h, 0.0))


def raised(loss: Any, p: dict[str, Any]) -> None:
    with pytest.raises((ValueError, sg.StructgradError)):
        sg.grad_bp(loss)(p)


NONE = np.zeros((4, 4), bool)
NAMED_TWICE = SparseRows(np.array([1, 0, 1]), np.ones((3, 4)), (2, 4))


@sg.op
def layer(p: dict[str, Any], x: Any) -> Any:
    y = np.tanh(x @ p["w"])

    def pullback(g: Any) -> Any:
        g = g * (1.0 - y * y)
        return {**p, "w": x.T @ g, "b": np.sum(g, axis=0), "scale": 0.0, "x": 0.0 * x}, g @ p["w"].T

    return y, pullback


@sg.op
def halves(x: Any) -> Any:
    return {"top": x[:2], "rest": x[2:]}, lambda g: np.concatenate([g["top"], g["rest"]])


@sg.op
def misshapen(x: Any) -> Any:
    return x * 1.0, lambda g: g[1:]


@sg.op
def broken(x: Any) -> Any:
    raise ValueError


LEAKS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a gradient": lambda p: sg.backprop(train)(p),
    "sparse rows": lambda p: sg.grad_bp(lambda q: np.sum(q["w"][np.array([1, 1])] ** 2), sparse=True)(p),
    "an error in the function": lambda p: raised(lambda q: q["w"] @ q["w"], p),
    "no scalar": lambda p: raised(lambda q: q["w"] * 2.0, p),
    "a second derivative": lambda p: sg.hvp(train)(p, p),
    "a choice that leaves all out": lambda p: sg.grad_bp(lambda q: np.sum(np.where(NONE, q["x"] @ q["w"], 0.0)))(p),
    "sums of rows": lambda p: NAMED_TWICE.summed(),
    "an op of structs": lambda p: sg.grad_bp(lambda q: np.sum(layer(q, q["x"])))(p),
    "an op with several values": lambda p: sg.grad_bp(lambda q: np.sum(halves(q["w"] * 1.0)["rest"]))(p),
    "a wrong cotangent": lambda p: raised(lambda q: np.sum(misshapen(q["w"])), p),
    "an op that fails": lambda p: raised(lambda q: broken(q["w"]), p),
    "an op inside runs": lambda p: sg.hvp(lambda q: np.sum(layer(q, q["x"])))(p, p),
    "several outputs": lambda p: sg.grad_bp(lambda q: np.sum(np.split(q["w"], 3)[1]))(p),
}


@pytest.mark.parametrize("name", LEAKS)
def test_nothing_is_left_behind(name: str) -> None:
    rng = np.random.default_rng(0)
    p = {"x": rng.normal(size=(4, 3)), "w": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "scale": 2.0}
    run = LEAKS[name]

    def counts() -> list[int]:
        gc.collect()
        held = [p, *p.values(), np.dtype(float), (), traced._RECORD[np.tanh], class_kind(dict), None]
        return [*map(sys.getrefcount, held), len(gc.get_objects())]

    for _ in range(3):
        run(p)
    before = counts()
    for _ in range(200):
        run(p)
    # Fewer than one reference or object in five runs; what Python itself keeps at hand moves by a few.
    assert max(np.subtract(counts(), before)) < 40

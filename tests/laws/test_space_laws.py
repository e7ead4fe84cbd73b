"""The laws of zero, add and one, and of rebuilding, on random structs over every container."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import structgrad as sg
from structgrad import tree
from structgrad.struct.kind import kind_of
from structgrad.struct.walk import walk
from structgrad.testing import check_laws, structs, structs_like
from structgrad.transforms.alike import alike
from structgrad.transforms.probe import smooth_leaves
from structgrad.transforms.strategies import Frozen, Named


@pytest.mark.feature(32, 175)
@settings(max_examples=10)
@given(st.data())
def test_the_space_laws_hold_for_every_struct(data: Any) -> None:
    x = data.draw(structs())

    check_laws(x, data.draw(structs_like(x)))


def energy(x: Any) -> Any:
    """Half the sum of the squares of all numbers: a function whose gradient is its argument."""
    return sum(np.sum(np.real(leaf) ** 2 + np.imag(leaf) ** 2) for leaf, _ in smooth_leaves(x)) / 2.0


@pytest.mark.feature(3, 175)
@settings(max_examples=50)
@given(structs())
def test_the_gradient_of_the_energy_of_any_struct_is_that_struct(x: Any) -> None:
    grad = sg.grad_bp(energy, x)

    smooth = [leaf for leaf, _ in smooth_leaves(x)]
    assert alike([leaf for leaf, _ in smooth_leaves(grad)], smooth, 8.0)
    assert alike(tree.map(np.zeros_like, grad), tree.map(np.zeros_like, sg.zero(x)), 0.0)


@pytest.mark.feature(3, 175)
@settings(max_examples=50)
@given(structs())
def test_every_rebuilt_node_has_the_class_of_its_original(x: Any) -> None:
    before, after = list(walk(x)), list(walk(sg.one(x)))

    assert [(path, type(value)) for path, value, _ in before] == [(path, type(value)) for path, value, _ in after]
    pairs = [(old, new) for (_, old, kind), (_, new, _) in zip(before, after, strict=True) if kind]
    assert all(new is not old or old == () for old, new in pairs)  # Python has one empty tuple


def test_the_strategy_reaches_every_container() -> None:
    found: set[str] = set()

    @settings(max_examples=200)
    @given(structs(max_leaves=3))
    def collect(x: Any) -> None:
        found.update(type(value).__name__ for _, value, kind in walk(x) if kind)

    collect()

    expected = {"list", "tuple", "dict", "OrderedDict", "defaultdict", "deque", "mappingproxy", "SimpleNamespace"}
    assert found >= expected | {"Plain", "Frozen", "Attrs", "Named", "ndarray"}


def test_a_struct_like_another_differs_in_numbers_alone() -> None:
    struct = {"w": np.ones((2, 3), np.float32), "n": 3, "pair": Named(Frozen(first=1.0, second="x"), 2.0j)}

    @settings(max_examples=20)
    @given(structs_like(struct))
    def like(other: Any) -> None:
        assert alike(sg.zero(other), sg.zero(struct), 0.0)
        assert kind_of(other) is kind_of(struct)

    like()


@settings(max_examples=20)
@given(structs(numbers=st.just(2.5)))
def test_a_strategy_of_numbers_is_used_where_given(x: Any) -> None:
    assert {leaf for leaf, _ in smooth_leaves(x)} == {2.5}

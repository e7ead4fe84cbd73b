"""tree: leaves, paths, map, flatten and ravel over any struct."""

import enum
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings

import structgrad as sg
from structgrad import tree
from structgrad.errors import StructMismatchError
from structgrad.testing import check_gradient, structs
from structgrad.transforms.alike import alike


@dataclass
class Layer:
    w: Any
    b: Any
    name: str = "layer"
    size: int = 2


class Net(NamedTuple):
    layers: list[Layer]
    scale: float


def net() -> Net:
    return Net([Layer(np.array([1.0, 2.0]), 3.0), Layer(np.array([4.0, 5.0], np.float32), 6.0)], 7.0)


@pytest.mark.feature(60)
def test_arithmetic_on_structs_keeps_dtypes_and_what_has_no_slope() -> None:
    x, g = net(), sg.one(net())

    stepped = tree.map(lambda p, d: p - 0.5 * d, x, g)

    np.testing.assert_array_equal(stepped.layers[0].w, [0.5, 1.5])
    assert stepped.layers[1].w.dtype == np.float32
    assert (stepped.layers[0].b, stepped.scale, type(stepped.scale)) == (2.5, 6.5, float)
    assert [(layer.name, layer.size) for layer in stepped.layers] == [("layer", 2)] * 2


def test_map_takes_any_number_of_structs_and_names_the_first_difference() -> None:
    assert tree.map(lambda a, b, c: a + b * c, [1.0], [2.0], [3.0]) == [7.0]
    with pytest.raises(StructMismatchError, match=r"\.layers has 2 parts .* and 1 in the other"):
        tree.map(lambda a, b: a, net(), net()._replace(layers=net().layers[:1]))
    with pytest.raises(StructMismatchError, match="another order"):
        tree.map(lambda a, b: a, SimpleNamespace(a=1.0, b=2.0), SimpleNamespace(b=1.0, a=2.0))


@pytest.mark.feature(61)
def test_paths_print_as_the_code_that_reads_them() -> None:
    class Key(enum.Enum):
        A = 1

    x = {"net": net(), (0, 1): [np.float64(1.0)], 3: {"it's": 2.0}, Key.A: None}

    paths = tree.paths(x)

    assert list(paths)[:3] == ["['net'].layers[0].w", "['net'].layers[0].b", "['net'].layers[0].name"]
    for path, leaf in paths.items():
        if "Key" not in path:  # an Enum prints as no code
            assert eval(f"x{path}", {"x": x, "np": np}) is leaf
    assert tree.paths(5.0) == {"": 5.0}


@pytest.mark.feature(61)
@settings(max_examples=50)
@given(structs())
def test_unflatten_undoes_flatten(x: Any) -> None:
    assert alike(tree.unflatten(*tree.flatten(x)), x, 0.0)
    assert len(tree.leaves(x)) == len(tree.paths(x))


def test_unflatten_counts_the_leaves() -> None:
    _, structure = tree.flatten([1.0, 2.0])

    assert tree.unflatten([3.0, 4.0], structure) == [3.0, 4.0]
    with pytest.raises(StructMismatchError, match="got 1 leaves for a structure of 2"):
        tree.unflatten([3.0], structure)


@pytest.mark.feature(62)
def test_an_update_with_paths_to_ignore_gives_a_new_struct_and_leaves_the_old_one_as_it_is() -> None:
    @dataclass
    class Inner:
        t: float
        s: float

    @dataclass
    class Model:
        a: Inner
        s: float
        b: Inner = field(default_factory=lambda: Inner(1.0, 1.0))

    model = Model(Inner(1.0, 2.0), 3.0)
    grad = Model(Inner(1.0, 1.0), 1.0)

    updated = sg.lens(Model, lambda m: m.b).set(tree.map(lambda p, g: p - 0.1 * g, model, grad), model.b)

    assert updated == Model(Inner(0.9, 1.9), 2.9, Inner(1.0, 1.0))
    assert updated.b is model.b
    assert model == Model(Inner(1.0, 2.0), 3.0)


@pytest.mark.feature(64)
def test_ravel_and_back_are_inverse_and_the_gradient_ravels_too() -> None:
    x = net()

    def loss(x: Net) -> sg.Scalar:
        return np.sum(x.layers[0].w * x.layers[1].w) * x.layers[0].b * x.layers[1].b + x.scale**2

    vector, back = tree.ravel(x)

    np.testing.assert_array_equal(vector, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    assert alike(back(vector), x, 0.0)
    of_vector = sg.grad_bp(lambda v: loss(back(v)), vector)
    np.testing.assert_array_equal(of_vector, tree.ravel(sg.grad_bp(loss)(x))[0])
    check_gradient(lambda v: loss(back(v)), vector, rtol=1e-3)  # one of the parts is float32


@pytest.mark.feature(64)
def test_ravel_is_differentiated_as_well() -> None:
    struct = {"w": np.array([[1.0, 2.0]]), "b": 3.0, "n": 4, "z": np.array([1.0 + 2.0j])}

    check_gradient(lambda s: np.abs(tree.ravel(s)[0]) ** 2, struct)


@pytest.mark.feature(64)
def test_back_keeps_classes_and_refuses_another_length() -> None:
    struct = {"f": np.float32(1.0), "n": 3, "z": np.ones((0, 2)), "d": 2.0, "c": 1.0j}
    vector, back = tree.ravel(struct)

    assert repr(back(vector)) == repr(struct)
    with pytest.raises(StructMismatchError, match=r"shape \(4,\) for a struct of 3 numbers"):
        back(np.ones(4))
    assert tree.ravel({"n": 3})[0].shape == (0,)


@pytest.mark.feature(71, 72)
def test_a_plain_value_and_another_class_are_plain_python() -> None:
    seen: list[Any] = []

    def loss(x: Net) -> sg.Scalar:
        seen.append(sg.stop_gradient(x.scale))
        return sum(layer.b for layer in [*x.layers, Layer(0.0, x.scale)])

    grad = sg.grad_bp(loss, net())

    assert (seen, type(seen[0])) == ([7.0], float)
    assert (grad.scale, grad.layers[0].b) == (1.0, 1.0)


def test_leaves_of_exact_classes_ravel_as_they_are() -> None:
    vector, back = tree.ravel([Decimal("0.1"), Decimal(2)])

    assert back(vector + vector) == [Decimal("0.2"), Decimal(4)]

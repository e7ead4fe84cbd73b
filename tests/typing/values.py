"""Functions over structs keep the type of the struct; checked, never run."""

from collections.abc import Callable
from typing import Any, TypeVar, assert_type

import numpy as np
from numpy.typing import NDArray

import structgrad as sg
from structgrad import SparseRows, tree
from structgrad.extend import container

from .models import Net, Point, Prior

T = TypeVar("T")


def zero_one_and_add_keep_the_type(net: Net, prior: Prior) -> None:
    assert_type(sg.zero(net), Net)
    assert_type(sg.one(2.0), float)
    assert_type(sg.add(prior, prior), Prior)


def map_keeps_the_type_of_the_first(net: Net) -> None:
    def stepped(leaf: Any, slope: Any) -> Any:
        return leaf - 0.1 * slope

    assert_type(tree.map(stepped, net, net), Net)


def map_stays_generic(p: Point) -> None:
    def stepped(leaf: Any, slope: Any) -> Any:
        return leaf - 0.1 * slope

    def descended(params: T, slope: T) -> T:
        return tree.map(stepped, params, slope)

    assert_type(descended(p, p), Point)


def ravel_leads_there_and_back(p: Point) -> None:
    vector, back = tree.ravel(p)
    assert_type(vector, sg.Array)
    assert_type(back, Callable[[sg.Array], Point])
    assert_type(back(2.0 * vector).x, float)


def leaves_are_of_any(net: Net) -> None:
    assert_type(tree.paths(net), dict[str, Any])
    assert_type(tree.leaves(net), list[Any])


def sparse_rows_have_rows_and_values(rows: SparseRows) -> None:
    assert_type(rows.dense(), NDArray[Any])
    assert_type(rows.summed(), SparseRows)
    assert_type(rows.rows, NDArray[np.intp])
    assert_type(sg.add(rows, rows), SparseRows)


def sparse_rows_are_told_by_isinstance() -> None:
    def read(table: sg.Array) -> sg.Scalar:
        return np.sum(table[np.array([0, 2])])

    grad: Any = sg.grad_bp(read, sparse=True)(np.ones((4, 2)))
    if isinstance(grad, SparseRows):
        assert_type(grad, SparseRows)


def a_container_of_your_own_keeps_its_class() -> None:
    @container
    class Oscillator:
        def __init__(self, stiffness: float) -> None:
            self.stiffness = stiffness

    def energy(o: Oscillator) -> float:
        return o.stiffness**2

    assert_type(Oscillator(2.0).stiffness, float)
    assert_type(sg.grad_bp(energy)(Oscillator(2.0)), Oscillator)

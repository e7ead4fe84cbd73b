"""Jacobians and Hessians: arrays for arrays, blocks by path for structs, the same in both modes."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError

A = np.array([[0.3, -1.7, 2.2], [1.4, 0.1, -0.6]])
x = np.array([0.7, -0.4, 1.1])
MODES: list[Literal["forward", "reverse"] | None] = ["forward", "reverse", None]


@dataclass
class Model:
    w: Any
    b: float
    n: int = 2


MODEL = Model(A, 0.5)


@pytest.mark.parametrize("mode", MODES)
def test_arrays_give_an_array_of_both_shapes(mode: Any) -> None:
    J = sg.jacobian(lambda x: np.tanh(A @ x).reshape(2, 1), mode=mode)(x)

    np.testing.assert_allclose(J, ((1 - np.tanh(A @ x) ** 2)[:, None] * A).reshape(2, 1, 3))


@pytest.mark.parametrize("mode", MODES)
def test_numbers_give_arrays(mode: Any) -> None:
    slope = sg.jacobian(lambda t: np.array([1.0, 2.0]) * t**2, mode=mode)(3.0)
    bend = sg.hessian(lambda t: t**3, mode=mode)(2.0)

    assert np.array_equal(slope, [6.0, 12.0])
    assert isinstance(bend, np.ndarray)
    assert bend == 12.0


@pytest.mark.feature(26)
@pytest.mark.parametrize("mode", MODES)
def test_the_hessian_of_a_quadratic_form_is_its_matrix(mode: Any) -> None:
    H = np.array([[2.0, -1.0, 0.5], [-1.0, 3.0, 0.25], [0.5, 0.25, 1.0]])

    np.testing.assert_allclose(sg.hessian(lambda x: 0.5 * x @ H @ x, mode=mode)(x), H, atol=1e-10)


@pytest.mark.feature(26)
@pytest.mark.parametrize("mode", MODES)
def test_blocks_of_a_struct_are_found_by_two_paths_and_symmetric(mode: Any) -> None:
    def loss(m: Model) -> sg.Scalar:
        return np.sum(np.tanh(m.w) * m.b) ** 2

    H = sg.hessian(loss, mode=mode)(MODEL)

    assert H[".w", ".w"].shape == (2, 3, 2, 3)
    assert H[".w", ".b"].shape == (2, 3)
    np.testing.assert_allclose(H.matrix, H.matrix.T)
    np.testing.assert_allclose(H[".w", ".b"], H[".b", ".w"])
    mixed = [(sg.grad_bp(loss)(Model(A, 0.5 + s)).w) for s in (1e-6, -1e-6)]
    np.testing.assert_allclose(H[".w", ".b"], (mixed[0] - mixed[1]) / 2e-6, atol=1e-7)  # of differences
    assert H.paths() == ([".w", ".b"], [".w", ".b"])
    assert repr(H) == "Blocks of 2 by 2 leaves: rows ['.w', '.b'], columns ['.w', '.b'], 7 x 7 numbers"


def test_the_matrix_has_the_order_of_ravel() -> None:
    vector, back = sg.tree.ravel(MODEL)
    J = sg.jacobian(lambda m: {"y": m.w @ x * m.b, "b": m.b})(MODEL)
    flat = sg.jacobian(lambda v: sg.tree.ravel({"y": back(v).w @ x * back(v).b, "b": back(v).b})[0])(vector)

    np.testing.assert_allclose(J.matrix, flat)
    np.testing.assert_allclose(J["['y']", ".b"], A @ x)


def test_an_unknown_path_names_the_nearest() -> None:
    H = sg.hessian(lambda m: m.b**2 * np.sum(m.w))(MODEL)

    with pytest.raises(KeyError, match=r"no leaf '\.wt'; did you mean '\.w'\?"):
        H[".wt", ".b"]


def test_the_mode_is_chosen_by_what_is_cheaper() -> None:
    runs: list[int] = []

    def counted(x: Any) -> Any:
        runs.append(1)
        return np.outer(np.sin(x), np.arange(20.0))

    sg.jacobian(counted)(x)
    assert len(runs) == 4  # one to see that there are 60 rows, one for each of 3 columns

    runs.clear()
    sg.jacobian(lambda v: counted(v[:1])[0, :2])(np.ones(40))
    assert len(runs) == 1  # and two sweeps


def test_a_jacobian_differentiates_in_its_turn() -> None:
    inner = sg.grad_bp(lambda x: np.sum(sg.jacobian(lambda x: x**3)(x) ** 2))(x)

    np.testing.assert_allclose(inner, 36 * x**3)


def test_real_to_complex_and_holomorphic_functions() -> None:
    z = np.array([1.0 + 1.0j, 2.0])
    np.testing.assert_allclose(sg.jacobian(lambda z: z * z * 1j)(z), np.diag(2j * z))
    np.testing.assert_allclose(sg.jacobian(lambda x: np.exp(1j * x))(x), np.diag(1j * np.exp(1j * x)))
    with pytest.raises(LostGradientError, match="is not holomorphic"):
        sg.jacobian(lambda z: z * np.conj(z))(z)

"""Eigenvalues and singular values that coincide: what is differentiated there, and what is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.testing import check_gradient, numerical_gradient

eig, eigh, eigvals, eigvalsh = np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh
svd, svdvals = np.linalg.svd, np.linalg.svdvals


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern."""
    return np.sin(phase + np.arange(float(np.prod(shape))) ** 1.7).reshape(shape)


C = array(3, 3, phase=2.0)
Q = np.linalg.qr(array(3, 3))[0]
IDENTITY, ZERO = np.eye(3), np.zeros((3, 3))
TWICE = Q @ np.diag([1.0, 1.0, 2.0]) @ Q.T
TWICE = (TWICE + TWICE.T) / 2
TURNED = Q @ np.diag([1.0, 1.0, 2.0])  # its singular values coincide
LOW = array(4, 2) @ array(2, 5)
MATRICES = [IDENTITY, ZERO, TWICE]


def symmetric(x: Any) -> Any:
    """The gradient as it is by entries that stand on both sides."""
    return (x + x.T) / 2


def of_matrix(f: Callable[..., Any]) -> Callable[..., Any]:
    """f(A) = V f(W) Vᵀ."""

    def function(a: Any) -> Any:
        w, v = eigh(a)
        return v * f(w) @ v.T

    return function


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", MATRICES)
@pytest.mark.parametrize("values", [eigvalsh, lambda a: eigh(a)[0], eigvals, lambda a: eig(a)[0]])
def test_sums_of_functions_of_eigenvalues_have_their_slopes(a: Any, values: Any) -> None:
    for f, slope in (
        (lambda w: np.sum(w), np.eye(3)),
        (lambda w: np.sum(w**2), 2 * a),
        (lambda w: np.prod(1 + w), np.linalg.det(np.eye(3) + a) * np.linalg.inv(np.eye(3) + a)),
    ):
        found = sg.grad_bp(lambda a, f=f: np.real(f(values(a))))(a)

        np.testing.assert_allclose(symmetric(found), slope, atol=1e-13)  # rounded some ten times


def test_tied_eigenvalues_share() -> None:
    grad = sg.grad_bp(lambda a: 6.0 * eigvalsh(a)[0], np.diag([2.0, 3.0, 2.0]))

    assert grad.tolist() == np.diag([3.0, 0.0, 3.0]).tolist()
    # Of two that coincide, one rises as much as the other falls: so do central differences say.
    for f in (lambda a: eigvalsh(a)[0] * 2 + eigvalsh(a)[1], lambda a: svdvals(a)[1] * 2 + svdvals(a)[2]):
        np.testing.assert_allclose(sg.grad_bp(f, TWICE), numerical_gradient(f)(TWICE), atol=1e-6)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", [*MATRICES, TURNED])
def test_norms_and_functions_of_singular_values(a: Any) -> None:
    u, s, vh = svd(a)
    np.testing.assert_allclose(sg.grad_bp(lambda a: np.sum(svdvals(a) ** 2), a), 2 * a, atol=1e-14)  # rounded
    for f in (lambda a: np.linalg.norm(a, "nuc"), lambda a: np.sum(svd(a).S)):
        np.testing.assert_allclose(sg.grad_bp(f, a), u * (s > 0) @ vh, atol=1e-14)  # rounded
    top = (s > 0) & np.isclose(s, s[0])
    spectral = u * top @ vh / max(np.sum(top), 1)
    np.testing.assert_allclose(sg.grad_bp(lambda a: np.linalg.norm(a, 2), a), spectral, atol=1e-14)  # rounded


def test_the_kink_of_a_singular_value_at_0_has_slope_0() -> None:
    u, _, vh = svd(LOW, full_matrices=False)

    nuclear = sg.grad_bp(lambda a: np.linalg.norm(a, "nuc"), LOW)
    smallest = sg.grad_bp(lambda a: np.linalg.norm(a, -2), LOW)

    np.testing.assert_allclose(nuclear, u[:, :2] @ vh[:2], atol=1e-14)  # rounded
    np.testing.assert_array_equal(smallest, 0.0)


@pytest.mark.feature(139)
@pytest.mark.parametrize("a", MATRICES)
def test_traces_of_matrix_functions_have_their_slopes(a: Any) -> None:
    for f, slope in (
        (np.exp, np.exp),
        (np.square, lambda w: 2 * w),
        (lambda w: 1 / (2 + w), lambda w: -1 / (2 + w) ** 2),
    ):
        function = of_matrix(f)
        for trace in (np.trace, lambda x: np.sum(x * np.eye(3))):
            found = sg.grad_bp(lambda a, f=function, trace=trace: trace(f(a)))(a)

            w, v = eigh(a)
            np.testing.assert_allclose(symmetric(found), v * slope(w) @ v.T, atol=1e-13)  # rounded


def test_what_is_not_read_may_coincide() -> None:
    def of_rank_2(a: Any) -> Any:
        u, s, vh = svd(a, full_matrices=False)
        return u[:, :2] * s[:2] @ vh[:2]

    def largest(a: Any) -> Any:
        w, v = eigh(symmetric(a))
        return w[2] * v[:, 2] ** 2

    for f, a in ((of_rank_2, LOW), (largest, TWICE)):
        loss: Any = lambda a, f=f: np.sum(f(a) ** 3)  # noqa: E731  # two functions, one loss
        np.testing.assert_allclose(sg.grad_bp(loss, a), numerical_gradient(loss)(a), atol=1e-7)  # differences


def polar(u: Any, s: Any, vh: Any) -> Any:
    return u @ vh


def together(u: Any, s: Any, vh: Any) -> Any:
    return u * s @ vh


def exponential(w: Any, v: Any) -> Any:
    return v * np.exp(w) @ np.linalg.inv(v)


REFUSED: list[tuple[str, Callable[..., Any], Any]] = [
    ("a vector", lambda a: eigh(a)[1][0, 0], TWICE),
    ("a projection on one of two", lambda a: np.sum(eigh(a)[1][:, 0] ** 2 * C[0]), TWICE),
    ("a projection", lambda a: np.sum(eigh(a)[1][:, :2] @ eigh(a)[1][:, :2].T * C), TWICE),
    ("a polar factor", lambda a: np.sum(polar(*svd(a)) * C), IDENTITY),
    ("exp of eigenvalues found apart", lambda a: np.sum(eigh(a)[1] * np.exp(eigvalsh(a)) @ eigh(a)[1].T * C), TWICE),
    ("exp of a matrix", lambda a: np.sum(of_matrix(np.exp)(a) * C), IDENTITY),
    ("log of the identity", lambda a: np.sum(of_matrix(np.log)(a) * C), IDENTITY),
    ("one entry of a root of the identity", lambda a: of_matrix(np.sqrt)(a)[0, 1], IDENTITY),
    ("the matrix put together again", lambda a: np.sum(of_matrix(lambda w: w)(a) * C), ZERO),
    ("the matrix from its parts", lambda a: np.sum(svd(a)[0] * svd(a)[1] @ svd(a)[2] * C), IDENTITY),
    ("the matrix from one set of parts", lambda a: np.sum(together(*svd(a)) * C), IDENTITY),
    ("the same of low rank", lambda a: np.sum(together(*svd(a, False)) * array(4, 5)), LOW),
    ("a polar factor that jumps", lambda a: np.sum(polar(*svd(a)) * C), ZERO),
    ("a vector of 0 beside a basis", lambda a: svd(a, False)[0][2, 1], np.eye(3, 2) * [1.0, 0.0]),
    ("exp by eig", lambda a: np.sum(exponential(*eig(a)) * C), IDENTITY),
]


@pytest.mark.feature(139)
@pytest.mark.parametrize(("f", "a"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_the_matrix_does_not_determine_is_refused(f: Any, a: Any) -> None:
    with pytest.raises(
        MissingRuleError, match=r"linalg.\w+: the derivative \(test_coinciding.py:\d+\) .*coincide.*eigvalsh"
    ):
        sg.grad_bp(f, a)
    with pytest.raises(MissingRuleError, match="coincide"):
        sg.jvp(f)(a, a + 1.0)


def test_the_second_derivative() -> None:
    """It is right or refused: the squares of the eigenvalues have one, but not by their slopes alone."""
    for f in (eigvalsh, svdvals, eigvals, lambda a: eigh(a)[0], lambda a: svd(a)[1], lambda a: eig(a)[0]):
        for a in MATRICES:
            for t in (C, np.eye(3)[[1, 0, 2]]):

                def slope(a: Any, f: Any = f, t: Any = t) -> Any:
                    return np.sum(sg.grad_bp(lambda a: np.sum(f(a) ** 2), a) * t)

                with pytest.raises(MissingRuleError, match="coincide"):
                    sg.grad_bp(slope, a)


def test_batches_share_nothing() -> None:
    batch = np.stack([TWICE, np.diag([1.0, 2.0, 4.0]), ZERO])
    weights = np.array([1.0, 2.0, 5.0])

    together = sg.grad_bp(lambda a: np.sum(eigvalsh(a) * weights), batch)

    for a, grad in zip(batch, together, strict=True):
        np.testing.assert_array_equal(grad, sg.grad_bp(lambda a: np.sum(eigvalsh(a) * weights), a))


def test_values_that_only_come_close_are_kept_apart() -> None:
    a = np.diag([1.0, 1.0 + 1e-9, 3.0])

    grad = sg.grad_bp(lambda a: eigvalsh(a)[0] + eigh(a)[1][0, 0] * 0.0, a)

    assert grad.tolist() == np.diag([1.0, 0.0, 0.0]).tolist()


def test_an_eigenvector_with_a_weight_of_0_costs_no_nan() -> None:
    def f(a: Any) -> Any:
        w, v = eigh(a)
        return np.sum(w) + 0.0 * np.sum(v)

    with pytest.raises(MissingRuleError, match="coincide"):  # for 0 * v may be a logarithm of 1 as well
        sg.grad_bp(f, IDENTITY)
    check_gradient(f, array(3, 3), order=2)


def test_nan_shows_in_the_result() -> None:
    h = array(3, 3) + array(3, 3).T + 1j * (array(3, 3) - array(3, 3).T)

    assert np.isnan(sg.grad_bp(lambda a: np.sum(np.abs(eigh(a)[1])) * np.nan, h)).any()

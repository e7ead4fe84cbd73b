"""Systems solved by conjugate gradients, and observations coded: SciPy's results, and their gradients."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import scipy.cluster.vq
import scipy.sparse.linalg

import structgrad as sg
from structgrad.errors import LostGradientError, MissingRuleError, StructgradError
from structgrad.scipy import cluster, sparse
from structgrad.scipy.cluster import vq
from structgrad.scipy.sparse import linalg
from structgrad.testing import check_gradient

scipys: Any = scipy.sparse.linalg
codes: Any = scipy.cluster.vq
# Tight enough for the default tolerance of check_gradient, 1e-6.
TIGHT: dict[str, Any] = {"rtol": 1e-13, "atol": 0.0}
M = np.sin(1.7 * np.arange(24.0)).reshape(6, 4)
B = np.array([0.7, -1.3, 2.1, 0.4])
BANDED = scipy.sparse.csr_array(np.diag([3.0, 4.0, 5.0, 6.0]) + np.eye(4, k=1) + np.eye(4, k=-1))


def of_root(m: Any, b: Any) -> Any:
    """The solution with the symmetric matrix mᴴ m + 1."""
    return linalg.cg(np.conj(m.T) @ m + np.eye(4), b, **TIGHT)[0]


def test_solutions_agree_with_differences_in_matrix_and_right_side() -> None:
    check_gradient(of_root, M, B, order=2)
    check_gradient(of_root, M, B[:, None])
    check_gradient(of_root, M + 1j * M[::-1], B + 1j * B[::-1], order=2)
    check_gradient(of_root, M, B + 1j)


def test_a_sparse_matrix_and_a_preconditioner_are_honoured() -> None:
    check_gradient(lambda b: linalg.cg(BANDED, b, **TIGHT)[0], B, order=2)
    check_gradient(lambda b: linalg.cg(BANDED, b, M=np.diag(1 / BANDED.diagonal()), **TIGHT)[0], B)
    check_gradient(lambda b: linalg.cg(scipys.aslinearoperator(BANDED), b, **TIGHT)[0], B)


@dataclass(frozen=True)
class Root:
    m: sg.Array
    shift: float

    def times(self, x: Any) -> Any:
        return self.m.T @ (self.m @ x) + self.shift * x


@pytest.mark.parametrize("options", [{}, {"dtype": float}])
def test_an_operator_gives_its_gradient_to_the_struct_it_closes_over(options: dict[str, Any]) -> None:
    def solved(root: Root, b: Any) -> Any:
        return linalg.cg(linalg.LinearOperator((4, 4), matvec=root.times, **options), b, **TIGHT)[0]

    check_gradient(solved, Root(M, 0.7), B, order=2)
    assert type(sg.grad_bp(lambda root: np.sum(solved(root, B)))(Root(M, 0.7))) is Root


def test_slopes_are_as_good_for_small_cotangents() -> None:
    grad = sg.grad_bp(lambda b: 1e-12 * np.sum(linalg.cg(BANDED, b, atol=1e-6)[0]), B)

    exact = np.linalg.solve(BANDED.toarray(), np.ones(4))
    np.testing.assert_allclose(grad, 1e-12 * exact, rtol=1e-5)  # what cg was asked for


def test_a_matrix_that_is_written_to_later_counts_as_it_was() -> None:
    matrix = BANDED.copy()

    value, pullback = sg.vjp(lambda b: linalg.cg(matrix, b, **TIGHT)[0])(B)
    matrix.data[:] = 0.0

    np.testing.assert_allclose(pullback(value), np.linalg.solve(BANDED.toarray(), value), rtol=1e-12)  # of cg


def test_what_did_not_converge_has_no_gradient() -> None:
    with pytest.raises(StructgradError, match="converge"):
        sg.grad_bp(lambda b: np.sum(linalg.cg(BANDED, b, maxiter=1)[0]), B)


def doubled(s: Any) -> Any:
    """An operator within an operator, which is out of sight."""
    return 2 * scipys.LinearOperator((4, 4), matvec=lambda x: s * x, dtype=float)


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda s: linalg.cg(BANDED, B, rtol=s), MissingRuleError, "rtol"),
        (lambda s: linalg.cg(doubled(s), B), LostGradientError, "close over"),
        (lambda s: linalg.cg(doubled(s), s * B), LostGradientError, "close over"),
    ],
)
def test_what_has_no_derivative_is_refused_with_a_reason(f: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        sg.grad_bp(lambda s: np.sum(f(s)[0]), 2.0)


def test_distances_to_codes_agree_with_differences_and_codes_are_flat() -> None:
    observations, book = np.sin(1.3 * np.arange(21.0)).reshape(7, 3), np.cos(np.arange(12.0)).reshape(4, 3)

    check_gradient(lambda o, c: vq.vq(o, c)[1], observations, book, order=2)
    check_gradient(lambda o, c: vq.vq(o, c)[1], observations[:, 0], book[:, 0])
    check_gradient(vq.whiten, observations)
    assert sg.vjp(lambda o: vq.vq(o, book)[0])(observations)[0].dtype.kind == "i"


def test_an_observation_that_is_its_code_has_slope_0() -> None:
    assert not sg.grad_bp(lambda o: np.sum(vq.vq(o, np.eye(2))[1]), np.eye(2)).any()


def test_on_plain_arguments_all_is_scipys() -> None:
    assert np.array_equal(*(module.cg(BANDED, B, B)[0] for module in (linalg, scipys)))
    for ours, theirs in zip(vq.vq(M, M[:2]), codes.vq(M, M[:2]), strict=True):
        assert np.array_equal(ours, theirs)
    assert np.array_equal(vq.whiten(M), codes.whiten(M))
    assert linalg.gmres is scipys.gmres
    assert sparse.csr_array is scipy.sparse.csr_array
    assert sparse.linalg is linalg
    assert cluster.vq is vq
    assert vq.kmeans is codes.kmeans
    assert cluster.hierarchy is scipy.cluster.hierarchy

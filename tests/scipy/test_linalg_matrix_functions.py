"""Functions of matrices, and the equations of Sylvester and Lyapunov."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import MissingRuleError
from structgrad.scipy import linalg

RNG = np.random.default_rng(4)
A = RNG.normal(size=(2, 2)) / 3 + np.eye(2)
Z = A + 0.2j * RNG.normal(size=(2, 2))
S = np.stack([A, A.T])
B = RNG.normal(size=(2, 2)) + 3 * np.eye(2)
FUNCTIONS: list[Any] = [
    linalg.expm,
    linalg.logm,
    linalg.sqrtm,
    linalg.cosm,
    linalg.sinm,
    linalg.tanm,
    linalg.coshm,
    linalg.sinhm,
    linalg.tanhm,
]


@pytest.mark.feature(139)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_functions_of_matrices_agree_with_differences(along: Any, f: Any) -> None:
    along(f, A, order=2)
    along(f, Z)
    along(f, S)
    along(f, A[:1, :1])


@pytest.mark.parametrize("f", [linalg.expm, linalg.logm, linalg.sqrtm])
def test_third_derivatives(along: Any, f: Any) -> None:
    along(f, A, order=3)


@pytest.mark.parametrize("a", [np.triu(A), np.diag([1.0, 2.0, 3.0]), np.eye(2), np.zeros((2, 2))])
def test_matrices_that_scipy_treats_apart(along: Any, a: Any) -> None:
    along(linalg.expm, a)


@pytest.mark.parametrize("f", [linalg.logm, linalg.sqrtm])
def test_real_matrices_with_complex_values(along: Any, f: Any) -> None:
    along(f, np.array([[-1.0, 2.0, 0.0], [0.3, 1.0, 0.5], [0.1, 0.2, -2.0]]))
    along(f, np.array([[0.0, 1.0], [-1.0, 0.0]]))
    along(f, np.diag([1.0, 2.0, 2.0]))


def test_the_exponential_of_a_number_is_a_matrix(along: Any) -> None:
    along(linalg.expm, 1.3, order=2)
    with pytest.raises(MissingRuleError, match=r"np\.sqrt"):
        sg.grad_bp(lambda a: np.sum(linalg.sqrtm(a[0, 0])), A)


@pytest.mark.parametrize("f", [linalg.logm, linalg.sqrtm])
def test_deprecated_options_are_refused(f: Any) -> None:
    with pytest.raises(MissingRuleError, match="disp="):
        sg.grad_bp(lambda a: np.sum(f(a, disp=True)), A)


@pytest.mark.feature(139)
@pytest.mark.parametrize("method", [None, "SPS", "blockEnlarge"])
@pytest.mark.parametrize("compute_expm", [True, False])
def test_the_derivative_of_the_exponential_has_derivatives(along: Any, method: Any, compute_expm: Any) -> None:
    def f(a: Any, e: Any) -> Any:
        return linalg.expm_frechet(a, e, method, compute_expm)

    along(f, A, A[::-1], order=1 if method else 2)
    along(f, Z, A)


@pytest.mark.feature(139)
def test_sylvesters_equation_agrees_with_differences(along: Any) -> None:
    q = RNG.normal(size=(2, 2))
    along(linalg.solve_sylvester, A, B, q, order=2)
    along(linalg.solve_sylvester, Z, B + 0.1j, q + 1j)
    along(linalg.solve_sylvester, S, B, q)


@pytest.mark.feature(139)
def test_lyapunovs_equations_agree_with_differences(along: Any) -> None:
    assert linalg.solve_lyapunov is linalg.solve_continuous_lyapunov
    along(linalg.solve_lyapunov, A, B, order=2)
    along(linalg.solve_lyapunov, Z, Z.T)
    along(linalg.solve_lyapunov, S, A)
    for method in (None, "direct", "bilinear"):

        def discrete(a: Any, q: Any, m: Any = method) -> Any:
            return linalg.solve_discrete_lyapunov(a / 4, q, m)

        along(discrete, A, A.T, order=1 if method else 2)
        along(discrete, Z, Z.T)


@pytest.mark.parametrize("f", [linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov])
def test_real_and_complex_matrices_together_are_refused_as_scipys_answer_is_wrong(f: Any) -> None:
    with pytest.raises(MissingRuleError, match=r"a \+ 0j"):
        sg.grad_bp(lambda a: np.sum(f(a, Z)).real, A)

"""`from structgrad.scipy import linalg` in place of `from scipy import linalg`: the same functions, differentiable.

On plain arguments each is SciPy's own. On values that are differentiated it gives the same values and a derivative, of
any order; `overwrite_a` and its like then have no effect. What is not listed here is SciPy's own function.

A function that reads one triangle of a matrix alone (cholesky, eigh, solve with assume_a="pos") has slope 0 at what it
does not read.
"""

from typing import Final

import scipy.linalg

from structgrad.scipy.linalg.banded import solve_banded, solve_toeplitz, solveh_banded
from structgrad.scipy.linalg.cholesky_factors import cho_factor, cho_solve, cholesky
from structgrad.scipy.linalg.eigenvalues import eigh, eigh_tridiagonal, eigvalsh, eigvalsh_tridiagonal
from structgrad.scipy.linalg.least_squares import lstsq, pinv
from structgrad.scipy.linalg.lu_factors import lu, lu_factor, lu_solve
from structgrad.scipy.linalg.matrices import (
    block_diag,
    circulant,
    companion,
    fiedler,
    hankel,
    khatri_rao,
    leslie,
    toeplitz,
)
from structgrad.scipy.linalg.matrix_functions import (
    coshm,
    cosm,
    expm,
    expm_frechet,
    logm,
    sinhm,
    sinm,
    sqrtm,
    tanhm,
    tanm,
)
from structgrad.scipy.linalg.norms import norm
from structgrad.scipy.linalg.polar_factors import polar
from structgrad.scipy.linalg.qr_factors import qr
from structgrad.scipy.linalg.schur_form import hessenberg, schur
from structgrad.scipy.linalg.singular_values import svd, svdvals
from structgrad.scipy.linalg.solves import det, inv, solve, solve_triangular
from structgrad.scipy.linalg.sylvester import (
    solve_continuous_lyapunov,
    solve_discrete_lyapunov,
    solve_lyapunov,
    solve_sylvester,
)
from structgrad.scipy.mirrored import refused, rest_of

_BASIS = "a basis of a space is not determined by the matrix. Take the projection onto the space: {}."
null_space: Final = refused(scipy.linalg.null_space, _BASIS.format("np.eye(n) - pinv(a) @ a"))
eig: Final = refused(scipy.linalg.eig, "SciPy's has no derivative here. Take np.linalg.eig.")
eigvals: Final = refused(scipy.linalg.eigvals, "SciPy's has no derivative here. Take np.linalg.eigvals.")
orth: Final = refused(scipy.linalg.orth, _BASIS.format("a @ pinv(a)"))

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "circulant",
    "companion",
    "coshm",
    "cosm",
    "det",
    "eig",
    "eigh",
    "eigh_tridiagonal",
    "eigvals",
    "eigvalsh",
    "eigvalsh_tridiagonal",
    "expm",
    "expm_frechet",
    "fiedler",
    "hankel",
    "hessenberg",
    "inv",
    "khatri_rao",
    "leslie",
    "logm",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "norm",
    "null_space",
    "orth",
    "pinv",
    "polar",
    "qr",
    "schur",
    "sinhm",
    "sinm",
    "solve",
    "solve_banded",
    "solve_continuous_lyapunov",
    "solve_discrete_lyapunov",
    "solve_lyapunov",
    "solve_sylvester",
    "solve_toeplitz",
    "solve_triangular",
    "solveh_banded",
    "sqrtm",
    "svd",
    "svdvals",
    "tanhm",
    "tanm",
    "toeplitz",
]

__getattr__: Final = rest_of("scipy.linalg")

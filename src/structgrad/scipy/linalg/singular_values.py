"""Singular values and vectors. SciPy computes them, np.linalg.svd has the derivative: see rules/singular.py."""

from typing import Any, Final

import numpy as np
import scipy.linalg

from structgrad.arrays import shape_of
from structgrad.rules.coinciding import asked
from structgrad.rules.singular import by_values, decomposition
from structgrad.scipy.mirrored import array, mirrored
from structgrad.tape.call import primitive
from structgrad.tape.rule import RULES, rule


@primitive
def singular_vectors(a: Any, full: Any, driver: Any, finite: Any) -> Any:
    """U, the singular values, Vᴴ, and a mark for the vectors."""
    return (*scipy.linalg.svd(a, full, True, lapack_driver=driver, check_finite=finite), 0.0)


@primitive
def singular_values(a: Any, driver: Any, finite: Any) -> Any:
    """The singular values alone."""
    return scipy.linalg.svd(a, compute_uv=False, lapack_driver=driver, check_finite=finite)


rule(singular_vectors, a=RULES[decomposition].pulls["a"].of)
rule(singular_values, a=lambda g, a: by_values(g, *np.linalg.svd(a, full_matrices=False), "svdvals"))


def _svd(
    a: Any,
    full_matrices: Any = True,
    compute_uv: Any = True,
    overwrite_a: Any = False,
    check_finite: Any = True,
    lapack_driver: Any = "gesdd",
) -> Any:
    a = array(a)
    if not compute_uv:
        return singular_values(a, lapack_driver, check_finite)
    u, s, vh, mark = singular_vectors(a, full_matrices, lapack_driver, check_finite)
    y = asked(u, mark), s, asked(vh, mark)
    return list(y) if len(shape_of(a)) > 2 else y  # SciPy gives lists for batches


svd: Final = mirrored(scipy.linalg.svd, _svd)
svdvals: Final = mirrored(
    scipy.linalg.svdvals,
    lambda a, overwrite_a=False, check_finite=True: _svd(a, compute_uv=False, check_finite=check_finite),
)

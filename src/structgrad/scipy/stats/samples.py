"""Statistics of samples: the standard error of the mean."""

import math
from typing import Any, Final

import numpy as np
from scipy import stats

from structgrad.arrays import shape_of
from structgrad.scipy.mirrored import array, mirrored, refuse_option


def _sem(a: Any, axis: Any = 0, ddof: Any = 1, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    if nan_policy != "propagate":
        refuse_option("stats.sem", f"nan_policy={nan_policy!r}", "Leave the missing numbers out yourself.")
    if isinstance(axis, tuple):
        refuse_option("stats.sem", "several axes", "Reshape them into one.")
    a = np.atleast_1d(array(a))
    n = math.prod(shape_of(a)) if axis is None else shape_of(a)[axis]
    return np.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / n**0.5


sem: Final = mirrored(stats.sem, _sem)

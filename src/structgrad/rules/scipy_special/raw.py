"""SciPy's special functions, each ufunc itself: under SCIPY_ARRAY_API=1 SciPy puts functions in front of them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import scipy.special


def _ufunc(function: Any) -> Any:
    behind = getattr(function, "__wrapped__", None)
    return behind if isinstance(behind, np.ufunc) else function


special: Any = SimpleNamespace(**{name: _ufunc(function) for name, function in vars(scipy.special).items()})

"""Numbers and arrays, real and complex, as one real vector: the form in which SciPy integrates them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import is_complex


def packed(xs: Sequence[Any]) -> Any:
    """One real vector; a complex number stands there as its two parts."""
    return np.concatenate([np.zeros(0), *(np.ravel(_parts(x) if is_complex(x) else x) for x in xs)])


def unpacked(vector: Any, xs: Sequence[Any]) -> list[Any]:
    """The vector as numbers and arrays like xs."""
    found, start = [], 0
    for x in xs:
        shape = (*shape_of(x), 2) if is_complex(x) else shape_of(x)
        end = start + int(np.prod(shape))
        part = np.reshape(vector[start:end], shape) if shape else vector[start]
        found.append(part[..., 0] + 1j * part[..., 1] if is_complex(x) else part)
        start = end
    return found


def _parts(x: Any) -> Any:
    return np.stack([np.real(x), np.imag(x)], -1)

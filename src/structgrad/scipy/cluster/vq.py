"""`scipy.cluster.vq`, of which `vq` and `whiten` are differentiable."""

from typing import Any, Final

import numpy as np
import scipy.cluster.vq

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import nonzero
from structgrad.scipy.closure import lowered
from structgrad.scipy.definition import as_scipys, by_definition, gathered
from structgrad.scipy.mirrored import rest_of

scipys: Any = scipy.cluster.vq  # its overloads know nothing of traced values


@as_scipys(scipy.cluster.vq.vq)
def vq(obs: Any, code_book: Any, check_finite: bool = True) -> tuple[Any, Any]:
    """SciPy's `vq`: the code of each observation, which is flat, and its distance, differentiable in both arguments."""
    given = gathered(obs), gathered(code_book)
    code, _ = scipys.vq(*lowered(given), check_finite)

    def value(obs: Any, code_book: Any) -> Any:
        return scipys.vq(obs, code_book, check_finite)[1]

    def definition(obs: Any, code_book: Any) -> Any:
        apart = obs - code_book[code]
        return np.linalg.norm(np.reshape(apart, (shape_of(apart)[0], -1)), axis=1)

    return code, by_definition(value, definition, *given)


@as_scipys(scipy.cluster.vq.whiten)
def whiten(obs: Any, check_finite: bool = True) -> Any:
    """SciPy's `whiten`: each feature divided by its standard deviation; what has none stays as it is."""

    def value(obs: Any) -> Any:
        return scipys.whiten(obs, check_finite)

    return by_definition(value, lambda obs: obs / nonzero(np.std(obs, axis=0)), gathered(obs))


__getattr__: Final = rest_of("scipy.cluster.vq")

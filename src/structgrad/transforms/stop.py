"""`stop_gradient`: a constant from here on."""

from typing import Any, TypeVar

import numpy as np

from structgrad.struct.walk import build, flatten
from structgrad.tape.value import Traced, TracedArray, plain

T = TypeVar("T")


def stop_gradient(x: T, /) -> T:
    """The value of x, a constant from here on: no derivative of any order goes through it.

    x: any struct; a traced leaf gives the plain value it stands for, arrays as copies, everything else stays
    what it is. Also the way to read a value inside a differentiated function: `float(sg.stop_gradient(v))`.

    >>> import structgrad as sg
    >>> sg.grad_bp(lambda x: x * sg.stop_gradient(x), 3.0)
    3.0
    """
    leaves, nodes = flatten(x)
    stopped: T = build(nodes, [_plain(leaf) for leaf in leaves])
    return stopped


def _plain(leaf: Any) -> Any:
    if type(leaf) is not Traced and type(leaf) is not TracedArray:
        return leaf
    value = plain(leaf)
    return value.copy(order="K") if type(value) is np.ndarray else value

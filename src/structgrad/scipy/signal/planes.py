"""Convolution and correlation in two dimensions, with a choice of what lies beyond the edges.

All modes are the "valid" one of an input with a frame around it, which np.pad makes.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.signal

from structgrad.arrays import dtype_of, shape_of
from structgrad.scipy.mirrored import array, mirrored
from structgrad.scipy.signal.convolution import reversed_conj
from structgrad.tape.call import dispatch, primitive
from structgrad.tape.rule import rule


@primitive
def convolved(in1: Any, in2: Any) -> Any:
    """The convolution where in2 lies within in1."""
    return scipy.signal.convolve2d(in1, in2, "valid")


@primitive
def correlated(in1: Any, in2: Any) -> Any:
    """The correlation where in2 lies within in1."""
    return scipy.signal.correlate2d(in1, in2, "valid")


def _framed(x: Any, shape: tuple[int, ...]) -> Any:
    """x with as many zeros around it as an array of that shape reaches beyond."""
    return np.pad(x, [(n - 1, n - 1) for n in shape])


rule(
    convolved,
    linear="in1 in2",
    in1=lambda g, in2: correlated(_framed(g, shape_of(in2)), in2),
    in2=lambda g, in1: reversed_conj(correlated(in1, g)),
)
rule(
    correlated,
    linear="in1 in2",
    in1=lambda g, in2: convolved(_framed(g, shape_of(in2)), in2),
    in2=lambda g, in1: correlated(in1, g),
)

_FRAMES: dict[str, Any] = {
    **dict.fromkeys(("fill", "pad"), "constant"),
    **dict.fromkeys(("wrap", "circular"), "wrap"),
    **dict.fromkeys(("symm", "symmetric"), "symmetric"),
}


def _swapped(m: tuple[int, ...], n: tuple[int, ...]) -> bool:
    if any(i < j for i, j in zip(m, n, strict=True)):
        if any(i > j for i, j in zip(m, n, strict=True)):
            raise ValueError("For 'valid' mode, one must be at least as large as the other in every dimension")
        return True
    return False


def _planes(
    function: Callable[..., Any], undo: Callable[[Any], Any], before: Callable[[int], int]
) -> Callable[..., Any]:
    """The definition, by the function that takes what is within.

    undo: of the exchange of the inputs. before: where the middle part of the full result begins.
    """

    def definition(in1: Any, in2: Any, mode: Any = "full", boundary: Any = "fill", fillvalue: Any = 0) -> Any:
        in1, in2 = array(in1), array(in2)
        m, n = shape_of(in1), shape_of(in2)
        if len(m) != 2 or len(n) != 2:
            raise ValueError("convolve2d and correlate2d take arrays of two dimensions")
        if mode not in ("full", "same", "valid"):
            raise ValueError(f"mode is 'full', 'same' or 'valid', not {mode!r}")
        frame = _FRAMES[boundary]
        if mode == "valid":
            return undo(function(in2, in1)) if _swapped(m, n) else function(in1, in2)
        cut = [before(k) if mode == "same" else 0 for k in n]
        widths = [(k - 1 - i, i if mode == "same" else k - 1) for k, i in zip(n, cut, strict=True)]
        both = np.result_type(dtype_of(in1), dtype_of(in2))
        in1 = in1 if dtype_of(in1) == both else in1.astype(both)
        fill = {"constant_values": fillvalue} if frame == "constant" else {}
        # Asked for by name, for NumPy does not see that the fill value is traced.
        return function(dispatch(np.pad, (in1, widths, frame), fill), in2)

    return definition


convolve2d: Final = mirrored(scipy.signal.convolve2d, _planes(convolved, lambda y: y, lambda n: (n - 1) // 2))
correlate2d: Final = mirrored(scipy.signal.correlate2d, _planes(correlated, np.flip, lambda n: n // 2))

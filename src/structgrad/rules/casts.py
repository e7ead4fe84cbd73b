"""Other dtypes, real and imaginary parts, and what is put in the place of NaN and infinity.

The engine brings every cotangent home to the dtype of its value; so most of these pass it on.
"""

from typing import Any, Final

import numpy as np

from structgrad.arrays import dtype_of
from structgrad.errors import LostGradientError, users_line
from structgrad.rules.elementwise import is_complex
from structgrad.tape.call import on_values, primitive
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain

rule(np.real, elementwise=True, val=lambda g: g)
rule(np.imag, elementwise=True, val=lambda g: 1j * g)


def _real_if_close(a: Any, tol: Any = 100) -> Any:
    if type(plain(a)) in (float, complex):
        a = np.positive(a)  # a number of Python's yields to float32; what NumPy gives here, an array of it, does not
    close = is_complex(a) and np.real_if_close(plain(a), tol).dtype.kind == "f"
    return np.real(a) if close else a


derive(np.real_if_close, _real_if_close)


def _angle(z: Any, deg: bool = False) -> Any:
    angle = np.arctan2(np.imag(z), np.real(z))
    return np.degrees(angle) if deg else angle


derive(np.angle, _angle, own="K")


def _cast(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if hasattr(x, "astype") else dtype.type(x)


cast: Final = primitive(_cast)
rule(cast, params="x dtype", elementwise=True, x=lambda g: g)


def _astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """Whole numbers, truth values and texts have no slope; objects would hide it."""
    dtype = np.dtype(dtype)
    if dtype.kind in "fc":
        return x if not copy and dtype == dtype_of(x) else cast(x, dtype)
    if dtype.kind == "O":
        raise LostGradientError(
            f"astype(object) of a traced value{users_line()} would put it out of NumPy's sight, and with it the "
            f"gradient. Leave the dtype as it is, or take stop_gradient(v) if a constant is meant."
        )
    return on_values(_cast, (x, dtype), {})


derive(np.astype, _astype)


def _within(g: Any, x: Any, where: Any) -> Any:
    """g where a test of x is true, of the two parts of a complex number each for itself."""
    if not is_complex(x):
        return np.where(where(x), g, 0.0)
    return np.where(where(np.real(x)), np.real(g), 0.0) + 1j * np.where(where(np.imag(x)), np.imag(g), 0.0)


def _replaced(g: Any, x: Any, where: Any) -> Any:
    """What reaches the one number put in the place of all those where the test is true."""
    g = _within(g, x, where)
    return np.real(g) + np.imag(g) if is_complex(x) else g


finite: Final = primitive(np.nan_to_num)
rule(
    finite,
    params="x copy nan posinf neginf",
    elementwise=True,
    selects=True,
    x=lambda g, x: _within(g, x, np.isfinite),
    nan=lambda g, x: _replaced(g, x, np.isnan),
    posinf=lambda g, x: _replaced(g, x, np.isposinf),
    neginf=lambda g, x: _replaced(g, x, np.isneginf),
)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    if not copy:
        raise LostGradientError(
            f"nan_to_num(copy=False) would write into a traced value{users_line()}. Leave copy=False away."
        )
    return finite(x, True, nan, posinf, neginf)


derive(np.nan_to_num, _nan_to_num)

"""Arithmetic, magnitude and step-like functions of numbers: one line of mathematics each."""

import functools
import math
from typing import Any, Final

import numpy as np

from structgrad.arrays import FLOAT64, dtype_of, shape_of, unbroadcast
from structgrad.tape.call import on_values, primitive
from structgrad.tape.cotangent import is_finite
from structgrad.tape.pullback import negated, same
from structgrad.tape.rule import derive, rule
from structgrad.tape.value import plain


def conj(x: Any) -> Any:
    """The complex conjugate of x; x itself where it is real or of a class of the user's."""
    dtype = getattr(x, "dtype", None)
    if dtype is FLOAT64:
        return x
    if getattr(dtype, "kind", None) == "c":
        return np.conjugate(x)
    return x.conjugate() if type(x) is complex else x


def is_complex(x: Any) -> bool:
    """Whether a plain or traced value is complex."""
    return getattr(dtype_of(x), "kind", None) == "c"


def nonzero(x: Any) -> Any:
    """x with 1 in the place of each 0: what to divide a zero by that is to stay zero."""
    return x + (x == 0)


def masked(g: Any, mask: Any) -> Any:
    """np.where(mask, g, 0), as a product where that is the same: five times as fast on a mask without order."""
    if type(g) is np.ndarray and is_finite(g):
        return g * mask
    return np.where(mask, g, 0.0)


def _by_divisor(g: Any, y: Any, b: Any) -> Any:
    """−g y / b, divided after the sum over the copies of b where that is the same."""
    if type(y) is type(b) is type(g) is np.ndarray and y.dtype is b.dtype is FLOAT64 and y.shape == b.shape == g.shape:
        db = g * y
        db /= b
        return np.negative(db, db)  # the same, in the same memory
    shape = shape_of(b)
    if shape != shape_of(g) == shape_of(y) and dtype_of(y).kind in "fc" and np.logical_and.reduce(plain(b), None):
        db = unbroadcast(g * y, shape) / -b
        if is_finite(plain(db)):
            return db
    return -g * y / b


# The rule of a function whose pullback is g times its derivative, for complex numbers the conjugate of that:
# the formula is the real one, and the engine conjugates around it.
holomorphic: Final = functools.partial(rule, holomorphic=True)

# Written with operators: values of the user's own class (Fraction, Decimal) go through them.
rule(np.add, a=same, b=same)
rule(np.subtract, a=same, b=negated)
holomorphic(np.multiply, a=lambda g, b: g * b, b=lambda g, a: g * a)
holomorphic(np.divide, a=lambda g, b: g / b, b=_by_divisor)
rule(np.negative, x=negated)
rule(np.positive, x=same)
rule(np.conjugate, x=lambda g: g.conjugate())

rule(np.degrees, x=lambda g: g * (180 / math.pi))
rule(np.rad2deg, x=lambda g: g * (180 / math.pi))
rule(np.radians, x=lambda g: g * (math.pi / 180))
rule(np.deg2rad, x=lambda g: g * (math.pi / 180))

# sign is 0 at 0, and z/|z| for complex z: the direction of steepest ascent of |z|.
rule(np.absolute, x=lambda g, x: g * np.sign(x))
rule(np.fabs, x=lambda g, x: g * np.sign(x))

direction: Final = primitive(np.sign)
# Only what turns z counts, and the further out, the less.
rule(
    direction,
    params="z",
    elementwise=True,
    z=lambda g, z, y: 1j * y * np.imag(np.conjugate(y) * g) / nonzero(np.absolute(z)),
)


def _sign(x: Any, /, **kwargs: Any) -> Any:
    """The sign of a real number has no slope, the direction of a complex one has."""
    return direction(x, **kwargs) if is_complex(x) else on_values(np.sign, (x,), kwargs)


derive(np.sign, _sign)

# Piecewise x − q·b with a whole number q, which has no slope.
rule(np.remainder, a=lambda g: g, b=lambda g, a, b: -g * np.floor_divide(a, b))
rule(np.fmod, a=lambda g: g, b=lambda g, y, a, b: -g * np.rint((a - y) / b))
derive(np.divmod, lambda a, b: (np.floor_divide(a, b), np.remainder(a, b)))
rule(np.modf, x=lambda g: g[0])
rule(np.frexp, x=lambda g, y: np.ldexp(g[0], -y[1]))
rule(np.ldexp, params="x i", flat_in="i", x=lambda g, i: np.ldexp(g, i))  # i is what is kept
# A pullback that gives None says that its argument has no slope.
rule(np.copysign, a=lambda g, a, b: g * np.sign(a) * np.copysign(1, b), b=lambda g: None)
rule(np.nextafter, a=lambda g: g, b=lambda g: None)
rule(np.heaviside, a=lambda g: None, b=lambda g, a: g * (a == 0))

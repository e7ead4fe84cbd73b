"""logsumexp, softmax and log_softmax: SciPy's values, with slopes that neither overflow nor lose their digits."""

from typing import Any, Final

import numpy as np
from scipy import special

from structgrad.arrays import shape_of
from structgrad.rules.elementwise import is_complex
from structgrad.rules.reductions import opened
from structgrad.scipy.mirrored import array, mirrored, refuse_option
from structgrad.tape.call import primitive
from structgrad.tape.rule import rule

_logsumexp = primitive(special.logsumexp)
_softmax = primitive(special.softmax)
_log_softmax = primitive(special.log_softmax)


def _shifted(a: Any, shift: Any) -> Any:
    """exp(a − shift); two infinities of one sign are 0 apart, as in `np.logaddexp`."""
    tie = (a == shift) & np.isinf(shift)
    return np.exp(np.where(tie, 0, a) - np.where(tie, 0, shift))


def _shares(a: Any, axis: Any, b: Any, by_weight: bool) -> Any:
    """exp(a) over the sum of b exp(a), the slope by b, or b times that, the slope by a.

    Not by way of the result, which for large exponents has no digits left for what is near 1. The shift is a whole
    number, and has no slope of its own. A weight 0 leaves nothing of an infinite exponent.
    """
    b = np.ones_like(a) if b is None else b
    shape = np.broadcast_shapes(shape_of(a), shape_of(b))
    a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    used = np.not_equal(b, 0)
    heavy = np.where(used, a, -np.inf)
    shift = np.rint(np.max(np.real(heavy), axis=axis, keepdims=True))
    part = np.where(used, b * _shifted(heavy, shift), 0)
    total = np.sum(part, axis=axis, keepdims=True) + np.logical_not(np.any(used, axis=axis, keepdims=True))
    return (_shifted(a, shift) if by_weight else part) / total


def _by_a(g: Any, a: Any, axis: Any, b: Any, keepdims: Any, return_sign: Any) -> Any:
    shares = _shares(a, axis, b, by_weight=False)
    return opened(g[0] if return_sign else g, shape_of(shares), axis, keepdims) * shares


def _by_b(g: Any, a: Any, axis: Any, b: Any, keepdims: Any, return_sign: Any) -> Any:
    shares = _shares(a, axis, b, by_weight=True)
    return opened(g[0] if return_sign else g, shape_of(shares), axis, keepdims) * shares


rule(_logsumexp, params="a axis b keepdims return_sign", holomorphic=True, a=_by_a, b=_by_b)
rule(
    _softmax,
    params="x axis",
    holomorphic=True,
    x=lambda g, axis, y: y * (g - np.sum(g * y, axis=axis, keepdims=True)),
)
rule(
    _log_softmax,
    params="x axis",
    holomorphic=True,
    x=lambda g, axis, y: g - np.exp(y) * np.sum(g, axis=axis, keepdims=True),
)


def _sum(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    a, b = array(a), None if b is None else array(b)
    if return_sign and (is_complex(a) or is_complex(b)):
        refuse_option(
            "logsumexp", "return_sign=True of complex numbers", "Leave it away, and take np.real and np.imag."
        )
    return _logsumexp(a, axis, b, keepdims, return_sign)


logsumexp: Final = mirrored(special.logsumexp, _sum)
softmax: Final = mirrored(special.softmax, lambda x, axis=None: _softmax(array(x), axis))
log_softmax: Final = mirrored(special.log_softmax, lambda x, axis=None: _log_softmax(array(x), axis))

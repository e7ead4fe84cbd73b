"""Polynomials by their coefficients, the highest power first: values, arithmetic, calculus."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from structgrad.arrays import dtype_of
from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import array_of, is_traced
from structgrad.tape.call import primitive
from structgrad.tape.rule import LATER, derive, rule
from structgrad.tape.value import plain

polyval: Final = primitive(np.polyval)


def moments(g: Any, x: Any, n: int) -> Any:
    """Σ g xᵏ for k = n − 1, …, 1, 0."""
    sums = []
    for _ in range(n):
        sums.append(np.sum(g))
        g = g * x
    return np.stack(sums[::-1])


rule(
    polyval,
    params="p x",
    holomorphic=True,
    linear="p",
    p=lambda g, p_shape, x: moments(g, x, *p_shape),
    x=lambda g, p, x: g * np.polyval(np.polyder(p), x),
)


def coefficients(p: Any) -> Any:
    """The coefficients of a polynomial, be it a poly1d, an array or a list."""
    return np.atleast_1d(p.coeffs if isinstance(p, np.poly1d) else array_of(p))


def _of_polynomials(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of coefficients, of polynomials of either kind: one np.poly1d makes a np.poly1d."""

    def of_polynomials(*polynomials: Any) -> Any:
        y = function(*map(coefficients, polynomials))
        if not any(isinstance(p, np.poly1d) for p in polynomials):
            return y
        return tuple(map(np.poly1d, y)) if type(y) is tuple else np.poly1d(y)

    return of_polynomials


def _polyval(p: Any, x: Any) -> Any:
    p = coefficients(p)
    if not isinstance(x, np.poly1d) and p.ndim == 1 and len(p):
        return polyval(p, array_of(x))
    y: Any = 0 if isinstance(x, np.poly1d) else np.zeros_like(array_of(x))
    for c in p:
        y = y * x + c
    return y


def _longer(p: Any, n: int) -> Any:
    """p with zeros in front, n coefficients at least."""
    zeros = np.zeros(max(n - len(p), 0), dtype_of(p))
    return np.concatenate([zeros, p]) if len(zeros) else p


def _polyadd(p: Any, q: Any) -> Any:
    return _longer(p, len(q)) + _longer(q, len(p))


def _polysub(p: Any, q: Any) -> Any:
    return _longer(p, len(q)) - _longer(q, len(p))


def _without_leading_zeros(p: Any) -> Any:
    """What NumPy multiplies. MissingRuleError where a zero is cut off that may move: its slope would be lost."""
    if is_traced(p) and len(p) > 1 and plain(p)[0] == 0:
        raise MissingRuleError(
            f"polymul cuts off a leading coefficient that is 0{users_line()}, and with it its slope. "
            f"Take np.convolve(p, q), which is the product with all coefficients."
        )
    return np.poly1d(p).coeffs


def _polymul(p: Any, q: Any) -> Any:
    return np.convolve(_without_leading_zeros(p), _without_leading_zeros(q))


@primitive
def _kept(r: Any, cut: int) -> Any:
    return r[cut:]


def _lost(g: Any) -> Any:
    raise MissingRuleError(
        f"polydiv cuts off leading coefficients of the remainder that are 0{users_line()}, and with them their slopes. "
        f"Take the remainder as np.polysub(u, np.polymul(q, v)), or the quotient alone."
    )


# Forward mode cannot know whether anybody asks: the slope is NaN there.
rule(_kept, params="r cut", r=_lost, forward={"r": lambda t, cut: np.full_like(t[cut:], np.nan)})


def _polydiv(u: Any, v: Any) -> Any:
    u, v = u + 0.0, v + 0.0
    r = np.astype(u, np.result_type(dtype_of(u), dtype_of(v)))
    places = len(u) - len(v) + 1
    scale, q = 1.0 / v[0], []
    for k in range(places):
        d = scale * r[k]
        q.append(d)
        r = r - np.pad(d * v, (k, places - 1 - k))
    small = np.isclose(plain(r)[:-1], 0, rtol=0)
    cut = int(np.argmin(small)) if not small.all() else len(small)
    r = _kept(r, cut) if cut > max(places, 0) else r[cut:]  # the first ones are 0 whatever u and v are
    return np.stack(q) if q else np.zeros(1, dtype_of(r)), r


def _polyder(p: Any, m: int = 1) -> Any:
    if m < 0:
        raise ValueError("np.polyder takes no negative order; see np.polyint")
    y = coefficients(p)
    for _ in range(m):
        y = y[:-1] * np.arange(len(y) - 1, 0, -1)
    return np.poly1d(y) if isinstance(p, np.poly1d) else y


def _polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """k: the constants of integration, the first one first; one for all of them is enough."""
    if m < 0:
        raise ValueError("np.polyint takes no negative order; see np.polyder")
    k = np.atleast_1d(0.0 if k is None else array_of(k))
    if len(k) < m and len(k) != 1:
        raise ValueError(f"np.polyint takes one constant, or one for each of the {m} integrals, not {len(k)}")
    y = coefficients(p)
    for i in range(m):
        y = np.concatenate([y / np.arange(len(y), 0, -1), k[:1] if len(k) == 1 else k[i : i + 1]])
    return np.poly1d(y) if isinstance(p, np.poly1d) else y


derive(np.polyval, _polyval)
derive(np.polyadd, _of_polynomials(_polyadd))
derive(np.polysub, _of_polynomials(_polysub))
derive(np.polymul, _of_polynomials(_polymul))
derive(np.polydiv, _of_polynomials(_polydiv))
derive(np.polyder, _polyder)
derive(np.polyint, _polyint)

LATER["numpy.polynomial"] = "structgrad.rules.multivariate"

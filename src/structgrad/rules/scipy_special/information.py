"""Entropy, divergences and losses: xlogy, entr, rel_entr, kl_div, huber and their like."""

from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic, nonzero
from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import rule


def _over(x: Any, d: Any) -> Any:
    """x / d, and 0 for 0 / 0: where x is 0, x · log d stays 0 for every d."""
    none = (x == 0) & (d == 0)
    return np.where(none, 0, x / np.where(none, 1, d))


def _times_log(g: Any, x: Any, d: Any) -> Any:
    """g log(x / d), by log1p where the two are near each other; 0 for g = 0, be the logarithm infinite."""
    near = np.absolute(x - d) < 0.5 * np.absolute(d)
    t, s = np.where(near, 1.0, x), np.where(near, 1.0, d)
    u = np.where(near, (x - d) / np.where(near, d, 1.0), 0.0)
    return g * np.log1p(u) + special.xlogy(np.where(near, 0, g), _over(t, s))


# By x with xlogy itself, so that a cotangent of 0 gives 0 where the logarithm is infinite.
holomorphic(
    special.xlogy,
    params="x a",
    linear="x",
    x=lambda g, a: special.xlogy(g, a),
    a=lambda g, x, a: g * _over(x, a),
)
holomorphic(
    special.xlog1py,
    params="x a",
    linear="x",
    x=lambda g, a: special.xlog1py(g, a),
    a=lambda g, x, a: g * _over(x, 1 + a),
)
rule(special.entr, x=lambda g, x: -(special.xlogy(g, x) + g))
rule(
    special.rel_entr,
    p=lambda g, p, q: _times_log(g, p, q) + g,
    q=lambda g, p, q: -g * _over(p, q),
)
rule(
    special.kl_div,
    p=lambda g, p, q: _times_log(g, p, q),
    q=lambda g, p, q: g * (1 - _over(p, q)),
)
rule(
    special.huber,
    selects=True,
    delta=lambda g, delta, r: g * np.maximum(np.absolute(r) - delta, 0),
    r=lambda g, delta, r: g * np.clip(r, -delta, delta),
)


def _pseudo_huber_by_delta(g: Any, delta: Any, r: Any) -> Any:
    """(h − δ)² / h with h = √(δ² + r²), whose difference is r² / (h + δ)."""
    h = nonzero(np.hypot(delta, r))
    gap = r * (r / (h + delta))
    return g * gap * (gap / h)


rule(
    special.pseudo_huber,
    delta=_pseudo_huber_by_delta,
    r=lambda g, delta, r: g * r * (delta / nonzero(np.hypot(delta, r))),
)

"""Convolution and correlation of two sequences: each pullback is a correlation of the same kind."""

from typing import Any, Final

import numpy as np

from structgrad.rules.elementwise import conj
from structgrad.rules.joining import array_of
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, rule

convolve: Final = primitive(np.convolve)
correlate: Final = primitive(np.correlate)


def _factor(g: Any, other: Any, size: int, mode: str, before: int) -> Any:
    """The cotangent of a factor of `size` items in Σ a[i] v[k − i]: Σ g[k] v*[k − i].

    other: the other factor. before: how many items of the full result lie before the first of mode "same".
    """
    if mode == "valid":  # most of the full result is left out: what is left has the shorter way
        return np.correlate(g, other, "full" if size >= len(other) else "valid")
    if mode == "same":
        g = np.pad(g, (before, size + len(other) - 1 - len(g) - before))
    return np.correlate(g, other, "valid")


def _middle(m: int, n: int) -> int:
    return (min(m, n) - 1) // 2


rule(
    convolve,
    params="a v mode",
    linear="a v",
    a=lambda g, a_shape, v, mode: _factor(g, v, a_shape[0], mode, _middle(a_shape[0], len(v))),
    v=lambda g, a, v_shape, mode: _factor(g, a, v_shape[0], mode, _middle(v_shape[0], len(a))),
)


def _start(m: int, n: int) -> int:
    """The same for a correlation, which looks at a shorter first argument from the other end."""
    return (n - 1) // 2 if m >= n else m // 2


# The correlation with v is the convolution with the conjugate of v read backwards.
rule(
    correlate,
    params="a v mode",
    linear="a v",
    a=lambda g, a_shape, v, mode: _factor(g, conj(v)[::-1], a_shape[0], mode, _start(a_shape[0], len(v))),
    v=lambda g, a, v_shape, mode: conj(_factor(g, a, v_shape[0], mode, _start(len(a), v_shape[0])))[::-1],
)


def _mode(mode: Any) -> Any:
    return ("valid", "same", "full")[mode] if isinstance(mode, int) else mode


def _convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    return convolve(np.atleast_1d(array_of(a)), np.atleast_1d(array_of(v)), _mode(mode))


def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    return correlate(array_of(a), array_of(v), _mode(mode))


derive(np.convolve, _convolve)
derive(np.correlate, _correlate)

"""`quad` and `fixed_quad`, differentiable in both limits and whatever the function is given or closes over."""

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import integrate, special

from structgrad.errors import MissingRuleError, users_line
from structgrad.rules.joining import is_traced
from structgrad.scipy.definition import as_scipys, gathered
from structgrad.scipy.integrate.packing import packed, unpacked
from structgrad.scipy.parameters import Parameters, guarded, refuse_traced
from structgrad.tape.value import plain
from structgrad.transforms.custom import op
from structgrad.transforms.vjp import vjp

_QUAD = inspect.signature(integrate.quad)
# ∫ of a function (x, θ) between two limits, as a number.
Integral = Callable[[Callable[[Any], Any], Any, Any], float]


@as_scipys(integrate.quad)
def quad(*args: Any, **kwargs: Any) -> Any:
    """SciPy's `quad`, differentiable in a, b, args, and in the values that func closes over.

    By Leibniz's rule: the integral of the slope, to the same tolerances, and the function's values at the limits. So
    a jump inside that moves with a parameter has no share in the gradient; split the integral there.
    """
    bound = _QUAD.bind(*args, **kwargs)
    bound.apply_defaults()
    given = dict(bound.arguments)
    func, a, b, extra = (given.pop(name) for name in ("func", "a", "b", "args"))
    refuse_traced("quad", given)
    parameters = Parameters((func, extra if isinstance(extra, tuple) else (extra,)), a, b)
    if not parameters.traced:
        return guarded(integrate.quad, func, a, b, extra, **given)
    _refuse_weight(given, a, b)

    def integral(low: Callable[[Any], Any], a: Any, b: Any) -> Any:
        return guarded(integrate.quad, low, a, b, **given)

    def f(x: Any, theta: list[Any]) -> Any:
        func, args = parameters.at(theta)
        return np.reshape(gathered(func(x, *args)), ())

    func, extra = parameters.plain()
    found = integral(lambda x: func(x, *extra), plain(a), plain(b))
    y = _recorded(f, found[0], a, b, parameters.theta, lambda *given: integral(*given)[0])
    return (y, *found[1:])


def _recorded(f: Callable[[Any, Any], Any], value: float, a: Any, b: Any, theta: list[Any], integral: Integral) -> Any:
    """The integral of f(x, θ), which is `value`, on the tape."""
    ends = is_traced(a), is_traced(b)

    def quad(a: Any, b: Any, theta: list[Any]) -> Any:
        def back(g: Any) -> Any:
            da, db = (g * _edge(f, x, theta) if moves else None for x, moves in zip((a, b), ends, strict=True))
            return None if da is None else -da, db, _slopes(f, g, a, b, theta, integral)

        return value, back

    return op(quad)(a, b, theta)


def _edge(f: Callable[[Any, Any], Any], x: Any, theta: list[Any]) -> Any:
    return f(x, theta) if math.isfinite(plain(x)) else 0.0


def _slopes(f: Callable[[Any, Any], Any], g: Any, a: Any, b: Any, theta: list[Any], integral: Integral) -> list[Any]:
    """g times the integrals of ∂f/∂θ, one for each number in θ."""

    def slope(x: Any, theta: list[Any]) -> Any:
        return packed(vjp(lambda theta: f(x, theta))(theta)[1](1.0)) * size

    low = [plain(leaf) for leaf in theta]
    # The tolerances hold for numbers of the size of f: a slope by a large number is small.
    size = np.maximum(1.0, np.abs(packed(low)))
    known = functools.cache(lambda x: slope(x, low))  # all the integrals look at the same points first

    def component(k: int) -> Any:
        value = integral(lambda x: known(x)[k], plain(a), plain(b))
        return _recorded(lambda x, theta: slope(x, theta)[k], value, a, b, theta, integral)

    found = [component(k) for k in range(len(size))]
    return unpacked(g * (np.stack(found) / size), theta) if found else []


def _refuse_weight(given: dict[str, Any], a: Any, b: Any) -> None:
    if given["complex_func"]:
        raise MissingRuleError(
            f"quad with complex_func has no derivative{users_line()}. Integrate the real and the imaginary part."
        )
    if given["weight"] is not None and (is_traced(a) or is_traced(b)):
        raise MissingRuleError(
            f"quad with weight={given['weight']!r} has no derivative by its limits{users_line()}. "
            f"Write the weight into the function."
        )


@as_scipys(integrate.fixed_quad)
def fixed_quad(func: Callable[..., Any], a: Any, b: Any, args: tuple[Any, ...] = (), n: int = 5) -> Any:
    """SciPy's `fixed_quad`: Gauss–Legendre quadrature of order n. Returns (integral, None)."""
    if np.isinf(a) or np.isinf(b):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    x, w = special.roots_legendre(n)
    at = (b - a) * (np.real(x) + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(w * func(at, *args), axis=-1), None

"""A function with SciPy's values and a slope of our own, recorded on the tape as one step."""

from collections.abc import Callable, Mapping
from typing import Any

from structgrad.tape.call import primitive
from structgrad.tape.pullback import Pull
from structgrad.tape.rule import Rule, enter

Slope = Callable[..., Any]


def recorded(name: str, value: Callable[..., Any], params: tuple[str, ...], slopes: Mapping[str, Slope]) -> Any:
    """An elementwise function of `params` that computes `value` and differentiates by `slopes`.

    slopes: by parameter, the derivative as a function of (*arguments, y); a parameter without one raises when it is
    differentiated. What a slope takes is known only here, so the rule is made by hand and keeps all values.
    """

    def function(*args: Any) -> Any:
        return value(*args)

    function.__name__ = name
    function.__doc__ = value.__doc__
    made = primitive(function)
    pulls = {param: _pull(slope, params) for param, slope in slopes.items()}
    by_position = tuple(pulls.get(param) for param in params)
    n = len(params)
    whole: dict[str, Any] = {"by_position": by_position, "arity": n, "rest": (None,) * (n - 1)}
    enter(made, Rule(made, name, "slope", params, {}, pulls, elementwise=True, **whole))
    return made


def without_y(of: Slope) -> Slope:
    """A function of the arguments as a slope, which is given y too."""
    return lambda *values: of(*values[:-1])


def _pull(slope: Slope, params: tuple[str, ...]) -> Pull:
    def pullback(g: Any, *values: Any) -> Any:
        return g * slope(*values)

    return Pull(pullback, tuple, (*params, "y"), tuple(range(len(params))))

"""`trace`: the recorded program of one run, as plain data that prints."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from attrs import frozen

from structgrad.struct.walk import flatten
from structgrad.tape.rule import RULES, name_of
from structgrad.tape.run import start
from structgrad.tape.value import Traced, TracedArray, home_of, plain
from structgrad.transforms.reverse import run
from structgrad.transforms.select import select

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: so the parameter of a lambda is, to pyright, where nothing tells its type


@frozen
class Input:
    """A leaf that is differentiated: its path is its name."""

    name: str
    shape: tuple[int, ...] | None
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} : {_kind(self.shape, self.dtype)}"


@frozen
class Step:
    """One operation. inputs: names of leaves, of earlier steps (`%3`), or constants as text."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...] | None
    dtype: str

    def __str__(self) -> str:
        return f"{self.name} = {self.operation}({', '.join(self.inputs)}) : {_kind(self.shape, self.dtype)}"


@frozen
class Trace:
    """What one run did: its inputs, its steps in order, and the names of what it returned.

    `print` shows a line for each input and each step.
    """

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "\n".join([*map(str, self.inputs), *map(str, self.steps), f"return {', '.join(self.outputs)}"])


def trace(fn: Callable[Concatenate[T, P], Any], /) -> Callable[Concatenate[T, P], Trace]:
    """The steps that a function records when it is differentiated by its first argument.

    fn: `(params, *args, **kw) -> any struct`. The function given back takes the same arguments and returns a
    `Trace`. Comparisons, shapes and other things without a slope leave no step.

    >>> import numpy as np, structgrad as sg
    >>> print(sg.trace(lambda p: np.tanh(p["w"] * p["x"] + 1.0))({"w": 2.0, "x": 3.0}))
    ['w'] : float64
    ['x'] : float64
    %2 = multiply(['w'], ['x']) : float64
    %3 = add(%2, 1.0) : float64
    %4 = tanh(%3) : float64
    return %4
    """

    @functools.wraps(fn)
    def traced(*args: Any, **kwargs: Any) -> Any:
        done = run(fn, select(fn, args, 0, None), kwargs, functools.partial(start, keep=True))
        paths = done.tape.paths()
        struct = done.selection.structs[0]
        leaves = flatten(struct)[0]
        homes = [home_of(leaves[i]) for i in done.smooth]
        names = [path or "x" for path in paths]
        inputs = [Input(name, home[0], _dtype(home[1])) for name, home in zip(names, homes, strict=True)]
        steps = [_step(line, names) for line in done.tape.program or []]
        outputs = [_name(leaf, names) for leaf in flatten(done.result)[0]]
        return Trace(tuple(inputs), tuple(steps), tuple(outputs))

    return traced


def _step(line: Any, names: list[str]) -> Step:
    function, args, kwargs, *part, out = line
    given = [_name(arg, names) for arg in args]
    given += [f"{key}={_name(value, names)}" for key, value in kwargs.items()]
    operation = RULES[function].name if function in RULES else name_of(function)
    shape, dtype = out._home
    return Step(f"%{out._slot}", operation + "".join(f"[{i}]" for i in part), tuple(given), shape, _dtype(dtype))


def _name(x: Any, names: list[str]) -> str:
    """How an input is shown: a leaf by its path, a step by its number, a constant as text."""
    if type(x) is Traced or type(x) is TracedArray:
        return names[x._slot] if x._slot < len(names) else f"%{x._slot}"
    if isinstance(x, list | tuple):
        inner = ", ".join(_name(item, names) for item in x)
        return f"[{inner}]" if isinstance(x, list) else f"({inner}{',' * (len(x) == 1)})"
    x = plain(x)
    if isinstance(x, np.ndarray):
        return repr(x.tolist()) if x.size < 5 else _kind(x.shape, x.dtype.name)
    text = repr(x)
    return text if len(text) <= 40 else type(x).__qualname__


def _dtype(dtype: Any) -> str:
    return str(getattr(dtype, "name", None) or getattr(dtype, "__qualname__", dtype))


def _kind(shape: tuple[int, ...] | None, dtype: str) -> str:
    return dtype + (f"[{', '.join(map(str, shape))}]" if shape else "")

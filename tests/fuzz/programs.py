"""Random programs over random structs, as plain text that prints as readable Python and runs on any values."""

import functools
import random
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from attrs import field, frozen

import structgrad as sg
from tests.fuzz.functions import BODIES_OF_T, FAMILIES, UNHOOKED
from tests.fuzz.structs import struct

# What a program may call beside NumPy. It is text, so that a program that failed can be pasted into a file and run.
PREAMBLE = """
import functools
import numpy as np
import structgrad as sg

def own_slope(f):
    return sg.op(lambda *args: sg.vjp(lambda p: f(*p))(args))

def in_place(t):
    t = t * 1.0
    t[1:] += t[:-1]
    t[0] *= t[-1]
    return t

def weighted(v):
    return np.sum(v * np.cos(1.0 + np.arange(np.size(v)).reshape(np.shape(v))))
"""
INDICES = [
    "0",
    "-1",
    "1:",
    "::-1",
    "::2",
    "...",
    "[0, 0, 1]",
    "[1, 0]",
    "..., 0",
    ":, None",
    "None",
    "[[0, 1], [1, 1]]",
]
INDICES += [
    "(0, ...)",
    "..., [0, 0]",
    "1:, 0",
    "[1, 0], [0, 0]",
    "0, 1",
    "..., ::2",
    ":1",
    "np.array([True, False, True])",
]
CONSTANTS = ["2.0", "0.5", "-1.5", "0.3", "1.0", "3"]
LARGEST, MOST = 4.0, 40  # values beyond are divided, longer arrays are not kept
OBJECTS = "objects"  # the family of arrays made where NumPy gives no hook
_HOLE = re.compile(r"\{(\w+)\}")
# What may follow an array of objects. Some functions of NumPy look at the dtype, and do nothing to objects, silently:
# nan_to_num, and all that is about complex numbers. No traced value is asked there.
_WITH_OBJECTS = {
    family: [t for t in templates if "1j" not in t and "nan_to_num" not in t]
    for family, templates in FAMILIES.items()
    if family != "complex"
}
# Functions of one expression, which may stand inside others.
_EXPRESSIONS = [t for f in ("arithmetic", "ufuncs", "reductions", "indexing", "products") for t in FAMILIES[f]]


@frozen
class Step:
    """One line of a program, or several: what they are made from, and their text."""

    template: str
    text: str


@frozen
class Program:
    """Parameters, and steps over a pool of values v0, v1, …: first the leaves, then each step's."""

    params: Any
    steps: tuple[Step, ...] = field(repr=False)
    result: str = field(repr=False)

    @property
    def text(self) -> str:
        leaves = [f"v{i} = p{path}" for i, path in enumerate(sg.tree.paths(self.params))]
        lines = "\n".join([*leaves, *[step.text for step in self.steps], self.result]).split("\n")
        return "def program(p):\n" + "\n".join(f"    {line}" for line in lines)

    @property
    def analytic(self) -> bool:
        """Whether a complex step measures its slope."""
        real = not any(np.iscomplexobj(leaf) for leaf in sg.tree.leaves(self.params))
        return real and not any(step.template.startswith("~") for step in self.steps)

    def __str__(self) -> str:
        return f"{self.text}\n\nparams = {self.params!r}"

    @functools.cached_property
    def run(self) -> Callable[[Any], Any]:
        """The function: (params) -> (loss, all values of the pool)."""
        return compiled(self.text)


def compiled(text: str) -> Callable[[Any], Any]:
    """The function that the text of a program says."""
    names = preamble()
    exec(text, names)  # the text is ours
    program: Callable[[Any], Any] = names["program"]
    return program


def preamble() -> dict[str, Any]:
    """The names that a program may use."""
    return dict(_preamble())


@functools.cache
def _preamble() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(PREAMBLE, names)  # the text is ours
    return names


def drawn(draw: random.Random, family: str) -> Program:
    """A program of 3 to 8 steps, half of them of the family; of the family "objects" the first is one without hook."""
    params = struct(draw, complex_=family != OBJECTS)
    drawing = Drawing(draw, dict(enumerate(map(_own, sg.tree.leaves(params)))))
    others = list(_WITH_OBJECTS if family == OBJECTS else FAMILIES)
    if family == OBJECTS:
        drawing.step(UNHOOKED)
    for _ in range(draw.randrange(3, 9)):
        chosen = family if family != OBJECTS and draw.randrange(2) else draw.choice(others)
        drawing.step((_WITH_OBJECTS if family == OBJECTS else FAMILIES)[chosen])
    return Program(params, tuple(drawing.steps), drawing.result())


def _own(leaf: Any) -> Any:
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf


class Drawing:
    """A program while it is drawn: it runs along on plain values, so that each step fits those before."""

    def __init__(self, draw: random.Random, values: dict[int, Any]) -> None:
        self.draw, self.values = draw, values
        self.steps: list[Step] = []
        self.unused = set(values)
        self.names = preamble() | {f"v{i}": v for i, v in values.items()}

    def step(self, templates: list[str]) -> None:
        """Add a step; after ten that do not fit the values there are, none."""
        for _ in range(10):
            template = self.draw.choice(templates)
            chosen: dict[str, str] = {}
            y = max(self.values) + 1
            line = self.filled(template.removeprefix("~"), chosen)
            if line is None:
                continue
            text = line.replace("{y}", f"v{y}") if "{y}" in line else f"v{y} = {line}"
            if "~" in chosen:
                template = "~" + template.removeprefix("~")
            if self.kept(y, text, template):
                self.unused -= {int(name) for name in re.findall(r"\bv(\d+)\b", line)}
                return

    def kept(self, y: int, text: str, template: str) -> bool:
        """Whether NumPy takes the step and its value is one to go on with."""
        value = ran(text, self.names, f"v{y}")
        if not _good(value):
            return False
        if (size := np.max(np.abs(value))) > LARGEST:
            text += f"\nv{y} = v{y} / {2.0 ** np.ceil(np.log2(size)):.0f}.0"
            value = ran(text, self.names, f"v{y}")
        self.values[y], self.names[f"v{y}"] = value, value
        self.steps.append(Step(template, text))
        self.unused.add(y)
        return True

    def filled(self, template: str, chosen: dict[str, str]) -> str | None:
        """The template with its holes filled, each name once; None where the pool has nothing for one."""
        for name in sorted(set(_HOLE.findall(template)) - {"y"}, key=lambda name: (name.startswith("fixed"), name)):
            text = self.hole(name.rstrip("23"), chosen)
            if text is None:
                return None
            chosen[name] = text
            template = template.replace(f"{{{name}}}", text)
        return template

    def hole(self, kind: str, chosen: dict[str, str]) -> str | None:
        """Text for a hole of some kind."""
        match kind:
            case "c":
                return self.draw.choice(CONSTANTS)
            case "n":
                return str(self.draw.randrange(1, 4))
            case "axis":
                return self.draw.choice(["0", "-1", "1"])
            case "keep":
                return self.draw.choice(["True", "False"])
            case "index":
                return self.draw.choice(INDICES)
            case "body_of_t":
                return self.draw.choice(BODIES_OF_T)
            case "body":
                body = self.draw.choice(_EXPRESSIONS)
                chosen["~" if body.startswith("~") else "body"] = body
                return self.filled(body.removeprefix("~"), chosen)
            case "fixed" | "fixed_M":
                shape = np.shape(self.names[chosen["M" if kind == "fixed_M" else "m"]])
                return f"np.linspace(-1.0, 1.5, {int(np.prod(shape))}).reshape({shape})"
            case _:
                pass
        fits = [i for i, v in self.values.items() if KINDS[kind](v)]
        # The latest values twice as often, so that programs grow deep.
        return f"v{self.draw.choice(fits + fits[-3:])}" if fits else None

    def result(self) -> str:
        """The line that returns: a weighted sum of all that no step uses, and all values."""
        terms = [f"weighted(v{i})" for i in sorted(self.unused) if not np.iscomplexobj(self.values[i])]
        for i in sorted(self.unused):
            if np.iscomplexobj(self.values[i]):
                terms += [f"weighted(np.real(v{i}))", f"0.5 * weighted(np.imag(v{i}))"]
        return f"return {' + '.join(terms)}, [{', '.join(f'v{i}' for i in self.values)}]"


def _real(v: Any) -> bool:
    return not np.iscomplexobj(v)


# Which values of the pool fill a hole.
KINDS: dict[str, Callable[[Any], bool]] = {
    "x": lambda v: True,
    "a": _real,
    "b": _real,
    "z": np.iscomplexobj,
    "s": lambda v: _real(v) and np.ndim(v) == 0,
    "m": lambda v: _real(v) and np.ndim(v) > 0,
    "v": lambda v: _real(v) and np.ndim(v) == 1,
    "w": lambda v: _real(v) and np.shape(v) == (3,),
    "M": lambda v: _real(v) and np.ndim(v) == 2,
    "S": lambda v: _real(v) and np.ndim(v) == 2 and np.shape(v)[0] == np.shape(v)[1],
}  # fmt: skip


_REFUSALS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, np.linalg.LinAlgError)


def ran(text: str, names: dict[str, Any], result: str) -> Any:
    """What the lines leave under the name of the result; None where NumPy refuses them."""
    names = dict(names)
    with quiet():
        # NumPy drops imaginary parts with a warning, structgrad refuses to.
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            exec(text, names)  # the text is ours
        except (*_REFUSALS, np.exceptions.ComplexWarning):
            return None  # shapes that do not go together: another step is drawn
    return names[result]


@contextmanager
def quiet() -> Generator[None]:
    """Without the warnings of NumPy, which are about the plain function."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _good(value: Any) -> bool:
    if type(value) not in (np.ndarray, np.float64, np.complex128, float, complex):
        return False
    x = np.asarray(value)
    return x.dtype.char in "dD" and 0 < x.size <= MOST and bool(np.all(np.isfinite(x)))

"""A path: the class it starts from, its steps, what annotations tell of its end; and how it is printed."""

import re
from typing import Any

from attrs import evolve, field, frozen

from structgrad.struct.optics.group import Several
from structgrad.struct.optics.hint import UNKNOWN
from structgrad.struct.optics.step import Step

MAKERS = ("lens", "prism", "traversal")  # by rank


@frozen
class Path:
    """Steps from structs of class `root`, which is object where any struct will do.

    `hint` is what annotations tell of the end; only probes' paths and class form's know it.
    """

    root: Any
    steps: tuple[Step, ...] = ()
    hint: Any = field(default=UNKNOWN, eq=False)

    def then(self, step: Step) -> "Path":
        """The path with one more step. OpticError if annotations tell that it leads nowhere."""
        hint = step.hint(self.hint, lambda: suffix(self.steps))
        return Path(self.root, (*self.steps, step), hint)


def done(path: Path) -> Path:
    """The path as an optic keeps it that is not in class form."""
    return evolve(path, hint=UNKNOWN)


def joined(path: Path, other: Path) -> Path:
    """One path after another."""
    return Path(path.root, path.steps + other.steps)


def rank_of(steps: tuple[Step, ...]) -> int:
    """0 if the steps lead to exactly one part, 1 if to at most one, 2 if to any number."""
    return max((step.rank for step in steps), default=0)


def suffix(steps: tuple[Step, ...]) -> str:
    """The steps after a struct, in class form: `.layers[0].w`."""
    return "".join(step.after() for step in steps)


def body(root: Any, steps: tuple[Step, ...]) -> str:
    """The steps as a path function's result: `each(n.layers).w`."""
    code = _letter(root)
    for step in steps:
        code = step.inside(code)
    return code


def lambda_form(maker: str, root: Any, code: str) -> str:
    """The call that makes an optic of the path function with this result."""
    if code == _letter(root) and maker == "lens":
        return f"lens({name_of(root)})"
    return f"{maker}({name_of(root)}, lambda {_letter(root)}: {code})"


def expression(path: Path, rank: int) -> str:
    """The expression that makes an optic of this path and rank."""
    inner = next((i for i, step in enumerate(path.steps) if step.whole), len(path.steps))
    first, rest = path.steps[:inner], path.steps[inner:]
    named = path.root is object or (rest != () and isinstance(rest[0], Several))
    if not first and named and rank_of(rest) == rank:
        return suffix(rest).removeprefix(" >> ")
    return lambda_form(MAKERS[rank], path.root, body(path.root, first)) + suffix(rest)


def name_of(root: Any) -> str:
    """The class as source has it: `Net`, `Pair[Linear]`."""
    if isinstance(root, type):
        return root.__name__
    return re.sub(r"(?:[\w<>]+\.)+(?=\w)", "", repr(root))


def _letter(root: Any) -> str:
    return next((letter for letter in name_of(root).lower() if letter.isalpha()), "s")

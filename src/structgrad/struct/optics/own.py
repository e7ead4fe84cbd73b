"""Lenses of the user's own: a pair of functions, or a way there and back."""

from collections.abc import Callable
from typing import Any, ClassVar

from attrs import frozen

from structgrad.struct.optics.level import Level, pseudo
from structgrad.struct.optics.step import Step, Way


@frozen(repr=False)
class Pair(Step):
    """The part that `get(s)` reads and `put(s, part)` replaces."""

    whole: ClassVar[bool] = True
    get: Callable[[Any], Any]
    put: Callable[[Any, Any], Any]

    def after(self) -> str:
        return f" >> Lens.of({_name(self.get)}, {_name(self.put)})"

    def enter(self, level: Level) -> Way | None:
        return pseudo(level, "", self.get(level.value), self.put), [0]


@frozen(repr=False)
class Iso(Step):
    """The whole value in another form, `there(s)`, from which `back(form)` makes it again."""

    whole: ClassVar[bool] = True
    there: Callable[[Any], Any]
    back: Callable[[Any], Any]

    def after(self) -> str:
        return f" >> Lens.iso({_name(self.there)}, {_name(self.back)})"

    def enter(self, level: Level) -> Way | None:
        return pseudo(level, "", self.there(level.value), lambda _, form: self.back(form)), [0]


def _name(function: Any) -> str:
    return getattr(function, "__name__", None) or repr(function)

"""The steps of a path: a field, an item, each element, what is not None, what is of a class."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from attrs import frozen

from structgrad.errors import OpticError
from structgrad.struct.kind import OBJECTS
from structgrad.struct.optics.hint import UNKNOWN, Where, fields_of, hint_of_each, hint_of_field, hint_of_item
from structgrad.struct.optics.level import Level, class_name, dead_end, keys_of, path_to, walked
from structgrad.struct.optics.message import at, count, listed, no_field, no_items

# The level whose children come next, and the positions of those that the path goes through.
Way = tuple[Level, Sequence[int]]


class Step(ABC):
    """One step of a path.

    `rank` is 0 if it leads to exactly one part, 1 if to at most one, 2 if to any number.
    A `whole` step is an optic by itself, none that goes on inside a path function.
    """

    rank: ClassVar[int] = 0
    whole: ClassVar[bool] = False

    @abstractmethod
    def after(self) -> str:
        """The step as class form has it, after the code of the steps before."""

    def inside(self, code: str) -> str:
        """The step as a path function has it, with the code of the steps before."""
        return code + self.after()

    @abstractmethod
    def enter(self, level: Level) -> Way | None:
        """Where the step leads from a level, or None where this struct lacks the part.

        OpticError where no struct of the kind can have it.
        """

    def hint(self, hint: Any, where: Where) -> Any:
        """What annotations tell of the part behind the step. OpticError where they exclude it."""
        return UNKNOWN

    def absence(self, level: Level) -> str:
        """Why this struct lacks the part, as a sentence."""
        here = path_to(level)
        return (
            f"{at(here)} is None and has no {here}{self.after()}. "
            f"A part that may be absent is the focus of a prism, with some(...) around {at(here)}."
        )


@frozen(repr=False)
class Field(Step):
    """The field of a record."""

    name: str

    def after(self) -> str:
        return f".{self.name}"

    def hint(self, hint: Any, where: Where) -> Any:
        return hint_of_field(hint, self.name, where)

    def enter(self, level: Level) -> Way | None:
        keys = keys_of(level)
        if self.after() in keys:
            return level, [keys.index(self.after())]
        fields = fields_of(type(level.value))
        if level.value is None or (fields is not None and self.name in fields):
            return None
        if level.kind is None:
            raise dead_end(level, self.after())
        names = [key[1:] for key in keys if key.startswith(".")]
        raise no_field(path_to(level), class_name(level), self.name, names)

    def absence(self, level: Level) -> str:
        if level.value is None:
            return super().absence(level)
        here = path_to(level)
        return f"{here}{self.after()} was never set: {at(here)} is of class {class_name(level)}."


@frozen(repr=False)
class Item(Step):
    """The element of a list, a tuple or a dict, at an index or a key."""

    key: Any

    def after(self) -> str:
        return f"[{self.key!r}]"

    def hint(self, hint: Any, where: Where) -> Any:
        return hint_of_item(hint, self.key, where)

    def enter(self, level: Level) -> Way | None:
        position = None if level.value is None else self._position(level)
        return None if position is None else (level, [position])

    def _position(self, level: Level) -> int | None:
        kind, x = level.kind, level.value
        if kind is None or kind is OBJECTS:
            raise dead_end(level, self.after())
        if kind.merge == "union":
            keys = list(x)
            return keys.index(self.key) if self.key in keys else None
        if kind.merge == "pad" or isinstance(x, tuple):
            return self._index(level)
        texts = keys_of(level)
        if self.after() not in texts:
            raise no_items(path_to(level), class_name(level), self.after(), texts)
        return texts.index(self.after())

    def _index(self, level: Level) -> int | None:
        n = len(level.children)
        if not isinstance(self.key, int):
            raise OpticError(
                f"{at(path_to(level))} is of class {class_name(level)} and has items by number; "
                f"{self.after()} names none of them."
            )
        position = self.key + n if self.key < 0 else self.key
        return position if 0 <= position < n else None

    def absence(self, level: Level) -> str:
        here = path_to(level)
        if level.value is None:
            return super().absence(level)
        assert level.kind is not None, "a leaf has no items to lack"
        if level.kind.merge != "union":
            return f"{at(here)} has {count(len(level.children), 'item')}, so there is no {here}{self.after()}."
        return f"{at(here)} has no key {self.key!r}. Its keys: {listed(map(repr, level.value))}."


@frozen(repr=False)
class Each(Step):
    """Every child of a container, in order."""

    rank: ClassVar[int] = 2

    def inside(self, code: str) -> str:
        return f"each({code})"

    def after(self) -> str:
        return ".each()"

    def hint(self, hint: Any, where: Where) -> Any:
        return hint_of_each(hint, where)

    def enter(self, level: Level) -> Way | None:
        if level.kind is None and level.value is not None:
            raise dead_end(level, "each(...)")
        return level, walked(level)


@frozen(repr=False)
class Some(Step):
    """What is not None."""

    rank: ClassVar[int] = 1

    def inside(self, code: str) -> str:
        return f"some({code})"

    def after(self) -> str:
        return ".some()"

    def hint(self, hint: Any, where: Where) -> Any:
        return hint

    def enter(self, level: Level) -> Way | None:
        return None if level.value is None else _stay(level)


@frozen(repr=False)
class As(Step):
    """What is of a class."""

    rank: ClassVar[int] = 1
    cls: type

    def inside(self, code: str) -> str:
        return f"as_({code}, {self.cls.__name__})"

    def after(self) -> str:
        return f".as_({self.cls.__name__})"

    def hint(self, hint: Any, where: Where) -> Any:
        return self.cls

    def enter(self, level: Level) -> Way | None:
        return _stay(level) if isinstance(level.value, self.cls) else None


def _stay(level: Level) -> Way:
    """The way to the level's own value: back to the level above, and the same position there."""
    assert level.came is not None, "a path starts at a child of the root"
    above, position = level.came
    return above, [position]

"""Several parts as one focus: a slice of a list or tuple, and a tuple of parts anywhere in the struct."""

from typing import Any, ClassVar

from attrs import field, frozen

from structgrad.errors import NoFocusError, OpticError, StructMismatchError
from structgrad.struct.optics.find import find, put
from structgrad.struct.optics.hint import Where, hint_of_slice
from structgrad.struct.optics.level import Level, class_name, closed, dead_end, path_to, pseudo
from structgrad.struct.optics.message import at, count
from structgrad.struct.optics.step import Step, Way


@frozen(repr=False)
class Cut(Step):
    """A slice of a list or a tuple; what is put there must have as many items."""

    start: int | None
    stop: int | None
    stride: int | None

    def after(self) -> str:
        bounds = ["" if bound is None else repr(bound) for bound in (self.start, self.stop, self.stride)]
        return f"[{':'.join(bounds if bounds[2] else bounds[:2])}]"

    def hint(self, hint: Any, where: Where) -> Any:
        return hint_of_slice(hint, self.after(), where)

    def enter(self, level: Level) -> Way | None:
        x, chosen = level.value, slice(self.start, self.stop, self.stride)
        if x is None:
            return None
        if level.kind is None:
            raise dead_end(level, self.after())
        if not isinstance(x, list | tuple):
            raise OpticError(
                f"{at(path_to(level))} is of class {class_name(level)}; only lists and tuples "
                f"have slices such as {self.after()}."
            )
        part = level.children[chosen]
        focus = part if isinstance(x, list) else tuple(part)

        def close(_: Any, new: Any) -> Any:
            _demand(new, type(focus), len(part), path_to(level) + self.after())
            level.children[chosen] = new
            return closed(level)

        return pseudo(level, self.after(), focus, close), [0]


@frozen(repr=False)
class Several(Step):
    """A tuple of parts, each at the end of a path of its own; no path may lead into the part of another."""

    whole: ClassVar[bool] = True
    code: str = field(eq=False)  # the lens that has this one step
    paths: tuple[tuple[Step, ...], ...]

    def after(self) -> str:
        return f" >> {self.code}"

    def enter(self, level: Level) -> Way | None:
        found = find(level.value, *self.paths, strict=False)
        if not all(found.places):
            return None

        def close(_: Any, new: Any) -> Any:
            _demand(new, tuple, len(self.paths), f"the focus of {self.code}")
            return put(found, [[part] for part in new])

        parts = tuple(found.foci(number)[0] for number in range(len(self.paths)))
        return pseudo(level, "", parts, close), [0]

    def absence(self, level: Level) -> str:
        here = path_to(level)
        try:
            find(level.value, *self.paths, strict=True)
        except NoFocusError as error:
            return f"in {here}: {error}" if here else str(error)
        raise AssertionError("a part was absent before")


def _demand(new: Any, cls: Any, n: int, where: str) -> None:
    if not isinstance(new, cls) or len(new) != n:
        what = f"has {len(new)}" if isinstance(new, cls) else f"is an object of class {type(new).__qualname__}"
        raise StructMismatchError(f"{where} is a {cls.__name__} of {count(n, 'part')}, and what is put there {what}.")
